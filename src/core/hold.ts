// Hold: the caller hears a phrase, then music, and nothing of the agent. The
// agent is warned at 20 s, the limit is 30 s, and from the limit on the caller is reassured again and
// again. Who speaks the phrases and what becomes of a very long hold is the queue's policy. A segment
// lasts until the two hear each other again, and nobody is dropped.
import { HOLD_DEFAULTS, type HoldPolicy, QUEUE_DEFAULTS } from './config.ts'
import type { PromptedBy } from './facts.ts'
import type { AgentInput } from './inputs.ts'
import { stamp } from './stamps.ts'
import type { Agent, Call, Party } from './state.ts'
import type { Turn } from './turn.ts'

/** A hold or retrieve that the switch has not confirmed in this time may be asked for again. */
const CONFIRM_MS_MAX = 3_000
/** End prompt and joining together; asked for once more when nothing has come of it. */
const RETRIEVE_MS_MAX = 8_000

/** Hold and retrieve at the console. */
export function callRequested(
  turn: Turn,
  agent: Agent,
  input: Extract<
    AgentInput,
    { type: 'agent.hold_requested' | 'agent.phrase_confirmed' | 'agent.retrieve_requested' }
  >,
): void {
  const call = agent.phase.name === 'on_call' ? turn.state.calls.get(agent.phase.callId) : undefined
  if (call === undefined) return turn.refuse('not_on_call')
  if (turn.state.nodes.get(call.nodeId)?.isUp !== true) return turn.refuse('switch_unavailable')
  if (call.takeOver !== null) return turn.refuse('take_over_pending')
  switch (input.type) {
    case 'agent.hold_requested':
      requestHold(turn, call, input.phraseSaid === true)
      return
    case 'agent.phrase_confirmed':
      confirmPhrase(turn, call, input.phrase)
      return
    case 'agent.retrieve_requested':
      // Whoever is rung or talked to must be let go or set aside first.
      if (call.parties.some(isTalkedTo)) return turn.refuse('consult_active')
      requestRetrieve(turn, call)
      return
  }
}

export function requestHold(turn: Turn, call: Call, isPhraseSaid = false): void {
  const { phase, callId } = call
  if (phase.name === 'held') return turn.refuse('already_held')
  if (phase.name !== 'talking') return turn.refuse('not_connected')
  const { agentId, legId, holdRequestedAt } = phase
  if (holdRequestedAt !== null && turn.at - holdRequestedAt < CONFIRM_MS_MAX) {
    return turn.refuse('already_held')
  }
  const { beginPromptBy, music } = policyOf(turn, call)
  const beginPrompt = isPhraseSaid ? 'agent' : beginPromptBy === 'system' ? 'system' : null
  const prompt = beginPrompt === 'system' ? 'hold_begin' : null
  turn.send({ type: 'hold', legId: call.legId, prompt, music })
  turn.emit({ type: 'call.hold_requested', at: turn.at, callId, agentId, legId, beginPrompt })
}

/** The phrase of a hold is said before it, in its first moments at the latest; thanks are said after it. */
function confirmPhrase(turn: Turn, call: Call, phrase: 'begin' | 'end'): void {
  const { phase, phrases, callId } = call
  if (phrases === null || !('legId' in phase)) return turn.refuse('nothing_to_confirm')
  if (phrase === 'end' && phase.name === 'held') return turn.refuse('nothing_to_confirm')
  if (phrases[phrase] !== null) return
  const { agentId, legId } = phase
  const { segment } = phrases
  turn.emit({ type: 'call.phrase_confirmed', at: turn.at, callId, agentId, legId, segment, phrase })
}

/** What the agent still has to say and confirm; null where nothing is missing. */
export function phraseDue({ phase, phrases, holdSegments }: Call): 'begin' | 'end' | null {
  if (phrases === null || phrases.segment !== holdSegments) return null
  if (phase.name === 'held') return phrases.begin === null ? 'begin' : null
  return phase.name === 'talking' && phrases.end === null ? 'end' : null
}

function isTalkedTo({ state, wish }: Party): boolean {
  return state === 'dialling' || state === 'answered' || state === 'joined' || wish !== null
}

export function requestRetrieve(turn: Turn, call: Call): void {
  const { phase, callId } = call
  if (phase.name !== 'held') return turn.refuse('not_held')
  if (phase.by === 'phone') return turn.refuse('held_by_phone')
  const { agentId, legId, retrieveRequestedAt } = phase
  if (retrieveRequestedAt !== null && turn.at - retrieveRequestedAt < CONFIRM_MS_MAX) {
    return turn.refuse('not_held')
  }
  sendRetrieve(turn, call)
  turn.emit({ type: 'call.retrieve_requested', at: turn.at, callId, agentId, legId })
  turn.setTimer(`retrieve:${callId}`, turn.at + RETRIEVE_MS_MAX)
}

/** The switch took the two apart because the agent had asked for hold. */
export function holdBegan(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'talking' || phase.holdRequestedAt === null) return
  hold(turn, call, 'console', call.phrases?.begin ?? null)
}

/** The phone's own hold button. The bridge stands; what the caller hears is ours all the same. */
export function heldByPhone(turn: Turn, call: Call): void {
  if (call.phase.name !== 'talking') return
  const { beginPromptBy, music } = policyOf(turn, call)
  const isSpoken = beginPromptBy === 'system'
  const prompt = isSpoken ? 'hold_begin' : null
  turn.send({ type: 'hold_in_bridge', legId: call.legId, prompt, music })
  hold(turn, call, 'phone', isSpoken ? 'system' : null)
}

export function unheldByPhone(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'held' || phase.by !== 'phone') return
  const endPrompt = endPromptOf(turn, call)
  const prompt = endPrompt === null ? null : 'hold_end'
  turn.send({ type: 'retrieve_in_bridge', legId: call.legId, prompt })
  endHold(turn, call, endPrompt)
  stamp(turn, call)
}

/** The end prompt is over and the caller's leg is free to be joined again. */
export function callerSettled(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'held' || phase.by !== 'console' || phase.retrieveRequestedAt === null) return
  if (call.conference !== null) {
    const { legId, callId } = call
    turn.send({ type: 'join_conference', legId, callId, prompt: null })
    return
  }
  // Handed over out of a consultation, the caller goes to whoever was consulted.
  const heir = call.parties.find(({ wish }) => wish === 'caller')
  turn.send({ type: 'bridge', legId: call.legId, otherLegId: heir?.legId ?? phase.legId })
}

/** Joined again after a hold. */
export function retrieved(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'held' || phase.by !== 'console') return
  turn.send({ type: 'keep_after_bridge', legId: phase.legId })
  endHold(turn, call, endPromptOf(turn, call))
  stamp(turn, call)
}

export function retrieveOverdue(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'held' || phase.retrieveRequestedAt === null) return
  sendRetrieve(turn, call)
  turn.setTimer(`retrieve:${call.callId}`, turn.at + RETRIEVE_MS_MAX)
}

export function holdWarningDue(turn: Turn, call: Call): void {
  const { phase, callId } = call
  if (phase.name !== 'held') return
  const { agentId, legId } = phase
  turn.emit({ type: 'call.hold_warned', at: turn.at, callId, agentId, legId })
}

export function holdLimitDue(turn: Turn, call: Call): void {
  const { phase, callId } = call
  if (phase.name !== 'held') return
  const { agentId, legId, by, limitCount, retrieveRequestedAt } = phase
  const count = limitCount + 1
  turn.emit({ type: 'call.hold_limit_reached', at: turn.at, callId, agentId, legId, count })
  turn.setTimer(`hold_limit:${callId}`, nextLimitAt(turn, call, phase.since))
  // The end prompt is on its way already; a second voice would only delay the agent.
  if (retrieveRequestedAt !== null) return
  if (by === 'phone') {
    const { music } = policyOf(turn, call)
    turn.send({ type: 'hold_in_bridge', legId: call.legId, prompt: 'hold_reassurance', music })
  } else turn.send({ type: 'play_prompt', legId: call.legId, prompt: 'hold_reassurance' })
}

/** A hold that has become a wait: whoever can do something about it is told, the caller stays. */
export function holdProlonged(turn: Turn, call: Call): void {
  const { phase, callId } = call
  if (phase.name !== 'held') return
  const { agentId, legId, since, prolongedCount } = phase
  const { prolongedMs, prolongedAction: action } = policyOf(turn, call)
  if (action === 'none') return
  const count = prolongedCount + 1
  turn.emit({ type: 'call.hold_prolonged', at: turn.at, callId, agentId, legId, count, action })
  turn.setTimer(`hold_prolonged:${callId}`, nextAt(since, turn.at, prolongedMs))
}

/** Sets the clocks of a hold that began at `phase.since`, in this run or an earlier one. */
export function watchHold(turn: Turn, call: Call): void {
  const { phase, callId, queueId } = call
  if (phase.name !== 'held') return
  const queue = queueId === null ? undefined : turn.state.queues.get(queueId)
  if (queue === undefined) return
  turn.setTimer(`hold_warning:${callId}`, phase.since + queue.holdWarningMs)
  turn.setTimer(`hold_limit:${callId}`, nextLimitAt(turn, call, phase.since))
  const { prolongedMs, prolongedAction } = queue.hold
  if (prolongedAction === 'none') return
  turn.setTimer(`hold_prolonged:${callId}`, nextAt(phase.since, turn.at, prolongedMs))
}

export function unwatchHold(turn: Turn, call: Call): void {
  turn.clearTimer(`hold_warning:${call.callId}`)
  turn.clearTimer(`hold_limit:${call.callId}`)
  turn.clearTimer(`hold_prolonged:${call.callId}`)
  turn.clearTimer(`retrieve:${call.callId}`)
}

/** Above the limit; exactly the limit is not exceeded. */
export function isHoldExceeded(turn: Turn, call: Call, holdMs: number): boolean {
  return holdMs > holdMsMax(turn, call)
}

function holdMsMax(turn: Turn, call: Call): number {
  const queue = call.queueId === null ? undefined : turn.state.queues.get(call.queueId)
  return queue?.holdMsMax ?? QUEUE_DEFAULTS.holdMsMax
}

function policyOf(turn: Turn, call: Call): HoldPolicy {
  const queue = call.queueId === null ? undefined : turn.state.queues.get(call.queueId)
  return queue?.hold ?? HOLD_DEFAULTS
}

/** The first moment after `at` that is whole periods after `since`. */
function nextAt(since: number, at: number, periodMs: number): number {
  return since + (Math.floor(Math.max(0, at - since) / periodMs) + 1) * periodMs
}

/** The limit itself, or, once it has passed, the next reassurance. */
function nextLimitAt(turn: Turn, call: Call, since: number): number {
  const limitAt = since + holdMsMax(turn, call)
  if (turn.at < limitAt) return limitAt
  return nextAt(limitAt, turn.at, policyOf(turn, call).reassuranceMs)
}

function endPromptOf(turn: Turn, call: Call): PromptedBy | null {
  return policyOf(turn, call).endPromptBy === 'system' ? 'system' : null
}

function sendRetrieve(turn: Turn, call: Call): void {
  const prompt = endPromptOf(turn, call) === null ? null : 'hold_end'
  turn.send({ type: 'retrieve', legId: call.legId, prompt })
}

function hold(
  turn: Turn,
  call: Call,
  by: 'console' | 'phone',
  beginPrompt: PromptedBy | null,
): void {
  const { phase, callId } = call
  if (phase.name !== 'talking') return
  const { agentId, legId } = phase
  turn.emit({
    type: 'call.held',
    at: turn.at,
    callId,
    agentId,
    legId,
    by,
    segment: call.holdSegments + 1,
    beginPrompt,
  })
  watchHold(turn, call)
  stamp(turn, call)
}

/** Closes the segment; `endPrompt` is null where the caller was not told that the wait is over. */
export function endHold(turn: Turn, call: Call, endPrompt: PromptedBy | null): void {
  const { phase, callId } = call
  if (phase.name !== 'held') return
  const { agentId, legId } = phase
  const holdMs = Math.max(0, turn.at - phase.since)
  unwatchHold(turn, call)
  turn.emit({
    type: 'call.retrieved',
    at: turn.at,
    callId,
    agentId,
    legId,
    segment: call.holdSegments,
    holdMs,
    isExceeded: isHoldExceeded(turn, call, holdMs),
    endPrompt,
  })
}
