// Erlang's formulas against tables and against a day that is simply played through: callers at random,
// talks and patience of random length, the longest waiting first.
import { describe, expect, it } from 'vitest'
import { agentsFor, erlangA, erlangC, loadOf } from '../../src/core/erlang.ts'
import { dueOn, lastPeriod, periodBefore } from '../../src/core/reports.ts'

const LIMIT_MS = 15_000

/** Deterministic chance (mulberry32), so that a failure can be looked at again. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Share of callers answered within the limit, by playing `calls` calls in their order. */
function played(
  {
    callsPerHour,
    handleMs,
    patienceMs,
  }: { callsPerHour: number; handleMs: number; patienceMs: number },
  agents: number,
  calls: number,
  seed: number,
): number {
  const random = chance(seed)
  const exponential = (mean: number) => -mean * Math.log(1 - random())
  const freeAt = new Array<number>(agents).fill(0)
  let at = 0
  let within = 0
  for (let call = 0; call < calls; call += 1) {
    at += exponential(3_600_000 / callsPerHour)
    const patience = exponential(patienceMs)
    const talk = exponential(handleMs)
    let soonest = 0
    for (let agent = 1; agent < agents; agent += 1) {
      if ((freeAt[agent] ?? 0) < (freeAt[soonest] ?? 0)) soonest = agent
    }
    const wait = Math.max(0, (freeAt[soonest] ?? 0) - at)
    // First come, first served: who gives up earlier than their turn takes nobody's time.
    if (wait > patience) continue
    freeAt[soonest] = at + wait + talk
    if (wait <= LIMIT_MS) within += 1
  }
  return within / calls
}

describe('Erlang A', () => {
  it.each([
    [{ callsPerHour: 300, handleMs: 240_000, patienceMs: 90_000 }, 20],
    [{ callsPerHour: 300, handleMs: 240_000, patienceMs: 90_000 }, 23],
    [{ callsPerHour: 60, handleMs: 180_000, patienceMs: 45_000 }, 3],
  ])('agrees with a played day of %o and %i agents within a point', (traffic, agents) => {
    const seen = [1, 2].map((seed) => played(traffic, agents, 200_000, seed))
    const mean = seen.reduce((sum, share) => sum + share, 0) / seen.length
    const { patienceMs } = traffic
    const { answeredWithin } = erlangA(traffic, agents, { patienceMs, answerMsMax: LIMIT_MS })
    expect(Math.abs(answeredWithin - mean)).toBeLessThan(0.01)
  })

  it('comes to Erlang C where callers wait for ever, and is above it where they do not', () => {
    const traffic = { callsPerHour: 100, handleMs: 180_000 }
    const c = erlangC(traffic, 8, 20_000)
    const patient = erlangA(traffic, 8, { patienceMs: 1e9, answerMsMax: 20_000 })
    expect(patient.answeredWithin).toBeCloseTo(c?.answeredWithin ?? 0, 4)
    expect(patient.waiting).toBeCloseTo(c?.waiting ?? 0, 4)
    const hasty = erlangA(traffic, 8, { patienceMs: 30_000, answerMsMax: 20_000 })
    expect(hasty.abandoned).toBeGreaterThan(0)
    expect(hasty.waiting).toBeLessThan(c?.waiting ?? 0)
  })
})

describe('Erlang C', () => {
  it('gives the waiting share of the tables for 5 Erlang on 7 agents', () => {
    const traffic = { callsPerHour: 100, handleMs: 180_000 }
    expect(loadOf(traffic)).toBe(5)
    expect(erlangC(traffic, 7, 0)?.waiting).toBeCloseTo(0.3241, 4)
    expect(erlangC(traffic, 5, 0)).toBeNull()
  })

  it('finds the fewest agents that reach a target', () => {
    const traffic = { callsPerHour: 100, handleMs: 180_000 }
    const within = (agents: number) => erlangC(traffic, agents, 20_000)?.answeredWithin ?? 0
    const agents = agentsFor(within, 0.8, 100) ?? 0
    expect(within(agents)).toBeGreaterThanOrEqual(0.8)
    expect(within(agents - 1)).toBeLessThan(0.8)
    expect(agentsFor(within, 1.1, 100)).toBeNull()
  })
})

it('the fewest agents are found in a few looks, since a forecast of days asks a thousand times', () => {
  for (const fewest of [0, 1, 2, 7, 320, 1_999, 2_000]) {
    let looks = 0
    const within = (agents: number) => {
      looks += 1
      return agents >= fewest ? 1 : 0
    }
    expect(agentsFor(within, 0.8, 2_000)).toBe(fewest)
    expect(looks).toBeLessThan(25)
  }
  expect(agentsFor(() => 0, 0.8, 2_000)).toBeNull()
})

describe('the periods of reports', () => {
  it('are the last whole day, week and month', () => {
    expect(lastPeriod('daily', '2026-12-01')).toEqual({ from: '2026-11-30', to: '2026-11-30' })
    expect(lastPeriod('weekly', '2026-12-01')).toEqual({ from: '2026-11-23', to: '2026-11-29' })
    expect(lastPeriod('monthly', '2027-01-15')).toEqual({ from: '2026-12-01', to: '2026-12-31' })
    expect(periodBefore({ from: '2026-11-23', to: '2026-11-29' })).toEqual({
      from: '2026-11-16',
      to: '2026-11-22',
    })
    expect(dueOn('2026-12-01')).toEqual(['interval', 'daily', 'monthly'])
    expect(dueOn('2026-11-30')).toEqual(['interval', 'daily', 'weekly'])
  })
})
