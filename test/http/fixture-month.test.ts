// Every figure of a month, over HTTP, against a second reckoning that is plain loops over the same facts: in
// total and told apart, raw and adjusted, live and from the records, and each opened to its calls.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
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
import { plainAgentFigures } from '../support/plain-agents.ts'
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
vi.setConfig({ testTimeout: 300_000 })
let month: RecordedMonth
beforeAll(async () => {
  month = await RecordedMonth.start(database.db)
}, 600_000)
afterAll(() => month?.stop())

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
  ])('are right in total, by queue and by number: %s', async (_, from, to) => {
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
    expect(byKey(await rows('queue'))).toEqual(told(queueIds, (call, key) => call.queueId === key))
  })

  it('are right by skill: of the queues that ask for it', async () => {
    const { rows } = await month.get(`/kpi/figures?${MONTH}&by=skill`)
    const skills = { mandarin: ['city', 'tiny', 'help', 'firms'], cantonese: ['yue'] }
    expect(rows.map(({ key }: { key: string }) => key).sort()).toEqual(['cantonese', 'mandarin'])
    for (const { key, raw, adjusted, serviceLevels } of rows) {
      const queueIds = skills[key as keyof typeof skills]
      const isMeant = ({ queueId }: PlainCall) => queueIds.includes(queueId ?? '')
      const expected = rowOf(month.arrived(MONTH_START, MONTH_END, isMeant), MONTH_END)
      expect({ raw, adjusted, serviceLevels }).toEqual(expected)
    }
  })

  it('are right day by day, of the hotline and of a queue', async () => {
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
  })

  it.each([
    ['hour', HOUR_MS, 4, 6],
    ['hour', HOUR_MS, 19, 21],
    ['quarter', 15 * MINUTE_MS, 8, 9],
    ['quarter', 15 * MINUTE_MS, 24, 25],
  ] as const)('are right by %s', async (by, stepMs, first, last) => {
    const [from, to] = [MONTH_START + first * DAY_MS, MONTH_START + last * DAY_MS]
    const { rows } = await month.get(`/kpi/figures?${period(from, to)}&by=${by}`)
    expect(rows).toHaveLength((to - from) / stepMs)
    for (const { key, ...row } of rows) {
      const start = Date.parse(key)
      expect(row, key).toEqual(rowOf(month.arrived(start, start + stepMs), start + stepMs))
    }
  })

  it('are right over the 24 hours up to any moment', async () => {
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
  })

  it('are right by plain SQL, live on the last day, and agree with the sums that are kept', async () => {
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
  })
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
  )

  it('are exactly those that ended so', async () => {
    for (const [outcome, ending] of Object.entries(ENDING_BY_OUTCOME)) {
      const calls = month.arrived(MONTH_START, MONTH_END, (call) => call.ending === ending)
      expect(await behind(outcome, MONTH), outcome).toEqual(idsOf(calls))
    }
  })
})

describe('figures of agents', () => {
  it.each([
    ['the month', MONTH_START, MONTH_END],
    ['a day', MONTH_START + 7 * DAY_MS, MONTH_START + 8 * DAY_MS],
    ['from noon to noon', MONTH_START + 10.5 * DAY_MS, MONTH_START + 14.5 * DAY_MS],
    ['over midnight', MONTH_START + 6 * DAY_MS - HOUR_MS / 4, MONTH_START + 6 * DAY_MS + HOUR_MS],
  ])('are right: %s', async (_, from, to) => {
    const { agents } = await month.get(`/kpi/agents?${period(from, to)}`)
    expect(Object.fromEntries(agents.map(figuresOfAgent))).toEqual(agentsOf(from, to))
    const { night } = agentsOf(from, to)
    const own = await month.get(`/kpi/agents?${period(from, to)}&agentId=night`)
    expect(own.agents).toEqual([{ agentId: 'night', figures: night }])
  })

  it('have everything in them', () => {
    const agents = Object.values(agentsOf(MONTH_START, MONTH_END))
    const sum = (of: (figures: (typeof agents)[number]) => number) =>
      agents.reduce((total, figures) => total + of(figures), 0)
    expect(sum(({ transferred }) => transferred)).toBeGreaterThan(10)
    expect(sum(({ holdsExceeded }) => holdsExceeded)).toBeGreaterThan(10)
    for (const name of ['late', 'missed', 'rejected', 'unreachable', 'callerAbandoned'] as const) {
      expect(
        sum(({ offers }) => offers[name]),
        name,
      ).toBeGreaterThan(0)
    }
    const reasons = new Set(agents.flatMap((of) => Object.keys(of.notReadyMsByReason)))
    expect([...reasons]).toEqual(expect.arrayContaining(['meal', 'off_seat', 'rona', 'training']))
  })
})

function figuresOfAgent({ agentId, figures }: { agentId: string; figures: unknown }) {
  return [agentId, figures] as const
}

function agentsOf(from: number, to: number) {
  const seen = MONTH_HOTLINE.agents.flatMap(({ agentId }) => {
    const figures = plainAgentFigures(month.agents, agentId, from, to)
    return figures === null ? [] : [[agentId, figures] as const]
  })
  return Object.fromEntries(seen)
}

describe('reports', () => {
  it.each([
    ['daily', '2026-11-05', '2026-11-05'],
    ['interval', '2026-11-09', '2026-11-09'],
    ['weekly', '2026-11-16', '2026-11-22'],
    ['monthly', '2026-11-01', '2026-11-30'],
  ])('are right: %s', async (kind, fromDay, toDay) => {
    const body = await month.report({ kind, from: fromDay, to: toDay })
    const [from, to] = [startOf(fromDay), startOf(toDay) + DAY_MS]
    const calls = month.arrived(from, to)
    const { raw, adjusted, serviceLevels } = rowOf(calls, to)
    expect(body.total).toEqual({ raw, adjusted })
    expect(body.serviceLevels).toEqual(serviceLevels)
    expect(body.waits).toEqual(plainWaits(calls))
    const before = month.arrived(from - (to - from), from)
    expect(body.before.total).toEqual(plainFigures(before, dayIn(from - 1), SCOPE))
    for (const { queueId, ...of } of body.queues) {
      const own = rowOf(
        calls.filter((call) => call.queueId === queueId),
        to,
      )
      expect(of, queueId).toEqual({ raw: own.raw, adjusted: own.adjusted })
    }
    for (const { number, figures } of body.numbers) {
      const own = calls.filter((call) => call.number === number)
      expect(figures, number).toEqual(rowOf(own, to).raw)
    }
    const stepMs = kind === 'interval' ? 15 * MINUTE_MS : DAY_MS
    const starts = new Set(calls.map(({ arrivedAt }) => arrivedAt - (arrivedAt % (15 * MINUTE_MS))))
    expect(body.intervals).toHaveLength(kind === 'interval' ? starts.size : (to - from) / DAY_MS)
    for (const { start, figures } of body.intervals) {
      const at = Date.parse(start)
      const own = plainFigures(month.arrived(at, at + stepMs), dayIn(at), SCOPE)
      expect(figures, start).toEqual(own)
    }
    expect(Object.fromEntries(body.agents.map(figuresOfAgent))).toEqual(agentsOf(from, to))
    const answered = calls.filter(({ disposition }) => disposition === 'answered').length
    expect(body.dispositions).toEqual(answered === 0 ? {} : { answered })
    for (const { hour, calls: inHour, observedWithin } of body.hours) {
      const own = calls.filter(
        ({ arrivedAt }) => Math.floor((arrivedAt - MONTH_START) / HOUR_MS) % 24 === hour,
      )
      expect(inHour, `hour ${hour}`).toBe(own.length)
      expect(observedWithin).toBe(plainServiceLevels(own, SCOPE).strict.value)
    }
  })
})

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00+08:00`)
}
