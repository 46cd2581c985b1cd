// Callbacks as rows: made from the facts, listed for the people who see to them, and read again at a start.
import { and, asc, desc, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { CallbackId } from '../core/callback-facts.ts'
import type { AgentId, QueueId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import type { RestoredCallback } from '../core/inputs.ts'
import { type CallbackStatus, callbackAttempts, callbacks } from './callback-schema.ts'
import type { Queryable } from './database.ts'
import { calls } from './schema.ts'

export type CallbackRow = typeof callbacks.$inferSelect
export type CallbackAttemptRow = typeof callbackAttempts.$inferSelect

export type RecordedCallbackFact = Extract<
  RecordedFact,
  {
    type:
      | 'callback.requested'
      | 'callback.assigned'
      | 'callback.attempted'
      | 'callback.closed'
      | 'call.callback_taken'
      | 'call.dial_queued'
      | 'call.dialled'
  }
>

export async function projectCallback(tx: Queryable, fact: RecordedCallbackFact): Promise<void> {
  switch (fact.type) {
    case 'callback.requested': {
      const { at, from, to, ...rest } = fact
      await tx
        .insert(callbacks)
        .values({ ...rest, fromNumber: from, toNumber: to, status: 'open', requestedAt: at })
        .onConflictDoNothing()
      return
    }
    case 'callback.assigned':
      return change(tx, fact.callbackId, { assignedTo: fact.assignedTo })
    case 'callback.attempted': {
      const { callbackId, attempt, callId, agentId, at, outcome, cause, nextAt } = fact
      await tx
        .insert(callbackAttempts)
        .values({ callbackId, attempt, callId, agentId, endedAt: at, outcome, cause })
        .onConflictDoNothing()
      if (nextAt !== null) await change(tx, callbackId, { startAt: nextAt })
      return
    }
    case 'callback.closed':
      return change(tx, fact.callbackId, {
        status: fact.closing,
        closedAt: fact.at,
        closedBy: fact.by,
      })
    case 'call.callback_taken':
      return
    case 'call.dial_queued':
      return dialQueued(tx, fact)
    case 'call.dialled':
      await tx
        .update(calls)
        .set({ dialledAt: fact.at, agentId: fact.agentId })
        .where(eq(calls.callId, fact.callId))
      if (fact.callbackId !== null)
        await change(tx, fact.callbackId, { attempts: sql`${callbacks.attempts} + 1` })
      return
  }
}

async function dialQueued(
  tx: Queryable,
  fact: Extract<RecordedCallbackFact, { type: 'call.dial_queued' }>,
): Promise<void> {
  const { callId, legId, nodeId, from, to, queueId, priority, queuedAt, ground, callbackId } = fact
  await tx
    .insert(calls)
    .values({
      callId,
      legId,
      nodeId,
      fromNumber: from,
      toNumber: to,
      arrivedAt: fact.at,
      queueId,
      priority,
      queuedAt,
      direction: 'outbound',
      ground,
      callbackId,
    })
    .onConflictDoNothing()
  if (callbackId !== null) await change(tx, callbackId, { callId })
}

type Change = Partial<{
  [Column in keyof typeof callbacks.$inferInsert]: (typeof callbacks.$inferInsert)[Column] | SQL
}>

async function change(tx: Queryable, callbackId: CallbackId, changed: Change): Promise<void> {
  await tx.update(callbacks).set(changed).where(eq(callbacks.callbackId, callbackId))
}

export interface CallbackFilter {
  readonly status?: CallbackStatus | undefined
  readonly queueId?: QueueId | undefined
  /** Assigned to this agent, or to nobody. */
  readonly agentId?: AgentId | undefined
}

export interface CallbackCursor {
  readonly requestedAt: number
  readonly callbackId: CallbackId
}

/** Newest first. `next` is given as `after` for the page behind; null on the last. */
export async function listCallbacks(
  db: Queryable,
  filter: CallbackFilter,
  page: { readonly limit: number; readonly after?: CallbackCursor | undefined },
): Promise<{ callbacks: CallbackRow[]; next: CallbackCursor | null }> {
  const { status, queueId, agentId } = filter
  const { after, limit } = page
  const rows = await db
    .select()
    .from(callbacks)
    .where(
      and(
        status === undefined ? undefined : eq(callbacks.status, status),
        queueId === undefined ? undefined : eq(callbacks.queueId, queueId),
        agentId === undefined
          ? undefined
          : or(isNull(callbacks.assignedTo), eq(callbacks.assignedTo, agentId)),
        after &&
          or(
            lt(callbacks.requestedAt, after.requestedAt),
            and(
              eq(callbacks.requestedAt, after.requestedAt),
              lt(callbacks.callbackId, after.callbackId),
            ),
          ),
      ),
    )
    .orderBy(desc(callbacks.requestedAt), desc(callbacks.callbackId))
    .limit(limit + 1)
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return { callbacks: shown, next: last ?? null }
}

export async function findCallback(
  db: Queryable,
  callbackId: CallbackId,
): Promise<{ callback: CallbackRow; attempts: CallbackAttemptRow[] } | null> {
  const [callback] = await db.select().from(callbacks).where(eq(callbacks.callbackId, callbackId))
  if (callback === undefined) return null
  const attempts = await db
    .select()
    .from(callbackAttempts)
    .where(eq(callbackAttempts.callbackId, callbackId))
    .orderBy(asc(callbackAttempts.attempt))
  return { callback, attempts }
}

/** The open ones, for a start. A call that is named and is over leaves the callback waiting again. */
export async function openCallbacks(tx: Queryable): Promise<RestoredCallback[]> {
  const rows = await tx
    .select()
    .from(callbacks)
    .where(eq(callbacks.status, 'open'))
    .orderBy(asc(callbacks.requestedAt), asc(callbacks.callbackId))
  return rows.map(({ fromNumber, toNumber, status, closedAt, closedBy, ...rest }) => ({
    ...rest,
    from: fromNumber,
    to: toNumber,
  }))
}
