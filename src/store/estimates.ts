// Estimates of waits as rows, with what came true of each, and the error made on each day. Written once
// when made and once more when the caller is answered or gone.
import { and, desc, eq, gte, isNull, sql } from 'drizzle-orm'
import type { QueueId } from '../core/config.ts'
import type { RestoredEstimate } from '../core/estimates.ts'
import type { RecordedFact } from '../core/facts.ts'
import type { Queryable } from './database.ts'
import { estimates } from './estimate-schema.ts'
import type { Days } from './kpi.ts'
import { calls } from './schema.ts'

type FactOf<Type extends RecordedFact['type']> = Extract<RecordedFact, { type: Type }>

export async function projectEstimate(
  tx: Queryable,
  fact: FactOf<'call.estimated'>,
): Promise<void> {
  const { seq, callId, queueId, at: madeAt, isSaid } = fact
  const { ahead, agents, baseMs, lowMs, likelyMs, highMs } = fact
  await tx
    .insert(estimates)
    .values({
      ...{ seq, callId, queueId, madeAt, isSaid, ahead, agents },
      ...{ baseMs, lowMs, likelyMs, highMs },
    })
    .onConflictDoNothing()
}

/** The wait that was estimated is over. The first answer decides; whatever comes later changes nothing. */
export async function closeEstimates(
  tx: Queryable,
  fact: FactOf<'call.connected'> | FactOf<'call.ended'>,
): Promise<void> {
  const isAnswered = fact.type === 'call.connected'
  const until = sql.param(isAnswered ? fact.answeredAt : fact.at, estimates.madeAt)
  await tx
    .update(estimates)
    .set({
      outcome: isAnswered ? 'answered' : 'not_answered',
      waitedMs: sql`greatest(0, round(extract(epoch from (${until}::timestamptz - ${estimates.madeAt})) * 1000))::bigint`,
    })
    .where(and(eq(estimates.callId, fact.callId), isNull(estimates.outcome)))
}

export interface EstimateErrors {
  /** `YYYY-MM-DD`, by when the estimate was made. */
  readonly day: string
  readonly queueId: QueueId | '*'
  readonly made: number
  readonly said: number
  /** Of those made: the caller was answered, so that the truth is known. */
  readonly answered: number
  /** Answered within the range, before it and after it. */
  readonly within: number
  readonly sooner: number
  readonly later: number
  /** Mean of truth − likely, and of its size; null where nobody was answered. */
  readonly meanErrorMs: number | null
  readonly meanAbsoluteErrorMs: number | null
  /** Mean width of the ranges of those answered. */
  readonly meanRangeMs: number | null
}

/** Of each day and queue with estimates, newest day first; `*` is the whole hotline. */
export async function estimateErrors(
  db: Queryable,
  { from, to, timeZone }: Days,
): Promise<EstimateErrors[]> {
  const { rows } = await db.execute<Record<keyof EstimateErrors, unknown>>(sql`
    with made as (
      select *, to_char(made_at at time zone ${timeZone}, 'YYYY-MM-DD') as day,
        outcome = 'answered' as is_known
      from ${estimates}
      where made_at >= ${from}::date::timestamp at time zone ${timeZone}
        and made_at < (${to}::date + 1)::timestamp at time zone ${timeZone}
    )
    select
      day,
      case when grouping(queue_id) = 1 then '*' else queue_id end as "queueId",
      count(*) as "made",
      count(*) filter (where is_said) as "said",
      count(*) filter (where is_known) as "answered",
      count(*) filter (where is_known and waited_ms between low_ms and high_ms) as "within",
      count(*) filter (where is_known and waited_ms < low_ms) as "sooner",
      count(*) filter (where is_known and waited_ms > high_ms) as "later",
      avg(waited_ms - likely_ms) filter (where is_known) as "meanErrorMs",
      avg(abs(waited_ms - likely_ms)) filter (where is_known) as "meanAbsoluteErrorMs",
      avg(high_ms - low_ms) filter (where is_known) as "meanRangeMs"
    from made
    group by grouping sets ((day), (day, queue_id))
    order by day desc, "queueId"`)
  return rows.map((row) => ({
    day: String(row.day),
    queueId: String(row.queueId),
    made: Number(row.made),
    said: Number(row.said),
    answered: Number(row.answered),
    within: Number(row.within),
    sooner: Number(row.sooner),
    later: Number(row.later),
    meanErrorMs: numberOrNull(row.meanErrorMs),
    meanAbsoluteErrorMs: numberOrNull(row.meanAbsoluteErrorMs),
    meanRangeMs: numberOrNull(row.meanRangeMs),
  }))
}

function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value)
}

/** How many outcomes a starting service learns from again. */
const OUTCOMES_MAX = 3_000
const LOOK_BACK_MS = 7 * 86_400_000

export interface RestoredEstimates {
  readonly outcomes: readonly RestoredEstimate[]
  readonly talk: readonly { readonly queueId: QueueId; readonly talkMs: number }[]
  readonly wrapUpMs: number | null
}

/** What the last week taught, oldest outcome first. */
export async function restoreEstimates(db: Queryable, at: number): Promise<RestoredEstimates> {
  const since = at - LOOK_BACK_MS
  const rows = await db
    .select({
      queueId: estimates.queueId,
      ahead: estimates.ahead,
      baseMs: estimates.baseMs,
      waitedMs: sql<number>`coalesce(${estimates.waitedMs}, 0)`.mapWith(Number),
    })
    .from(estimates)
    .where(and(eq(estimates.outcome, 'answered'), gte(estimates.madeAt, since)))
    .orderBy(desc(estimates.madeAt), desc(estimates.seq))
    .limit(OUTCOMES_MAX)
  const talk = await db
    .select({
      queueId: sql<string>`${calls.queueId}`,
      talkMs: sql<number>`avg(${calls.talkMs} + ${calls.holdMs})`.mapWith(Number),
    })
    .from(calls)
    .where(
      and(
        gte(calls.arrivedAt, since),
        sql`${calls.talkMs} is not null and ${calls.queueId} is not null`,
      ),
    )
    .groupBy(calls.queueId)
    .orderBy(calls.queueId)
  return { outcomes: rows.reverse(), talk, wrapUpMs: null }
}
