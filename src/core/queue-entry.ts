// The way into a queue and out of it unserved: opening hours, limits, overload, emergency, the longest
// wait. Whoever cannot be taken goes where the policy says, and hears why where it says nowhere.
import type { QueueId, QueueSettings } from './config.ts'
import { ENTRY_DEFAULTS } from './entry-policy.ts'
import type { RefusalReason } from './facts.ts'
import type { Digit } from './inputs.ts'
import { waitingIn } from './lanes.ts'
import { isOpen } from './opening.ts'
import { regainedPlace } from './repeat-callers.ts'
import { stamp } from './stamps.ts'
import type { Call, State } from './state.ts'
import type { Turn } from './turn.ts'
import { welcome } from './waiting.ts'

/** With FreeSWITCH's name of the cause that the refused call ends with. */
export const REFUSAL_CAUSES: Record<RefusalReason, string> = {
  unknown_number: 'UNALLOCATED_NUMBER',
  queue_full: 'SWITCH_CONGESTION',
  no_agent: 'NO_USER_RESPONSE',
  closed: 'NORMAL_TEMPORARY_FAILURE',
  deflected: 'SWITCH_CONGESTION',
  timed_out: 'RECOVERY_ON_TIMER_EXPIRE',
  emergency: 'NORMAL_TEMPORARY_FAILURE',
}
/** For the caller to press a key after the question. */
const LANGUAGE_MS_MAX = 8_000
/** A call that rings when its longest wait is over is looked at again after this. */
const LOOK_AGAIN_MS = 5_000

/** A new call is on the line: what its number says comes first. */
export function enter(turn: Turn, call: Call): void {
  const { state, at } = turn
  const number = state.numbers.get(call.to)
  const queue = state.queues.get(number?.queueId ?? '')
  if (number === undefined || queue === undefined) return refuse(turn, call, 'unknown_number', null)
  const { hours, closedQueueId, languages } = number.entry ?? ENTRY_DEFAULTS
  if (!isOpen(hours, at, state.config.timeZone)) {
    const other = state.queues.get(closedQueueId ?? '')
    if (other === undefined) return refuse(turn, call, 'closed', queue.queueId)
    return enterQueue(turn, call, other)
  }
  if (languages.length === 0) return enterQueue(turn, call, queue)
  const { callId, legId } = call
  turn.emit({ type: 'call.language_asked', at, callId })
  turn.send({ type: 'play_music', legId, first: ['language_choice'] })
  turn.setTimer(`language:${callId}`, at + LANGUAGE_MS_MAX)
}

/** The key after the question; null when none came in time: the number's own queue, in its language. */
export function languageChosen(turn: Turn, call: Call, digit: Digit | null): void {
  if (!call.isAskedLanguage) return
  const { state, at } = turn
  const { callId } = call
  const number = state.numbers.get(call.to)
  const choice = number?.entry?.languages.find((one) => one.digit === digit)
  if (digit !== null && choice === undefined) return
  turn.clearTimer(`language:${callId}`)
  const language = choice?.language ?? null
  turn.emit({ type: 'call.language_chosen', at, callId, language, digit })
  const queue = state.queues.get(choice?.queueId ?? number?.queueId ?? '')
  if (queue === undefined) return refuse(turn, call, 'unknown_number', null)
  enterQueue(turn, call, queue)
}

/** Puts the call into the queue or, step by step, where the queue sends whom it cannot take. */
function enterQueue(turn: Turn, call: Call, asked: QueueSettings): void {
  const { state, at } = turn
  const { callId } = call
  const tried = new Set<QueueId>()
  let queue = asked
  for (;;) {
    tried.add(queue.queueId)
    const emergency = emergencyOf(state, queue.queueId)
    if (emergency?.action === 'close') return refuse(turn, call, 'emergency', queue.queueId)
    const reason = obstacleOf(state, queue, at)
    if (reason === null) break
    const other = state.queues.get(diversionOf(queue, reason) ?? '')
    if (other === undefined || tried.has(other.queueId)) {
      return refuse(turn, call, reason, queue.queueId)
    }
    divert(turn, call, queue.queueId, other, reason)
    queue = other
  }
  const { queueId, priority } = queue
  const placeAt = regainedPlace(state, call, queue, at)
  const place = placeAt === null ? {} : { placeAt }
  turn.emit({ type: 'call.queued', at, callId, queueId, priority, queuedAt: at, ...place })
  welcome(turn, call, emergencyOf(state, queueId) === null ? [] : ['emergency'])
}

/** Why a newcomer cannot be taken now; null if they can. */
function obstacleOf(state: State, queue: QueueSettings, at: number): RefusalReason | null {
  const { hours, overloadWaitingMin, overloadEstimateMsMin } = queue.admission
  if (!isOpen(hours, at, state.config.timeZone)) return 'closed'
  const waiting = waitingIn(state, queue.queueId)
  if (waiting >= queue.waitingMax) return 'queue_full'
  const signedIn = state.lanes.get(queue.queueId)?.signedIn.size ?? 0
  if (!queue.joinWhenEmpty && signedIn === 0) return 'no_agent'
  if (overloadWaitingMin !== null && waiting >= overloadWaitingMin) return 'deflected'
  if (overloadEstimateMsMin !== null && waiting > 0) {
    if (expectedWaitMs(state, queue.queueId, waiting) >= overloadEstimateMsMin) return 'deflected'
  }
  return null
}

/** Plain arithmetic for one who joins behind all that wait: their conversations, shared by the agents. */
function expectedWaitMs(state: State, queueId: QueueId, waiting: number): number {
  let working = 0
  for (const agentId of state.lanes.get(queueId)?.signedIn ?? []) {
    if (state.agents.get(agentId)?.phase.name !== 'not_ready') working += 1
  }
  const talkMs = state.estimation.queues.get(queueId)?.talkMs ?? TALK_MS_DEFAULT
  return ((waiting + 1) * (talkMs + state.estimation.wrapUpMs)) / Math.max(1, working)
}
/** As long as nothing is measured. */
const TALK_MS_DEFAULT = 150_000

function diversionOf({ admission }: QueueSettings, reason: RefusalReason): QueueId | null {
  if (reason === 'closed') return admission.closedQueueId
  if (reason === 'queue_full') return admission.fullQueueId
  if (reason === 'no_agent') return admission.emptyQueueId
  if (reason === 'deflected') return admission.overloadQueueId
  if (reason === 'timed_out') return admission.timedOutQueueId
  return null
}

function divert(
  turn: Turn,
  call: Call,
  fromQueueId: QueueId,
  { queueId, priority }: QueueSettings,
  reason: RefusalReason,
): void {
  const { at } = turn
  const { callId } = call
  turn.emit({ type: 'call.diverted', at, callId, fromQueueId, queueId, priority, reason })
}

export function refuse(
  turn: Turn,
  call: Call,
  reason: RefusalReason,
  queueId: QueueId | null,
): void {
  turn.emit({ type: 'call.refused', at: turn.at, callId: call.callId, reason, queueId })
  turn.send({ type: 'refuse', legId: call.legId, prompt: reason, cause: REFUSAL_CAUSES[reason] })
}

/** Sets the clock of the longest wait. Harmless at any time, for any waiting call. */
export function watchLongestWait(turn: Turn, call: Call): void {
  const waitMsMax = turn.state.queues.get(call.queueId ?? '')?.admission.waitMsMax ?? null
  if (waitMsMax === null || call.queuedAt === null || call.connectedAt !== null) return
  turn.setTimer(`wait_limit:${call.callId}`, call.queuedAt + waitMsMax)
}

/** The longest wait is over. A phone that rings just now is let ring: it may be answered yet. */
export function longestWaitOver(turn: Turn, call: Call): void {
  const { state, at } = turn
  const waitMsMax = state.queues.get(call.queueId ?? '')?.admission.waitMsMax ?? null
  if (waitMsMax === null || call.queuedAt === null || at < call.queuedAt + waitMsMax) return
  if (call.phase.name === 'offered') {
    turn.setTimer(`wait_limit:${call.callId}`, at + LOOK_AGAIN_MS)
  } else leave(turn, call, 'timed_out')
}

/** The last agent has left queues whose callers then leave as well. */
export function leaveEmptyQueues(turn: Turn): void {
  const { state } = turn
  for (const { queueId, admission } of state.queues.values()) {
    if (!admission.leaveWhenEmpty || state.lanes.get(queueId)?.signedIn.size !== 0) continue
    for (const call of [...state.calls.values()]) {
      if (call.queueId === queueId) leave(turn, call, 'no_agent')
    }
  }
}

/** Out of the queue, unserved. One who had spoken to an agent already is not sent away. */
function leave(turn: Turn, call: Call, reason: 'timed_out' | 'no_agent'): void {
  const { state } = turn
  const queue = state.queues.get(call.queueId ?? '')
  if (queue === undefined || call.phase.name !== 'waiting' || call.connectedAt !== null) return
  // On a switch that cannot be reached nothing can be said; the caller keeps place and clock.
  if (state.nodes.get(call.nodeId)?.isUp !== true) return
  const other = state.queues.get(diversionOf(queue, reason) ?? '')
  if (other === undefined || other === queue) return refuse(turn, call, reason, queue.queueId)
  if (obstacleOf(state, other, turn.at) !== null) return refuse(turn, call, reason, queue.queueId)
  divert(turn, call, queue.queueId, other, reason)
  stamp(turn, call)
}

function emergencyOf({ config }: State, queueId: QueueId) {
  const emergency = config.emergency ?? null
  if (emergency === null) return null
  return emergency.queueIds === null || emergency.queueIds.includes(queueId) ? emergency : null
}
