// What a switch tells about a third party's leg, and about a joining in which one takes part.
import { endCall } from './calls.ts'
import { conferenceLegParked, startConference } from './conference.ts'
import type { LegInput } from './inputs.ts'
import { endParty, isPutDown, JOIN_MS_MAX, openParty, partyOf, partyOutcomeOf } from './parties.ts'
import type { Call, Leg, Party } from './state.ts'
import {
  callerJoined,
  joinParty,
  requeueAtHead,
  shrinkConference,
  transferFailed,
} from './transfers.ts'
import type { Turn } from './turn.ts'

export function partyReported(turn: Turn, call: Call, leg: Leg, input: LegInput): void {
  const party = partyOf(call, leg.legId)
  if (party === null) return
  if (input.type === 'leg.answered') partyAnswered(turn, call, party)
  else if (input.type === 'leg.parked') partySettled(turn, call, leg.legId)
}

function partyAnswered(turn: Turn, call: Call, { legId, target, state, dialledAt }: Party): void {
  if (state !== 'dialling') return
  const { at } = turn
  const ringMs = Math.max(0, at - dialledAt)
  turn.clearTimer(`party:${legId}`)
  turn.emit({ type: 'party.answered', at, callId: call.callId, legId, target, ringMs })
  turn.setTimer(`join:${legId}`, at + JOIN_MS_MAX)
}

/** Only now can the leg be joined with another; see offers.ts. */
export function partySettled(turn: Turn, call: Call, legId: string): void {
  const rung = partyOf(call, legId)
  if (rung === null) return
  partyAnswered(turn, call, rung)
  const party = partyOf(call, legId)
  const { phase } = call
  if (party === null) return
  if (call.conference !== null && party.wish === 'conference') {
    conferenceLegParked(turn, call, legId)
  } else if (phase.name === 'transferring') joinParty(turn, call, party)
  else if (party.state !== 'answered') return
  else if (party.purpose === 'emergency') startConference(turn, call)
  else if (phase.name === 'held') {
    turn.send({ type: 'bridge', legId: phase.legId, otherLegId: legId })
  } else if (phase.name === 'talking') setAside(turn, call, party)
}

/** The agent went back to the caller meanwhile. */
function setAside(turn: Turn, call: Call, { legId, target }: Party): void {
  turn.clearTimer(`join:${legId}`)
  turn.send({ type: 'play_music', legId })
  turn.emit({ type: 'party.set_aside', at: turn.at, callId: call.callId, legId, target })
}

/** Two legs hear each other; true where one of them is a third party's. */
export function partyBridged(
  turn: Turn,
  call: Call,
  { legId, otherLegId }: { readonly legId: string; readonly otherLegId: string },
): boolean {
  const party = partyOf(call, legId) ?? partyOf(call, otherLegId)
  if (party === null) return false
  const other = party.legId === legId ? otherLegId : legId
  const { phase, callId } = call
  if (other === call.legId) {
    if (party.wish === 'caller' || phase.name === 'transferring') callerJoined(turn, call, party)
    return true
  }
  const isAgents = 'legId' in phase && phase.legId === other
  const isDue = party.state === 'answered' || party.wish === 'agent'
  if (!isAgents || !isDue || phase.name !== 'held') return true
  turn.clearTimer(`join:${party.legId}`)
  turn.emit({
    type: 'party.joined',
    at: turn.at,
    callId,
    legId: party.legId,
    target: party.target,
  })
  turn.send({ type: 'keep_after_bridge', legId: party.legId })
  return true
}

/** The agent's leg has come to rest while somebody waits to be talked to again. */
export function agentParked(turn: Turn, call: Call, legId: string): void {
  const { phase } = call
  if (phase.name !== 'talking' && phase.name !== 'held') return
  if (phase.legId !== legId) return
  conferenceLegParked(turn, call, legId)
  const party = openParty(call)
  if (phase.name === 'held' && party?.state === 'aside' && party.wish === 'agent') {
    turn.send({ type: 'bridge', legId, otherLegId: party.legId })
  }
}

/** The party's leg is gone, or never came about. */
export function partyGone(turn: Turn, call: Call, leg: Leg, cause: string): void {
  const party = partyOf(call, leg.legId)
  if (party !== null) partyOver(turn, call, party, { outcome: partyOutcomeOf(party, cause), cause })
}

export function partyRangOut(turn: Turn, call: Call, legId: string): void {
  const party = partyOf(call, legId)
  if (party?.state !== 'dialling') return
  partyOver(turn, call, party, { outcome: 'no_answer', cause: 'NO_ANSWER' })
}

/** Answered, and not joined with anybody in time: asked once more, then given up. */
export function joinOverdue(turn: Turn, call: Call, legId: string): void {
  const party = partyOf(call, legId)
  if (party === null || party.state === 'conference') return
  if (call.phase.name === 'transferring' && party.wish !== 'caller') {
    return joinParty(turn, call, party)
  }
  if (party.state === 'answered' || call.phase.name === 'transferring') {
    partyOver(turn, call, party, { outcome: 'failed', cause: 'NORMAL_CLEARING' })
  }
}

/** The caller was to be joined with the party long ago; once more, and without the prompt. */
export function completeOverdue(turn: Turn, call: Call): void {
  const party = openParty(call)
  if (call.phase.name === 'held' && party?.wish === 'caller') joinParty(turn, call, party)
}

function partyOver(
  turn: Turn,
  call: Call,
  party: Party,
  end: Pick<Parameters<typeof endParty>[3], 'outcome' | 'cause'>,
): void {
  endParty(turn, call, party, end)
  const { phase } = call
  if (phase.name === 'transferring') return transferFailed(turn, call, party, end.outcome)
  if (phase.name !== 'transferred' || call.parties.length > 0) {
    return shrinkConference(turn, call)
  }
  if (isPutDown(end.cause)) {
    turn.hangUp(call.legId, 'NORMAL_CLEARING')
    endCall(turn, call, { ending: 'served', hangupBy: 'party', cause: end.cause })
  } else requeueAtHead(turn, call, 'phone_vanished')
}
