// The counts that the norms' rates are made of, by SQL, against fixtures whose figures are known and
// against the live fold over the same facts.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rollingCounts, rollingSince } from '../../src/core/counting.ts'
import type { Fact } from '../../src/core/facts.ts'
import { NORM_DEFINITION } from '../../src/core/kpi-definitions.ts'
import { type Counts, figures, NO_COUNTS } from '../../src/core/metrics.ts'
import { routingRestored } from '../../src/core/remembered.ts'
import { emptyState } from '../../src/core/state.ts'
import { countCalls, countsOfDay, countsOfDays } from '../../src/store/kpi.ts'
import { differencesOn } from '../../src/store/kpi-check.ts'
import { adjustedCounts } from '../../src/store/kpi-periods.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { remembered } from '../../src/store/remembered.ts'
import { restore } from '../../src/store/restore.ts'
import { testDatabase } from '../support/database.ts'
import { abandonedCall, arrival, ending, MORNING, numbered, servedCall } from '../support/facts.ts'
import { World } from '../support/world.ts'

const database = testDatabase()
const DAY = '2026-11-23'
const ZONE = 'Asia/Shanghai'
const HOUR_MS = 3_600_000
const BATCH = 100
/** 2026-11-23 00:00 in Shanghai. */
const MIDNIGHT = Date.UTC(2026, 10, 22, 16)

async function rollingBySql(at: number): Promise<Counts> {
  const rows = await countCalls(database.db, {
    from: rollingSince(at),
    to: at + 1,
    timeZone: ZONE,
    definition: NORM_DEFINITION,
    bucket: 'all',
    by: 'queue',
  })
  return rows.find(({ key }) => key === '*')?.counts ?? NO_COUNTS
}

async function record(facts: readonly Fact[]): Promise<void> {
  // In several transactions, as they come in life.
  const recorded = numbered(facts)
  for (let first = 0; first < recorded.length; first += BATCH) {
    const batch = recorded.slice(first, first + BATCH)
    await database.db.transaction((tx) => recordFacts(tx, batch))
  }
}

function calls(count: number, make: (place: number) => Fact[]): Fact[] {
  return Array.from({ length: count }, (_, place) => make(place)).flat()
}

describe('the counts of a day', () => {
  it('give 97 % and 80/97 for 100 calls, 97 answered, 80 of them within 15 s', async () => {
    await record([
      ...calls(80, (n) => servedCall({ callId: `fast${n}`, waitMs: n === 0 ? 15_000 : 1_000 + n })),
      ...calls(17, (n) => servedCall({ callId: `slow${n}`, waitMs: n === 0 ? 15_001 : 20_000 })),
      ...calls(3, (n) =>
        abandonedCall({ callId: `gone${n}`, arrivedAt: MORNING + HOUR_MS, waitMs: 40_000 + n }),
      ),
    ])
    const counts = await countsOfDay(database.db, DAY, ZONE)
    const total = counts.get('*') ?? NO_COUNTS
    expect(total).toEqual({
      ...NO_COUNTS,
      inbound: 100,
      queued: 100,
      answered: 97,
      answeredTimely: 80,
      served: 97,
      abandonedWaiting: 3,
      waitMsAnswered: 15_000 + 79 * 1_000 + (79 * 80) / 2 + 15_001 + 16 * 20_000,
      arrivalMsAnswered: 15_000 + 79 * 1_000 + (79 * 80) / 2 + 15_001 + 16 * 20_000,
      waitMsAbandoned: 3 * 40_000 + 3,
      waitMsMax: 40_002,
      talkMs: 97 * 60_000,
    })
    expect(counts.get('citizen')).toEqual(total)
    const { connectRate, timelyAnswerRate } = figures(total)
    // Two windows over the same calls leave them out once, and of the adjusted figure alone.
    const scope = { from: MIDNIGHT, to: MIDNIGHT + 24 * HOUR_MS, timeZone: ZONE, definitions: [] }
    const window = {
      windowId: 1,
      reason: 'emergency',
      queueId: null,
      startsAt: MORNING + HOUR_MS,
      endsAt: MORNING + HOUR_MS + 1,
      status: 'approved',
      declaredBy: 'li',
      declaredAt: MORNING,
      evidence: '',
      decidedBy: 'wang',
      decidedAt: MORNING,
    } as const
    const windows = [
      window,
      { ...window, windowId: 2, queueId: 'citizen', endsAt: window.endsAt + 5 },
    ]
    const judged = await adjustedCounts(database.db, { ...scope, dimension: 'total' }, windows)
    expect(judged.get('')).toEqual({
      raw: total,
      adjusted: { ...total, inbound: 97, queued: 97, abandonedWaiting: 0, waitMsAbandoned: 0 },
    })
    const proposed = windows.map((each) => ({ ...each, status: 'proposed' as const }))
    const before = await adjustedCounts(database.db, { ...scope, dimension: 'queue' }, proposed)
    expect(before.get('citizen')).toEqual({ raw: total, adjusted: total })
    expect(connectRate).toMatchObject({ value: 0.97, met: true })
    expect(timelyAnswerRate).toMatchObject({ numerator: 80, denominator: 97, met: true })
  })

  it('keep queues apart, and count a call to no queue in the total alone', async () => {
    const [arrived] = arrival({ callId: 'stray' })
    if (arrived === undefined) throw new Error('arrival() has changed')
    const at = MORNING + 3_000
    await record([
      ...servedCall({ callId: 'a', queueId: 'citizen' }),
      ...servedCall({ callId: 'b', queueId: 'english' }),
      ...abandonedCall({ callId: 'c', queueId: 'english' }),
      arrived,
      { type: 'call.refused', at, callId: 'stray', reason: 'unknown_number', queueId: null },
      {
        ...ending({ callId: 'stray', ending: 'unknown_number', at }),
        queueId: null,
        waitMs: null,
      } as Fact,
    ])
    const counts = await countsOfDay(database.db, DAY, ZONE)
    expect([...counts.keys()].sort()).toEqual(['*', 'citizen', 'english'])
    expect(counts.get('*')).toMatchObject({ inbound: 4, answered: 2, unknownNumber: 1 })
    expect(counts.get('english')).toMatchObject({ inbound: 2, answered: 1, abandonedWaiting: 1 })
  })

  it('belong to the local day on which the call arrived, whenever it was answered', async () => {
    await record([
      ...servedCall({ callId: 'before', arrivedAt: MIDNIGHT - 1, waitMs: 10_000 }),
      ...servedCall({ callId: 'first', arrivedAt: MIDNIGHT }),
      ...servedCall({ callId: 'last', arrivedAt: MIDNIGHT + 86_400_000 - 1, waitMs: 20_000 }),
      ...servedCall({ callId: 'after', arrivedAt: MIDNIGHT + 86_400_000 }),
    ])
    const days = await countsOfDays(database.db, {
      from: '2026-11-22',
      to: '2026-11-24',
      timeZone: ZONE,
    })
    const totals = days.filter(({ queueId }) => queueId === '*')
    expect(Object.fromEntries(totals.map(({ day, counts }) => [day, counts.inbound]))).toEqual({
      '2026-11-22': 1,
      '2026-11-23': 2,
      '2026-11-24': 1,
    })
    expect(totals.find(({ day }) => day === DAY)?.counts.answeredTimely).toBe(1)
    // The same four calls in a zone five and a half hours west of the first.
    const inDelhi = await countsOfDay(database.db, '2026-11-22', 'Asia/Kolkata')
    expect(inDelhi.get('*')?.inbound).toBe(2)
  })

  it('are zero on a day without calls', async () => {
    expect(await countsOfDay(database.db, DAY, ZONE)).toEqual(new Map([['*', NO_COUNTS]]))
  })
})

describe('a day of anything at all', () => {
  it.each([1, 4])(
    'counts the same by SQL and live, and restores what lives (%i)',
    async (seed) => {
      const world = new World(() => {})
      for (const choice of fc.sample(fc.noBias(fc.nat(2 ** 30)), { numRuns: 6_000, seed })) {
        world.act(choice)
      }
      await record(world.facts)
      const counts = await countsOfDay(database.db, DAY, ZONE)
      const live = world.state.counts.get(DAY) ?? new Map()
      expect(live.get('*')?.answered).toBeGreaterThan(3)
      expect(counts).toEqual(live)
      expect(await differencesOn(database.db, DAY, ZONE)).toEqual([])
      const rolling = rollingCounts(world.state, world.at, '*')
      expect(rolling).toEqual(await rollingBySql(world.at))

      const restored = await restore(database.db, { at: world.at, timeZone: ZONE })
      expect(restored.lastSeq).toBe(world.facts.length)
      expect(restored.calls.map(({ callId }) => callId).sort()).toEqual(
        [...world.state.calls.keys()].sort(),
      )
      expect(restored.recordings.map(({ path }) => path).sort()).toEqual(
        [...world.state.recordings.keys()].sort(),
      )
      const signedIn = [...world.state.agents.values()].filter(
        ({ phase }) => phase.name !== 'signed_out',
      )
      expect(restored.agents.map(({ agentId, phase }) => [agentId, phase])).toEqual(
        signedIn.map(({ agentId, phase: { name } }) => [
          agentId,
          name === 'offered' || name === 'on_call' ? 'ready' : name,
        ]),
      )
      expect(new Map(restored.counts.map(({ queueId, counts }) => [queueId, counts]))).toEqual(live)

      const memory = await remembered(database.db, world.at)
      const worked = (agentId: string) => memory.agents.find((one) => one.agentId === agentId)
      for (const agent of signedIn) {
        const isOnCall = agent.phase.name === 'on_call' ? 1 : 0
        expect(worked(agent.agentId)).toMatchObject({
          callsTaken: agent.callsTaken - isOnCall,
          talkMs: agent.talkMs,
          lastOfferedAt: agent.lastOfferedAt,
        })
        const rings = agent.answers.map(({ ringMs, isAnswered }) => ({
          ringMs: Number.isFinite(ringMs) ? ringMs : null,
          isAnswered,
        }))
        expect(worked(agent.agentId)?.rings).toEqual(rings)
      }
      const asNew = { ...emptyState('again'), queues: world.state.queues }
      routingRestored(asNew, { type: 'routing.restored', at: world.at, ...memory })
      expect(asNew.callers).toEqual(world.state.callers)
      expect(asNew.answeredShares).toEqual(world.state.answeredShares)

      world.settle()
      await database.db.transaction((tx) => recordFacts(tx, numbered(world.facts)))
      expect(await countsOfDay(database.db, DAY, ZONE)).toEqual(world.state.counts.get(DAY))
      expect(await differencesOn(database.db, DAY, ZONE)).toEqual([])
      const after = await restore(database.db, { at: world.at, timeZone: ZONE })
      expect(after.calls).toEqual([])
      expect(after.recordings).toEqual([])
    },
    120_000,
  )
})
