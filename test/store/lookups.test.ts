// Looking up calls and recordings: filters, and pages that neither skip nor repeat.
import { beforeEach, describe, expect, it } from 'vitest'
import { type CallFilter, findCall, listCalls } from '../../src/store/calls.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { findRecording, listRecordings, type RecordingFilter } from '../../src/store/recordings.ts'
import { testDatabase } from '../support/database.ts'
import { abandonedCall, MORNING, numbered, servedCall } from '../support/facts.ts'

const database = testDatabase()
const MINUTE = 60_000

beforeEach(async () => {
  const facts = [
    ...servedCall({ callId: 'a', agentId: '1001', queueId: 'citizen', talkMs: 10_000 }),
    ...servedCall({
      callId: 'b',
      agentId: '1002',
      queueId: 'english',
      arrivedAt: MORNING + MINUTE,
    }),
    ...abandonedCall({ callId: 'c', queueId: 'english', arrivedAt: MORNING + 2 * MINUTE }),
    // Three at one moment: the id decides their order.
    ...['d', 'e', 'f'].flatMap((callId) =>
      servedCall({ callId, arrivedAt: MORNING + 3 * MINUTE, talkMs: 120_000 }),
    ),
  ]
  await database.db.transaction((tx) => recordFacts(tx, numbered(facts)))
})

async function callsBy(filter: CallFilter): Promise<string> {
  const page = await listCalls(database.db, filter, { limit: 50 })
  expect(page.next).toBeNull()
  return page.calls.map(({ callId }) => callId).join('')
}

async function recordingsBy(filter: RecordingFilter): Promise<string> {
  const page = await listRecordings(database.db, filter, { limit: 50 })
  return page.recordings.map(({ callId }) => callId).join('')
}

describe('calls', () => {
  it('are listed newest first, by any of what they are known by', async () => {
    expect(await callsBy({})).toBe('fedcba')
    expect(await callsBy({ from: MORNING + MINUTE, to: MORNING + 3 * MINUTE })).toBe('cb')
    expect(await callsBy({ queueId: 'english' })).toBe('cb')
    expect(await callsBy({ agentId: '1002' })).toBe('b')
    expect(await callsBy({ ending: 'abandoned_waiting' })).toBe('c')
    expect(await callsBy({ number: '13800138000' })).toBe('fedcba')
    expect(await callsBy({ number: '12345', queueId: 'citizen', to: MORNING + 1 })).toBe('a')
    expect(await callsBy({ number: '1380013' })).toBe('')
  })

  it.each([1, 2, 3, 6])('come in pages of %i that stay right while calls arrive', async (limit) => {
    const seen: string[] = []
    let after: Awaited<ReturnType<typeof listCalls>>['next'] | undefined
    for (let pages = 0; pages < 10; pages += 1) {
      const page = await listCalls(database.db, {}, { limit, after: after ?? undefined })
      seen.push(...page.calls.map(({ callId }) => callId))
      const late = abandonedCall({
        callId: `late${pages}`,
        arrivedAt: MORNING + 9 * MINUTE + pages,
      })
      await database.db.transaction((tx) => recordFacts(tx, numbered(late, 1_000 + pages * 10)))
      after = page.next
      if (after === null) break
    }
    expect(seen.join('')).toBe('fedcba')
  })

  it('are not found under an id that is none', async () => {
    expect(await findCall(database.db, 'x')).toBeNull()
  })
})

describe('recordings', () => {
  it('are listed newest first, by agent, queue, time, length and status', async () => {
    expect(await recordingsBy({})).toBe('fedba')
    expect(await recordingsBy({ agentId: '1002' })).toBe('b')
    expect(await recordingsBy({ queueId: 'english' })).toBe('b')
    expect(await recordingsBy({ from: MORNING + MINUTE, to: MORNING + 2 * MINUTE })).toBe('b')
    expect(await recordingsBy({ durationMsMin: 10_001 })).toBe('fedb')
    expect(await recordingsBy({ durationMsMin: 10_000, durationMsMax: 60_000 })).toBe('ba')
    expect(await recordingsBy({ status: 'stopped' })).toBe('fedba')
    expect(await recordingsBy({ status: 'missing' })).toBe('')
  })

  it('come in pages', async () => {
    const first = await listRecordings(database.db, {}, { limit: 2 })
    const second = await listRecordings(
      database.db,
      {},
      { limit: 3, after: first.next ?? undefined },
    )
    expect([...first.recordings, ...second.recordings].map(({ callId }) => callId).join('')).toBe(
      'fedba',
    )
    expect(second.next).toBeNull()
  })

  it('are found by path, with the queue of their call', async () => {
    expect(await findRecording(database.db, '2026/11/23/b.wav')).toMatchObject({
      callId: 'b',
      queueId: 'english',
      durationMs: 60_000,
    })
    expect(await findRecording(database.db, '../etc/passwd')).toBeNull()
  })
})
