// Recordings: found, described, and played byte for byte, whole or in part, by those who may.
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Fact } from '../../src/core/facts.ts'
import { recordingIdOf } from '../../src/http/recording-views.ts'
import { listAudit } from '../../src/store/audit.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { NOON } from '../support/floor.ts'
import { testService } from '../support/service.ts'

const test = testService()
const PATH = '2026/11/23/c1.wav'
const BYTES = randomBytes(100_000)
const SHA256 = createHash('sha256').update(BYTES).digest('hex')
const id = recordingIdOf(PATH)
let seq = 0

async function record(...facts: readonly Fact[]): Promise<void> {
  const recorded = facts.map((fact) => {
    seq += 1
    return { ...fact, seq }
  })
  await test.service.db.transaction((tx) => recordFacts(tx, recorded))
}

function requested(callId: string, path: string, at = NOON): Fact {
  return { type: 'recording.requested', at, callId, path, legId: 'l1', agentId: 'a1' }
}

function verified(callId: string, path: string): Fact {
  const { length: sizeBytes } = BYTES
  const found = { durationMs: 61_000, sizeBytes, sha256: SHA256 }
  return { type: 'recording.verified', at: NOON + 70_000, callId, path, ...found }
}

beforeEach(async () => {
  seq = 0
  const file = join(test.service.recordingsDir, PATH)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, BYTES)
  await record(requested('c1', PATH), verified('c1', PATH))
})

async function play(headers: Record<string, string> = {}, recordingId = id, method = 'GET') {
  const cookie = await test.service.cookieOf('qa_inspector')
  return test.service.app.inject({
    method: method as 'GET',
    url: `/api/v1/recordings/${recordingId}/audio`,
    headers: { cookie, ...headers },
  })
}

describe('lists', () => {
  const get = (path: string) => test.service.ask('qa_inspector', 'GET', `/api/v1${path}`)
  const idsOf = (reply: { json(): { recordings: { callId: string }[] } }) =>
    reply.json().recordings.map(({ callId }) => callId)

  it('newest first, filtered, page by page', async () => {
    const missing = '2026/11/23/c2.wav'
    await record(requested('c2', missing, NOON + 1_000), {
      type: 'recording.missing',
      at: NOON + 2_000,
      callId: 'c2',
      path: missing,
      reason: 'no such file',
    })
    expect(idsOf(await get('/recordings'))).toEqual(['c2', 'c1'])
    expect(idsOf(await get('/recordings?status=missing'))).toEqual(['c2'])
    expect(idsOf(await get('/recordings?durationMsMin=60000&durationMsMax=62000'))).toEqual(['c1'])
    expect(idsOf(await get('/recordings?agentId=a2'))).toEqual([])
    expect(idsOf(await get('/recordings?from=2026-11-23T12:00:01%2B08:00'))).toEqual(['c2'])
    const first = await get('/recordings?limit=1')
    const second = await get(`/recordings?limit=1&cursor=${first.json().nextCursor}`)
    expect([idsOf(first), idsOf(second)]).toEqual([['c2'], ['c1']])
    expect(second.json().nextCursor).toBeNull()
  })

  it('one is described without saying where it lies', async () => {
    const reply = await get(`/recordings/${id}`)
    expect(reply.json()).toEqual({
      recordingId: id,
      callId: 'c1',
      agentId: 'a1',
      queueId: null,
      status: 'verified',
      requestedAt: '2026-11-23T12:00:00.000+08:00',
      startedAt: null,
      stoppedAt: null,
      checkedAt: '2026-11-23T12:01:10.000+08:00',
      durationMs: 61_000,
      sizeBytes: 100_000,
      sha256: SHA256,
      reason: null,
      flaws: [],
      gaps: [],
      fromNumber: null,
      disposition: null,
      isHoldExceeded: false,
      surveyScore: null,
      isOnLegalHold: false,
      deletedAt: null,
    })
  })

  it.each([
    ['status=lost&agentId=%00', ['query.agentId', 'query.status']],
    ['durationMsMin=-1&durationMsMax=x', ['query.durationMsMin', 'query.durationMsMax']],
    ['from=1&limit=1000', ['query.from', 'query.limit']],
    ['cursor=WzEsMl0', ['query.cursor']],
    ['q=x', ['query.q']],
  ])('bad input %s', async (query, paths) => {
    const reply = await get(`/recordings?${query}`)
    expect(reply.statusCode).toBe(400)
    const named = reply.json().error.details.map(({ path }: { path: string }) => path)
    expect([...new Set(named)]).toEqual(paths)
  })
})

describe('playing', () => {
  it('the whole', async () => {
    const reply = await play()
    expect(reply.statusCode).toBe(200)
    expect(reply.headers).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': '100000',
      'accept-ranges': 'bytes',
      etag: `"${SHA256}"`,
      'cache-control': 'private, no-cache',
    })
    expect(reply.headers['content-range']).toBeUndefined()
    expect(reply.rawPayload.equals(BYTES)).toBe(true)
  })

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-', 0, 99_999],
    ['bytes=44-1043', 44, 1_043],
    ['bytes=99999-', 99_999, 99_999],
    ['bytes=-500', 99_500, 99_999],
    ['bytes=90000-200000', 90_000, 99_999],
  ])('a part: %s', async (range, first, last) => {
    const reply = await play({ range })
    expect(reply.statusCode).toBe(206)
    expect(reply.headers['content-range']).toBe(`bytes ${first}-${last}/100000`)
    expect(reply.headers['content-length']).toBe(String(last - first + 1))
    expect(reply.rawPayload.equals(BYTES.subarray(first, last + 1))).toBe(true)
  })

  it('nothing behind the end', async () => {
    const reply = await play({ range: 'bytes=100000-' })
    expect(reply.statusCode).toBe(416)
    expect(reply.headers['content-range']).toBe('bytes */100000')
    expect(reply.json().error.code).toBe('range_not_satisfiable')
  })

  it('a part only of the version that the client has', async () => {
    const range = 'bytes=0-9'
    expect((await play({ range, 'if-range': `"${SHA256}"` })).statusCode).toBe(206)
    expect((await play({ range, 'if-range': '"another"' })).statusCode).toBe(200)
  })

  it('not again what the client has', async () => {
    const reply = await play({ 'if-none-match': `"${SHA256}"` })
    expect([reply.statusCode, reply.body]).toEqual([304, ''])
  })

  it('its head', async () => {
    const reply = await play({}, id, 'HEAD')
    expect([reply.statusCode, reply.body]).toEqual([200, ''])
    expect(reply.headers['content-length']).toBe('100000')
  })

  it('is noted with who, what and from where, every time', async () => {
    await play()
    await play({ range: 'bytes=0-9' })
    await play({ range: 'bytes=100000-' })
    const { entries } = await listAudit(test.service.db, { entity: 'recording' }, { limit: 9 })
    const played = { actor: 'qa_inspector', action: 'recording.played', entityId: PATH }
    expect(entries).toMatchObject([
      { ...played, ip: '127.0.0.1', details: { callId: 'c1', range: '0-9' } },
      { ...played, ip: '127.0.0.1', details: { callId: 'c1', range: null } },
    ])
  })

  it('only what was checked', async () => {
    await record(requested('c2', '2026/11/23/c2.wav'))
    const reply = await play({}, recordingIdOf('2026/11/23/c2.wav'))
    expect(reply.statusCode).toBe(409)
    expect(reply.json().error.code).toBe('recording_not_verified')
  })

  it('not what is gone from the disk', async () => {
    rmSync(join(test.service.recordingsDir, PATH))
    const reply = await play()
    expect(reply.statusCode).toBe(404)
    expect(reply.json().error.code).toBe('recording_gone')
  })

  it('nothing outside the folder, by a path or by a link', async () => {
    const { recordingsDir } = test.service
    const outside = join(tmpdir(), `yingda-outside-${process.pid}.wav`)
    writeFileSync(outside, 'secret')
    const up = `../${outside.split('/').at(-1)}`
    symlinkSync(outside, join(recordingsDir, 'link.wav'))
    try {
      for (const path of [up, 'link.wav', '/etc/hostname', '.', `${PATH}/x`]) {
        await record(requested('c9', path), verified('c9', path))
        const reply = await play({}, recordingIdOf(path))
        expect([path, reply.statusCode]).toEqual([path, 404])
        expect(reply.body).not.toContain('secret')
      }
    } finally {
      rmSync(outside)
    }
  })

  it.each([
    ['nothing', 404],
    [recordingIdOf('2026/11/23/other.wav'), 404],
    [`${id}%2F..`, 400],
    [recordingIdOf('a\u0000b'), 404],
    ['_'.repeat(401), 414],
  ])('an id that we never gave: %s', async (recordingId, status) => {
    expect((await play({}, recordingId)).statusCode).toBe(status)
  })
})
