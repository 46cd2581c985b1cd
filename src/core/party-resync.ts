// Third parties after a start or an outage: what the switch shows of them is taken over, and what was
// begun before is finished. A phone that still rings for a run that is gone is stopped; its caller waits.
import { conferenceDue } from './conference.ts'
import type { LegId, LegSnapshot } from './inputs.ts'
import { openParty, partyOf } from './parties.ts'
import { partyBridged, partySettled } from './party-legs.ts'
import type { Call } from './state.ts'
import { callerJoined, explain } from './transfers.ts'
import type { Turn } from './turn.ts'

/** Of a call that this run has just taken over. */
export function adoptParties(
  turn: Turn,
  caller: LegSnapshot,
  shown: ReadonlyMap<LegId, LegSnapshot>,
): void {
  const { state, at } = turn
  const call = state.calls.get(caller.callId)
  if (call?.legId !== caller.legId || call.phase.name === 'closing') return
  const { callId } = call
  const agentLegId = 'legId' in call.phase ? call.phase.legId : null
  const isConference = caller.isInConference === true
  for (const leg of shown.values()) {
    if (leg.role !== 'party' || leg.callId !== callId || !leg.isAnswered || leg.party == null)
      continue
    if (state.legs.has(leg.legId)) continue
    const place = placeOf(leg, caller, agentLegId)
    if (place === null) continue
    const { legId } = leg
    const { target, purpose } = leg.party
    const agentId = call.lastAgentId
    if (place === 'conference' && call.conference === null) {
      turn.emit({ type: 'call.conference_adopted', at, callId, legIds: membersOf(shown, callId) })
    }
    turn.emit({ type: 'party.adopted', at, callId, legId, target, purpose, agentId, state: place })
    const party = partyOf(call, legId)
    if (party === null) continue
    if (place === 'aside') turn.send({ type: 'play_music', legId })
    const isWithCaller = leg.bridgedTo === caller.legId || (isConference && agentLegId === null)
    if (isWithCaller && call.phase.name !== 'transferred') callerJoined(turn, call, party)
  }
}

/** Null for a leg that is with nobody and of use to nobody. */
function placeOf(
  leg: LegSnapshot,
  caller: LegSnapshot,
  agentLegId: LegId | null,
): 'joined' | 'aside' | 'conference' | null {
  if (leg.isInConference === true) return 'conference'
  if (leg.bridgedTo === caller.legId) return 'joined'
  if (agentLegId === null) return null
  return leg.bridgedTo === agentLegId ? 'joined' : 'aside'
}

function membersOf(shown: ReadonlyMap<LegId, LegSnapshot>, callId: string): LegId[] {
  return [...shown.values()]
    .filter((leg) => leg.callId === callId && leg.isInConference === true)
    .map(({ legId }) => legId)
}

/** Of a call that this run knows: its caller, as the switch shows them. */
export function partiesShown(turn: Turn, call: Call, caller: LegSnapshot): void {
  const { phase, conference } = call
  if (conference !== null && phase.name !== 'transferred') return conferenceDue(turn, call)
  if (caller.bridgedTo !== null) return
  if (phase.name === 'talking' && phase.holdRequestedAt === null) {
    turn.send({ type: 'bridge', legId: call.legId, otherLegId: phase.legId })
  } else if (phase.name === 'transferring' && openParty(call)?.state === 'dialling') {
    if (!caller.isPlaying) explain(turn, call)
  } else if (phase.name === 'transferred' && conference === null) {
    const party = openParty(call)
    if (party !== null) {
      turn.send({ type: 'bridge', legId: call.legId, otherLegId: party.legId })
    }
  }
}

/** Of a call that this run knows: a third party that has answered. */
export function partyShown(
  turn: Turn,
  call: Call,
  shown: LegSnapshot,
  isOld: (since: number) => boolean,
): void {
  const party = partyOf(call, shown.legId)
  if (party === null || !isOld(party.since)) return
  const { legId, bridgedTo: otherLegId } = shown
  if (otherLegId !== null) partyBridged(turn, call, { legId, otherLegId })
  else if (party.state === 'dialling' || party.state === 'answered') partySettled(turn, call, legId)
  else if (party.state === 'joined' && call.phase.name === 'held') {
    turn.send({ type: 'bridge', legId: call.phase.legId, otherLegId: legId })
  } else if (call.phase.name === 'transferring') partySettled(turn, call, legId)
}
