// What a switch tells about one leg, led to the noun it concerns. Events about legs that are not ours,
// or no longer, end here: duplicates, late ones and those of another run are harmless.
import { agentGone, callerGone, callerParkedAgain } from './calls.ts'
import { conferenceJoined, conferenceLeft } from './conference.ts'
import { callerSettled, heldByPhone, holdBegan, retrieved, unheldByPhone } from './hold.ts'
import type { LegInput } from './inputs.ts'
import { callerParkedInMessage } from './messages.ts'
import { legsJoined, phoneAnswered, phoneGone, phoneRinging, phoneSettled } from './offers.ts'
import { citizenAnswered, diallerGone, diallingStopped } from './outbound.ts'
import { agentParked, partyBridged, partyGone, partyReported } from './party-legs.ts'
import { languageChosen } from './queue-entry.ts'
import { hasAgentLeg } from './rings.ts'
import type { Call, Leg } from './state.ts'
import {
  agentLeftTakeOver,
  supervisorAnswered,
  supervisorGone,
  takeOverJoined,
} from './supervision.ts'
import { callerParkedInSurvey } from './survey.ts'
import { callerParkedInTransfer } from './transfers.ts'
import type { Turn } from './turn.ts'
import { promptEnded } from './waiting.ts'
import { keyPressed } from './waiting-keys.ts'

/** A leg that never existed, or whose last word was lost, is forgotten after this. */
const LAST_WORD_MS_MAX = 2_000

export function legReported(turn: Turn, input: Exclude<LegInput, { type: 'call.parked' }>): void {
  const leg = turn.state.legs.get(input.legId)
  if (leg === undefined) return
  const call = turn.state.calls.get(leg.callId)
  if (leg.role === 'supervisor' && input.type === 'leg.answered') {
    if (leg.endingSince === null) supervisorAnswered(turn, leg.legId)
    return
  }
  switch (input.type) {
    case 'leg.hung_up':
      legGone(turn, leg, input.cause)
      return
    case 'offer.failed':
      legGone(turn, leg, input.cause)
      turn.setTimer(`last_word:${leg.legId}`, turn.at + LAST_WORD_MS_MAX)
      return
    case 'leg.ended': {
      legGone(turn, leg, input.cause)
      const { legId, callId, agentId } = leg
      const { cause, sipStatus } = input
      turn.clearTimer(`last_word:${legId}`)
      turn.emit({ type: 'leg.ended', at: turn.at, legId, callId, agentId, cause, sipStatus })
      return
    }
    default:
      if (call !== undefined && leg.endingSince === null) legMoved(turn, call, leg, input)
  }
}

function legMoved(
  turn: Turn,
  call: Call,
  leg: Leg,
  input: Exclude<LegInput, { type: 'call.parked' | 'leg.hung_up' | 'leg.ended' | 'offer.failed' }>,
): void {
  if (leg.role === 'party' && input.type !== 'leg.bridged' && !isOfConference(input)) {
    partyReported(turn, call, leg, input)
    return
  }
  const isAgent = leg.role === 'agent'
  switch (input.type) {
    case 'leg.ringing':
      phoneRinging(turn, call, leg.legId)
      return
    case 'leg.answered':
      if (isAgent) phoneAnswered(turn, call, leg.legId)
      else citizenAnswered(turn, call)
      return
    case 'leg.parked':
      if (isAgent) {
        diallingStopped(turn, call)
        phoneSettled(turn, call, leg.legId)
        holdBegan(turn, call)
        agentParked(turn, call, leg.legId)
      } else if (leg.role === 'caller') {
        callerSettled(turn, call)
        callerParkedInTransfer(turn, call)
        callerParkedInSurvey(turn, call, input.collected)
        callerParkedInMessage(turn, call)
        callerParkedAgain(turn, call)
      }
      return
    case 'leg.bridged':
      if (takeOverJoined(turn, call, [input.legId, input.otherLegId])) return
      if (isBridgeOf(call, input)) {
        turn.clearTimer(`rejoin:${call.callId}`)
        legsJoined(turn, call)
        retrieved(turn, call)
      } else partyBridged(turn, call, input)
      return
    case 'leg.unbridged':
      holdBegan(turn, call)
      return
    case 'leg.held':
      if (isAgent && call.takeOver === null) heldByPhone(turn, call)
      return
    case 'leg.unheld':
      // Taken from a phone that holds, the switch takes the hold back by itself.
      if (isAgent && call.takeOver === null) unheldByPhone(turn, call)
      return
    case 'leg.conference_joined':
    case 'leg.conference_left':
      conferenceMoved(turn, call, leg, input.type)
      return
    case 'leg.prompt_ended':
      if (!isAgent) promptEnded(turn, call)
      return
    case 'leg.digit_pressed':
      if (isAgent) return
      if (call.isAskedLanguage) languageChosen(turn, call, input.digit)
      else keyPressed(turn, call, input.digit)
      return
  }
}

type ConferenceInput = 'leg.conference_joined' | 'leg.conference_left'

function isOfConference({ type }: { readonly type: string }): boolean {
  return type === 'leg.conference_joined' || type === 'leg.conference_left'
}

function conferenceMoved(turn: Turn, call: Call, leg: Leg, type: ConferenceInput): void {
  if (type === 'leg.conference_joined') return conferenceJoined(turn, call, leg.legId)
  conferenceLeft(turn, call, leg.legId)
  if (leg.role === 'caller') holdBegan(turn, call)
}

/** Whether the bridge joins exactly this call's two legs, in whichever order. */
function isBridgeOf(call: Call, input: { legId: string; otherLegId: string }): boolean {
  if (!('legId' in call.phase)) return false
  const both = [input.legId, input.otherLegId]
  return both.includes(call.legId) && both.includes(call.phase.legId)
}

function legGone(turn: Turn, leg: Leg, cause: string): void {
  turn.goneLegs.add(leg.legId)
  if (leg.role === 'caller') callerLegGone(turn, leg, cause)
  else if (leg.role === 'agent') agentLegGone(turn, leg, cause)
  else if (leg.role === 'supervisor') supervisorGone(turn, leg)
  else partyLegGone(turn, leg, cause)
}

export function partyLegGone(turn: Turn, leg: Leg, cause: string): void {
  const call = turn.state.calls.get(leg.callId)
  if (call !== undefined && leg.endingSince === null) partyGone(turn, call, leg, cause)
}

export function callerLegGone(turn: Turn, leg: Leg, cause: string): void {
  const call = turn.state.calls.get(leg.callId)
  if (call?.legId === leg.legId) callerGone(turn, call, cause)
}

export function agentLegGone(turn: Turn, leg: Leg, cause: string): void {
  const call = turn.state.calls.get(leg.callId)
  if (call === undefined || !hasAgentLeg(call, leg.legId)) return
  // Already told to end: what the call does next was decided then.
  if (leg.endingSince !== null) return
  if (agentLeftTakeOver(turn, call)) return
  if (call.phase.name === 'dialling') diallerGone(turn, call, cause)
  else if (call.phase.name === 'talking' || call.phase.name === 'held') agentGone(turn, call, cause)
  else phoneGone(turn, call, leg.legId, cause)
}

/** The switch never said that the leg ended; without this its agent would be kept from the next call. */
export function lastWordOverdue(turn: Turn, legId: string): void {
  const leg = turn.state.legs.get(legId)
  if (leg === undefined) return
  const { callId, agentId } = leg
  turn.emit({
    type: 'leg.ended',
    at: turn.at,
    legId,
    callId,
    agentId,
    cause: 'LOST',
    sipStatus: null,
  })
}
