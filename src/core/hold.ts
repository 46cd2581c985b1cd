// Hold: the caller hears a phrase, then music, and nothing of the agent. The
// agent is warned at 20 s, the limit is 30 s, and at the limit and every such period after it the
// caller is reassured. A segment lasts until the two hear each other again, and nobody is dropped.
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
  input: Extract<AgentInput, { type: 'agent.hold_requested' | 'agent.retrieve_requested' }>,
): void {
  const call = agent.phase.name === 'on_call' ? turn.state.calls.get(agent.phase.callId) : undefined
  if (call === undefined) return turn.refuse('not_on_call')
  if (turn.state.nodes.get(call.nodeId)?.isUp !== true) return turn.refuse('switch_unavailable')
  if (call.takeOver !== null) return turn.refuse('take_over_pending')
  switch (input.type) {
    case 'agent.hold_requested':
      requestHold(turn, call)
      return
    case 'agent.retrieve_requested':
      // Whoever is rung or talked to must be let go or set aside first.
      if (call.parties.some(isTalkedTo)) return turn.refuse('consult_active')
      requestRetrieve(turn, call)
      return
  }
}

export function requestHold(turn: Turn, call: Call): void {
  const { phase, callId } = call
  if (phase.name === 'held') return turn.refuse('already_held')
  if (phase.name !== 'talking') return turn.refuse('not_connected')
  const { agentId, legId, holdRequestedAt } = phase
  if (holdRequestedAt !== null && turn.at - holdRequestedAt < CONFIRM_MS_MAX) {
    return turn.refuse('already_held')
  }
  turn.send({ type: 'hold', legId: call.legId })
  turn.emit({ type: 'call.hold_requested', at: turn.at, callId, agentId, legId })
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
  turn.send({ type: 'retrieve', legId: call.legId })
  turn.emit({ type: 'call.retrieve_requested', at: turn.at, callId, agentId, legId })
  turn.setTimer(`retrieve:${callId}`, turn.at + RETRIEVE_MS_MAX)
}

/** The switch took the two apart because the agent had asked for hold. */
export function holdBegan(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'talking' || phase.holdRequestedAt === null) return
  hold(turn, call, 'console')
}

/** The phone's own hold button. The bridge stands; what the caller hears is ours all the same. */
export function heldByPhone(turn: Turn, call: Call): void {
  if (call.phase.name !== 'talking') return
  turn.send({ type: 'hold_in_bridge', legId: call.legId, prompt: 'hold_begin' })
  hold(turn, call, 'phone')
}

export function unheldByPhone(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'held' || phase.by !== 'phone') return
  turn.send({ type: 'retrieve_in_bridge', legId: call.legId })
  endHold(turn, call, 'system')
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
  endHold(turn, call, 'system')
  stamp(turn, call)
}

export function retrieveOverdue(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'held' || phase.retrieveRequestedAt === null) return
  turn.send({ type: 'retrieve', legId: call.legId })
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
  turn.setTimer(`hold_limit:${callId}`, phase.since + (count + 1) * holdMsMax(turn, call))
  // The end prompt is on its way already; a second voice would only delay the agent.
  if (retrieveRequestedAt !== null) return
  if (by === 'phone') {
    turn.send({ type: 'hold_in_bridge', legId: call.legId, prompt: 'hold_reassurance' })
  } else turn.send({ type: 'play_prompt', legId: call.legId, prompt: 'hold_reassurance' })
}

/** Sets the clocks of a hold that began at `phase.since`, in this run or an earlier one. */
export function watchHold(turn: Turn, call: Call): void {
  const { phase, callId, queueId } = call
  if (phase.name !== 'held') return
  const queue = queueId === null ? undefined : turn.state.queues.get(queueId)
  if (queue === undefined) return
  turn.setTimer(`hold_warning:${callId}`, phase.since + queue.holdWarningMs)
  const periodsPast = Math.floor(Math.max(0, turn.at - phase.since) / queue.holdMsMax)
  turn.setTimer(`hold_limit:${callId}`, phase.since + (periodsPast + 1) * queue.holdMsMax)
}

export function unwatchHold(turn: Turn, call: Call): void {
  turn.clearTimer(`hold_warning:${call.callId}`)
  turn.clearTimer(`hold_limit:${call.callId}`)
  turn.clearTimer(`retrieve:${call.callId}`)
}

/** Above the limit; exactly the limit is not exceeded. */
export function isHoldExceeded(turn: Turn, call: Call, holdMs: number): boolean {
  return holdMs > holdMsMax(turn, call)
}

function holdMsMax(turn: Turn, call: Call): number {
  const queue = call.queueId === null ? undefined : turn.state.queues.get(call.queueId)
  return queue?.holdMsMax ?? 30_000
}

function hold(turn: Turn, call: Call, by: 'console' | 'phone'): void {
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
    beginPrompt: 'system',
  })
  watchHold(turn, call)
  stamp(turn, call)
}

/** Closes the segment; `endPrompt` is null where the caller was not told that the wait is over. */
export function endHold(turn: Turn, call: Call, endPrompt: 'system' | null): void {
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
