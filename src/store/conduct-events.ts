// What the floor itself shows of agents who were not where they should be, and the
// checks they made when their shift began.
import { and, desc, eq, gte, lt } from 'drizzle-orm'
import type { AgentId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import { conductEvents, seatChecks } from './agent-schema.ts'
import type { Queryable } from './database.ts'
import { projectLeaveOverrun } from './off-seat.ts'

export type ConductEvent = typeof conductEvents.$inferSelect
export type SeatCheck = typeof seatChecks.$inferSelect

export async function projectConduct(
  tx: Queryable,
  fact: Extract<RecordedFact, { type: 'agent.left_seat' | 'agent.absence_overran' }>,
): Promise<void> {
  const { seq, agentId, at, reason, since } = fact
  const isUnannounced = fact.type === 'agent.left_seat'
  await tx
    .insert(conductEvents)
    .values({
      seq,
      agentId,
      type: isUnannounced ? 'unauthorised_off_seat' : 'absence_overrun',
      reason,
      since,
      at,
      limitMs: isUnannounced ? null : fact.limitMs,
    })
    .onConflictDoNothing()
  if (!isUnannounced && reason === 'off_seat') await projectLeaveOverrun(tx, fact)
}

export async function projectChecklist(
  tx: Queryable,
  fact: Extract<RecordedFact, { type: 'agent.checklist_done' }>,
): Promise<void> {
  const { seq, agentId, at, isRegistered, echoCall, microphone, isPassed } = fact
  await tx
    .insert(seatChecks)
    .values({ seq, agentId, at, isRegistered, echoCall, microphone, isPassed })
    .onConflictDoNothing()
}

export interface AgentPeriod {
  readonly from: number
  readonly to: number
  readonly agentId?: AgentId | undefined
  readonly limit: number
}

/** The newest first. */
export async function listConductEvents(
  db: Queryable,
  { from, to, agentId, limit }: AgentPeriod,
): Promise<ConductEvent[]> {
  const ofAgent = agentId === undefined ? undefined : eq(conductEvents.agentId, agentId)
  return db
    .select()
    .from(conductEvents)
    .where(and(gte(conductEvents.at, from), lt(conductEvents.at, to), ofAgent))
    .orderBy(desc(conductEvents.at), desc(conductEvents.seq))
    .limit(limit)
}

export async function listSeatChecks(
  db: Queryable,
  { from, to, agentId, limit }: AgentPeriod,
): Promise<SeatCheck[]> {
  const ofAgent = agentId === undefined ? undefined : eq(seatChecks.agentId, agentId)
  return db
    .select()
    .from(seatChecks)
    .where(and(gte(seatChecks.at, from), lt(seatChecks.at, to), ofAgent))
    .orderBy(desc(seatChecks.at), desc(seatChecks.seq))
    .limit(limit)
}
