// What the public is told: small counts are withheld, and nothing that is told lets them be worked out.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type DayCounts,
  type PublicValue,
  publicMonth,
  WITHHELD_BELOW,
} from '../../src/core/public-figures.ts'

const CATEGORIES = ['city', 'health', 'labour', 'other']

function dayOf(date: number, inbound: number, over: Partial<DayCounts> = {}): DayCounts {
  return {
    day: `2026-11-${String(date).padStart(2, '0')}`,
    inbound,
    answered: inbound,
    answeredTimely: inbound,
    waitMsAnswered: inbound * 4_000,
    byCategory: { city: inbound, health: 0, labour: 0, other: 0 },
    ...over,
  }
}
const valuesOf = (told: readonly PublicValue[]) => told.map(({ value }) => value)

it('tells sums and rates of days and of the month where there are enough calls', () => {
  const first = dayOf(1, 100, { answered: 90, answeredTimely: 80, waitMsAnswered: 450_000 })
  const { days, month } = publicMonth([first, dayOf(2, 60)], CATEGORIES)
  expect(days[0]).toMatchObject({
    period: '2026-11-01',
    calls: { value: 100, withheld: false },
    connectRate: { value: 0.9 },
    timelyAnswerRate: { value: 0.89 },
    averageWaitMs: { value: 5_000 },
  })
  expect(days[1]).toMatchObject({ connectRate: { value: 1 }, timelyAnswerRate: { value: 1 } })
  expect(month).toMatchObject({
    period: '2026-11',
    calls: { value: 160 },
    connectRate: { value: 0.94 },
  })
})

it('withholds a small count, and with it the smallest other and the sum that lack it', () => {
  const byCategory = { city: 50, health: 3, labour: 9, other: 20 }
  const busy = { city: 50, health: 30, labour: 40, other: 20 }
  const { days, month } = publicMonth(
    [dayOf(1, 82, { byCategory }), dayOf(2, 140, { byCategory: busy }), dayOf(3, 4)],
    CATEGORIES,
  )
  expect(valuesOf(days[0]?.categories ?? [])).toEqual([50, null, null, 20])
  expect(valuesOf(days[1]?.categories ?? [])).toEqual([50, 30, 40, 20])
  expect(days[2]).toMatchObject({
    calls: { value: null, withheld: true },
    connectRate: { value: null, withheld: true },
    averageWaitMs: { value: null, withheld: true },
  })
  // Month less the other days would be the third day.
  expect(month.calls).toEqual({ value: null, withheld: true })
})

it('withholds a rate that a few calls went against, but not one that none did', () => {
  const { days } = publicMonth(
    [dayOf(1, 100, { answered: 97, answeredTimely: 97 }), dayOf(2, 100)],
    CATEGORIES,
  )
  expect(days[0]).toMatchObject({ connectRate: { withheld: true }, timelyAnswerRate: { value: 1 } })
  expect(days[1]?.connectRate).toEqual({ value: 1, withheld: false })
})

it('whatever the counts: none that is told is small, and none can be worked out from sums', () => {
  const count = fc.oneof(fc.nat(12), fc.nat(200))
  const day = fc.record({ city: count, health: count, labour: count, other: count })
  fc.assert(
    fc.property(fc.array(day, { minLength: 1, maxLength: 6 }), (counts) => {
      const given = counts.map((byCategory, n) => {
        const inbound = Object.values(byCategory).reduce((a, b) => a + b, 0)
        return dayOf(n + 1, inbound, { byCategory })
      })
      const { days, month } = publicMonth(given, CATEGORIES)
      const lists = [
        ...[...days, month].map(({ categories }) => categories),
        ...[...days, month].map(({ calls }) => [calls]),
      ]
      for (const { value } of lists.flat()) {
        expect(value === null || value >= WITHHELD_BELOW).toBe(true)
      }
      // Within a day the calls are the sum of all categories: never is one of them all that is missing.
      for (const { categories } of days) {
        expect(categories.filter(({ withheld }) => withheld).length).not.toBe(1)
      }
      // Within a month the sum of the days is told: never is one of them all that is missing.
      const columns = [
        { total: month.calls, of: days.map(({ calls }) => calls) },
        ...CATEGORIES.map((_, n) => ({
          total: month.categories[n],
          of: days.map(({ categories }) => categories[n]),
        })),
      ]
      for (const { total, of } of columns) {
        const missing = of.filter((one) => one?.withheld === true).length
        expect(total?.withheld === true || missing !== 1).toBe(true)
      }
    }),
  )
})
