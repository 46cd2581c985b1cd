// What a start needs of the past: where the order of facts stands, how the agents were left, which calls
// and recordings are open, and the counts of today and yesterday. The switch decides afterwards which of
// the calls still live.
import { asc, desc, eq, isNull, notInArray, sql } from 'drizzle-orm'
import { dayOf } from '../core/days.ts'
import type {
  RestoredAgent,
  RestoredCall,
  RestoredCallback,
  RestoredCounts,
  RestoredQuarter,
  RestoredRecording,
} from '../core/inputs.ts'
import { EMPTY_SEAT } from '../core/seats.ts'
import { openCallbacks } from './callbacks.ts'
import type { Database, Queryable } from './database.ts'
import { countsOfDays, countsOfQuarters } from './kpi.ts'
import { listDefinitions } from './kpi-definitions.ts'
import { agentStates, calls, facts, holdSegments, recordings } from './schema.ts'
import { seatsOf } from './seats.ts'

export interface Restored {
  /** Number of the last recorded fact, 0 before the first. */
  readonly lastSeq: number
  readonly agents: readonly RestoredAgent[]
  readonly calls: readonly RestoredCall[]
  readonly recordings: readonly RestoredRecording[]
  readonly counts: readonly RestoredCounts[]
  readonly quarters: readonly RestoredQuarter[]
  readonly callbacks: readonly RestoredCallback[]
}

/** To be asked after the journal has replayed its spool, and before anything new is recorded. */
export async function restore(
  db: Database,
  { at, timeZone }: { at: number; timeZone: string },
): Promise<Restored> {
  const today = dayOf(at, timeZone)
  const days = { from: dayBefore(today), to: today, timeZone }
  return db.transaction(async (tx) => {
    const definitions = await listDefinitions(tx)
    return {
      lastSeq: await lastSeqOf(tx),
      agents: await agentsOf(tx),
      calls: await openCallsOf(tx),
      recordings: await uncheckedRecordingsOf(tx),
      callbacks: await openCallbacks(tx),
      counts: await countsOfDays(tx, days, definitions),
      quarters: await countsOfQuarters(tx, days, definitions),
    }
  })
}

async function lastSeqOf(tx: Queryable): Promise<number> {
  const [last] = await tx.select({ seq: facts.seq }).from(facts).orderBy(desc(facts.seq)).limit(1)
  return last?.seq ?? 0
}

async function agentsOf(tx: Queryable): Promise<RestoredAgent[]> {
  const open = await tx
    .select()
    .from(agentStates)
    .where(isNull(agentStates.endedAt))
    .orderBy(asc(agentStates.agentId))
  const agents = open.map(restoredAgent).filter((agent) => agent !== null)
  const seats = await seatsOf(
    tx,
    agents.map(({ agentId }) => agentId),
  )
  return agents.map((agent) => ({ ...agent, seat: seats.get(agent.agentId) ?? EMPTY_SEAT }))
}

function restoredAgent(state: typeof agentStates.$inferSelect): RestoredAgent | null {
  const { agentId, reason, callId, startedAt: since } = state
  switch (state.phase) {
    case 'signed_out':
      return null
    case 'not_ready':
      return { agentId, phase: 'not_ready', reason, since, callId: null }
    case 'wrap_up':
      return { agentId, phase: 'wrap_up', reason: null, since, callId }
    case 'ready':
    case 'offered':
    case 'consulted':
    case 'on_call': {
      const idleSince = state.idleSince ?? since
      return { agentId, phase: 'ready', reason: null, since: idleSince, callId: null }
    }
  }
}

async function openCallsOf(tx: Queryable): Promise<RestoredCall[]> {
  const rows = await tx
    .select({
      callId: calls.callId,
      legId: calls.legId,
      nodeId: calls.nodeId,
      from: calls.fromNumber,
      to: calls.toNumber,
      arrivedAt: calls.arrivedAt,
      queueId: calls.queueId,
      enteredQueueId: calls.enteredQueueId,
      queuedAt: calls.queuedAt,
      offeredAt: calls.offeredAt,
      agentId: calls.agentId,
      answeredAt: calls.answeredAt,
      connectedAt: calls.connectedAt,
      direction: calls.direction,
      ground: calls.ground,
      callbackId: calls.callbackId,
      dialledAt: calls.dialledAt,
      holdMs: sql<number>`coalesce(sum(${holdSegments.durationMs}), 0)`.mapWith(Number),
      holdSegments: sql<number>`coalesce(max(${holdSegments.segment}), 0)`.mapWith(Number),
    })
    .from(calls)
    .leftJoin(holdSegments, eq(holdSegments.callId, calls.callId))
    .where(isNull(calls.endedAt))
    .groupBy(calls.callId)
    .orderBy(asc(calls.arrivedAt), asc(calls.callId))
  return rows.map(({ direction, ground, callbackId, dialledAt, ...call }) => {
    if (direction === 'inbound' || ground === null) return call
    return { ...call, outbound: { ground, callbackId, isDialled: dialledAt !== null } }
  })
}

async function uncheckedRecordingsOf(tx: Queryable): Promise<RestoredRecording[]> {
  const rows = await tx
    .select()
    .from(recordings)
    .where(notInArray(recordings.status, ['verified', 'flawed', 'missing']))
    .orderBy(asc(recordings.requestedAt), asc(recordings.path))
  return rows.map(({ callId, path, startedAt, requestedAt }) => ({
    callId,
    path,
    startedAt: startedAt ?? requestedAt,
  }))
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}
