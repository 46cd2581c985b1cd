// How figures are written: above all that no rate is ever written better than it is.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ageOf,
  clockOf,
  countOf,
  dayOf,
  durationOf,
  pageOf,
  percentOf,
  shortDurationOf,
  targetOf,
  verdictOf,
  waitLevelOf,
} from '../../src/web/wallboard/figures.ts'
import { AT, rate } from './hotline-views.ts'

describe('a rate', () => {
  it.each([
    [9_496, 10_000, 0.95, '94.9'],
    [94_999, 100_000, 0.95, '94.9'],
    [95, 100, 0.95, '95.0'],
    [97, 100, 0.95, '97.0'],
    [80, 97, 0.8, '82.4'],
    [9_999, 10_000, 0.95, '99.9'],
    [7, 7, 0.95, '100.0'],
    [0, 7, 0.95, '0.0'],
    [29, 100, 0.8, '29.0'],
    [57, 1_000, null, '5.7'],
    [9_951, 10_000, 0.995, '99.5'],
    [99_499, 100_000, 0.995, '99.4'],
    [95_119, 100_000, 0.9512, '95.11'],
    [95_121, 100_000, 0.9512, '95.12'],
  ])('of %i in %i against %s reads %s', (numerator, denominator, target, written) => {
    expect(percentOf(rate(numerator, denominator, target))).toBe(written)
  })

  it('of nothing has no figure and no verdict', () => {
    expect(percentOf(rate(0, 0, 0.95))).toBeNull()
    expect(verdictOf(rate(0, 0, 0.95))).toBe('none')
  })

  it('without a target is neither met nor missed', () => {
    expect(verdictOf(rate(9, 10, null))).toBe('none')
    expect(targetOf(rate(9, 10, null))).toBeNull()
  })

  it('is written below its target exactly when it misses it, and as 100 only when it is whole', () => {
    const counts = fc.integer({ min: 1, max: 3_000_000 }).chain((denominator) =>
      fc.record({
        denominator: fc.constant(denominator),
        numerator: fc.integer({ min: 0, max: denominator }),
        target: fc.integer({ min: 1, max: 10_000 }),
      }),
    )
    fc.assert(
      fc.property(counts, ({ numerator, denominator, target }) => {
        const judged = rate(numerator, denominator, target / 10_000)
        const written = Number(percentOf(judged))
        const isMissed = numerator * 10_000 < target * denominator
        expect(written < Number.parseFloat(targetOf(judged) ?? '')).toBe(isMissed)
        expect(written === 100).toBe(numerator === denominator)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    [0.95, '95%'],
    [0.8, '80%'],
    [0.995, '99.5%'],
    [0.9512, '95.12%'],
    [1, '100%'],
  ])('with target %s shows it as %s', (target, written) => {
    expect(targetOf(rate(1, 1, target))).toBe(written)
  })
})

it.each([
  [null, 'none'],
  [0, 'calm'],
  [14_999, 'calm'],
  [15_000, 'warning'],
  [30_000, 'warning'],
  [30_001, 'alarm'],
])('a wait of %s ms is %s', (waitMs, level) => {
  expect(waitLevelOf(waitMs)).toBe(level)
})

it.each([
  [-300, '0:00'],
  [7_999, '0:07'],
  [754_000, '12:34'],
  [3_723_000, '1:02:03'],
])('%i ms last %s', (ms, written) => {
  expect(durationOf(ms)).toBe(written)
})

it('writes short times in tenths of a second and long ones in minutes', () => {
  expect(shortDurationOf(8_370)).toEqual({ value: '8.4', isSeconds: true })
  expect(shortDurationOf(59_949)).toEqual({ value: '59.9', isSeconds: true })
  expect(shortDurationOf(59_960)).toEqual({ value: '0:59', isSeconds: false })
  expect(shortDurationOf(72_000)).toEqual({ value: '1:12', isSeconds: false })
})

it.each([
  [0, 'age.seconds', 0],
  [32_900, 'age.seconds', 32],
  [119_999, 'age.seconds', 119],
  [120_000, 'age.minutes', 2],
  [7_200_000, 'age.hours', 2],
  [172_800_000, 'age.days', 2],
])('%i ms ago is %s %i', (ms, key, n) => {
  expect(ageOf(ms)).toEqual({ key, n })
})

it('tells the time of the hotline, not that of the screen', () => {
  expect(clockOf(AT, 8 * 3_600_000)).toBe('14:32:05')
  expect(clockOf(AT, 0)).toBe('06:32:05')
})

it('names the day with its weekday', () => {
  expect(dayOf('2026-11-23', 'zh')).toMatch(/2026年11月23日\s?星期一/)
  expect(dayOf('2026-11-23', 'en')).toBe('Monday, 23 November 2026')
  expect(dayOf('?', 'en')).toBe('?')
})

it('groups large counts', () => {
  expect(countOf(12_850)).toBe('12,850')
})

describe('queues that do not fit', () => {
  const queues = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

  it('share pages of like size, each for ten seconds, and begin again', () => {
    const shown = [0, 9_999, 10_000, 20_000].map((now) => pageOf(queues, 6, now).items.join(''))
    expect(shown).toEqual(['abcd', 'abcd', 'efg', 'abcd'])
    expect(pageOf(queues, 6, 10_000)).toMatchObject({ page: 2, pages: 2 })
  })

  it('need no pages while they fit', () => {
    expect(pageOf(queues.slice(0, 6), 6, 54_321)).toMatchObject({ page: 1, pages: 1 })
    expect(pageOf([], 6, 54_321)).toEqual({ page: 1, pages: 1, items: [] })
  })
})
