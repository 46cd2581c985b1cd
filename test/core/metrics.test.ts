// The figures of the norms, with their boundaries.
import { expect, it } from 'vitest'
import { dayOf } from '../../src/core/days.ts'
import { maskNumber } from '../../src/core/masking.ts'
import { addCounts, figures, NO_COUNTS } from '../../src/core/metrics.ts'
import { ringCyclesOf } from '../../src/core/offers.ts'

it('gives the figures of a day of 100 calls, 97 answered, 80 of them within 15 s', () => {
  const day = figures({ ...NO_COUNTS, inbound: 100, answered: 97, answeredTimely: 80 })
  expect(day.connectRate).toEqual({
    value: 0.97,
    numerator: 97,
    denominator: 100,
    target: 0.95,
    met: true,
  })
  expect(day.timelyAnswerRate.value).toBe(80 / 97)
  expect(day.timelyAnswerRate.met).toBe(true)
  expect(day.serviceLevel).toMatchObject({ value: 0.8, target: null, met: null })
})

it('compares with the target unrounded', () => {
  expect(figures({ ...NO_COUNTS, inbound: 10_000, answered: 9_499 }).connectRate.met).toBe(false)
  expect(figures({ ...NO_COUNTS, inbound: 10_000, answered: 9_500 }).connectRate.met).toBe(true)
})

it('has no rate where nobody called', () => {
  const none = figures(NO_COUNTS)
  expect(none.connectRate).toMatchObject({ value: null, met: null })
  expect(none.timelyAnswerRate.value).toBeNull()
  expect(none.avgSpeedOfAnswerMs).toBeNull()
})

it('adds everything but the longest wait, which it compares', () => {
  const one = addCounts(NO_COUNTS, { answered: 1, waitMsMax: 9_000, waitMsAnswered: 9_000 })
  const two = addCounts(one, { answered: 1, waitMsMax: 4_000, waitMsAnswered: 4_000 })
  expect(two).toMatchObject({ answered: 2, waitMsMax: 9_000, waitMsAnswered: 13_000 })
})

it.each([
  [0, 1],
  [4_999, 1],
  [5_000, 2],
  [14_999, 3],
  [15_000, 4],
])('counts rings: after %i ms the phone is in ring %i', (ringMs, rings) => {
  expect(ringCyclesOf(ringMs)).toBe(rings)
})

it('knows the calendar day of the hotline, not of the machine', () => {
  expect(dayOf(Date.UTC(2026, 10, 22, 15, 59, 59, 999), 'Asia/Shanghai')).toBe('2026-11-22')
  expect(dayOf(Date.UTC(2026, 10, 22, 16), 'Asia/Shanghai')).toBe('2026-11-23')
})

it.each([
  ['13800138000', '138****8000'],
  ['075512345', '075****45'],
  ['12345', '***45'],
  ['110', '***'],
  ['', ''],
])('masks %s as %s', (number, masked) => {
  expect(maskNumber(number)).toBe(masked)
})
