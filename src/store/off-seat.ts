// Requests to leave the seat with their decisions, and when the agent really went and came back.
import { and, asc, desc, eq, gte, isNull, lt, or } from 'drizzle-orm'
import type { AgentId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import { offSeatRequests } from './agent-schema.ts'
import type { Queryable } from './database.ts'

export type OffSeatRequest = typeof offSeatRequests.$inferSelect

type OffSeatFact = Extract<RecordedFact, { type: `off_seat.${string}` }>

export async function projectOffSeat(tx: Queryable, fact: OffSeatFact): Promise<void> {
  const { requestId, agentId, at } = fact
  switch (fact.type) {
    case 'off_seat.requested': {
      const { durationMs, note } = fact
      await tx
        .insert(offSeatRequests)
        .values({ requestId, agentId, status: 'requested', requestedAt: at, durationMs, note })
        .onConflictDoNothing()
      return
    }
    case 'off_seat.approved':
      return change(tx, requestId, { status: 'approved', decidedAt: at, decidedBy: fact.by })
    case 'off_seat.refused':
      return change(tx, requestId, {
        status: 'refused',
        decidedAt: at,
        decidedBy: fact.by,
        decisionNote: fact.note,
      })
    case 'off_seat.cancelled':
      return change(tx, requestId, { status: 'cancelled' })
    case 'off_seat.expired':
      return change(tx, requestId, { status: 'expired' })
  }
}

/** The agent's phase has changed: going takes an approved leave, anything else after it is the return. */
export async function projectLeave(
  tx: Queryable,
  fact: Extract<
    RecordedFact,
    { type: 'agent.became_ready' | 'agent.became_not_ready' | 'agent.signed_out' }
  >,
): Promise<void> {
  const { agentId, at } = fact
  const isLeaving = fact.type === 'agent.became_not_ready' && fact.reason === 'off_seat'
  if (isLeaving) {
    await tx
      .update(offSeatRequests)
      .set({ status: 'taken', leftAt: at })
      .where(and(eq(offSeatRequests.agentId, agentId), eq(offSeatRequests.status, 'approved')))
    return
  }
  await tx
    .update(offSeatRequests)
    .set({ status: 'ended', returnedAt: at })
    .where(and(eq(offSeatRequests.agentId, agentId), eq(offSeatRequests.status, 'taken')))
  if (fact.type !== 'agent.signed_out') return
  const open = or(eq(offSeatRequests.status, 'requested'), eq(offSeatRequests.status, 'approved'))
  await tx
    .update(offSeatRequests)
    .set({ status: 'cancelled' })
    .where(and(eq(offSeatRequests.agentId, agentId), open))
}

export async function projectLeaveOverrun(
  tx: Queryable,
  { agentId, at }: { agentId: AgentId; at: number },
): Promise<void> {
  const taken = eq(offSeatRequests.status, 'taken')
  await tx
    .update(offSeatRequests)
    .set({ overranAt: at })
    .where(and(eq(offSeatRequests.agentId, agentId), taken, isNull(offSeatRequests.overranAt)))
}

export interface OffSeatFilter {
  readonly from: number
  readonly to: number
  readonly agentId?: AgentId | undefined
  readonly limit: number
}

/** The newest first. */
export async function listOffSeatRequests(
  db: Queryable,
  { from, to, agentId, limit }: OffSeatFilter,
): Promise<OffSeatRequest[]> {
  const { requestedAt, requestId } = offSeatRequests
  const ofAgent = agentId === undefined ? undefined : eq(offSeatRequests.agentId, agentId)
  return db
    .select()
    .from(offSeatRequests)
    .where(and(gte(requestedAt, from), lt(requestedAt, to), ofAgent))
    .orderBy(desc(requestedAt), asc(requestId))
    .limit(limit)
}

export async function findOffSeatRequest(
  db: Queryable,
  requestId: string,
): Promise<OffSeatRequest | null> {
  const [row] = await db
    .select()
    .from(offSeatRequests)
    .where(eq(offSeatRequests.requestId, requestId))
  return row ?? null
}

async function change(
  tx: Queryable,
  requestId: string,
  values: Partial<typeof offSeatRequests.$inferInsert>,
): Promise<void> {
  await tx.update(offSeatRequests).set(values).where(eq(offSeatRequests.requestId, requestId))
}
