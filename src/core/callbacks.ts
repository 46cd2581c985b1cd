// Calling citizens back. Whoever leaves the line keeps the place and the clock: when the time has come a
// call of ours stands in the queue where the caller stood, is offered like any other, and the citizen is
// dialled when an agent has picked up. What comes to nothing is tried again, a few times and with a pause.
import { isElsewhere } from './agents.ts'
import type { AttemptOutcome, CallbackClosing, CallbackKind } from './callback-facts.ts'
import { endCall } from './calls.ts'
import type { DialPermit } from './class-of-service.ts'
import { type AgentId, CALLBACK_DEFAULTS, type CallbackPolicy, type QueueId } from './config.ts'
import type { CallbackInput, Input } from './inputs.ts'
import { endOffer } from './offers.ts'
import { dialRequested, queueOutbound } from './outbound.ts'
import { agentLegsOf } from './rings.ts'
import { plainNumber } from './sip-names.ts'
import type { Call, Callback, Outbound, State } from './state.ts'
import type { Turn } from './turn.ts'

/** No switch can be reached, or the queue is gone: look again after this. */
const LOOK_AGAIN_MS = 10_000

/** Whether a telephone could be called by this: withheld numbers and names cannot. */
export function isDiallable(number: string): boolean {
  return /^\+?[0-9]{3,32}$/.test(plainNumber(number))
}

export function callbackPolicy(state: State, queueId: QueueId): CallbackPolicy {
  return state.queues.get(queueId)?.callback ?? CALLBACK_DEFAULTS
}

/** Whether the queue offers it and `number` can be called. */
export function mayAskForCallback(state: State, call: Call, number: string = call.from): boolean {
  return (
    call.queueId !== null && callbackPolicy(state, call.queueId).isOffered && isDiallable(number)
  )
}

/**
 * The waiting caller leaves the line and will be called back at the same place, by the clock that runs
 * already. False, and nothing has changed, where the queue does not offer it, the call waits for
 * nobody, or `number` (the caller's own, unless another was keyed in) cannot be called.
 */
export function requestCallback(turn: Turn, call: Call, number: string = call.from): boolean {
  const { state, at } = turn
  const { callId, queueId, queuedAt, priority } = call
  if (call.outbound !== null || queueId === null || queuedAt === null) return false
  if (call.phase.name !== 'waiting' && call.phase.name !== 'offered') return false
  const policy = callbackPolicy(state, queueId)
  if (!mayAskForCallback(state, call, number)) return false
  for (const legId of agentLegsOf(call)) {
    endOffer(turn, call, legId, 'caller_abandoned', 'ORIGINATOR_CANCEL')
  }
  const callbackId = addCallback(turn, {
    kind: 'queued',
    originalCallId: callId,
    from: number,
    to: call.to,
    queueId,
    priority,
    queuedAt,
    dueAt: null,
    // A line that still hears our last words is busy.
    startAt: at + policy.pauseMs,
    attemptsMax: policy.attemptsMax,
    requestedBy: null,
    assignedTo: null,
  })
  turn.emit({ type: 'call.callback_taken', at, callId, callbackId })
  const cause = 'NORMAL_CLEARING'
  turn.send({ type: 'refuse', legId: call.legId, prompt: 'callback_registered', cause })
  return true
}

export function isCallbackInput(input: Input): input is CallbackInput {
  return input.type === 'agent.dial_requested' || input.type.startsWith('callback.')
}

/** What people ask for: a new callback, another agent for it, or its end. */
export function callbackAsked(turn: Turn, input: CallbackInput): void {
  if (input.type === 'callback.requested') return created(turn, input)
  if (input.type === 'agent.dial_requested') {
    const agent = turn.state.agents.get(input.agentId)
    if (agent === undefined) return turn.refuse('unknown_agent')
    if (isElsewhere(agent, input)) return turn.refuse('signed_in_elsewhere')
    return dialRequested(turn, agent, input)
  }
  if (input.type === 'callback.wished') {
    const call = turn.state.calls.get(input.callId)
    if (call === undefined) return turn.refuse('unknown_call')
    const isTaken = requestCallback(turn, call, input.number ?? call.from)
    return isTaken ? undefined : turn.refuse('callback_not_offered')
  }
  const callback = turn.state.callbacks.get(input.callbackId)
  if (callback === undefined) return turn.refuse('unknown_callback')
  const { callbackId } = callback
  if (input.type === 'callback.assign_requested') {
    const { assignedTo, by } = input
    if (assignedTo !== null && !turn.state.agents.has(assignedTo))
      return turn.refuse('unknown_agent')
    turn.emit({ type: 'callback.assigned', at: turn.at, callbackId, assignedTo, by })
    return
  }
  if (!withdraw(turn, callback)) return turn.refuse('callback_in_progress')
  close(turn, callback, 'cancelled', input.by)
}

function created(turn: Turn, input: Extract<CallbackInput, { type: 'callback.requested' }>): void {
  const { state, at } = turn
  const { kind, from, to, queueId, callId, assignedTo, requestedBy } = input
  const queue = state.queues.get(queueId)
  if (queue === undefined) return turn.refuse('unknown_queue')
  if (!isDiallable(from)) return turn.refuse('not_a_number')
  if (assignedTo !== null && !state.agents.has(assignedTo)) return turn.refuse('unknown_agent')
  const same = [...state.callbacks.values()].some(
    (one) => one.kind === kind && plainNumber(one.from) === plainNumber(from),
  )
  if (same) return turn.refuse('callback_open')
  const policy = callbackPolicy(state, queueId)
  const dueAt = input.dueAt ?? at + policy.dueMs
  // Whoever promised it does it in time, or the queue does.
  const startAt = kind === 'quick' ? Math.max(at, dueAt - policy.leadMs) : Math.max(at, dueAt)
  addCallback(turn, {
    kind,
    originalCallId: callId,
    from,
    to,
    queueId,
    priority: queue.priority,
    queuedAt: startAt,
    dueAt,
    startAt,
    attemptsMax: policy.attemptsMax,
    requestedBy,
    assignedTo,
  })
}

interface NewCallback {
  readonly kind: CallbackKind
  readonly originalCallId: string | null
  readonly from: string
  readonly to: string
  readonly queueId: QueueId
  readonly priority: number
  readonly queuedAt: number
  readonly dueAt: number | null
  readonly startAt: number
  readonly attemptsMax: number
  readonly requestedBy: string | null
  readonly assignedTo: AgentId | null
}

function addCallback(turn: Turn, callback: NewCallback): string {
  const { state, at } = turn
  const callbackId = `cb-${state.epoch}-${state.callbacksMade + 1}`
  turn.emit({ type: 'callback.requested', at, callbackId, ...callback })
  turn.setTimer(`callback:${callbackId}`, callback.startAt)
  return callbackId
}

/** Its turn has come. */
export function callbackDue(turn: Turn, callbackId: string): void {
  const { state, at } = turn
  const callback = state.callbacks.get(callbackId)
  if (callback === undefined || callback.callId !== null) return
  if (at < callback.startAt) return turn.setTimer(`callback:${callbackId}`, callback.startAt)
  if (!placeCall(turn, callback)) turn.setTimer(`callback:${callbackId}`, at + LOOK_AGAIN_MS)
}

function placeCall(turn: Turn, callback: Callback): boolean {
  const { from, to, queueId, priority, queuedAt, callbackId } = callback
  const { epoch, legsMade } = turn.state
  return queueOutbound(turn, {
    // The epoch: an attempt that a restart has ended does not count, and the next must not take its name.
    callId: `${callbackId}-${callback.attempts + 1}-${epoch}-${legsMade + 1}`,
    from,
    to,
    queueId,
    priority,
    queuedAt,
    callbackId,
    ground: 'callback',
    agentId: null,
    reasonBefore: null,
  })
}

/** After a start: the clocks of what an earlier run has left. */
export function watchCallbacks(turn: Turn): void {
  for (const { callbackId, startAt } of turn.state.callbacks.values()) {
    turn.setTimer(`callback:${callbackId}`, Math.max(turn.at, startAt))
  }
}

/** A call that was made for a callback is over, with `outcome` if the citizen's phone was called at all. */
export function attemptOver(
  turn: Turn,
  ended: { readonly callId: string; readonly outbound: Outbound },
  attempt: {
    readonly outcome: AttemptOutcome | null
    readonly agentId: AgentId | null
    readonly cause: string
  },
): void {
  const callback = turn.state.callbacks.get(ended.outbound.callbackId ?? '')
  if (callback === undefined) return
  const { callbackId, attempts, attemptsMax } = callback
  const { outcome, agentId, cause } = attempt
  if (outcome === null) {
    turn.setTimer(`callback:${callbackId}`, Math.max(callback.startAt, turn.at + LOOK_AGAIN_MS))
    return
  }
  const isLast = outcome === 'connected' || outcome === 'invalid_number' || attempts >= attemptsMax
  const nextAt = isLast ? null : turn.at + callbackPolicy(turn.state, callback.queueId).retryMs
  turn.emit({
    type: 'callback.attempted',
    at: turn.at,
    callbackId,
    callId: ended.callId,
    attempt: attempts,
    agentId,
    outcome,
    cause,
    nextAt,
  })
  if (nextAt === null) close(turn, callback, outcome === 'connected' ? 'done' : 'exhausted', null)
  else turn.setTimer(`callback:${callbackId}`, nextAt)
}

/** The citizen has reached us by another call: nobody needs to call back for the place in the queue. */
export function supersedeCallbacks(turn: Turn, call: Call): void {
  if (call.outbound !== null || turn.state.callbacks.size === 0) return
  for (const callback of [...turn.state.callbacks.values()]) {
    const isSame = callback.kind === 'queued' && isSameNumber(callback.from, call.from)
    if (isSame && withdraw(turn, callback)) close(turn, callback, 'superseded', null)
  }
}

/** The numbers that the agent may dial because somebody there waits to be called back. */
export function callbackPermits(state: State, agentId: AgentId): DialPermit[] {
  return [...state.callbacks.values()]
    .filter(({ assignedTo }) => assignedTo === null || assignedTo === agentId)
    .map(({ from, requestedBy }) => ({
      permitId: 0,
      agentId,
      number: from,
      ground: 'callback',
      grantedBy: requestedBy ?? 'caller',
      expiresAt: null,
    }))
}

/** The open callback to that number which nobody is about to serve. */
export function callbackTo(state: State, agentId: AgentId, number: string): Callback | undefined {
  return [...state.callbacks.values()].find(
    ({ from, callId, assignedTo }) =>
      callId === null &&
      (assignedTo === null || assignedTo === agentId) &&
      isSameNumber(from, number),
  )
}

function isSameNumber(one: string, other: string): boolean {
  return plainNumber(one) === plainNumber(other)
}

/** Takes its call back, if it has one. False: somebody is talking to the citizen, or about to. */
export function withdraw(turn: Turn, callback: Callback): boolean {
  const call = turn.state.calls.get(callback.callId ?? '')
  // Of a call that a restart has not confirmed yet nobody can say how far it has come.
  if (call === undefined) return callback.callId === null
  const { name } = call.phase
  if (call.connectedAt !== null) return false
  if (name !== 'waiting' && name !== 'offered' && name !== 'connecting') return false
  for (const legId of agentLegsOf(call)) {
    endOffer(turn, call, legId, 'caller_abandoned', 'ORIGINATOR_CANCEL')
  }
  endCall(turn, call, { ending: 'withdrawn', hangupBy: 'system', cause: 'ORIGINATOR_CANCEL' })
  return true
}

function close(
  turn: Turn,
  { callbackId }: Callback,
  closing: CallbackClosing,
  by: string | null,
): void {
  turn.clearTimer(`callback:${callbackId}`)
  turn.emit({ type: 'callback.closed', at: turn.at, callbackId, closing, by })
}
