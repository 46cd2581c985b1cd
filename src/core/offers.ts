// One agent's phone ringing for one call: how it starts, how it is answered, and the many ways in
// which it comes to nothing. Whatever happens, the caller keeps music and place, and the agent who
// did not take the call is not rung again before they say they are ready.

import { OFFER_DEFAULTS } from './agent-policy.ts'
import { freeAgent, parkAgent } from './agents.ts'
import { supersedeCallbacks } from './callbacks.ts'
import { watchDeadline } from './deadline.ts'
import type { OfferOutcome } from './facts.ts'
import type { LegId } from './inputs.ts'
import { dialCitizen, dialOfferEnded, isToBeDialled } from './outbound.ts'
import { languageOf, type PromptId } from './prompts.ts'
import { askForRecording } from './recordings.ts'
import { hasAgentLeg, ringOf, ringsOf } from './rings.ts'
import { stamp } from './stamps.ts'
import type { Agent, Call } from './state.ts'
import type { Turn } from './turn.ts'

/** One ring and the silence after it: 1 s on, 4 s off. */
export const RING_CYCLE_MS = 5_000
/** Answered after more rings is late. */
export const RINGS_MAX = 3
/** From picking up to hearing each other; measured below 0.2 s, and a lost bridge never comes. */
const BRIDGE_MS_MAX = 3_000
/** The caller waits for it, so it is a word or two. */
const WHISPER_MS_MAX = 4_000

/** Whole ring cycles begun within `ringMs`; the first begins at once. */
export function ringCyclesOf(ringMs: number): number {
  return Math.floor(Math.max(0, ringMs) / RING_CYCLE_MS) + 1
}

export function offer(turn: Turn, call: Call, agent: Agent): void {
  const { state, at } = turn
  const queue = call.queueId === null ? undefined : state.queues.get(call.queueId)
  if (queue === undefined) return
  const legId = `${state.epoch}-${state.legsMade + 1}`
  const { callId } = call
  const { agentId } = agent
  turn.emit({ type: 'call.offered', at, callId, queueId: queue.queueId, agentId, legId })
  const answering = queue.offering.autoAnswer ? ({ autoAnswer: true } as const) : {}
  turn.send({
    type: 'originate_agent',
    ...answering,
    legId,
    callId,
    agentId,
    queueId: queue.queueId,
    // The agent's telephone shows the line: the citizen's number may not be theirs to see.
    from: call.outbound === null ? call.from : call.to,
    ringMsMax: queue.ringMsMax,
  })
  turn.setTimer(`ring:${legId}`, at + queue.ringMsMax)
  watchDeadline(turn, call, agent)
}

export function phoneRinging(turn: Turn, call: Call, legId: LegId): void {
  const ring = ringOf(call, legId)
  if (ring === undefined) return
  const { callId } = call
  turn.emit({ type: 'call.ringing', at: turn.at, callId, agentId: ring.agentId, legId })
}

/**
 * The agent picked up: they are on the call from now on, though it takes some ms until they are heard.
 * Whatever else rings for the call is stopped first.
 */
export function phoneAnswered(turn: Turn, call: Call, legId: LegId): void {
  const { callId, queueId } = call
  const ring = ringOf(call, legId)
  if (ring === undefined || queueId === null) return
  for (const other of ringsOf(call)) {
    if (other !== ring) endOffer(turn, call, other.legId, 'answered_elsewhere', 'LOSE_RACE')
  }
  const ringMs = Math.max(0, turn.at - ring.since)
  turn.clearTimer(`ring:${legId}`)
  turn.emit({
    type: 'call.answered',
    at: turn.at,
    callId,
    agentId: ring.agentId,
    legId,
    queueId,
    ringMs,
    rings: ringCyclesOf(ringMs),
    isLate: ringMs > RINGS_MAX * RING_CYCLE_MS,
  })
  turn.setTimer(`bridge:${callId}`, turn.at + BRIDGE_MS_MAX)
}

/**
 * The agent's leg has settled. Only now can the two be joined: a bridge asked for at the answer is
 * lost in 1.5 % of the calls. Recording starts first, so that no word is missed.
 */
export function phoneSettled(turn: Turn, call: Call, legId: LegId): void {
  phoneAnswered(turn, call, legId)
  if (call.phase.name !== 'connecting' || call.phase.legId !== legId) return
  if (isToBeDialled(turn, call)) return dialCitizen(turn, call)
  if (isToBeTold(turn, call)) return tell(turn, call)
  turn.clearTimer(`whisper:${call.callId}`)
  askForRecording(turn, call)
  turn.send({ type: 'bridge', legId: call.legId, otherLegId: legId })
}

/** The queue names its calls to the agent, and this agent has not heard it for this call. */
function isToBeTold(turn: Turn, call: Call): boolean {
  const { phase } = call
  if (phase.name !== 'connecting' || phase.whisperedAt !== undefined) return false
  return whisperOf(turn, call).length > 0
}

function whisperOf({ state }: Turn, { callId, queueId }: Call): PromptId[] {
  const queue = queueId === null ? undefined : state.queues.get(queueId)
  const { whisperPrompt, whispersLanguage } = queue?.offering ?? OFFER_DEFAULTS
  return [
    ...(whisperPrompt === null ? [] : [whisperPrompt]),
    ...(whispersLanguage ? [`whisper_${languageOf(state, callId)}`] : []),
  ]
}

/** Queue and language, said to the agent alone while the caller keeps the music. */
function tell(turn: Turn, call: Call): void {
  const { phase, callId } = call
  if (phase.name !== 'connecting') return
  const { agentId, legId } = phase
  const { at } = turn
  const prompts = whisperOf(turn, call)
  turn.emit({ type: 'call.whispered', at, callId, agentId, legId, prompts })
  turn.send({ type: 'whisper', legId, prompts })
  turn.setTimer(`whisper:${callId}`, at + WHISPER_MS_MAX)
  turn.setTimer(`bridge:${callId}`, at + WHISPER_MS_MAX + BRIDGE_MS_MAX)
}

/** Too long, or its end was never reported: nobody waits for a prompt. */
export function whisperOverdue(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name === 'connecting' && phase.whisperedAt !== undefined) {
    phoneSettled(turn, call, phase.legId)
  }
}

/** After a look at the switch: an answered leg stands there unjoined. Joins it, with the usual time limit. */
export function phoneUnsettled(turn: Turn, call: Call, legId: LegId): void {
  if (!hasAgentLeg(call, legId)) return
  phoneSettled(turn, call, legId)
  turn.setTimer(`bridge:${call.callId}`, turn.at + BRIDGE_MS_MAX)
}

/** Caller and agent hear each other. */
export function legsJoined(turn: Turn, call: Call): void {
  const { phase, callId, queueId, queuedAt } = call
  const isDialled = phase.name === 'dialling'
  if (phase.name !== 'connecting' && !isDialled) return
  if (queueId === null || queuedAt === null) return
  const { agentId, legId } = phase
  const answeredAt = isDialled ? turn.at : phase.since
  const waitMs = Math.max(0, answeredAt - queuedAt)
  turn.clearTimer(isDialled ? `dial:${callId}` : `bridge:${callId}`)
  if (isDialled) askForRecording(turn, call)
  turn.emit({
    type: 'call.connected',
    at: turn.at,
    callId,
    agentId,
    legId,
    queueId,
    arrivedAt: call.arrivedAt,
    queuedAt,
    answeredAt,
    waitMs,
    isTimely: waitMs <= (turn.state.queues.get(queueId)?.answerMsMax ?? 0),
    isFirst: call.connectedAt === null,
  })
  turn.send({ type: 'keep_after_bridge', legId })
  if (isDialled) turn.send({ type: 'keep_after_bridge', legId: call.legId })
  stamp(turn, call)
  supersedeCallbacks(turn, call)
}

/** How FreeSWITCH's name of a cause reads as an offer's outcome. */
export function outcomeOf(cause: string): 'rejected' | 'rona' | 'unreachable' {
  if (cause === 'USER_BUSY' || cause === 'CALL_REJECTED') return 'rejected'
  if (cause === 'NO_ANSWER' || cause === 'ALLOTTED_TIMEOUT') return 'rona'
  return 'unreachable'
}

/** Rang to its limit. */
export function ringTimedOut(turn: Turn, call: Call, legId: LegId): void {
  if (ringOf(call, legId) === undefined) return
  endOffer(turn, call, legId, 'rona', 'NO_ANSWER')
  if (ringsOf(call).length === 0) returnToQueue(turn, call, 'NO_ANSWER')
}

/** An agent's leg ended, or never began, before the two were joined. Other phones may still ring. */
export function phoneGone(turn: Turn, call: Call, legId: LegId, cause: string): void {
  if (!hasAgentLeg(call, legId)) return
  const wasAnswered = call.phase.name === 'connecting'
  // Picked up and put down again within a moment is a refusal; anything else is the cause's own word.
  const isPutDown = wasAnswered && cause === 'NORMAL_CLEARING'
  endOffer(turn, call, legId, isPutDown ? 'rejected' : outcomeOf(cause), cause)
  if (ringsOf(call).length === 0) returnToQueue(turn, call, cause)
}

/** No bridge came although both legs were there: our own failure, the agent is not to blame. */
export function joiningFailed(turn: Turn, call: Call): void {
  if (call.phase.name !== 'connecting') return
  endOffer(turn, call, call.phase.legId, 'failed', 'NORMAL_CLEARING')
  returnToQueue(turn, call, 'NORMAL_CLEARING')
}

/**
 * Ends the offer of one phone and says what becomes of its agent; the phone is stopped at once. The
 * call itself, and what else rings for it, is left to the caller of this function.
 */
export function endOffer(
  turn: Turn,
  call: Call,
  legId: LegId,
  outcome: Exclude<OfferOutcome, 'answered'>,
  cause: string,
): void {
  const { phase, callId, queueId } = call
  const ring = phase.name === 'connecting' && phase.legId === legId ? phase : ringOf(call, legId)
  if (ring === undefined || queueId === null) return
  const { agentId } = ring
  const { at, state } = turn
  const agent = state.agents.get(agentId)
  const ringMs = phase.name === 'offered' ? Math.max(0, at - ring.since) : 0
  // The clock that ends a ring may be some ms late; the ring that would begin then was not heard.
  const ringsMax = Math.ceil((state.queues.get(queueId)?.ringMsMax ?? 0) / RING_CYCLE_MS)
  turn.clearTimer(`ring:${legId}`)
  if (phase.name === 'connecting') turn.clearTimer(`bridge:${callId}`)
  turn.hangUp(legId, outcome === 'caller_abandoned' ? 'ORIGINATOR_CANCEL' : cause)
  turn.emit({
    type: 'offer.ended',
    at,
    callId,
    agentId,
    legId,
    queueId,
    outcome,
    ringMs,
    rings: Math.max(1, Math.min(ringCyclesOf(ringMs), ringsMax)),
    cause,
  })
  if (agent === undefined) return
  // A reason of ours or the caller's: the agent keeps the place among the idle.
  const isBlameless = outcome === 'caller_abandoned' || outcome === 'withdrawn'
  if (isBlameless || outcome === 'answered_elsewhere') {
    freeAgent(turn, agent, agent.readySince)
  } else if (outcome === 'failed') freeAgent(turn, agent, at)
  else if (outcome === 'rona' && !hasMissedEnough(turn, agent, queueId)) freeAgent(turn, agent, at)
  else parkAgent(turn, agent, outcome)
}

/** Stops the agent's phone, if it rings. The call goes on to the next unless other phones ring for it. */
export function withdrawOffer(turn: Turn, { phase }: Agent): void {
  const call = phase.name === 'offered' ? turn.state.calls.get(phase.callId) : undefined
  if (phase.name !== 'offered' || call === undefined) return
  endOffer(turn, call, phase.legId, 'withdrawn', 'ORIGINATOR_CANCEL')
  const { callId, queueId } = call
  if (ringsOf(call).length > 0 || queueId === null) return
  // A call that the agent dialled themselves is for nobody else.
  if (dialOfferEnded(turn, call, 'ORIGINATOR_CANCEL')) return
  turn.emit({ type: 'call.requeued', at: turn.at, callId, queueId, reason: 'offer_ended' })
}

/** Counted with the offer that has just ended. */
function hasMissedEnough(turn: Turn, agent: Agent, queueId: string): boolean {
  const { missedOffersMax } = turn.state.queues.get(queueId)?.offering ?? OFFER_DEFAULTS
  return agent.seat.missedOffers >= missedOffersMax
}

/** The agent turns the ringing call away at the console, where the queue allows it. */
export function rejectOffer(turn: Turn, agent: Agent): void {
  const { state } = turn
  if (agent.phase.name !== 'offered') return turn.refuse('no_offer')
  const { callId, legId } = agent.phase
  const call = state.calls.get(callId)
  if (call === undefined || ringOf(call, legId) === undefined) return turn.refuse('no_offer')
  const queue = call.queueId === null ? undefined : state.queues.get(call.queueId)
  if (queue?.offering.allowReject !== true) return turn.refuse('reject_not_allowed')
  endOffer(turn, call, legId, 'rejected', 'CALL_REJECTED')
  if (ringsOf(call).length === 0) returnToQueue(turn, call, 'CALL_REJECTED')
}

function returnToQueue(turn: Turn, call: Call, cause: string): void {
  const { callId, queueId } = call
  if (queueId === null) return
  if (dialOfferEnded(turn, call, cause)) return
  const wasAnswered = call.phase.name === 'connecting'
  turn.emit({ type: 'call.requeued', at: turn.at, callId, queueId, reason: 'offer_ended' })
  // The attempt to join the legs has stopped the music.
  if (wasAnswered) turn.send({ type: 'play_music', legId: call.legId })
  stamp(turn, call)
}
