// What counts as wrong on the floor, to the millisecond.
import { expect, it } from 'vitest'
import { type AlarmCauses, alarmsAt } from '../../src/core/alarms.ts'
import { figures, NO_COUNTS } from '../../src/core/metrics.ts'

const AT = 1_000_000
const CALM: AlarmCauses = {
  longestWaitSince: null,
  holdLimitAt: null,
  today: figures(NO_COUNTS),
  staffed: 0,
  advised: null,
}
const dayOf = (inbound: number, answered: number, answeredTimely: number) =>
  figures({ ...NO_COUNTS, inbound, answered, answeredTimely })

it.each([
  [0, []],
  [15_000, []],
  [15_001, [{ code: 'long_wait', level: 'warning', since: AT - 1 }]],
  [30_000, [{ code: 'long_wait', level: 'warning', since: AT - 15_000 }]],
  [30_001, [{ code: 'long_wait', level: 'alarm', since: AT - 1 }]],
])('a longest wait of %s ms', (waitMs, alarms) => {
  expect(alarmsAt(AT, { ...CALM, longestWaitSince: AT - waitMs })).toEqual(alarms)
})

it.each([
  [AT + 1, []],
  [AT, []],
  [AT - 1, [{ code: 'long_hold', level: 'alarm', since: AT - 1 }]],
])('a hold whose limit is at %s', (holdLimitAt, alarms) => {
  expect(alarmsAt(AT, { ...CALM, holdLimitAt })).toEqual(alarms)
})

it.each([
  ['nothing counted', 0, 0, 0, []],
  ['both exactly met', 100, 95, 76, []],
  ['too few connected', 100, 94, 94, ['connect_rate_low']],
  ['too few in time', 100, 100, 79, ['timely_answer_rate_low']],
  ['nobody answered', 1, 0, 0, ['connect_rate_low']],
])('%s: %s calls, %s answered, %s in time', (_, inbound, answered, timely, codes) => {
  const alarms = alarmsAt(AT, { ...CALM, today: dayOf(inbound, answered, timely) })
  expect(alarms).toEqual(codes.map((code) => ({ code, level: 'warning', since: null })))
})

it.each([
  ['none advised', 0, null, []],
  ['as many as advised', 5, 5, []],
  ['one too few', 4, 5, ['understaffed']],
])('staffing: %s', (_, staffed, advised, codes) => {
  const alarms = alarmsAt(AT, { ...CALM, staffed, advised })
  expect(alarms).toEqual(codes.map((code) => ({ code, level: 'warning', since: null })))
})
