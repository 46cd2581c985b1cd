// Calls that we make: to a citizen who waits to be called back, or to a number that an agent asked for and
// may dial. The agent's phone is rung first, as for any other call; when it is picked up, the citizen is
// dialled out of the agent's own leg, so that the agent hears what the network says meanwhile. From the
// moment the two talk it is a call like any other, recorded on the citizen's leg.
import { freeAgent, parkAgent } from './agents.ts'
import type { AttemptOutcome } from './callback-facts.ts'
import { attemptOver, callbackPolicy, callbackTo, withdraw } from './callbacks.ts'
import { endCall } from './calls.ts'
import type { DialGround } from './class-of-service.ts'
import type { AgentId, QueueId } from './config.ts'
import type { HangupBy } from './facts.ts'
import type {
  CallbackInput,
  CallId,
  NotReadyReason,
  RestoredCall,
  RestoredOutbound,
} from './inputs.ts'
import { offer } from './offers.ts'
import { askForRecording } from './recordings.ts'
import type { Agent, Call, Callback } from './state.ts'
import type { Turn } from './turn.ts'

/** The switch has its own clock for the citizen's phone; ours is for a switch that says nothing. */
const SILENT_MS = 3_000
/** A leg that was asked for and never came to be is forgotten after this. */
const LAST_WORD_MS_MAX = 2_000

export interface OutboundCall {
  readonly callId: CallId
  readonly from: string
  readonly to: string
  readonly queueId: QueueId
  readonly priority: number
  readonly queuedAt: number
  readonly ground: DialGround
  readonly callbackId: string | null
  readonly agentId: AgentId | null
  readonly reasonBefore: NotReadyReason | null
}

function reachableNode({ state }: Turn): string | undefined {
  return [...state.nodes].find(([, { isUp }]) => isUp)?.[0]
}

/** False: no switch can be reached, or the queue is gone. */
export function queueOutbound(turn: Turn, call: OutboundCall): boolean {
  const { state, at } = turn
  const nodeId = reachableNode(turn)
  if (nodeId === undefined || !state.queues.has(call.queueId)) return false
  const legId = `${state.epoch}-${state.legsMade + 1}`
  turn.emit({ type: 'call.dial_queued', at, legId, nodeId, ...call })
  return true
}

/** An agent asks to call a number; that they may was judged before. */
export function dialRequested(
  turn: Turn,
  agent: Agent,
  input: Extract<CallbackInput, { type: 'agent.dial_requested' }>,
): void {
  const { state, at } = turn
  const { agentId, phase } = agent
  if (phase.name === 'signed_out') return turn.refuse('signed_out')
  if (phase.name === 'offered') return turn.refuse('offer_pending')
  if (phase.name === 'on_call') return turn.refuse('on_call')
  if (phase.name === 'wrap_up') return turn.refuse('in_wrap_up')
  if (!agent.isRegistered) return turn.refuse('phone_unregistered')
  if (agent.legId !== null) return turn.refuse('on_call')
  const callback =
    input.callbackId === null
      ? callbackTo(state, agentId, input.number)
      : state.callbacks.get(input.callbackId)
  if (callback === undefined && input.callbackId !== null) return turn.refuse('unknown_callback')
  const line = callback ?? lineOf(turn, agent)
  if (line === null) return turn.refuse('no_hotline_number')
  if (reachableNode(turn) === undefined || !state.queues.has(line.queueId)) {
    return turn.refuse('switch_unavailable')
  }
  if (callback !== undefined && !withdraw(turn, callback))
    return turn.refuse('callback_in_progress')
  const callId = `dial-${state.epoch}-${state.legsMade + 1}`
  // Whoever dials is at work again; a break or leave ends with it.
  if (phase.name === 'not_ready') {
    turn.emit({ type: 'agent.became_ready', at, agentId, since: at })
  }
  queueOutbound(turn, {
    callId,
    from: callback?.from ?? input.number,
    to: line.to,
    queueId: line.queueId,
    priority: line.priority,
    queuedAt: at,
    ground: input.ground,
    callbackId: callback?.callbackId ?? null,
    agentId,
    reasonBefore: phase.name === 'not_ready' && phase.reason !== 'off_seat' ? phase.reason : null,
  })
  const call = state.calls.get(callId)
  if (call !== undefined) offer(turn, call, agent)
}

/** The number that a called citizen is shown, and the queue whose rules hold for the call. */
function lineOf(turn: Turn, agent: Agent): Pick<Callback, 'to' | 'queueId' | 'priority'> | null {
  const { state } = turn
  const lines = [...state.numbers.values()].filter(({ queueId }) => state.queues.has(queueId))
  const line = lines.find(({ queueId }) => agent.queueIds.includes(queueId)) ?? lines[0]
  if (line === undefined) return null
  const { number, queueId } = line
  return { to: number, queueId, priority: state.queues.get(queueId)?.priority ?? 0 }
}

/** The agent's leg has settled and the citizen is not there yet: now they are called. */
export function isToBeDialled(turn: Turn, call: Call): boolean {
  return call.outbound !== null && call.connectedAt === null && !turn.state.legs.has(call.legId)
}

export function dialCitizen(turn: Turn, call: Call): void {
  const { phase, callId, queueId, outbound } = call
  if (phase.name !== 'connecting' || outbound === null || queueId === null) return
  const { agentId, legId } = phase
  const ringMsMax = callbackPolicy(turn.state, queueId).ringMsMax
  turn.clearTimer(`bridge:${callId}`)
  turn.emit({
    type: 'call.dialled',
    at: turn.at,
    callId,
    agentId,
    legId,
    dialledLegId: call.legId,
    callbackId: outbound.callbackId,
  })
  turn.send({
    type: 'dial',
    legId,
    dialledLegId: call.legId,
    callId,
    agentId,
    queueId,
    number: call.from,
    shownNumber: call.to,
    ringMsMax,
    ground: outbound.ground,
    callbackId: outbound.callbackId,
  })
  turn.setTimer(`dial:${callId}`, turn.at + ringMsMax + SILENT_MS)
}

/** The citizen has picked up. Recording starts at once: the switch joins the two by itself. */
export function citizenAnswered(turn: Turn, call: Call): void {
  if (call.phase.name === 'dialling') askForRecording(turn, call)
}

/** The agent's leg came to rest again although nobody has answered: the switch could not call. */
export function diallingStopped(turn: Turn, call: Call): void {
  if (call.phase.name === 'dialling') notReached(turn, call, 'NORMAL_TEMPORARY_FAILURE')
}

export function diallingTimedOut(turn: Turn, call: Call): void {
  if (call.phase.name === 'dialling') notReached(turn, call, 'NO_ANSWER')
}

/** Nobody there has answered. The agent is free at once; what the network said, they have heard. */
export function notReached(turn: Turn, call: Call, cause: string): void {
  const { phase } = call
  if (phase.name !== 'dialling') return
  turn.hangUp(call.legId, 'ORIGINATOR_CANCEL')
  turn.hangUp(phase.legId, 'NORMAL_CLEARING')
  const by = call.hangUpRequestedBy === null ? 'caller' : 'agent'
  giveUp(turn, call, phase.agentId, { by, cause })
}

/** The agent put down, or their phone vanished, before the citizen had answered. */
export function diallerGone(turn: Turn, call: Call, cause: string): void {
  const { phase } = call
  if (phase.name !== 'dialling') return
  turn.hangUp(call.legId, 'ORIGINATOR_CANCEL')
  // A phone that vanished is nobody's decision.
  const by = cause === 'NORMAL_CLEARING' ? 'agent' : 'system'
  giveUp(turn, call, phase.agentId, { by, cause })
}

function giveUp(
  turn: Turn,
  call: Call,
  agentId: AgentId,
  end: { readonly by: HangupBy; readonly cause: string },
): void {
  const { callId, legId } = call
  turn.clearTimer(`dial:${callId}`)
  endCall(turn, call, { ending: 'not_reached', hangupBy: end.by, cause: end.cause })
  if (!turn.goneLegs.has(legId)) turn.setTimer(`last_word:${legId}`, turn.at + LAST_WORD_MS_MAX)
  const agent = turn.state.agents.get(agentId)
  if (agent !== undefined) release(turn, agent, call)
}

/** The agent who asked for the call did not take it at their own phone; nobody else is asked. */
export function dialOfferEnded(turn: Turn, call: Call, cause: string): boolean {
  if (call.outbound === null || call.outbound.agentId === null) return false
  if (call.connectedAt !== null) return false
  endCall(turn, call, { ending: 'withdrawn', hangupBy: 'agent', cause })
  return true
}

function release(turn: Turn, agent: Agent, call: Call): void {
  if (agent.phase.name !== 'on_call') return
  const { at } = turn
  const { agentId } = agent
  const reason = call.outbound?.agentId === agentId ? call.outbound.reasonBefore : null
  if (!agent.isRegistered) return parkAgent(turn, agent, 'unreachable')
  if (reason === null) return freeAgent(turn, agent, at)
  turn.emit({ type: 'agent.became_not_ready', at, agentId, reason })
}

/** A call of ours has ended: what it was made for must hear of it. */
export function outboundOver(
  turn: Turn,
  call: Call,
  end: { readonly hangupBy: HangupBy; readonly cause: string },
): void {
  const { callId, outbound, phase, lastAgentId } = call
  if (outbound === null) return
  const { hangupBy, cause } = end
  const reached = call.connectedAt === null ? null : ('connected' as const)
  const tried = phase.name === 'dialling' ? attemptOutcomeOf(cause, hangupBy) : null
  attemptOver(
    turn,
    { callId, outbound },
    { outcome: reached ?? tried, agentId: lastAgentId, cause },
  )
}

/** The same for one that ended during an outage. */
export function outboundEndedUnseen(
  turn: Turn,
  call: RestoredCall,
  { ground, callbackId, isDialled }: RestoredOutbound,
): void {
  const tried = isDialled ? ('failed' as const) : null
  attemptOver(
    turn,
    {
      callId: call.callId,
      outbound: { ground, callbackId, agentId: null, reasonBefore: null },
    },
    {
      outcome: call.connectedAt === null ? tried : 'connected',
      agentId: call.agentId,
      cause: 'LOST',
    },
  )
}

/** Calls that nobody has taken yet need not wait for a switch that was lost: another can make them. */
export function moveOutbound(turn: Turn, nodeId: string): void {
  for (const call of [...turn.state.calls.values()]) {
    if (call.nodeId !== nodeId || call.outbound === null || call.connectedAt !== null) continue
    if (call.phase.name === 'waiting')
      endCall(turn, call, { ending: 'withdrawn', hangupBy: 'system', cause: 'LOST' })
  }
}

/** How a dialling came out, by FreeSWITCH's name of the cause. */
function attemptOutcomeOf(cause: string, hangupBy: HangupBy): AttemptOutcome {
  if (hangupBy === 'agent') return 'agent_gave_up'
  if (hangupBy === 'system') return 'failed'
  switch (cause) {
    case 'USER_BUSY':
      return 'busy'
    case 'NO_ANSWER':
    case 'NO_USER_RESPONSE':
    case 'ALLOTTED_TIMEOUT':
    case 'PROGRESS_TIMEOUT':
      return 'no_answer'
    case 'CALL_REJECTED':
      return 'rejected'
    case 'UNALLOCATED_NUMBER':
    case 'INVALID_NUMBER_FORMAT':
    case 'NUMBER_CHANGED':
      return 'invalid_number'
    case 'LOST':
    case 'NORMAL_TEMPORARY_FAILURE':
    case 'NETWORK_OUT_OF_ORDER':
      return 'failed'
    default:
      return 'unreachable'
  }
}
