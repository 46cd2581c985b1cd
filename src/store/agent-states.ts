// The agents' state log: one row per stretch of one phase, without gaps while the agent is signed in.
// An agent's next phase closes the row before it; signing out leaves an open row that says so.
import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { RecordedFact } from '../core/facts.ts'
import type { Queryable } from './database.ts'
import { agentStates } from './schema.ts'

type AgentFact = Extract<
  RecordedFact,
  {
    type:
      | 'agent.signed_in'
      | 'agent.signed_out'
      | 'agent.became_ready'
      | 'agent.became_not_ready'
      | 'agent.wrap_up_started'
      | 'call.offered'
      | 'call.answered'
      | 'call.taken_over'
      | 'call.adopted'
      | 'party.dialled'
      | 'call.transferred'
  }
>
type Opening = Pick<
  typeof agentStates.$inferInsert,
  'agentId' | 'phase' | 'reason' | 'callId' | 'idleSince'
>

export async function projectAgent(tx: Queryable, fact: AgentFact): Promise<void> {
  const opening = openingOf(fact)
  if (opening === null) return
  if (fact.type === 'call.adopted' && (await isOnCall(tx, opening))) return
  await open(tx, fact, opening)
}

/**
 * An agent whose phone was ringing when the service stopped is ready after the restart. One who was on
 * a call is left alone: the call is taken over, or its end starts the wrap-up.
 */
export async function projectRestoredAgents(
  tx: Queryable,
  fact: Extract<RecordedFact, { type: 'history.restored' }>,
): Promise<void> {
  const rung = await tx
    .select({ agentId: agentStates.agentId })
    .from(agentStates)
    .where(and(inArray(agentStates.phase, ['offered', 'consulted']), isNull(agentStates.endedAt)))
  const ready = new Map(fact.agents.map((agent) => [agent.agentId, agent]))
  for (const { agentId } of rung) {
    const agent = ready.get(agentId)
    if (agent?.phase !== 'ready') continue
    await open(tx, fact, { agentId, phase: 'ready', idleSince: agent.since })
  }
}

function openingOf(fact: AgentFact): Opening | null {
  switch (fact.type) {
    case 'agent.signed_in':
      return { agentId: fact.agentId, phase: 'not_ready', reason: 'signed_in' }
    case 'agent.signed_out':
      return { agentId: fact.agentId, phase: 'signed_out' }
    case 'agent.became_ready':
      return { agentId: fact.agentId, phase: 'ready', idleSince: fact.since }
    case 'agent.became_not_ready':
      return { agentId: fact.agentId, phase: 'not_ready', reason: fact.reason }
    case 'agent.wrap_up_started':
      return { agentId: fact.agentId, phase: 'wrap_up', callId: fact.callId }
    case 'call.offered':
      return { agentId: fact.agentId, phase: 'offered', callId: fact.callId }
    case 'call.answered':
    case 'call.taken_over':
      return { agentId: fact.agentId, phase: 'on_call', callId: fact.callId }
    case 'party.dialled': {
      const { target, callId } = fact
      if (target.kind !== 'agent') return null
      return { agentId: target.agentId, phase: 'consulted', callId }
    }
    case 'call.transferred': {
      const { toAgentId: agentId, callId } = fact
      return agentId === null ? null : { agentId, phase: 'on_call', callId }
    }
    case 'call.adopted': {
      const agentId = fact.agent?.agentId ?? null
      return agentId === null ? null : { agentId, phase: 'on_call', callId: fact.callId }
    }
  }
}

async function isOnCall(tx: Queryable, { agentId, callId }: Opening): Promise<boolean> {
  const rows = await tx
    .select({ phase: agentStates.phase, callId: agentStates.callId })
    .from(agentStates)
    .where(openStateOf(agentId))
  return rows[0]?.phase === 'on_call' && rows[0].callId === callId
}

async function open(
  tx: Queryable,
  fact: { readonly seq: number; readonly at: number },
  opening: Opening,
): Promise<void> {
  const closed = await tx
    .update(agentStates)
    .set({ endedAt: fact.at })
    .where(openStateOf(opening.agentId))
    .returning({ idleSince: agentStates.idleSince })
  // A ringing phone keeps its place among the idle, for the case that the caller gives up.
  const isRung = opening.phase === 'offered' || opening.phase === 'consulted'
  const idleSince = isRung ? (closed[0]?.idleSince ?? null) : null
  await tx.insert(agentStates).values({ seq: fact.seq, startedAt: fact.at, idleSince, ...opening })
}

function openStateOf(agentId: string) {
  return and(eq(agentStates.agentId, agentId), isNull(agentStates.endedAt))
}
