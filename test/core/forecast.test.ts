// Forecasts checked by hand: which days they go by, how much each weighs, and what they were wrong by.
import { describe, expect, it } from 'vitest'
import {
  bandOf,
  type CalendarKind,
  type DayCalls,
  dayAfter,
  forecastOf,
  type Past,
  pastErrorOf,
  sumOf,
} from '../../src/core/forecast.ts'

/** A day with all its calls from 09:00 to 09:30. */
const at9 = (calls: number): DayCalls =>
  Array.from({ length: 48 }, (_, slot) => (slot === 18 ? calls : 0))

function past(days: Record<string, number>, calendar: Record<string, CalendarKind> = {}): Past {
  return {
    days: new Map(Object.entries(days).map(([day, calls]) => [day, at9(calls)])),
    calendar: new Map(Object.entries(calendar)),
  }
}

// Mondays: 2026-11-02, -09, -16, -23. Sundays: 2026-11-01, -08, -15, -22.
const MONDAYS = { '2026-11-02': 100, '2026-11-09': 100, '2026-11-16': 150 }

describe('a day to come', () => {
  it('is like the same weekdays before, the latest weighing most', () => {
    const forecast = forecastOf(past({ ...MONDAYS, '2026-11-17': 999 }), '2026-11-23')
    expect(forecast?.basedOn).toEqual(['2026-11-16', '2026-11-09', '2026-11-02'])
    // (150 + 0.8 · 100 + 0.64 · 100) ÷ (1 + 0.8 + 0.64)
    expect(forecast?.calls[18]).toBeCloseTo(294 / 2.44, 9)
    expect(forecast?.calls[17]).toBe(0)
  })

  it('has no forecast where fewer than two days are like it', () => {
    expect(forecastOf(past({ '2026-11-16': 150 }), '2026-11-23')).toBeNull()
    expect(forecastOf(past({ '2026-09-07': 1, '2026-09-14': 1 }), '2026-11-23')).toBeNull()
  })

  it('never goes by what came on the day itself or after', () => {
    const known = past({ ...MONDAYS, '2026-11-23': 9_999, '2026-11-30': 9_999 })
    expect(forecastOf(known, '2026-11-23')?.basedOn).not.toContain('2026-11-23')
    // Of next week, seen from this week.
    expect(forecastOf(known, '2026-12-07', '2026-11-23')?.basedOn[0]).toBe('2026-11-16')
  })

  it('leaves out holidays and events among the days before', () => {
    const known = past(
      { ...MONDAYS, '2026-10-26': 7 },
      { '2026-11-16': 'event', '2026-10-26': 'holiday' },
    )
    expect(forecastOf(known, '2026-11-23')?.basedOn).toEqual(['2026-11-09', '2026-11-02'])
  })

  it('that is a holiday is like holidays, or like Sundays while too few are known', () => {
    const days = { ...MONDAYS, '2026-11-15': 20, '2026-11-22': 30, '2026-10-01': 40 }
    const one = past(days, { '2026-11-23': 'holiday', '2026-10-01': 'holiday' })
    expect(forecastOf(one, '2026-11-23')?.basedOn).toEqual(['2026-11-22', '2026-11-15'])
    const two = past(
      { ...days, '2026-02-17': 50 },
      { '2026-11-23': 'holiday', '2026-10-01': 'holiday', '2026-02-17': 'holiday' },
    )
    expect(forecastOf(two, '2026-11-23')?.basedOn).toEqual(['2026-10-01', '2026-02-17'])
  })

  it('that is worked though a Sunday is like the working days before it', () => {
    const known = past(
      { ...MONDAYS, '2026-11-20': 80, '2026-11-15': 5 },
      { '2026-11-22': 'workday' },
    )
    expect(forecastOf(known, '2026-11-22')?.basedOn).toEqual([
      '2026-11-20',
      '2026-11-16',
      '2026-11-09',
      '2026-11-02',
    ])
  })
})

describe('what forecasts have been wrong by', () => {
  it('is found by making them again as they would have been made', () => {
    const { days, error, bias } = pastErrorOf(past(MONDAYS), '2026-11-23')
    // Only the last Monday had two before it: 100 was forecast and 150 came.
    expect(days).toEqual([{ day: '2026-11-16', forecast: 100, actual: 150, error: 50 / 150 }])
    expect([error, bias]).toEqual([50 / 150, 100 / 150 - 1])
  })

  it('is nothing where every week is the same, and unknown without history', () => {
    const same = Object.fromEntries(
      Array.from({ length: 70 }, (_, back) => [dayAfter('2026-11-23', -1 - back), 60]),
    )
    const { days, error, bias, spread } = pastErrorOf(past(same), '2026-11-23')
    expect(days).toHaveLength(28)
    expect([error, bias, spread].map((value) => Math.abs(Number(value?.toFixed(9))))).toEqual([
      0, 0, 0,
    ])
    expect(pastErrorOf(past({}), '2026-11-23')).toMatchObject({ days: [], error: null, bias: null })
  })

  it('widens the band beyond what chance alone would', () => {
    const chance = bandOf(100, 0)
    expect(chance.high - 100).toBeCloseTo(12.816, 3)
    expect(bandOf(100, 0.2).high).toBeGreaterThan(chance.high)
    expect(bandOf(1, 1).low).toBe(0)
    expect(sumOf(at9(5))).toBe(5)
  })
})
