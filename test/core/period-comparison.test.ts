import { expect, it } from 'vitest'
import { addCounts, figures, NO_COUNTS } from '../../src/core/metrics.ts'
import { comparedWith, periodOfLastYear } from '../../src/core/period-comparison.ts'

const of = (inbound: number, answered: number, answeredTimely: number) =>
  figures(addCounts(NO_COUNTS, { inbound, answered, answeredTimely }))

it('counts grow by a share, rates by points', () => {
  const changes = Object.fromEntries(
    comparedWith(of(120, 108, 54), of(100, 80, 60)).map(({ figure, change }) => [figure, change]),
  )
  expect(changes.inbound).toBeCloseTo(0.2)
  expect(changes.answered).toBeCloseTo(0.35)
  expect(changes.answeredTimely).toBeCloseTo(-0.1)
  expect(changes.connectRate).toBeCloseTo(0.1)
  expect(changes.timelyAnswerRate).toBeCloseTo(-0.25)
})

it('says nothing where there was nothing to compare with', () => {
  for (const { change, figure } of comparedWith(of(3, 2, 1), of(0, 0, 0))) {
    expect(change, figure).toBeNull()
  }
})

it('compares with the same days a year earlier, leap days with the 28th', () => {
  const days = { from: '2028-02-29', to: '2028-03-31' }
  expect(periodOfLastYear(days)).toEqual({ from: '2027-02-28', to: '2027-03-31' })
})
