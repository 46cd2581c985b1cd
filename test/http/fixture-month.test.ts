// Every figure of a month, over HTTP, against a second reckoning that is plain loops over the same facts: in
// total and told apart, raw and adjusted, live and from the records, and each opened to its calls.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../support/database.ts'
import {
  DAY_MS,
  DAYS,
  HOUR_MS,
  MINUTE_MS,
  MONTH_END,
  MONTH_HOTLINE,
  MONTH_START,
} from '../support/fixture-month.ts'
import {
  dayIn,
  ENDING_BY_OUTCOME,
  isAnswered,
  isTimely,
  type PlainCall,
  plainFigures,
  plainRow,
  plainServiceLevels,
  plainWaits,
} from '../support/plain-figures.ts'
import { iso, RecordedMonth, SCOPE } from '../support/recorded-month.ts'

const database = testDatabase({ isKept: true })
let month: RecordedMonth
beforeAll(async () => {
  month = await RecordedMonth.start(database.db)
}, 600_000)
afterAll(() => month?.stop())

const TIMEOUT_MS = 300_000
const period = (from: number, to: number) => `from=${iso(from)}&to=${iso(to)}`
const MONTH = period(MONTH_START, MONTH_END)
/** Neither end is on a quarter of an hour; a window begins before it and another ends after it. */
const RAGGED = [
  MONTH_START + 4 * DAY_MS + 11 * HOUR_MS + 7,
  MONTH_START + 16 * DAY_MS + 3 * HOUR_MS + 1_777,
] as const

/** What the API should say of these calls; `end` is the first moment after the period. */
function rowOf(calls: readonly PlainCall[], end: number) {
  const { windows } = month
  return plainRow(calls, { day: dayIn(end - 1), windows, scope: SCOPE })
}

function byKey(rows: readonly { key: string }[]): Record<string, unknown> {
  return Object.fromEntries(rows.map(({ key, ...row }) => [key, row]))
}

describe('the month', () => {
  it('has everything in it that the figures must get right', () => {
    const { calls } = month
    const endings = new Set(calls.map(({ ending }) => ending))
    for (const ending of Object.values(ENDING_BY_OUTCOME)) {
      // The last two are of calls that we make.
      if (ending !== 'not_reached' && ending !== 'withdrawn') expect(endings).toContain(ending)
    }
    const facts = month.month.floor.facts.map((fact) =>
      fact.type === 'call.transferred' || fact.type === 'call.transfer_started'
        ? `${fact.type} ${fact.mode} ${fact.target.kind}`
        : fact.type === 'call.requeued'
          ? `${fact.type} ${fact.reason}`
          : fact.type,
    )
    for (const happened of [
      'call.transferred blind agent',
      'call.transferred blind unit',
      'call.transferred consult agent',
      'call.transferred consult unit',
      'call.transferred recall agent',
      'call.transfer_started blind queue',
      'call.requeued offer_ended',
      'call.requeued returned',
      'call.requeued phone_vanished',
      'call.dialled',
      'call.diverted',
    ]) {
      expect(facts).toContain(happened)
    }
    const overMidnight = ({ arrivedAt, answeredAt }: PlainCall) =>
      answeredAt !== null && dayIn(answeredAt) !== dayIn(arrivedAt)
    expect(calls.filter(overMidnight).length).toBeGreaterThan(10)
    expect(calls.filter(({ holdsExceeded }) => holdsExceeded > 0).length).toBeGreaterThan(10)
    expect(calls.filter((call) => month.isExcluded(call)).length).toBeGreaterThan(30)
  })
})

describe('figures of calls', () => {
  it.each([
    ['the month', MONTH_START, MONTH_END],
    ['a ragged stretch', ...RAGGED],
  ])(
    'are right in total, by queue and by number: %s',
    async (_, from, to) => {
      const rows = async (by: string) =>
        (await month.get(`/kpi/figures?${period(from, to)}&by=${by}`)).rows
      const calls = month.arrived(from, to)
      const total = await month.get(`/kpi/figures?${period(from, to)}`)
      expect(byKey(total.rows)).toEqual({ '': rowOf(calls, to) })
      expect(total.waits).toEqual(plainWaits(calls))
      const told = (keys: Iterable<string>, isOf: (call: PlainCall, key: string) => boolean) =>
        Object.fromEntries(
          [...keys].map((key) => [
            key,
            rowOf(
              calls.filter((call) => isOf(call, key)),
              to,
            ),
          ]),
        )
      const numbers = new Set(calls.map(({ number }) => number))
      expect(byKey(await rows('number'))).toEqual(told(numbers, (call, key) => call.number === key))
      const queueIds = MONTH_HOTLINE.queues.map(({ queueId }) => queueId)
      expect(byKey(await rows('queue'))).toEqual(
        told(queueIds, (call, key) => call.queueId === key),
      )
    },
    TIMEOUT_MS,
  )

  it(
    'are right by skill: of the queues that ask for it',
    async () => {
      const { rows } = await month.get(`/kpi/figures?${MONTH}&by=skill`)
      const skills = { mandarin: ['city', 'tiny', 'help', 'firms'], cantonese: ['yue'] }
      expect(rows.map(({ key }: { key: string }) => key).sort()).toEqual(['cantonese', 'mandarin'])
      for (const { key, raw, adjusted, serviceLevels } of rows) {
        const queueIds = skills[key as keyof typeof skills]
        const isMeant = ({ queueId }: PlainCall) => queueIds.includes(queueId ?? '')
        const expected = rowOf(month.arrived(MONTH_START, MONTH_END, isMeant), MONTH_END)
        expect({ raw, adjusted, serviceLevels }).toEqual(expected)
      }
    },
    TIMEOUT_MS,
  )

  it(
    'are right day by day, of the hotline and of a queue',
    async () => {
      for (const queueId of [null, 'city', 'yue']) {
        const only = queueId === null ? '' : `&queueId=${queueId}`
        const { rows } = await month.get(`/kpi/figures?${MONTH}&by=day${only}`)
        expect(rows).toHaveLength(DAYS)
        for (const [day, { key, ...row }] of rows.entries()) {
          const from = MONTH_START + day * DAY_MS
          const isMeant = (call: PlainCall) => queueId === null || call.queueId === queueId
          const calls = month.arrived(from, from + DAY_MS, isMeant)
          expect(Date.parse(key)).toBe(from)
          expect(row, key).toEqual(rowOf(calls, from + DAY_MS))
        }
      }
    },
    TIMEOUT_MS,
  )

  it.each([
    ['hour', HOUR_MS, 4, 6],
    ['hour', HOUR_MS, 19, 21],
    ['quarter', 15 * MINUTE_MS, 8, 9],
    ['quarter', 15 * MINUTE_MS, 24, 25],
  ] as const)(
    'are right by %s',
    async (by, stepMs, first, last) => {
      const [from, to] = [MONTH_START + first * DAY_MS, MONTH_START + last * DAY_MS]
      const { rows } = await month.get(`/kpi/figures?${period(from, to)}&by=${by}`)
      expect(rows).toHaveLength((to - from) / stepMs)
      for (const { key, ...row } of rows) {
        const start = Date.parse(key)
        expect(row, key).toEqual(rowOf(month.arrived(start, start + stepMs), start + stepMs))
      }
    },
    TIMEOUT_MS,
  )

  it(
    'are right over the 24 hours up to any moment',
    async () => {
      for (const [day, ms] of [
        [1, 0],
        [5, 11.5 * HOUR_MS + 1],
        [9, 3 * HOUR_MS + 4_000],
        [21, 45_296_789],
      ] as const) {
        const to = MONTH_START + day * DAY_MS + ms
        for (const queueId of [null, 'city']) {
          const only = queueId === null ? '' : `&queueId=${queueId}`
          const { key: _, ...row } = await month.get(`/kpi/rolling?to=${iso(to)}${only}`)
          const isMeant = (call: PlainCall) => queueId === null || call.queueId === queueId
          expect(row, iso(to)).toEqual(rowOf(month.arrived(to - DAY_MS, to, isMeant), to))
        }
      }
    },
    TIMEOUT_MS,
  )

  it(
    'are right by plain SQL, live on the last day, and agree with the sums that are kept',
    async () => {
      const judged = (calls: readonly PlainCall[], day: string) => plainFigures(calls, day, SCOPE)
      for (let place = 0; place <= DAYS; place += 1) {
        const from = MONTH_START + place * DAY_MS
        const day = dayIn(from)
        const calls = month.arrived(from, from + DAY_MS)
        const of = await month.get(place === DAYS ? '/kpi/today' : `/kpi?day=${day}`)
        expect(of.day).toBe(day)
        expect(of.total, day).toEqual(judged(calls, day))
        expect(of.serviceLevels, day).toEqual(plainServiceLevels(calls, SCOPE))
        for (const { queueId, figures } of of.queues) {
          const own = calls.filter((call) => call.queueId === queueId)
          expect(figures, `${day} ${queueId}`).toEqual(judged(own, day))
        }
        const check = await month.get(`/kpi/check?day=${day}`, 'admin')
        expect(check.differences).toEqual([])
      }
    },
    TIMEOUT_MS,
  )
})

describe('the calls behind a figure', () => {
  async function behind(code: string, more: string): Promise<string[]> {
    const ids: string[] = []
    let cursor = ''
    do {
      const page = await month.get(`/kpi/${code}/calls?limit=200&${more}${cursor}`)
      ids.push(...page.calls.map(({ callId }: { callId: string }) => callId))
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`
    } while (cursor !== '')
    return ids.sort()
  }
  const idsOf = (calls: readonly PlainCall[]) => calls.map(({ callId }) => callId).sort()
  const timely = (call: PlainCall) => isTimely(call, SCOPE)
  const rates: Record<string, Record<'numerator' | 'denominator', (call: PlainCall) => boolean>> = {
    connectRate: { numerator: isAnswered, denominator: () => true },
    timelyAnswerRate: { numerator: timely, denominator: isAnswered },
    serviceLevel: { numerator: timely, denominator: () => true },
  }

  it.each([
    ['the month', MONTH_START, MONTH_END],
    ['a ragged stretch', ...RAGGED],
  ])(
    'are exactly those of each rate’s numerator, denominator and rest: %s',
    async (_, from, to) => {
      for (const [code, { numerator, denominator }] of Object.entries(rates)) {
        const parts = {
          numerator,
          denominator,
          missing: (call: PlainCall) => denominator(call) && !numerator(call),
        }
        for (const [part, isMeant] of Object.entries(parts)) {
          const ask = `${period(from, to)}&part=${part}`
          const calls = month.arrived(from, to, isMeant)
          expect(await behind(code, ask), `${code} ${part}`).toEqual(idsOf(calls))
          const kept = calls.filter((call) => !month.isExcluded(call))
          expect(await behind(code, `${ask}&adjusted=true`), `${code} ${part}`).toEqual(idsOf(kept))
          const own = kept.filter(({ queueId }) => queueId === 'city')
          expect(await behind(code, `${ask}&adjusted=true&queueId=city`)).toEqual(idsOf(own))
        }
      }
    },
    TIMEOUT_MS,
  )

  it(
    'are exactly those that ended so',
    async () => {
      for (const [outcome, ending] of Object.entries(ENDING_BY_OUTCOME)) {
        const calls = month.arrived(MONTH_START, MONTH_END, (call) => call.ending === ending)
        expect(await behind(outcome, MONTH), outcome).toEqual(idsOf(calls))
      }
    },
    TIMEOUT_MS,
  )
})
