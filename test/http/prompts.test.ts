// Prompts in people's own voices: uploaded, heard, rolled back and deleted over HTTP.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { listAudit } from '../../src/store/audit.ts'
import { listActivePrompts } from '../../src/store/prompts.ts'
import { peakAt, tone, wavOf } from '../support/prompt-wav.ts'
import { testService } from '../support/service.ts'

const test = testService()
const WAV = wavOf({ framesPerSecond: 44_100 }, tone(1_000, 44_100, 0.5))

async function upload(path: string, payload: Buffer | string = WAV, type = 'audio/wav') {
  const { service } = test
  const headers = { cookie: await service.cookieOf('admin'), 'content-type': type }
  return service.app.inject({ method: 'POST', url: `/api/v1/prompts/${path}`, headers, payload })
}

const ask = (method: 'GET' | 'POST' | 'DELETE', path: string) =>
  test.service.ask('admin', method, `/api/v1/prompts/${path}`)

const filesKept = (): string[] =>
  readdirSync(test.service.promptsDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.wav') || name.endsWith('.part'))
    .sort()

async function activeVersion(promptId: string, language: string): Promise<number | null> {
  const { prompts } = (await test.service.ask('admin', 'GET', '/api/v1/prompts')).json()
  const found = prompts.find((prompt: { promptId: string }) => prompt.promptId === promptId)
  const voice = found.languages.find((one: { language: string }) => one.language === language)
  return voice.activeVersion
}

it('lists every prompt with its text in each language', async () => {
  const { prompts } = (await test.service.ask('shift_leader', 'GET', '/api/v1/prompts')).json()
  const greeting = prompts.find(({ promptId }: { promptId: string }) => promptId === 'greeting')
  expect(greeting.languages).toEqual([
    {
      language: 'cmn',
      text: '您好,这里是一二三四五政务服务便民热线。',
      activeVersion: null,
      versions: 0,
    },
    {
      language: 'yue',
      text: '您好,呢度係一二三四五政務服務便民熱線。',
      activeVersion: null,
      versions: 0,
    },
    { language: 'en', text: null, activeVersion: null, versions: 0 },
  ])
})

it('keeps an upload as 8 kHz mono and lets nobody hear it before it is made active', async () => {
  const added = await upload('greeting?language=yue&note=spring')
  expect([added.statusCode, added.json()]).toMatchObject([
    201,
    {
      ...{ promptId: 'greeting', language: 'yue', version: 1, isActive: false, note: 'spring' },
      ...{ durationMs: 500, sizeBytes: 44 + 8_000, uploadedBy: 'admin' },
    },
  ])
  expect(await activeVersion('greeting', 'yue')).toBeNull()
  const file = readFileSync(join(test.service.promptsDir, 'yue/greeting.1.wav'))
  const samples = new Int16Array(file.buffer, file.byteOffset + 44, 4_000)
  expect(peakAt(1_000, samples.subarray(800, 3_200))).toBeCloseTo(10_000, -3)
  const audio = await ask('GET', 'greeting/versions/1/audio?language=yue')
  expect([audio.headers['content-type'], audio.rawPayload.equals(file)]).toEqual([
    'audio/wav',
    true,
  ])
  expect((await ask('GET', 'greeting/versions/1/audio')).statusCode).toBe(404)
})

it('activates, rolls back to an older version and to the one that ships', async () => {
  await upload('greeting?activate=true')
  await upload('greeting?activate=true')
  expect(await activeVersion('greeting', 'cmn')).toBe(2)
  expect((await ask('POST', 'greeting/versions/1/activate')).statusCode).toBe(204)
  expect(await activeVersion('greeting', 'cmn')).toBe(1)
  expect((await ask('POST', 'greeting/versions/default/activate')).statusCode).toBe(204)
  expect([await activeVersion('greeting', 'cmn'), filesKept()]).toEqual([
    null,
    ['cmn/greeting.1.wav', 'cmn/greeting.2.wav'],
  ])
  const { entries } = await listAudit(test.service.db, { entity: 'prompt' }, { limit: 9 })
  expect(entries.map(({ action, entityId }) => `${action} ${entityId}`).sort()).toEqual([
    'prompt.activated cmn/greeting',
    'prompt.activated cmn/greeting',
    'prompt.uploaded cmn/greeting',
    'prompt.uploaded cmn/greeting',
  ])
})

it('deletes what nobody hears, and never gives its number again', async () => {
  await upload('flood_notice?activate=true')
  await upload('flood_notice')
  const active = await ask('DELETE', 'flood_notice/versions/1')
  expect([active.statusCode, active.json().error.code]).toEqual([409, 'prompt_in_use'])
  expect((await ask('DELETE', 'flood_notice/versions/2')).statusCode).toBe(204)
  expect((await ask('DELETE', 'flood_notice/versions/2')).statusCode).toBe(404)
  expect((await ask('POST', 'flood_notice/versions/2/activate')).statusCode).toBe(404)
  expect((await upload('flood_notice')).json().version).toBe(3)
  const { versions } = (await ask('GET', 'flood_notice/versions')).json()
  expect(versions.map(({ version }: { version: number }) => version)).toEqual([3, 1])
  expect(filesKept()).toEqual(['cmn/flood_notice.1.wav', 'cmn/flood_notice.3.wav'])
  const back = await ask('POST', 'flood_notice/versions/default/activate')
  expect([back.statusCode, back.json().error.code]).toEqual([409, 'no_default'])
})

it('plays what ships, and a part of it', async () => {
  const url = '/api/v1/prompts/greeting/versions/default/audio'
  const shipped = readFileSync(new URL('../../dialplan/prompts/greeting.wav', import.meta.url))
  const { service } = test
  const headers = { cookie: await service.cookieOf('admin') }
  expect((await service.app.inject({ url, headers })).rawPayload.equals(shipped)).toBe(true)
  const part = await service.app.inject({ url, headers: { ...headers, range: 'bytes=4-7' } })
  expect([part.statusCode, part.headers['content-range']]).toEqual([
    206,
    `bytes 4-7/${shipped.length}`,
  ])
  expect(part.rawPayload.equals(shipped.subarray(4, 8))).toBe(true)
  const behind = await service.app.inject({ url, headers: { ...headers, range: 'bytes=9999999-' } })
  expect(behind.statusCode).toBe(416)
})

const long = wavOf({ framesPerSecond: 8_000 }, new Int16Array(960_001))

it.each<[string, () => ReturnType<typeof upload>, number, string]>([
  ['no WAV file', () => upload('greeting', 'RIFF?'), 400, 'invalid_request'],
  ['24 bits', () => upload('greeting', deeper(WAV)), 415, 'unsupported_sound'],
  ['JSON', () => upload('greeting', '{}', 'application/json'), 415, 'unsupported_media_type'],
  ['MP3', () => upload('greeting', WAV, 'audio/mpeg'), 415, 'unsupported_media_type'],
  ['over two minutes', () => upload('greeting', long), 413, 'sound_too_long'],
  ['over 10 MiB', () => upload('greeting', Buffer.alloc(10_485_761)), 413, 'body_too_large'],
  ['a bad id', () => upload('..%2Fgreeting'), 400, 'invalid_request'],
  ['a bad language', () => upload('greeting?language=fr'), 400, 'invalid_request'],
])('%s: refused, and nothing is kept', async (_, send, status, code) => {
  const reply = await send()
  expect([reply.statusCode, reply.json().error.code]).toEqual([status, code])
  expect(filesKept()).toEqual([])
  expect(await listActivePrompts(test.service.db)).toEqual([])
})

function deeper(wav: Buffer): Buffer {
  const copy = Buffer.from(wav)
  copy.writeUInt16LE(24, 34)
  return copy
}

it('nobody but an administrator changes one; an unknown one is not there', async () => {
  const url = '/api/v1/prompts/greeting/versions/default/activate'
  expect((await test.service.ask('shift_leader', 'POST', url)).statusCode).toBe(403)
  expect((await ask('GET', 'never_heard_of/versions')).statusCode).toBe(404)
})
