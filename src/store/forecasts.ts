// Forecasts from the sums that are kept: the calls of days that have passed by half hour, how long one keeps
// an agent and how patient callers are, and the advice on staffing that follows.
import { setImmediate } from 'node:timers/promises'
import { and, asc, gt, gte, lt, sql } from 'drizzle-orm'
import {
  bandOf,
  CHECKED_DAYS,
  type DayForecast,
  dayAfter,
  forecastOf,
  HOLIDAYS_BACK,
  LIKE_DAYS_BACK,
  type Past,
  type PastError,
  pastErrorOf,
  SLOTS,
} from '../core/forecast.ts'
import { NORM_ANSWER_MS_MAX } from '../core/kpi-definitions.ts'
import { NO_COUNTS } from '../core/metrics.ts'
import { agentsAdvised, patienceOf, type StaffingAdvice, type Workload } from '../core/staffing.ts'
import { sumAgentAggregates } from './agent-aggregates.ts'
import { listCalendarDays } from './calendar-days.ts'
import type { Database, Queryable } from './database.ts'
import { staffingAdvice } from './forecast-schema.ts'
import { spanOf } from './kpi.ts'
import { listDefinitions } from './kpi-definitions.ts'
import { countsOfPeriod } from './kpi-periods.ts'
import { kpiAggregates } from './kpi-schema.ts'
import { listQueues } from './queues.ts'

const HALF_HOUR_MS = 1_800_000

export interface ForecastQuery {
  /** Null: the whole hotline. */
  readonly queueId: string | null
  /** The first day that has not passed, `YYYY-MM-DD`. */
  readonly today: string
  readonly timeZone: string
}

/** Everything that the days to come are forecast from. */
export async function pastOf(db: Queryable, query: ForecastQuery): Promise<Past> {
  const { today } = query
  const calendar = new Map((await listCalendarDays(db)).map(({ day, kind }) => [day, kind]))
  const days = new Map<string, number[]>()
  const read = async (from: string, to: string) => {
    for (const { day, slot, calls } of await callsByHalfHour(db, query, { from, to })) {
      const counts = days.get(day) ?? new Array<number>(SLOTS).fill(0)
      counts[slot] = calls
      days.set(day, counts)
    }
  }
  const first = dayAfter(today, -LIKE_DAYS_BACK - CHECKED_DAYS)
  await read(first, dayAfter(today, -1))
  for (const [day, kind] of calendar) {
    const isLongAgo = day < first && day >= dayAfter(today, -HOLIDAYS_BACK)
    if (kind === 'holiday' && isLongAgo) await read(day, day)
  }
  return { days, calendar }
}

interface HalfHour {
  readonly day: string
  readonly slot: number
  readonly calls: number
}

/** Calls that came to the queue, or to any; every version of a definition counts the same of them. */
async function callsByHalfHour(
  db: Queryable,
  { queueId, timeZone }: ForecastQuery,
  days: { readonly from: string; readonly to: string },
): Promise<HalfHour[]> {
  const [from, to] = await spanOf(db, { ...days, timeZone })
  const iso = (at: number) => new Date(at).toISOString()
  const { rows } = await db.execute<{ day: string; slot: number; calls: unknown }>(sql`
    with quarters as (
      select start_at at time zone ${timeZone} as at,
        max(coalesce((counts->>'queued')::int, 0)) as calls
      from ${kpiAggregates}
      where dimension = ${queueId === null ? 'total' : 'queue'} and key = ${queueId ?? ''}
        and grain = 'quarter'
        and start_at >= ${iso(from)}::timestamptz and start_at < ${iso(to)}::timestamptz
      group by start_at
    )
    select to_char(at, 'YYYY-MM-DD') as "day",
      (extract(hour from at) * 2 + floor(extract(minute from at) / 30))::int as "slot",
      sum(calls) as "calls"
    from quarters group by 1, 2`)
  return rows.map(({ day, slot, calls }) => ({ day, slot, calls: Number(calls) }))
}

/** How long a call keeps its agent and how patient callers are; null until calls have been handled. */
export async function workloadOf(
  db: Queryable,
  { queueId, today, timeZone }: ForecastQuery,
): Promise<Omit<Workload, 'callsPerHour'> | null> {
  const days = { from: dayAfter(today, -CHECKED_DAYS), to: dayAfter(today, -1), timeZone }
  const [from, to] = await spanOf(db, days)
  const key = queueId ?? ''
  const dimension = queueId === null ? ('total' as const) : ('queue' as const)
  const definitions = await listDefinitions(db)
  const sums = await countsOfPeriod(db, { from, to, timeZone, dimension, key, definitions })
  const counts = sums.get(key) ?? NO_COUNTS
  if (counts.answered === 0) return null
  const wrapUps = { wrapUpMs: 0, handled: 0 }
  for (const of of (await sumAgentAggregates(db, { grain: 'day', from, to })).values()) {
    wrapUps.wrapUpMs += of.wrapUpMs ?? 0
    wrapUps.handled += of.handled ?? 0
  }
  // Wrap-ups are known by agent, not by queue.
  const wrapUpMs = wrapUps.handled === 0 ? 0 : wrapUps.wrapUpMs / wrapUps.handled
  const queue = (await listQueues(db)).find((one) => one.queueId === queueId)
  return {
    handleMs: (counts.talkMs + counts.holdMs) / counts.answered + wrapUpMs,
    patienceMs: patienceOf(counts),
    answerMsMax: queue?.answerMsMax ?? NORM_ANSWER_MS_MAX,
  }
}

export interface ForecastHalfHour {
  readonly startAt: number
  readonly endAt: number
  readonly calls: number
  readonly low: number
  readonly high: number
  /** Null where it is not known how long calls last, and where nobody calls. */
  readonly agentsErlangC: number | null
  readonly agentsErlangA: number | null
}

export interface ForecastDay {
  readonly day: string
  /** Null where there is too little to go by. */
  readonly halfHours: readonly ForecastHalfHour[] | null
  readonly basedOn: readonly string[]
}

export interface Forecast {
  readonly days: readonly ForecastDay[]
  readonly pastError: PastError
  readonly workload: Omit<Workload, 'callsPerHour'> | null
  readonly past: Past
}

/** Of days from today on; both ends included. */
export async function makeForecast(
  db: Queryable,
  query: ForecastQuery & { readonly from: string; readonly to: string },
): Promise<Forecast> {
  const past = await pastOf(db, query)
  const workload = await workloadOf(db, query)
  const pastError = pastErrorOf(past, query.today)
  const days: ForecastDay[] = []
  for (let day = query.from; day <= query.to; day = dayAfter(day, 1)) {
    const forecast = forecastOf(past, day, query.today)
    const [start] = await spanOf(db, { from: day, to: day, timeZone: query.timeZone })
    days.push({
      day,
      basedOn: forecast?.basedOn ?? [],
      halfHours:
        forecast && (await halfHoursOf(forecast, { start, workload, spread: pastError.spread })),
    })
  }
  return { days, pastError, workload, past }
}

/** Live calls are handled in the same process: between half hours it is their turn. */
async function halfHoursOf(
  { calls }: DayForecast,
  { start, workload, spread }: { start: number; workload: Forecast['workload']; spread: number },
): Promise<ForecastHalfHour[]> {
  const halfHours: ForecastHalfHour[] = []
  for (const [slot, count] of calls.entries()) {
    const startAt = start + slot * HALF_HOUR_MS
    const advised =
      workload === null || count === 0
        ? { erlangC: null, erlangA: null }
        : agentsAdvised({ ...workload, callsPerHour: 2 * count })
    halfHours.push({
      startAt,
      endAt: startAt + HALF_HOUR_MS,
      calls: count,
      ...bandOf(count, spread),
      agentsErlangC: advised.erlangC,
      agentsErlangA: advised.erlangA,
    })
    await setImmediate()
  }
  return halfHours
}

/** Forecasts today and tomorrow, of every queue and of all together, and keeps what staffing they advise. */
export async function adviseStaffing(
  db: Database,
  {
    today,
    timeZone,
    at,
  }: { readonly today: string; readonly timeZone: string; readonly at: number },
): Promise<number> {
  const to = dayAfter(today, 1)
  const rows: (typeof staffingAdvice.$inferInsert)[][] = []
  const queues = await listQueues(db)
  for (const queueId of [null, ...queues.map((queue) => queue.queueId)]) {
    const { days } = await makeForecast(db, { queueId, today, timeZone, from: today, to })
    const halfHours = days.flatMap((day) => day.halfHours ?? [])
    rows.push(
      halfHours.flatMap(({ agentsErlangA: agents, startAt, endAt, calls }) =>
        agents === null
          ? []
          : [{ queueId: queueId ?? '', startAt, endAt, calls, agents, madeAt: at }],
      ),
    )
  }
  const [from, end] = await spanOf(db, { from: today, to, timeZone })
  await db.transaction(async (tx) => {
    const { startAt } = staffingAdvice
    await tx.delete(staffingAdvice).where(and(gte(startAt, from), lt(startAt, end)))
    for (const of of rows) if (of.length > 0) await tx.insert(staffingAdvice).values(of)
  })
  return rows.reduce((sum, of) => sum + of.length, 0)
}

/** What has been advised for the time from then on. */
export async function listAdvice(db: Queryable, from: number): Promise<StaffingAdvice[]> {
  const rows = await db
    .select()
    .from(staffingAdvice)
    .where(gt(staffingAdvice.endAt, from))
    .orderBy(asc(staffingAdvice.startAt))
  return rows.map(({ queueId, startAt, endAt, agents }) => ({
    queueId: queueId === '' ? null : queueId,
    startAt,
    endAt,
    agents,
  }))
}
