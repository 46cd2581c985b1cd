// The counts behind the norms' rates, by SQL over the recorded calls: by calendar day of arrival in the
// hotline's time zone, for each queue and in total. They equal the live fold over the same facts.
import { sql } from 'drizzle-orm'
import type { QueueId } from '../core/config.ts'
import type { RestoredCounts } from '../core/inputs.ts'
import { type Counts, NO_COUNTS } from '../core/metrics.ts'
import type { Queryable } from './database.ts'
import { calls, holdSegments } from './schema.ts'

/** Days are `YYYY-MM-DD`, both ends included. */
export interface Days {
  readonly from: string
  readonly to: string
  /** IANA name. */
  readonly timeZone: string
}

/** One day; `*` is the whole hotline and always there, a queue only if it had calls. */
export async function countsOfDay(
  db: Queryable,
  day: string,
  timeZone: string,
): Promise<Map<QueueId | '*', Counts>> {
  const rows = await countsOfDays(db, { from: day, to: day, timeZone })
  const counts = new Map<QueueId | '*', Counts>([['*', NO_COUNTS]])
  for (const row of rows) counts.set(row.queueId, row.counts)
  return counts
}

/** Of each day and queue that had calls, in no particular order. */
export async function countsOfDays(
  db: Queryable,
  { from, to, timeZone }: Days,
): Promise<RestoredCounts[]> {
  // A calendar day is as long as its time zone makes it, so both ends are reckoned there. A call
  // without a queue (an unknown number) counts in the total alone.
  const { rows } = await db.execute<Record<keyof Counts | 'day' | 'queueId', unknown>>(sql`
    with arrived as (
      select *, to_char(arrived_at at time zone ${timeZone}, 'YYYY-MM-DD') as day
      from ${calls}
      where arrived_at >= ${from}::date::timestamp at time zone ${timeZone}
        and arrived_at < (${to}::date + 1)::timestamp at time zone ${timeZone}
    ), held as (
      select call_id, count(*) as holds, count(*) filter (where is_exceeded) as exceeded
      from ${holdSegments} join arrived using (call_id)
      group by call_id
    )
    select
      day,
      case when grouping(queue_id) = 1 then '*' else queue_id end as "queueId",
      count(*) as "inbound",
      count(*) filter (where is_connected) as "answered",
      count(*) filter (where is_connected and is_timely) as "answeredTimely",
      count(*) filter (where ending = 'abandoned_waiting') as "abandonedWaiting",
      count(*) filter (where ending = 'abandoned_ringing') as "abandonedRinging",
      count(*) filter (where ending = 'unknown_number') as "unknownNumber",
      count(*) filter (where ending = 'queue_full') as "queueFull",
      count(*) filter (where ending = 'no_agent') as "noAgent",
      count(*) filter (where ending = 'failed') as "failed",
      sum(wait_ms) filter (where is_connected) as "waitMsAnswered",
      max(wait_ms) filter (
        where is_connected or ending in ('abandoned_waiting', 'abandoned_ringing')
      ) as "waitMsMax",
      sum(talk_ms) as "talkMs",
      sum(hold_ms) as "holdMs",
      sum(holds) as "holds",
      sum(exceeded) as "holdsExceeded"
    from arrived left join held using (call_id)
    group by grouping sets ((day), (day, queue_id))
    having grouping(queue_id) = 1 or queue_id is not null`)
  return rows.map((row) => ({
    day: String(row.day),
    queueId: String(row.queueId),
    counts: countsFrom(row),
  }))
}

/** The drivers give 64-bit sums as text or number; a sum over nothing is null. */
function countsFrom(row: Record<keyof Counts, unknown>): Counts {
  const names = Object.keys(NO_COUNTS) as (keyof Counts)[]
  const counts = names.map((name) => [name, Number(row[name] ?? 0)] as const)
  return { ...NO_COUNTS, ...Object.fromEntries(counts) }
}
