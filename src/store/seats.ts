// The agents' seats, kept for a restart: folded from the facts by the same function as the live state, and
// once per batch, so that a busy floor costs two statements more and no more.
import { inArray, sql } from 'drizzle-orm'
import type { AgentId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import { EMPTY_SEAT, type Seat, seatAfter, seatOwner } from '../core/seats.ts'
import { agentSeats } from './agent-schema.ts'
import type { Queryable } from './database.ts'

/** Of facts that have not been recorded before, in their order. */
export async function projectSeats(tx: Queryable, facts: readonly RecordedFact[]): Promise<void> {
  const byAgent = new Map<AgentId, RecordedFact[]>()
  for (const fact of facts) {
    const agentId = seatOwner(fact)
    if (agentId === null) continue
    const ofAgent = byAgent.get(agentId)
    if (ofAgent === undefined) byAgent.set(agentId, [fact])
    else ofAgent.push(fact)
  }
  if (byAgent.size === 0) return
  const before = await seatsOf(tx, [...byAgent.keys()])
  const rows = [...byAgent].map(([agentId, ofAgent]) => ({
    agentId,
    seat: ofAgent.reduce(seatAfter, before.get(agentId) ?? EMPTY_SEAT),
  }))
  await tx
    .insert(agentSeats)
    .values(rows)
    .onConflictDoUpdate({ target: agentSeats.agentId, set: { seat: sql`excluded.seat` } })
}

export async function seatsOf(
  tx: Queryable,
  agentIds: readonly AgentId[],
): Promise<ReadonlyMap<AgentId, Seat>> {
  if (agentIds.length === 0) return new Map()
  const rows = await tx
    .select()
    .from(agentSeats)
    .where(inArray(agentSeats.agentId, [...agentIds]))
  // A seat that an earlier version recorded lacks what was added since.
  return new Map(rows.map(({ agentId, seat }) => [agentId, { ...EMPTY_SEAT, ...seat }]))
}
