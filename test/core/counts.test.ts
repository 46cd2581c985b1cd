// The day's counts across a restart: what the records have counted is not counted again.
import { expect, it } from 'vitest'
import { NO_COUNTS } from '../../src/core/metrics.ts'
import { emptyState } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'
import { SMALL_HOTLINE } from '../support/hotline.ts'

const AT = Date.UTC(2026, 10, 23, 4)
const DAY = '2026-11-23'

it('counts a caller once who is told that nobody is there while the service restarts', () => {
  const state = emptyState('second')
  const call = { callId: 'c1', legId: 'c1-leg', nodeId: 'fs1', from: '138', to: '12345' }
  step(state, { type: 'config.loaded', at: AT, config: SMALL_HOTLINE })
  step(state, {
    type: 'history.restored',
    at: AT,
    agents: [],
    calls: [
      {
        ...call,
        arrivedAt: AT - 1_000,
        queueId: 'city',
        queuedAt: null,
        agentId: null,
        answeredAt: null,
        connectedAt: null,
        holdMs: 0,
        holdSegments: 0,
      },
    ],
    recordings: [],
    counts: [
      { day: DAY, queueId: '*', counts: { ...NO_COUNTS, inbound: 1 } },
      { day: DAY, queueId: 'city', counts: { ...NO_COUNTS, inbound: 1 } },
    ],
  })
  const leg = {
    legId: call.legId,
    role: 'caller' as const,
    callId: call.callId,
    from: call.from,
    to: call.to,
    createdAt: AT - 1_000,
    isAnswered: true,
    bridgedTo: null,
    isPlaying: true,
    agentId: null,
    queueId: null,
    queuedAt: null,
    answeredAt: null,
    connectedAt: null,
    heldAt: null,
    recordingPath: null,
    promptedAt: null,
  }
  step(state, { type: 'switch.synced', at: AT, nodeId: 'fs1', askedAt: AT, legs: [leg] })
  const gone = { type: 'switch.synced', nodeId: 'fs1', legs: [] } as const
  step(state, { ...gone, at: AT + 100, askedAt: AT + 100 })
  expect(state.calls.has('c1')).toBe(true)
  step(state, { ...gone, at: AT + 10_000, askedAt: AT + 10_000 })
  expect(state.calls.size + state.unconfirmed.size).toBe(0)
  const expected = { ...NO_COUNTS, inbound: 1, noAgent: 1 }
  expect(state.counts.get(DAY)?.get('*')).toEqual(expected)
  expect(state.counts.get(DAY)?.get('city')).toEqual(expected)
})
