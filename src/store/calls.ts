// Calls as people look them up: lists by time, queue, agent, ending or number, paged by key and newest
// first, and one call with everything that is recorded of it.
import { and, asc, desc, eq, gte, lt, or, type SQL, sql } from 'drizzle-orm'
import type { AgentId, QueueId } from '../core/config.ts'
import type { Ending, RecordedFact } from '../core/facts.ts'
import type { CallId } from '../core/inputs.ts'
import type { Queryable } from './database.ts'
import { calls, facts, holdSegments, offers, recordings } from './schema.ts'

export type CallRow = typeof calls.$inferSelect
export type OfferRow = typeof offers.$inferSelect
export type HoldSegmentRow = typeof holdSegments.$inferSelect
export type RecordingRow = typeof recordings.$inferSelect

export interface CallFilter {
  /** Arrived at or after. */
  readonly from?: number
  /** Arrived before. */
  readonly to?: number
  readonly queueId?: QueueId
  /** The last agent who picked up. */
  readonly agentId?: AgentId
  readonly ending?: Ending
  /** The caller's number or the number dialled, whole. */
  readonly number?: string
}

export interface CallCursor {
  readonly arrivedAt: number
  readonly callId: CallId
}

export interface CallPage {
  readonly calls: CallRow[]
  /** Give it as `after` for the next page; null on the last. */
  readonly next: CallCursor | null
}

export async function listCalls(
  db: Queryable,
  filter: CallFilter,
  page: { limit: number; after?: CallCursor | undefined },
): Promise<CallPage> {
  return pageOf(db, conditionsOf(filter), page)
}

async function pageOf(
  db: Queryable,
  conditions: readonly (SQL | undefined)[],
  page: { limit: number; after?: CallCursor | undefined },
): Promise<CallPage> {
  const rows = await db
    .select()
    .from(calls)
    .where(and(...conditions, page.after && isAfter(page.after)))
    .orderBy(desc(calls.arrivedAt), desc(calls.callId))
    .limit(page.limit + 1)
  const shown = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? shown.at(-1) : undefined
  const next = last === undefined ? null : { arrivedAt: last.arrivedAt, callId: last.callId }
  return { calls: shown, next }
}

/** The citizen's calls before this one, whoever took them. None where the number was withheld. */
export async function callsBefore(
  db: Queryable,
  { from, calledAt }: { readonly from: string; readonly calledAt: number },
  page: { limit: number; after?: CallCursor | undefined },
): Promise<CallPage> {
  if (!/\d/.test(from)) return { calls: [], next: null }
  return pageOf(db, [eq(calls.fromNumber, from), lt(calls.arrivedAt, calledAt)], page)
}

export interface CallTimeline {
  readonly call: CallRow
  /** Every fact that names the call, in order. */
  readonly facts: RecordedFact[]
  readonly offers: OfferRow[]
  readonly holds: HoldSegmentRow[]
  readonly recordings: RecordingRow[]
}

export async function findCall(db: Queryable, callId: CallId): Promise<CallTimeline | null> {
  const [call] = await db.select().from(calls).where(eq(calls.callId, callId))
  if (call === undefined) return null
  const recorded = await db
    .select({ body: facts.body })
    .from(facts)
    .where(eq(facts.callId, callId))
    .orderBy(asc(facts.seq))
  return {
    call,
    facts: recorded.map(({ body }) => body),
    offers: await db
      .select()
      .from(offers)
      .where(eq(offers.callId, callId))
      .orderBy(asc(offers.offeredAt), asc(offers.legId)),
    holds: await db
      .select()
      .from(holdSegments)
      .where(eq(holdSegments.callId, callId))
      .orderBy(asc(holdSegments.seq)),
    recordings: await db
      .select()
      .from(recordings)
      .where(eq(recordings.callId, callId))
      .orderBy(asc(recordings.requestedAt), asc(recordings.path)),
  }
}

function conditionsOf(filter: CallFilter): (SQL | undefined)[] {
  const { from, to, queueId, agentId, ending, number } = filter
  const conditions: (SQL | undefined)[] = []
  if (from !== undefined) conditions.push(gte(calls.arrivedAt, from))
  if (to !== undefined) conditions.push(lt(calls.arrivedAt, to))
  if (queueId !== undefined) conditions.push(eq(calls.queueId, queueId))
  if (agentId !== undefined) conditions.push(eq(calls.agentId, agentId))
  if (ending !== undefined) conditions.push(eq(calls.ending, ending))
  if (number !== undefined) {
    conditions.push(or(eq(calls.fromNumber, number), eq(calls.toNumber, number)))
  }
  return conditions
}

function isAfter({ arrivedAt, callId }: CallCursor): SQL {
  const at = sql.param(arrivedAt, calls.arrivedAt)
  return sql`(${calls.arrivedAt}, ${calls.callId}) < (${at}::timestamptz, ${callId})`
}
