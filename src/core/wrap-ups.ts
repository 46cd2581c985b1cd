// The work after a call: it ends when the agent says so, when its time is up, or, where the queue
// holds the agent, not before the call's record is saved. It can be extended as often as the queue allows.
// All clocks are the exact milliseconds of the fact that set them.

import { WRAP_UP_DEFAULTS, type WrapUpPolicy } from './agent-policy.ts'
import { freeAgent } from './agents.ts'
import type { QueueId } from './config.ts'
import type { AgentInput, AgentNewsInput, CallId, Disposition } from './inputs.ts'
import type { Agent, State } from './state.ts'
import type { Turn } from './turn.ts'

/** Nobody was served: such a call needs no more of a record than this word. */
export const OF_NOBODY: ReadonlySet<Disposition> = new Set([
  'silent',
  'wrong_number',
  'nuisance',
  'test',
  'dropped',
] as const)

export function wrapUpDone(
  turn: Turn,
  agent: Agent,
  input: Extract<AgentInput, { type: 'agent.wrap_up_done_requested' }>,
): void {
  if (agent.phase.name !== 'wrap_up') return turn.refuse('not_in_wrap_up')
  const { callId } = agent.phase
  const { disposition, summary, agentId } = input
  const isHeld = wrapUpPolicyOf(turn.state, agent).mode === 'held'
  const isEnough = disposition !== null && (!isHeld || OF_NOBODY.has(disposition))
  if (!isWrittenUp(agent, callId) && !isEnough) return turn.refuse('record_missing')
  turn.clearTimer(`wrap_up:${agentId}`)
  if (disposition !== null) {
    turn.emit({ type: 'call.written_up', at: turn.at, callId, agentId, disposition, summary })
  }
  freeAgent(turn, agent, turn.at)
}

/** The record of a call was saved, during the call, in the wrap-up, or long after. */
export function recordSaved(
  turn: Turn,
  agent: Agent,
  input: Extract<AgentNewsInput, { type: 'contact_record.saved' }>,
): void {
  const { callId, agentId, disposition, summary } = input
  turn.emit({ type: 'call.written_up', at: turn.at, callId, agentId, disposition, summary })
  // Held for this alone, and the time is up.
  const { wrapUp } = agent.seat
  if (wrapUp?.isOverrun === true && wrapUp.callId === callId) freeAgent(turn, agent, turn.at)
}

export function extendWrapUp(turn: Turn, agent: Agent): void {
  const { wrapUp } = agent.seat
  if (agent.phase.name !== 'wrap_up' || wrapUp === null) return turn.refuse('not_in_wrap_up')
  const { extensionMs } = wrapUpPolicyOf(turn.state, agent)
  if (extensionsLeft(turn.state, agent) === 0) return turn.refuse('no_extension_left')
  const { agentId } = agent
  const { callId } = wrapUp
  // From the end that stood; one that is past already is extended from now.
  const until = Math.max(wrapUp.until, turn.at) + extensionMs
  const extensions = wrapUp.extensions + 1
  turn.emit({ type: 'agent.wrap_up_extended', at: turn.at, agentId, callId, until, extensions })
  turn.setTimer(`wrap_up:${agentId}`, until)
}

export function wrapUpTimedOut(turn: Turn, agent: Agent): void {
  if (agent.phase.name !== 'wrap_up' || turn.at < agent.phase.until) return
  const { agentId } = agent
  const { callId } = agent.phase
  const isSaved = isWrittenUp(agent, callId)
  if (!isSaved && wrapUpPolicyOf(turn.state, agent).mode === 'held') {
    if (agent.seat.wrapUp?.isOverrun === true) return
    turn.emit({ type: 'agent.wrap_up_overran', at: turn.at, agentId, callId })
    return
  }
  if (!isSaved) turn.emit({ type: 'call.left_unrecorded', at: turn.at, callId, agentId })
  freeAgent(turn, agent, turn.at)
}

/** Null where the agent is not in wrap-up. */
export function extensionsLeft(state: Readonly<State>, agent: Agent): number | null {
  const { wrapUp } = agent.seat
  if (agent.phase.name !== 'wrap_up' || wrapUp === null) return null
  return Math.max(0, wrapUpPolicyOf(state, agent).extensionsMax - wrapUp.extensions)
}

/** The agent wrote this call up already. */
export function isWrittenUp(agent: Agent, callId: CallId): boolean {
  return agent.seat.writtenUpCallId === callId
}

/** Of the queue whose call is being wrapped up, as it is configured now. */
export function wrapUpPolicyOf(state: Readonly<State>, agent: Agent): WrapUpPolicy {
  const queueId: QueueId | null = agent.seat.wrapUp?.queueId ?? null
  const queue = queueId === null ? undefined : state.queues.get(queueId)
  return queue?.wrapUp ?? WRAP_UP_DEFAULTS
}
