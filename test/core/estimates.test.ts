// Estimates of waits: what they are made of before anything is known, and whether experience keeps their
// promise. `npm run bench -- estimates` prints the same over weeks.
import { describe, expect, it } from 'vitest'
import { aheadOf, estimateFor } from '../../src/core/estimates.ts'
import { emptyState } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'
import { estimatePrompts, positionPrompts } from '../../src/core/waiting.ts'
import { coverageOf, ESTIMATE_WORLDS, EstimateWorld } from '../bench/estimates.ts'
import { Floor } from '../support/floor.ts'
import { VARIED_HOTLINE } from '../support/hotline.ts'

describe('an estimate', () => {
  it('holds for four callers out of five, under load and with shared agents', () => {
    const options = ESTIMATE_WORLDS.busy
    if (options === undefined) throw new Error('no such world')
    const world = new EstimateWorld({ ...options, days: 2 })
    world.run()
    expect(world.outcomes.length).toBeGreaterThan(2_000)
    expect(coverageOf(world.outcomes)).toBeGreaterThanOrEqual(0.75)
    expect(coverageOf(world.outcomes)).toBeLessThanOrEqual(0.85)
    // Not by promising nothing: the range is narrower than the waits themselves are different.
    const mean = (of: (one: (typeof world.outcomes)[number]) => number) =>
      world.outcomes.reduce((sum, one) => sum + of(one), 0) / world.outcomes.length
    const meanWait = mean((one) => one.waitedMs)
    expect(mean((one) => one.highMs - one.lowMs)).toBeLessThan(1.2 * meanWait)
  })

  it('knows who is ahead, and is none where nobody is at work', () => {
    const floor = new Floor(VARIED_HOTLINE)
    floor.park('c1', '12345')
    expect(floor.engine.state.calls.get('c1')?.phase.name).toBe('refused')
    floor.ready('a1')
    floor.park('c2', '12345')
    floor.park('c3', '12345')
    floor.park('c4', '12345')
    const { state } = floor.engine
    const call = state.calls.get('c4')
    if (call === undefined) throw new Error('c4 does not wait')
    expect(aheadOf(state, call)).toBe(1)
    expect(estimateFor(state, call)).toMatchObject({ ahead: 1, agents: 1 })
  })

  it('is narrower with what an earlier run has learned, the same whenever it is asked', () => {
    const learned = (outcomes: readonly number[]) => {
      const state = emptyState('e')
      const at = Date.UTC(2026, 10, 23)
      step(state, { type: 'config.loaded', at, config: VARIED_HOTLINE })
      step(state, { type: 'switch.synced', at, nodeId: 'fs1', askedAt: at, legs: [] })
      step(state, {
        ...{ type: 'estimates.restored', at, wrapUpMs: 20_000 },
        talk: [{ queueId: 'care', talkMs: 100_000 }],
        outcomes: outcomes.map((waitedMs) => ({
          ...{ queueId: 'care', ahead: 0, baseMs: 120_000, waitedMs },
        })),
      })
      step(state, { type: 'phone.registered', at, agentId: 'a3' })
      step(state, { type: 'agent.sign_in_requested', at, agentId: 'a3' })
      step(state, { type: 'agent.ready_requested', at, agentId: 'a3' })
      for (const callId of ['c1', 'c2']) {
        const arrived = { nodeId: 'fs1', callId, legId: `${callId}-leg`, from: '', to: '12350' }
        step(state, { type: 'call.parked', at, ...arrived, arrivedAt: at })
      }
      return state.calls.get('c2')?.estimates[0]
    }
    expect(learned([])).toMatchObject({ baseMs: 120_000, lowMs: 11_847, highMs: 273_244 })
    const steady = learned(Array.from({ length: 200 }, (_, i) => 110_000 + i * 100))
    expect(steady?.lowMs).toBeGreaterThan(90_000)
    expect(steady?.highMs).toBeLessThan(150_000)
  })
})

describe('in words', () => {
  it.each([
    [0, ['position_next']],
    [1, ['position_before', 'number_1', 'position_after']],
    [20, ['position_before', 'number_20', 'position_after']],
    [21, ['position_many']],
  ])('%i ahead', (ahead, prompts) => expect(positionPrompts(ahead)).toEqual(prompts))

  const range = (low: number, high: number) => ({ lowMs: low * 60_000, highMs: high * 60_000 })
  it.each([
    [0.2, 0.9, ['estimate_short']],
    [0.2, 2.1, ['estimate_before', 'number_1', 'estimate_to', 'number_3', 'estimate_after']],
    [3.9, 7, ['estimate_before', 'number_3', 'estimate_to', 'number_7', 'estimate_after']],
    [3, 3, ['estimate_before', 'number_3', 'estimate_after']],
    [22, 31, ['estimate_before', 'number_20', 'estimate_to', 'number_40', 'estimate_after']],
    [35, 90, ['estimate_over', 'number_30', 'estimate_after']],
  ])('%d to %d minutes', (low, high, prompts) =>
    expect(estimatePrompts(range(low, high))).toEqual(prompts),
  )
})
