// One day's calls, five formulas: the figures that the industry calls service level, side by side.
import { expect, it } from 'vitest'
import { definitionOn, isTimelyBy, NORM_DEFINITION } from '../../src/core/kpi-definitions.ts'
import { targetOn } from '../../src/core/kpi-targets.ts'
import { addCounts, type Counts, endingCounts, figures, NO_COUNTS } from '../../src/core/metrics.ts'
import { serviceLevels } from '../../src/core/service-levels.ts'

const T0 = Date.UTC(2026, 10, 23, 1)
const times = {
  arrivedAt: T0,
  queuedAt: T0 + 4_000,
  offeredAt: T0 + 6_000,
  answeredAt: T0 + 20_000,
}

/** 1,000 offered; 900 answered, 800 in time; of 100 abandons 40 within 5 s and 20 more within 15 s. */
function thousandCalls(): Counts {
  let counts = addCounts(NO_COUNTS, {
    inbound: 1_000,
    queued: 1_000,
    answered: 900,
    answeredTimely: 800,
  })
  const waits = [...Array(40).fill(5_000), ...Array(20).fill(15_000), ...Array(40).fill(15_001)]
  for (const waitMs of waits) {
    counts = addCounts(counts, endingCounts('abandoned_waiting', waitMs, NORM_DEFINITION))
  }
  return counts
}

it('gives 80.0, 83.3, 86.0 and 88.9 % for the same 1,000 calls, of which 90.0 % were answered', () => {
  const counts = thousandCalls()
  const levels = serviceLevels(counts)
  expect(levels.strict).toEqual({ value: 0.8, numerator: 800, denominator: 1_000 })
  expect(levels.shortAbandonsOut).toEqual({ value: 800 / 960, numerator: 800, denominator: 960 })
  expect(levels.connectStyle).toEqual({ value: 0.86, numerator: 860, denominator: 1_000 })
  expect(levels.appQueueStyle).toEqual({ value: 0.86, numerator: 860, denominator: 1_000 })
  expect(levels.answeredOnly).toEqual({ value: 800 / 900, numerator: 800, denominator: 900 })
  const { connectRate, timelyAnswerRate } = figures(counts)
  expect(connectRate).toMatchObject({ value: 0.9, met: false })
  expect(timelyAnswerRate).toMatchObject({ value: 800 / 900, met: true })
})

it('has no service level where nobody called', () => {
  for (const level of Object.values(serviceLevels(NO_COUNTS))) expect(level.value).toBeNull()
})

it.each([
  ['queued', null, true],
  ['queued', 16_000, true],
  ['queued', 15_999, false],
  ['arrived', 20_000, true],
  ['arrived', null, false],
  ['agent_offered', 14_000, true],
  ['agent_offered', 13_999, false],
] as const)(
  'judges an answer by the clock from %s and a limit of %s: %s',
  (start, limit, isTimely) => {
    const definition = { ...NORM_DEFINITION, answerClockStart: start, answerMsMax: limit }
    expect(isTimelyBy(definition, times, true)).toBe(isTimely)
  },
)

it('judges a past day by the definition and the target that were in force on it', () => {
  const second = {
    ...NORM_DEFINITION,
    version: 2,
    effectiveFrom: '2026-11-23',
    answerMsMax: 20_000,
  }
  const third = { ...second, version: 3, answerMsMax: 10_000 }
  expect(definitionOn('2026-11-22', [second, third]).version).toBe(1)
  expect(definitionOn('2026-11-23', [second, third]).version).toBe(3)
  const raised = {
    code: 'connectRate',
    effectiveFrom: '2026-12-01',
    comparator: 'at_least',
    threshold: 0.97,
  } as const
  expect(targetOn('connectRate', '2026-11-30', [raised])?.threshold).toBe(0.95)
  expect(targetOn('connectRate', '2026-12-01', [raised])?.threshold).toBe(0.97)
  expect(targetOn('serviceLevel', '2026-12-01', [raised])).toBeNull()
  const counts = { ...NO_COUNTS, inbound: 100, answered: 96 }
  const metOn = (day: string) => figures(counts, { day, targets: [raised] }).connectRate.met
  expect([metOn('2026-11-30'), metOn('2026-12-01')]).toEqual([true, false])
})
