// What shift leaders' verbs change in the rows: only those by which a call or an agent is another's now.
// The rest is in the facts of the call and in the audit log.
import { eq } from 'drizzle-orm'
import { isSupervisionFact } from '../core/evolve-supervision.ts'
import type { RecordedFact, SupervisionFact } from '../core/facts.ts'
import { type FloorFact, isFloorFact } from '../core/floor-facts.ts'
import { projectAgent } from './agent-states.ts'
import type { Queryable } from './database.ts'
import { calls } from './schema.ts'

type OfFloor = Extract<RecordedFact, { type: SupervisionFact['type'] | FloorFact['type'] }>

export function isOfFloor(fact: RecordedFact): fact is OfFloor {
  return isSupervisionFact(fact) || isFloorFact(fact)
}

export async function projectFloor(tx: Queryable, fact: OfFloor): Promise<void> {
  if (fact.type === 'call.taken_over') {
    const { agentId, callId } = fact
    await tx.update(calls).set({ agentId }).where(eq(calls.callId, callId))
    await projectAgent(tx, fact)
  } else if (fact.type === 'call.reassigned') {
    const { callId, queueId, priority } = fact
    await tx.update(calls).set({ queueId, priority }).where(eq(calls.callId, callId))
  }
}
