// The counts behind the norms' rates by plain SQL over the recorded calls: the slow and simple truth by
// which the aggregates and the live fold are checked, and what answers for the few calls at the ragged
// ends of a period.
import { type SQL, sql } from 'drizzle-orm'
import type { QueueId } from '../core/config.ts'
import { dayOf } from '../core/days.ts'
import type { RestoredCounts, RestoredQuarter } from '../core/inputs.ts'
import {
  definitionOn,
  type KpiDefinition,
  NORM_ANSWER_MS_MAX,
  NORM_DEFINITION,
} from '../core/kpi-definitions.ts'
import {
  ABANDONED,
  CALLED_BACK,
  type CountName,
  type Counts,
  NO_COUNTS,
  OUTCOMES,
} from '../core/metrics.ts'
import type { Queryable } from './database.ts'
import { calls, holdSegments } from './schema.ts'

/** Days are `YYYY-MM-DD`, both ends included. */
export interface Days {
  readonly from: string
  readonly to: string
  /** IANA name. */
  readonly timeZone: string
}

/** By what calls are told apart; every row of calls has each of them or null. */
export const KEY_COLUMNS = {
  queue: sql`entered_queue_id`,
  number: sql`to_number`,
  agent: sql`agent_id`,
} as const
export type KeyName = keyof typeof KEY_COLUMNS

export type Bucket = 'all' | 'quarter' | 'hour' | 'day'

export interface CountQuery {
  /** Calls that arrived in `[from, to)`, epoch ms. */
  readonly from: number
  readonly to: number
  readonly timeZone: string
  readonly definition: KpiDefinition
  readonly bucket: Bucket
  readonly by: KeyName
  readonly where?: SQL
}

export interface CountedCalls {
  /** Start of the bucket, epoch ms; `from` for `all`. */
  readonly startAt: number
  /** `*` is all calls together; calls without a key are in that alone. */
  readonly key: string
  readonly counts: Counts
}

/** Of each bucket and key that had calls, in no particular order. */
export async function countCalls(db: Queryable, query: CountQuery): Promise<CountedCalls[]> {
  const { definition, by, where = sql`true` } = query
  const at = (time: number) => sql`${new Date(time).toISOString()}::timestamptz`
  const { rows } = await db.execute<Record<CountName | 'startAt' | 'key', unknown>>(sql`
    with arrived as (
      select *, ${KEY_COLUMNS[by]} as key, ${bucketOf(query)} as bucket
      from ${calls}
      -- The rates are of those who call us (R-001).
      where direction = 'inbound'
        and arrived_at >= ${at(query.from)} and arrived_at < ${at(query.to)} and ${where}
    ), held as (
      select call_id, count(*) as holds, count(*) filter (where is_exceeded) as exceeded
      from ${holdSegments} join arrived using (call_id)
      group by call_id
    )
    select
      (extract(epoch from bucket) * 1000)::bigint as "startAt",
      case when grouping(key) = 1 then '*' else key end as "key",
      ${countColumns(definition)}
    from arrived left join held using (call_id)
    group by grouping sets ((bucket), (bucket, key))
    having grouping(key) = 1 or key is not null`)
  return rows.map((row) => ({
    startAt: Number(row.startAt),
    key: String(row.key),
    counts: countsFrom(row),
  }))
}

function bucketOf({ bucket, from, timeZone }: CountQuery): SQL {
  switch (bucket) {
    case 'all':
      return sql`${new Date(from).toISOString()}::timestamptz`
    case 'quarter':
      return sql`to_timestamp(floor(extract(epoch from arrived_at) / 900) * 900)`
    case 'hour':
      return sql`date_trunc('hour', arrived_at at time zone ${timeZone}) at time zone ${timeZone}`
    case 'day':
      return sql`date_trunc('day', arrived_at at time zone ${timeZone}) at time zone ${timeZone}`
  }
}

function countColumns(definition: KpiDefinition): SQL {
  const { shortAbandonMs, answerMsMax } = definition
  const limitMs = answerMsMax ?? NORM_ANSWER_MS_MAX
  const abandoned = endingIn(ABANDONED)
  const outcomes = Object.entries(OUTCOMES).map(
    ([ending, name]) => sql`count(*) filter (where ending = ${ending}) as ${sql.identifier(name)}`,
  )
  return sql.join(
    [
      sql`count(*) as "inbound"`,
      sql`count(*) filter (where queued_at is not null) as "queued"`,
      sql`count(*) filter (where is_connected) as "answered"`,
      sql`count(*) filter (where is_connected and ${timelyBy(definition)}) as "answeredTimely"`,
      ...outcomes,
      sql`count(*) filter (where ${abandoned} and coalesce(wait_ms, 0) <= ${shortAbandonMs}) as "shortAbandoned"`,
      sql`count(*) filter (where ${abandoned} and coalesce(wait_ms, 0) <= ${limitMs}) as "abandonedTimely"`,
      sql`count(*) filter (where ${endingIn(CALLED_BACK)} and coalesce(wait_ms, 0) <= ${limitMs}) as "callbackTimely"`,
      sql`sum(wait_ms) filter (where is_connected) as "waitMsAnswered"`,
      sql`sum(greatest(0, ${msBetween(sql`arrived_at`, sql`answered_at`)})) filter (where is_connected) as "arrivalMsAnswered"`,
      sql`sum(wait_ms) filter (where ${abandoned}) as "waitMsAbandoned"`,
      sql`max(wait_ms) filter (where is_connected or ${abandoned}) as "waitMsMax"`,
      sql`sum(talk_ms) as "talkMs"`,
      sql`sum(hold_ms) as "holdMs"`,
      sql`sum(holds) as "holds"`,
      sql`sum(exceeded) as "holdsExceeded"`,
    ],
    sql`, `,
  )
}

export function endingIn(endings: readonly string[]): SQL {
  if (endings.length === 0) return sql`false`
  return sql`ending in (${sql.join(
    endings.map((ending) => sql`${ending}`),
    sql`, `,
  )})`
}

/** Whether an answered call was answered in time, as the definition says. */
export function timelyBy({ answerClockStart, answerMsMax }: KpiDefinition): SQL {
  if (answerClockStart === 'queued' && answerMsMax === null) return sql`is_timely`
  const starts = {
    queued: sql`queued_at`,
    arrived: sql`arrived_at`,
    agent_offered: sql`coalesce(offered_at, queued_at)`,
  }
  const waitMs = sql`greatest(0, ${msBetween(starts[answerClockStart], sql`answered_at`)})`
  return sql`${waitMs} <= ${answerMsMax ?? NORM_ANSWER_MS_MAX}`
}

function msBetween(start: SQL, end: SQL): SQL {
  return sql`extract(epoch from ${end} - ${start}) * 1000`
}

/** The drivers give 64-bit sums as text or number; a sum over nothing is null. */
function countsFrom(row: Record<CountName, unknown>): Counts {
  const names = Object.keys(NO_COUNTS) as CountName[]
  const counts = names.map((name) => [name, Number(row[name] ?? 0)] as const)
  return { ...NO_COUNTS, ...Object.fromEntries(counts) }
}

/** One day; `*` is the whole hotline and always there, a queue only if it had calls. */
export async function countsOfDay(
  db: Queryable,
  day: string,
  timeZone: string,
  definition: KpiDefinition = NORM_DEFINITION,
): Promise<Map<QueueId | '*', Counts>> {
  const [from, to] = await spanOf(db, { from: day, to: day, timeZone })
  const rows = await countCalls(db, { from, to, timeZone, definition, bucket: 'all', by: 'queue' })
  const counts = new Map<QueueId | '*', Counts>([['*', NO_COUNTS]])
  for (const row of rows) counts.set(row.key, row.counts)
  return counts
}

/** Of each day and queue that had calls, by the definition in force on the day. */
export async function countsOfDays(
  db: Queryable,
  days: Days,
  definitions: readonly KpiDefinition[] = [],
): Promise<RestoredCounts[]> {
  const counted: RestoredCounts[] = []
  for (const day of daysIn(days)) {
    const counts = await countsOfDay(db, day, days.timeZone, definitionOn(day, definitions))
    for (const [queueId, of] of counts) {
      if (of.inbound > 0) counted.push({ day, queueId, counts: of })
    }
  }
  return counted
}

/** Of each quarter of an hour and queue that had calls, by the definition in force on the day. */
export async function countsOfQuarters(
  db: Queryable,
  days: Days,
  definitions: readonly KpiDefinition[] = [],
): Promise<RestoredQuarter[]> {
  const counted: RestoredQuarter[] = []
  const { timeZone } = days
  for (const day of daysIn(days)) {
    const [from, to] = await spanOf(db, { from: day, to: day, timeZone })
    const definition = definitionOn(day, definitions)
    const query = { from, to, timeZone, definition, bucket: 'quarter', by: 'queue' } as const
    for (const { startAt, key, counts } of await countCalls(db, query)) {
      counted.push({ startAt, queueId: key, counts })
    }
  }
  return counted
}

/** First and last instant of calendar days, the last not included: a day is as long as its zone makes it. */
export async function spanOf(
  db: Queryable,
  { from, to, timeZone }: Days,
): Promise<[number, number]> {
  const { rows } = await db.execute<{ from: string; to: string }>(sql`
    select ${from}::date::timestamp at time zone ${timeZone} as "from",
      (${to}::date + 1)::timestamp at time zone ${timeZone} as "to"`)
  const [row] = rows
  if (row === undefined) throw new Error('a select without a table gives one row')
  return [instantOf(row.from), instantOf(row.to)]
}

function instantOf(value: string | Date): number {
  return new Date(value).getTime()
}

export function daysIn({ from, to }: Pick<Days, 'from' | 'to'>): string[] {
  const days: string[] = []
  for (let at = Date.parse(`${from}T00:00:00Z`); ; at += 86_400_000) {
    const day = dayOf(at, 'UTC')
    if (day > to) return days
    days.push(day)
  }
}
