// Beyond playing: links that end, copies that tell who took them, the shape of the sound with its marks,
// and legal holds.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { Compressor } from '../../src/archive/compressor.ts'
import type { Fact } from '../../src/core/facts.ts'
import { recordingIdOf } from '../../src/http/recording-views.ts'
import { headerOfWav } from '../../src/simulator/wav.ts'
import { listAudit } from '../../src/store/audit.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { addCopy } from '../../src/store/recording-copies.ts'
import { findRecording } from '../../src/store/recordings.ts'
import { NOON } from '../support/floor.ts'
import { testService } from '../support/service.ts'

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0
const test = testService()
const PATH = '2026/11/23/c1.wav'
const url = `/api/v1/recordings/${recordingIdOf(PATH)}`
const SECOND = 8_000

/** Two seconds: the caller speaks in the first, the agent in the second. */
function conversation(): Buffer {
  const sound = Buffer.alloc(2 * SECOND * 4)
  for (let frame = 0; frame < 2 * SECOND; frame += 1) {
    const sample = frame % 16 < 8 ? 16_384 : -16_384
    sound.writeInt16LE(sample, frame * 4 + (frame < SECOND ? 0 : 2))
  }
  return Buffer.concat([headerOfWav(2 * SECOND), sound])
}

const BYTES = conversation()

beforeEach(async () => {
  const { service } = test
  const file = join(service.recordingsDir, PATH)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, BYTES)
  const of = { callId: 'c1', path: PATH }
  const leg = { callId: 'c1', agentId: 'a1', legId: 'l1' }
  const gaps = [{ fromMs: 200, toMs: 900 }]
  const found = { durationMs: 2_000, sizeBytes: BYTES.length, sha256: 'ab', gaps }
  const facts: Fact[] = [
    { type: 'recording.requested', at: NOON, ...of, legId: 'l1', agentId: 'a1' },
    { type: 'recording.started', at: NOON, ...of },
    { type: 'call.held', at: NOON + 500, ...leg, by: 'console', segment: 1, beginPrompt: null },
    { type: 'recording.paused', at: NOON + 1_000, ...of, agentId: 'a1' },
    { type: 'recording.resumed', at: NOON + 1_500, ...of, reason: 'agent' },
    { type: 'recording.verified', at: NOON + 3_000, ...of, ...found },
  ]
  await service.db.transaction((tx) =>
    recordFacts(
      tx,
      facts.map((fact, i) => ({ ...fact, seq: i + 1 })),
    ),
  )
})

async function actionsOf(): Promise<readonly string[]> {
  const { entries } = await listAudit(test.service.db, { entity: 'recording' }, { limit: 9 })
  return entries.map(({ actor, action }) => `${actor} ${action}`)
}

it('a link plays without a sign-in, for a quarter of an hour, and is noted under its maker', async () => {
  const { service } = test
  const made = await service.ask('qa_inspector', 'POST', `${url}/links`)
  expect(made.statusCode).toBe(201)
  const link: string = made.json().url
  const played = await service.ask(null, 'GET', link)
  expect([played.statusCode, played.rawPayload.equals(BYTES)]).toEqual([200, true])
  expect(await actionsOf()).toEqual(['qa_inspector recording.played'])
  const forged = link.replace('by=qa_inspector', 'by=admin')
  expect((await service.ask(null, 'GET', forged)).statusCode).toBe(403)
  service.floor.clock.advance(15 * 60_000 + 1)
  expect((await service.ask(null, 'GET', link)).statusCode).toBe(403)
})

it('a copy says who took it, and its sound is the same', async () => {
  const copy = await test.service.ask('qa_inspector', 'GET', `${url}/export`)
  expect(copy.headers['content-disposition']).toBe('attachment; filename="c1.wav"')
  const bytes = copy.rawPayload
  expect(Number(copy.headers['content-length'])).toBe(bytes.length)
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8)
  expect(bytes.subarray(44, BYTES.length).equals(BYTES.subarray(44))).toBe(true)
  const notes = bytes.subarray(BYTES.length).toString()
  expect(notes).toContain('INFO')
  expect(notes).toContain('qa_inspector 2026-11-23T12:00')
  expect(await actionsOf()).toEqual(['qa_inspector recording.exported'])
  expect((await test.service.ask('agent', 'GET', `${url}/export`)).statusCode).toBe(403)
})

it('the shape of the sound, with what happened when', async () => {
  const waveform = (await test.service.ask('qa_inspector', 'GET', `${url}/waveform`)).json()
  expect(waveform.windowMs).toBe(100)
  expect(waveform.caller).toEqual([...Array(10).fill(0.5), ...Array(10).fill(0)])
  expect(waveform.agent).toEqual([...Array(10).fill(0), ...Array(10).fill(0.5)])
  expect(waveform.marks).toEqual([
    { kind: 'gap', fromMs: 200, toMs: 900 },
    { kind: 'hold', fromMs: 500, toMs: null },
    { kind: 'pause', fromMs: 1_000, toMs: 1_500 },
  ])
})

describe.skipIf(!hasFfmpeg)(`compressed copies${hasFfmpeg ? '' : ' (no ffmpeg here)'}`, () => {
  async function compress(isInstead: boolean): Promise<Buffer> {
    const { db, recordingsDir } = test.service
    const recording = await findRecording(db, PATH)
    if (recording === null) throw new Error('no recording')
    const name = PATH.replace('.wav', '.opus')
    const file = join(recordingsDir, name)
    const made = await new Compressor('ffmpeg').make(join(recordingsDir, PATH), file, 'opus')
    await addCopy(db, recording, { name, codec: 'opus', ...made, madeAt: NOON }, isInstead)
    if (isInstead) rmSync(join(recordingsDir, PATH))
    return readFileSync(file)
  }

  it('one beside the recording is played when asked for, whole or in part', async () => {
    const { service } = test
    const none = await service.ask('qa_inspector', 'GET', `${url}/audio?form=copy`)
    expect(none.statusCode).toBe(404)
    const copy = await compress(false)
    const whole = await service.ask('qa_inspector', 'GET', `${url}/audio`)
    expect([whole.headers['content-type'], whole.rawPayload.equals(BYTES)]).toEqual([
      'audio/wav',
      true,
    ])
    const small = await service.ask('qa_inspector', 'GET', `${url}/audio?form=copy`)
    expect([small.headers['content-type'], small.rawPayload.equals(copy)]).toEqual([
      'audio/ogg',
      true,
    ])
    expect(small.headers.etag).not.toBe(whole.headers.etag)
    const part = await service.app.inject({
      method: 'GET',
      url: `${url}/audio?form=copy`,
      headers: { range: 'bytes=10-99', cookie: await service.cookieOf('qa_inspector') },
    })
    expect([part.statusCode, part.rawPayload.equals(copy.subarray(10, 100))]).toEqual([206, true])
  })

  it('one in the recording’s place is played, drawn and taken away like the recording', async () => {
    const { service } = test
    const copy = await compress(true)
    const played = await service.ask('qa_inspector', 'GET', `${url}/audio`)
    expect(played.rawPayload.equals(copy)).toBe(true)
    const drawn = (await service.ask('qa_inspector', 'GET', `${url}/waveform`)).json()
    expect(drawn.caller.slice(1, 9).every((level: number) => level > 0.2)).toBe(true)
    expect(drawn.agent.slice(1, 9).every((level: number) => level < 0.1)).toBe(true)
    const taken = await service.ask('qa_inspector', 'GET', `${url}/export`)
    expect(taken.rawPayload.toString('latin1', 0, 4)).toBe('RIFF')
    expect(taken.rawPayload.length).toBeGreaterThan(1.9 * SECOND * 4)
    expect(taken.rawPayload.subarray(-200).toString()).toContain('qa_inspector')
  })
})

it('a legal hold is placed and lifted, and both are noted', async () => {
  const { service } = test
  const placed = await service.ask('admin', 'POST', `${url}/legal-hold`, { reason: '诉讼' })
  expect(placed.statusCode).toBe(201)
  expect((await service.ask('admin', 'GET', url)).json().isOnLegalHold).toBe(true)
  expect((await service.ask('admin', 'DELETE', `${url}/legal-hold`)).statusCode).toBe(204)
  expect((await service.ask('admin', 'DELETE', `${url}/legal-hold`)).statusCode).toBe(404)
  expect((await service.ask('admin', 'GET', url)).json().isOnLegalHold).toBe(false)
  expect(await actionsOf()).toEqual([
    'admin recording.legal_hold_lifted',
    'admin recording.legal_hold_placed',
  ])
})
