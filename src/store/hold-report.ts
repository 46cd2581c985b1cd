// Holds over a stretch of time: how many and how long, how many above the limit and how many without a
// phrase, by agent, queue or hour of the day. A hold counts in the hour in which it began.
import { sql } from 'drizzle-orm'
import type { Queryable } from './database.ts'
import { agents, calls, holdSegments, queues } from './schema.ts'

export const HOLD_GROUPS = ['agent', 'queue', 'hour'] as const
export type HoldGroup = (typeof HOLD_GROUPS)[number]

export interface HoldFigures {
  /** The agent's or the queue's id, or the hour, `00` to `23`; null where the call had no queue. */
  readonly key: string | null
  /** As the agent or the queue is called now; null where they are gone, and for hours. */
  readonly name: string | null
  readonly holds: number
  /** Calls with at least one hold. */
  readonly calls: number
  readonly holdMs: number
  readonly holdMsMax: number
  readonly exceeded: number
  readonly missingPrompts: number
}

export async function reportHolds(
  db: Queryable,
  group: HoldGroup,
  { from, to, timeZone }: { readonly from: number; readonly to: number; readonly timeZone: string },
): Promise<readonly HoldFigures[]> {
  const key = {
    agent: sql`h.agent_id`,
    queue: sql`c.queue_id`,
    hour: sql`to_char(h.started_at at time zone ${timeZone}, 'HH24')`,
  }[group]
  const name = { agent: sql`max(a.name)`, queue: sql`max(q.name)`, hour: sql`null` }[group]
  const begin = sql.param(from, holdSegments.startedAt)
  const end = sql.param(to, holdSegments.startedAt)
  const { rows } = await db.execute<Record<keyof HoldFigures, unknown>>(sql`
    select
      ${key} as "key",
      ${name} as "name",
      count(*) as "holds",
      count(distinct h.call_id) as "calls",
      coalesce(sum(h.duration_ms), 0) as "holdMs",
      coalesce(max(h.duration_ms), 0) as "holdMsMax",
      count(*) filter (where h.is_exceeded) as "exceeded",
      count(*) filter (where h.missing_prompt) as "missingPrompts"
    from ${holdSegments} h
      left join ${calls} c on c.call_id = h.call_id
      left join ${agents} a on a.agent_id = h.agent_id
      left join ${queues} q on q.queue_id = c.queue_id
    where h.started_at >= ${begin}::timestamptz and h.started_at < ${end}::timestamptz
    group by 1 order by 1`)
  return rows.map((row) => ({
    key: row.key === null ? null : String(row.key),
    name: row.name === null ? null : String(row.name),
    holds: Number(row.holds),
    calls: Number(row.calls),
    holdMs: Number(row.holdMs),
    holdMsMax: Number(row.holdMsMax),
    exceeded: Number(row.exceeded),
    missingPrompts: Number(row.missingPrompts),
  }))
}
