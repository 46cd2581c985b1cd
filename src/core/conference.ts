// Three and more on one call (三方通话): caller, agent and whoever was consulted hear one another in a room
// of the switch. It begins out of a consultation, grows by another one, and goes back to a plain bridge
// when only two are left.
import { endHold } from './hold.ts'
import type { LegId } from './inputs.ts'
import { endParty, openParty, partyOf } from './parties.ts'
import { stamp } from './stamps.ts'
import type { Call, Party } from './state.ts'
import type { Turn } from './turn.ts'

/** Looked after again and again until everybody is in who should be. */
const LOOK_MS = 4_000
const GATHER_MS_MAX = 12_000
/** End prompt of a hold and joining together. */
const RETRIEVE_MS_MAX = 8_000

/** Brings caller, agent and the party that is consulted or has just answered together. */
export function startConference(turn: Turn, call: Call): void {
  const { phase, callId } = call
  const party = openParty(call)
  if ((phase.name !== 'talking' && phase.name !== 'held') || party === null) return
  const { agentId, legId: agentLegId } = phase
  const { at } = turn
  const wasConference = call.conference !== null
  const isPaired = party.state === 'joined'
  const { legId, target } = party
  if (!wasConference) turn.emit({ type: 'call.conference_started', at, callId, agentId })
  turn.clearTimer(`join:${legId}`)
  turn.emit({ type: 'party.wanted', at, callId, legId, target, wish: 'conference' })
  if (phase.name === 'held') {
    turn.emit({ type: 'call.retrieve_requested', at, callId, agentId, legId: agentLegId })
    turn.setTimer(`retrieve:${callId}`, at + RETRIEVE_MS_MAX)
    // The agent leaves a bridge with the party, or stands parked; either way the room is one step away.
    join(turn, call, agentLegId)
    turn.send({ type: 'join_conference', legId: call.legId, callId, prompt: 'hold_end' })
  } else join(turn, call, call.legId)
  // A leg that is about to be left behind by its bridge parks first, and is fetched then.
  if (!isPaired) join(turn, call, legId)
  turn.setTimer(`conference:${callId}`, at + LOOK_MS)
}

function join(turn: Turn, call: Call, legId: LegId): void {
  if (call.conference === null || call.conference.legIds.includes(legId)) return
  turn.send({ type: 'join_conference', legId, callId: call.callId, prompt: null })
}

/** The leg has come to rest; if its place is in the conference it is fetched. */
export function conferenceLegParked(turn: Turn, call: Call, legId: LegId): void {
  if (wanted(call).includes(legId)) join(turn, call, legId)
}

/** Legs that ought to be in the room now. */
function wanted(call: Call): LegId[] {
  const { phase, conference } = call
  if (conference === null) return []
  const legIds = call.parties
    .filter(({ state, wish }) => state === 'conference' || wish === 'conference')
    .map(({ legId }) => legId)
  const isConsulting = call.parties.some(
    ({ state, wish }) => (state === 'joined' || wish === 'agent') && wish !== 'conference',
  )
  if ('legId' in phase && !isConsulting) legIds.push(phase.legId)
  if (phase.name !== 'held' || phase.retrieveRequestedAt !== null) legIds.push(call.legId)
  return legIds
}

/** The leg hears and is heard. */
export function conferenceJoined(turn: Turn, call: Call, legId: LegId): void {
  const { at } = turn
  const { callId, phase } = call
  if (call.conference === null || call.conference.legIds.includes(legId)) return
  turn.emit({ type: 'call.conference_joined', at, callId, legId })
  if (legId === call.legId && phase.name === 'held' && phase.retrieveRequestedAt !== null) {
    endHold(turn, call, 'system')
    stamp(turn, call)
  }
  if (partyOf(call, legId) !== null) turn.send({ type: 'keep_after_bridge', legId })
  emergencyConnected(turn, call)
}

/** The service that was called for an emergency and the caller are both in. */
function emergencyConnected(turn: Turn, call: Call): void {
  const { conference, callId, urgentSince, phase } = call
  const party = call.parties.find(
    ({ purpose, state }) => purpose === 'emergency' && state !== 'dialling',
  )
  if (party === undefined || conference === null) return
  const { legId, target, requestedBy } = party
  const isNews = [legId, call.legId].every((one) => conference.legIds.includes(one))
  if (!isNews || conference.legIds.at(-1) === undefined) return
  const last = conference.legIds.at(-1)
  if (last !== legId && last !== call.legId) return
  turn.emit({
    type: 'call.emergency_connected',
    at: turn.at,
    callId,
    legId,
    target,
    agentId: requestedBy,
    isWarm: 'agentId' in phase,
    sinceFlaggedMs: urgentSince === null ? null : Math.max(0, turn.at - urgentSince),
  })
}

export function conferenceLeft(turn: Turn, call: Call, legId: LegId): void {
  if (call.conference?.legIds.includes(legId) !== true) return
  turn.emit({ type: 'call.conference_left', at: turn.at, callId: call.callId, legId })
}

/** Somebody is still missing: asked again, and given up when it has taken too long. */
export function conferenceDue(turn: Turn, call: Call): void {
  const { conference, callId } = call
  if (conference === null) return
  const missing = wanted(call).filter((legId) => !conference.legIds.includes(legId))
  if (missing.length === 0) return
  const isLate = turn.at - conference.since >= GATHER_MS_MAX
  for (const legId of missing) {
    const party = partyOf(call, legId)
    if (isLate && party !== null) {
      endParty(turn, call, party, { outcome: 'failed', cause: 'NORMAL_CLEARING' })
    } else join(turn, call, legId)
  }
  if (!endIfOver(turn, call)) turn.setTimer(`conference:${callId}`, turn.at + LOOK_MS)
}

/** With nobody but caller and agent left, the two are bridged again. */
export function endIfOver(turn: Turn, call: Call): boolean {
  const { phase, callId } = call
  if (call.conference === null || call.parties.some(isOfConference)) return false
  turn.emit({ type: 'call.conference_ended', at: turn.at, callId })
  turn.clearTimer(`conference:${callId}`)
  if (phase.name === 'talking') rejoin(turn, call)
  return true
}

function isOfConference({ state, wish }: Party): boolean {
  return state === 'conference' || wish === 'conference'
}

/** Bridges caller and agent although they may be anywhere; seen to be done by a timer. */
export function rejoin(turn: Turn, call: Call): void {
  const { phase, callId } = call
  if (phase.name !== 'talking') return
  turn.send({ type: 'bridge', legId: call.legId, otherLegId: phase.legId })
  turn.setTimer(`rejoin:${callId}`, turn.at + LOOK_MS)
}
