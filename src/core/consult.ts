// Asking somebody while the caller waits: only with the caller on hold, so that nothing of it is heard
// there. From a consultation the caller can be handed over, taken in as well, or taken back.
import { startConference } from './conference.ts'
import { requestHold, requestRetrieve } from './hold.ts'
import { dial, endParty, openParty, partyOf, resolveTarget } from './parties.ts'
import type { PartyRequest } from './party-inputs.ts'
import type { Agent, Call } from './state.ts'
import { joinParty, requestLeave, shrinkConference } from './transfers.ts'
import type { Turn } from './turn.ts'

/** End prompt and joining together; asked for once more when nothing has come of it. */
const COMPLETE_MS_MAX = 8_000

export function requestConsult(
  turn: Turn,
  agent: Agent,
  call: Call,
  input: Extract<PartyRequest, { type: 'agent.consult_requested' }>,
): void {
  const { phase } = call
  if (phase.name === 'talking') return turn.refuse('not_held')
  if (phase.name !== 'held') return turn.refuse('not_connected')
  if (phase.by === 'phone') return turn.refuse('held_by_phone')
  if (phase.retrieveRequestedAt !== null) return turn.refuse('not_held')
  if (openParty(call) !== null) return turn.refuse('consult_active')
  const target = resolveTarget(turn, agent, input.target)
  if (typeof target === 'string') return turn.refuse(target)
  dial(turn, call, { target, purpose: 'consult', agentId: agent.agentId })
}

/** The party goes; the caller stays on hold until the agent takes them back. */
export function requestCancel(turn: Turn, call: Call): void {
  const party = openParty(call)
  if (party === null) return turn.refuse('no_consult')
  const outcome = party.answeredAt === null ? 'cancelled' : 'released'
  endParty(turn, call, party, { outcome, cause: 'NORMAL_CLEARING' })
}

/** The caller hears the end prompt of the hold, then the party; the agent is out when they are joined. */
export function requestComplete(turn: Turn, call: Call): void {
  const party = openParty(call)
  const { phase, callId } = call
  if (party === null || party.purpose !== 'consult') return turn.refuse('no_consult')
  if (phase.name !== 'talking' && phase.name !== 'held') return turn.refuse('not_connected')
  if (party.wish === 'conference') return turn.refuse('consult_active')
  // Not answered yet: the caller waits for the answer without the agent.
  if (party.state === 'dialling' || party.state === 'answered') return requestLeave(turn, call)
  if (call.conference !== null) return turn.refuse('in_conference')
  if (phase.name === 'talking') return joinParty(turn, call, party)
  if (phase.by === 'phone') return turn.refuse('held_by_phone')
  const { legId, target } = party
  turn.emit({ type: 'party.wanted', at: turn.at, callId, legId, target, wish: 'caller' })
  requestRetrieve(turn, call)
  turn.setTimer(`complete:${callId}`, turn.at + COMPLETE_MS_MAX)
}

/** From the party to the caller and back; whoever is left waits with music. */
export function requestSwap(turn: Turn, call: Call): void {
  const party = openParty(call)
  const { phase, callId } = call
  if (party === null) return turn.refuse('no_consult')
  if (party.wish !== null) return turn.refuse('consult_active')
  const { legId, target, state } = party
  const { at } = turn
  if (state === 'joined' && phase.name === 'held') {
    if (phase.retrieveRequestedAt !== null) return turn.refuse('consult_active')
    turn.send({ type: 'play_music', legId })
    turn.emit({ type: 'party.set_aside', at, callId, legId, target })
    return requestRetrieve(turn, call)
  }
  if (state !== 'aside') return turn.refuse('consult_not_answered')
  if (phase.name === 'talking') requestHold(turn, call)
  else if (phase.name !== 'held') turn.refuse('not_connected')
  else if (phase.by === 'phone') turn.refuse('held_by_phone')
  else if (phase.retrieveRequestedAt !== null) turn.refuse('consult_active')
  if (turn.rejection !== null) return
  turn.emit({ type: 'party.wanted', at, callId, legId, target, wish: 'agent' })
  if (phase.name === 'held') turn.send({ type: 'bridge', legId: phase.legId, otherLegId: legId })
}

/** All three together. */
export function requestConference(turn: Turn, call: Call): void {
  const party = openParty(call)
  const { phase } = call
  if (party === null) return turn.refuse('no_consult')
  if (party.state !== 'joined' && party.state !== 'aside')
    return turn.refuse('consult_not_answered')
  if (party.wish !== null) return turn.refuse('consult_active')
  if (phase.name === 'held' && phase.by === 'phone') return turn.refuse('held_by_phone')
  startConference(turn, call)
}

/** The agent sends one of the others away. */
export function requestRemoval(turn: Turn, call: Call, legId: string): void {
  const party = partyOf(call, legId)
  if (party === null) return turn.refuse('unknown_party')
  const outcome = party.answeredAt === null ? 'cancelled' : 'released'
  endParty(turn, call, party, { outcome, cause: 'NORMAL_CLEARING' })
  shrinkConference(turn, call)
}

/** An agent who is consulted puts down at the console; at the phone the leg itself says so. */
export function consultedLeaves(turn: Turn, agent: Agent): boolean {
  if (agent.phase.name !== 'consulted') return false
  turn.hangUp(agent.phase.legId, 'NORMAL_CLEARING')
  return true
}
