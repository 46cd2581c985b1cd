// What facts about agents do to the state: their phase, their phone, and the seat that goes with both.
import { changeAgent, setPhase } from './changes.ts'
import type { AgentFact, Fact, OffSeatFact } from './facts.ts'
import { seatAfter, seatOwner } from './seats.ts'
import type { State } from './state.ts'

export function isOfAgent<F extends { readonly type: Fact['type'] }>(
  fact: F,
): fact is Extract<F, { readonly type: (AgentFact | OffSeatFact)['type'] }> {
  return fact.type.startsWith('agent.') || fact.type.startsWith('off_seat.')
}

export function evolveAgent(state: State, fact: AgentFact | OffSeatFact): void {
  switch (fact.type) {
    case 'agent.signed_in':
      setPhase(state, fact.agentId, { name: 'not_ready', reason: 'signed_in', since: fact.at })
      return
    case 'agent.signed_out':
      setPhase(state, fact.agentId, { name: 'signed_out' })
      return
    case 'agent.became_ready':
      changeAgent(state, fact.agentId, (agent) => {
        agent.readySince = fact.since
        agent.awaitedCallId = null
        agent.phase = { name: 'ready', since: fact.at }
      })
      return
    case 'agent.became_not_ready':
      setPhase(state, fact.agentId, { name: 'not_ready', reason: fact.reason, since: fact.at })
      return
    case 'agent.wrap_up_started':
      setPhase(state, fact.agentId, {
        name: 'wrap_up',
        callId: fact.callId,
        since: fact.at,
        until: fact.until,
      })
      return
    case 'agent.wrap_up_extended':
      changeAgent(state, fact.agentId, (agent) => {
        if (agent.phase.name === 'wrap_up') agent.phase = { ...agent.phase, until: fact.until }
      })
      return
    case 'agent.wrap_up_overran':
    case 'agent.absence_overran':
    case 'agent.left_seat':
    case 'agent.after_call_planned':
    case 'agent.after_call_cancelled':
    case 'agent.console_changed':
    case 'agent.checklist_done':
    case 'off_seat.requested':
    case 'off_seat.approved':
    case 'off_seat.refused':
    case 'off_seat.cancelled':
    case 'off_seat.expired':
      // Only the seat changes.
      return
    case 'agent.phone_registered':
    case 'agent.phone_unregistered':
      changeAgent(state, fact.agentId, (agent) => {
        agent.isRegistered = fact.type === 'agent.phone_registered'
      })
      return
  }
}

/** After every fact, whatever else it did. */
export function evolveSeat(state: State, fact: Fact): void {
  const agentId = seatOwner(fact)
  const agent = agentId === null ? undefined : state.agents.get(agentId)
  if (agent !== undefined) agent.seat = seatAfter(agent.seat, fact)
}
