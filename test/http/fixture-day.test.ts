// The norms' own example, played: of 100 citizens who call on one day 97 reach an agent, 80 of them within
// 15 seconds. Every call goes through the engine and the records; the figures are those that people see.
import { expect, it } from 'vitest'
import type { Role } from '../../src/core/permissions.ts'
import { VirtualClock } from '../../src/simulator/clock.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { SMALL_HOTLINE } from '../support/hotline.ts'
import { type PlannedCall, PlayedFloor } from '../support/played-floor.ts'
import { testService } from '../support/service.ts'

const test = testService()
/** 2026-11-23 00:00 in Shanghai. */
const MIDNIGHT = Date.UTC(2026, 10, 22, 16)
const MORNING = MIDNIGHT + 9 * 3_600_000
const MINUTE_MS = 60_000
const DAY = `from=${iso(MIDNIGHT)}&to=${iso(MIDNIGHT + 86_400_000)}`

/** One call every three minutes, each over before the next; a1 is the only agent who is ready. */
function playDay(): PlayedFloor {
  let answersAfterMs = 1_000
  const floor = new PlayedFloor({
    clock: new VirtualClock(MORNING - MINUTE_MS),
    config: SMALL_HOTLINE,
    habitOf: () => ({ answersAfterMs }),
    wrapUpMsOf: () => 5_000,
  })
  floor.signIn('a1')
  const ready = () => void floor.ask('a1', { type: 'agent.ready_requested' })
  const away = () => void floor.ask('a1', { type: 'agent.not_ready_requested', reason: 'break' })
  const call = (place: number, more: Partial<PlannedCall> = {}) => {
    const at = MORNING + 3 * place * MINUTE_MS
    floor.plan({
      callId: `c${place}`,
      at,
      from: `1380000${String(1_000 + place)}`,
      to: '12345',
      patienceMs: 60_000,
      talkMs: 40_000,
      ...more,
    })
    return at
  }
  ready()
  // The switch hands a caller over 25 ms after the arrival; from there the 15 seconds run.
  const waits = (place: number, waitMs: number, ringMs: number) => {
    const queuedAt = call(place) + 25
    floor.at(queuedAt - 1_000, away)
    floor.at(queuedAt + waitMs - ringMs, () => {
      answersAfterMs = ringMs
      ready()
    })
  }
  for (let place = 0; place < 79; place += 1) {
    const at = call(place)
    floor.at(at, () => {
      answersAfterMs = 500 + place * 183
    })
  }
  waits(79, 15_000, 4_000)
  waits(80, 15_001, 4_000)
  for (let place = 81; place < 97; place += 1) waits(place, 15_500 + place * 100, 3_000)
  // One gives up while the phone rings, two while nobody is ready.
  floor.at(call(97, { patienceMs: 3_000 }), () => {
    answersAfterMs = 9_000
  })
  for (const place of [98, 99]) floor.at(call(place, { patienceMs: 20_000 }) - 1_000, away)
  floor.playUntil(MORNING + 310 * MINUTE_MS)
  return floor
}

it('gives 97.00 % and 80/97 for the norms’ example, and a window changes the adjusted alone', async () => {
  const floor = playDay()
  const { service } = test
  await service.db.transaction((tx) => recordFacts(tx, floor.facts))
  const ask = async (role: Role, method: 'GET' | 'POST', url: string, body?: object) =>
    (await service.ask(role, method, `/api/v1${url}`, body)).json()
  const row = async () => (await ask('shift_leader', 'GET', `/kpi/figures?${DAY}`)).rows[0]

  const before = await row()
  expect(before.raw.connectRate).toEqual({
    numerator: 97,
    denominator: 100,
    value: 0.97,
    target: 0.95,
    met: true,
  })
  expect(before.raw.timelyAnswerRate).toEqual({
    numerator: 80,
    denominator: 97,
    value: 80 / 97,
    target: 0.8,
    met: true,
  })
  expect((100 * before.raw.timelyAnswerRate.value).toFixed(2)).toBe('82.47')
  expect(before.raw.counts).toMatchObject({ abandonedRinging: 1, abandonedWaiting: 2 })
  expect(before.adjusted).toEqual(before.raw)

  // From the last call that was answered to the end of the day: 1 late answer and 3 who gave up.
  const { windowId } = await ask('shift_leader', 'POST', '/exclusion-windows', {
    reason: 'system_fault',
    startsAt: iso(MORNING + 3 * 96 * MINUTE_MS),
    endsAt: iso(MORNING + 310 * MINUTE_MS),
    evidence: '机房停电',
  })
  await ask('admin', 'POST', `/exclusion-windows/${windowId}/approve`, {})
  const after = await row()
  expect(after.raw).toEqual(before.raw)
  expect(after.serviceLevels).toEqual(before.serviceLevels)
  expect(after.adjusted.connectRate).toMatchObject({ numerator: 96, denominator: 96, value: 1 })
  expect(after.adjusted.timelyAnswerRate).toMatchObject({ numerator: 80, denominator: 96 })
}, 120_000)

function iso(at: number): string {
  return new Date(at).toISOString()
}
