// What facts mean for those who look on: which agents and calls look different, who is alerted.
import { describe, expect, it } from 'vitest'
import type { Fact, RecordedFact } from '../../src/core/facts.ts'
import { liveHotline } from '../../src/core/live.ts'
import { wireHotline } from '../../src/core/live-wire.ts'
import { alertOf, hotlineChanges, touchedBy } from '../../src/push/messages.ts'
import { Floor, NOON } from '../support/floor.ts'
import { SMALL_HOTLINE } from '../support/hotline.ts'

const ZONE = 'Asia/Shanghai'
const at = NOON
const recorded = (...facts: readonly Fact[]): RecordedFact[] =>
  facts.map((fact, i) => ({ ...fact, seq: i + 1 }))
const leg = { callId: 'c1', agentId: 'a1', legId: 'l1' }
const ended: Fact = {
  type: 'call.ended',
  at,
  callId: 'c1',
  ending: 'served',
  queueId: 'city',
  agentId: 'a1',
  hangupBy: 'caller',
  cause: 'NORMAL_CLEARING',
  arrivedAt: at,
  waitMs: 0,
  talkMs: 0,
  holdMs: 0,
  openHold: null,
}

describe('touched by facts', () => {
  it('an offer touches its call, its agent and the figures', () => {
    const fact: Fact = { type: 'call.offered', at, ...leg, queueId: 'city' }
    expect(touchedBy(recorded(fact))).toEqual({
      agentIds: new Set(['a1']),
      callIds: new Set(['c1']),
      endedCallIds: new Set(),
      hotline: true,
      everything: false,
    })
  })

  it('watching touches who watches and who is watched, and no figure', () => {
    const watch = { at, ...leg, supervisorId: 'a4', mode: 'listen' } as const
    const facts: Fact[] = [
      { type: 'monitor.started', ...watch },
      { type: 'monitor.ended', ...watch, reason: 'ended' },
    ]
    for (const fact of facts) {
      const { agentIds, callIds, hotline } = touchedBy(recorded(fact))
      expect(agentIds).toEqual(new Set(['a1', 'a4']))
      expect(callIds).toEqual(new Set(['c1']))
      expect(hotline).toBe(false)
    }
  })

  it('an ended call is only that', () => {
    const fact: Fact = { type: 'call.hold_warned', at, ...leg }
    const touched = touchedBy(recorded(fact, ended))
    expect(touched.callIds).toEqual(new Set())
    expect(touched.endedCallIds).toEqual(new Set(['c1']))
    expect(touched.agentIds).toEqual(new Set(['a1']))
  })

  it('a hold warning moves no figure', () => {
    expect(touchedBy(recorded({ type: 'call.hold_warned', at, ...leg })).hotline).toBe(false)
  })

  it.each<Fact>([
    { type: 'call.hold_requested', at, ...leg, beginPrompt: null },
    { type: 'recording.started', at, callId: 'c1', path: 'p' },
    { type: 'leg.ended', at, ...leg, cause: 'x', sipStatus: null },
  ])('$type is seen by nobody', (fact) => {
    const { agentIds, callIds, hotline, everything } = touchedBy(recorded(fact))
    expect([agentIds.size, callIds.size, hotline, everything]).toEqual([0, 0, false, false])
  })

  it('a new configuration may change everything', () => {
    const config = { ...SMALL_HOTLINE, timeZone: ZONE, queues: [], numbers: [], agents: [] }
    expect(touchedBy(recorded({ type: 'config.loaded', at, config })).everything).toBe(true)
  })
})

describe('alerts', () => {
  const offerEnded = {
    type: 'offer.ended',
    at,
    ...leg,
    queueId: 'city',
    ringMs: 1,
    rings: 1,
  } as const
  it.each<[Fact, string | undefined]>([
    [{ type: 'call.hold_warned', at, ...leg }, 'hold_warning'],
    [{ type: 'call.hold_limit_reached', at, ...leg, count: 1 }, 'hold_limit'],
    [{ ...offerEnded, outcome: 'rona', cause: 'NO_ANSWER' }, 'offer_missed'],
    [{ ...offerEnded, outcome: 'caller_abandoned', cause: 'ORIGINATOR_CANCEL' }, undefined],
    [{ type: 'call.left_unrecorded', at, callId: 'c1', agentId: 'a1' }, 'left_unrecorded'],
    [{ type: 'recording.missing', at, callId: 'c1', path: 'p', reason: 'x' }, 'recording_missing'],
    [ended, undefined],
  ])('$type', (fact, code) => {
    expect(alertOf({ ...fact, seq: 1 }, ZONE)?.code).toBe(code)
  })

  it('says when, about which call and whom', () => {
    const fact: RecordedFact = { type: 'call.hold_warned', at, ...leg, seq: 1 }
    expect(alertOf(fact, ZONE)).toEqual({
      code: 'hold_warning',
      callId: 'c1',
      agentId: 'a1',
      at: '2026-11-23T12:00:00.000+08:00',
    })
  })
})

it('the difference of two hotlines is the totals that moved and whole queues', () => {
  const floor = new Floor()
  const view = () => wireHotline(liveHotline(floor.engine.state, floor.clock.now()), ZONE)
  const before = view()
  expect(hotlineChanges(before, view())).toEqual({})
  floor.ready('a4')
  const signedIn = view()
  // Agent a4 has no skill that any queue requires.
  expect(hotlineChanges(before, signedIn)).toEqual({ hotline: { agents: signedIn.agents } })
  floor.ready('a1')
  floor.park('c1')
  const { hotline, queues } = hotlineChanges(signedIn, view())
  expect(Object.keys(hotline ?? {}).sort()).toEqual([
    'agents',
    'alarms',
    'longestWaitSince',
    'today',
    'waiting',
  ])
  expect(queues?.map(({ queueId }) => queueId)).toEqual(['city', 'tiny'])
  expect(queues?.[0]).toEqual(view().queues[0])
  floor.stop()
})
