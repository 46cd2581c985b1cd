// The shift leader's verbs on waiting calls and on agents. They go past what routing would have chosen and
// past what agents may do by themselves, never past what must hold: a call has one agent, an agent one
// call, and nobody who talks is touched but by releasing the call or taking it over.
import { leave } from './agents.ts'
import type { QueueSettings } from './config.ts'
import type { FloorInput } from './floor-inputs.ts'
import { isCallBefore, isIdle, placeSince } from './lanes.ts'
import { endOffer, offer, withdrawOffer } from './offers.ts'
import { agentLegsOf, ringsOf } from './rings.ts'
import { stamp } from './stamps.ts'
import type { Agent, Call, State } from './state.ts'
import type { Turn } from './turn.ts'
import { isWrittenUp } from './wrap-ups.ts'

type InputOf<Type extends FloorInput['type']> = Extract<FloorInput, { type: Type }>
type CallInput = Extract<FloorInput, { callId: string }>
type AgentInput = Exclude<FloorInput, CallInput>

export function floorAsked(turn: Turn, input: FloorInput): void {
  if ('callId' in input) {
    const call = turn.state.calls.get(input.callId)
    if (call === undefined) return turn.refuse('unknown_call')
    callAsked(turn, call, input)
    return
  }
  const agent = turn.state.agents.get(input.agentId)
  if (agent === undefined) return turn.refuse('unknown_agent')
  agentAsked(turn, agent, input)
}

function callAsked(turn: Turn, call: Call, input: CallInput): void {
  const isUp = turn.state.nodes.get(call.nodeId)?.isUp === true
  switch (input.type) {
    case 'floor.reassign_requested':
      reassign(turn, call, input)
      return
    case 'floor.move_requested':
      if (!isUp) return turn.refuse('switch_unavailable')
      move(turn, call, input)
      return
    case 'floor.release_requested':
      if (!isUp) return turn.refuse('switch_unavailable')
      if (call.releasedBy !== null || call.hangUpRequestedBy !== null) return
      turn.hangUp(call.legId, 'NORMAL_CLEARING')
      turn.emit({
        type: 'call.release_requested',
        at: turn.at,
        callId: call.callId,
        by: input.by,
        note: input.note,
      })
      return
  }
}

/** A ringing phone rings on: only where the call stands if nobody answers is changed. */
function reassign(turn: Turn, call: Call, input: InputOf<'floor.reassign_requested'>): void {
  const { state, at } = turn
  const { callId, queueId: fromQueueId } = call
  if (!isWaiting(call) || fromQueueId === null) return turn.refuse('not_waiting')
  const queue = state.queues.get(input.queueId ?? fromQueueId)
  if (queue === undefined) return turn.refuse('unknown_queue')
  const { queueId } = queue
  const isMoving = queueId !== fromQueueId
  if (isMoving && call.phase.name === 'offered') return turn.refuse('offer_pending')
  const kept = isMoving ? queue.priority : call.priority
  const place =
    input.position === null
      ? { priority: input.priority ?? kept, placeAt: placeSince(call) }
      : placeAmong(othersIn(state, call, queue), input.position, {
          priority: input.priority ?? kept,
          placeAt: placeSince(call),
        })
  turn.emit({ type: 'call.reassigned', at, callId, queueId, fromQueueId, ...place, by: input.by })
  stamp(turn, call)
}

function isWaiting(call: Call): boolean {
  // A call that an agent dialled themselves is for nobody else.
  if (call.outbound != null && call.outbound.agentId !== null) return false
  return call.phase.name === 'waiting' || call.phase.name === 'offered'
}

interface Place {
  readonly priority: number
  readonly placeAt: number
}

/** Those who wait in the queue, in serving order, without the call itself. */
function othersIn(state: Readonly<State>, call: Call, queue: QueueSettings): Call[] {
  const { queueId, routing } = queue
  return [...state.calls.values()]
    .filter((other) => other !== call && other.queueId === queueId && isWaiting(other))
    .sort((a, b) => (isCallBefore(a, b, routing) ? -1 : 1))
}

/** A place right before whoever stands at `position`, behind whoever stands before them. */
function placeAmong(others: readonly Call[], position: number, own: Place): Place {
  const before = others[Math.min(position, others.length + 1) - 2]
  const after = others[position - 1]
  if (after === undefined) {
    if (before === undefined) return own
    return { priority: before.priority, placeAt: placeSince(before) + 1 }
  }
  const { priority } = after
  if (before === undefined || before.priority !== priority) {
    return { priority, placeAt: placeSince(after) - 1 }
  }
  return { priority, placeAt: (placeSince(before) + placeSince(after)) / 2 }
}

function move(turn: Turn, call: Call, input: InputOf<'floor.move_requested'>): void {
  const { state, at } = turn
  const { callId } = call
  const { agentId, by } = input
  const agent = state.agents.get(agentId)
  if (agent === undefined) return turn.refuse('unknown_agent')
  if (!isWaiting(call) || call.queueId === null) return turn.refuse('not_waiting')
  if (ringsOf(call).some((ring) => ring.agentId === agentId)) return turn.refuse('offer_pending')
  if (!isIdle(agent)) return turn.refuse('target_unavailable')
  const fromAgentIds = ringsOf(call).map((ring) => ring.agentId)
  for (const legId of agentLegsOf(call)) {
    endOffer(turn, call, legId, 'withdrawn', 'ORIGINATOR_CANCEL')
  }
  turn.emit({ type: 'call.moved', at, callId, agentId, fromAgentIds, by })
  offer(turn, call, agent)
}

function agentAsked(turn: Turn, agent: Agent, input: AgentInput): void {
  const { at } = turn
  const { agentId, by, note } = input
  if (input.type === 'floor.reskill_requested') {
    turn.emit({ type: 'agent.reskilled', at, agentId, skills: input.skills, by, note })
    return
  }
  const fromPhase = agent.phase.name
  if (fromPhase === 'signed_out') return turn.refuse('signed_out')
  if (fromPhase === 'on_call' || fromPhase === 'consulted') return turn.refuse('on_call')
  switch (input.type) {
    case 'floor.ready_requested':
      if (fromPhase === 'ready') return turn.refuse('already_ready')
      if (fromPhase === 'offered') return turn.refuse('offer_pending')
      if (!agent.isRegistered) return turn.refuse('phone_unregistered')
      turn.emit({ type: 'agent.state_forced', at, agentId, fromPhase, toPhase: 'ready', by, note })
      leavePhase(turn, agent)
      turn.emit({ type: 'agent.became_ready', at, agentId, since: at })
      return
    case 'floor.not_ready_requested': {
      const { reason } = input
      if (!isReason(turn, reason)) return turn.refuse('unknown_reason')
      turn.emit({
        type: 'agent.state_forced',
        at,
        agentId,
        fromPhase,
        toPhase: 'not_ready',
        by,
        note,
      })
      leavePhase(turn, agent)
      leave(turn, agent, reason)
      return
    }
    case 'floor.sign_out_requested':
      turn.emit({
        type: 'agent.state_forced',
        at,
        agentId,
        fromPhase,
        toPhase: 'signed_out',
        by,
        note,
      })
      leavePhase(turn, agent)
      // What the agent had planned for this moment may have done it already.
      if (turn.state.agents.get(agentId)?.phase.name === 'signed_out') return
      turn.emit({ type: 'agent.signed_out', at, agentId })
      return
  }
}

/** Whether the administrators have the reason in use. */
export function isReason(turn: Turn, reason: string): boolean {
  const { notReadyReasons } = turn.state.config.agentRules
  return notReadyReasons.some(({ reasonId, isActive }) => isActive && reasonId === reason)
}

/** What hangs on the phase is brought to its end: a ring is withdrawn, a call to be written up is left. */
function leavePhase(turn: Turn, agent: Agent): void {
  const { at } = turn
  const { phase, agentId } = agent
  if (phase.name === 'wrap_up') {
    turn.clearTimer(`wrap_up:${agentId}`)
    const { callId } = phase
    if (!isWrittenUp(agent, callId)) {
      turn.emit({ type: 'call.left_unrecorded', at, callId, agentId })
    }
    return
  }
  withdrawOffer(turn, agent)
}
