// What agents may do and when: signed out, not ready with a reason, ready, offered, on call, wrap-up.
// A request that does not fit the present state is refused with a code and changes nothing. Wrap-up is
// a state like the others, so that boards and routing never disagree about it.
import type { AgentInput, ChosenNotReadyReason } from './inputs.ts'
import type { RejectionCode } from './rejections.ts'
import type { Agent, AgentPhase } from './state.ts'
import type { Turn } from './turn.ts'

type AgentStateInput = Exclude<
  AgentInput,
  { type: 'agent.hold_requested' | 'agent.retrieve_requested' | 'agent.hang_up_requested' }
>

/** Why an agent in this phase may not change state of their own will; null if they may. */
const BUSY: Record<AgentPhase['name'], RejectionCode | null> = {
  signed_out: 'signed_out',
  not_ready: null,
  ready: null,
  offered: 'offer_pending',
  on_call: 'on_call',
  consulted: 'on_call',
  wrap_up: null,
}

export function agentRequested(turn: Turn, agent: Agent, input: AgentStateInput): void {
  switch (input.type) {
    case 'agent.sign_in_requested':
      signIn(turn, agent)
      return
    case 'agent.sign_out_requested':
      signOut(turn, agent)
      return
    case 'agent.ready_requested':
      ready(turn, agent)
      return
    case 'agent.not_ready_requested':
      notReady(turn, agent, input.reason)
      return
    case 'agent.wrap_up_done_requested':
      wrapUpDone(turn, agent, input)
      return
  }
}

function signIn(turn: Turn, agent: Agent): void {
  if (agent.phase.name !== 'signed_out') return turn.refuse('already_signed_in')
  turn.emit({ type: 'agent.signed_in', at: turn.at, agentId: agent.agentId })
}

function signOut(turn: Turn, agent: Agent): void {
  if (agent.phase.name === 'wrap_up') return turn.refuse('in_wrap_up')
  const refusal = BUSY[agent.phase.name]
  if (refusal !== null) return turn.refuse(refusal)
  turn.emit({ type: 'agent.signed_out', at: turn.at, agentId: agent.agentId })
}

function ready(turn: Turn, agent: Agent): void {
  if (agent.phase.name === 'ready') return turn.refuse('already_ready')
  if (agent.phase.name === 'wrap_up') return turn.refuse('in_wrap_up')
  const refusal = BUSY[agent.phase.name]
  if (refusal !== null) return turn.refuse(refusal)
  if (!agent.isRegistered) return turn.refuse('phone_unregistered')
  turn.emit({ type: 'agent.became_ready', at: turn.at, agentId: agent.agentId, since: turn.at })
}

function notReady(turn: Turn, agent: Agent, reason: ChosenNotReadyReason): void {
  if (agent.phase.name === 'wrap_up') return turn.refuse('in_wrap_up')
  const refusal = BUSY[agent.phase.name]
  if (refusal !== null) return turn.refuse(refusal)
  turn.emit({ type: 'agent.became_not_ready', at: turn.at, agentId: agent.agentId, reason })
}

/** After a conversation. Ends by itself after the queue's `wrapUpMsMax`. */
export function startWrapUp(
  turn: Turn,
  agent: Agent,
  callId: string,
  queueId: string | null,
): void {
  const queue = queueId === null ? undefined : turn.state.queues.get(queueId)
  const until = turn.at + (queue?.wrapUpMsMax ?? 0)
  turn.emit({ type: 'agent.wrap_up_started', at: turn.at, agentId: agent.agentId, callId, until })
  turn.setTimer(`wrap_up:${agent.agentId}`, until)
}

function wrapUpDone(
  turn: Turn,
  agent: Agent,
  input: Extract<AgentInput, { type: 'agent.wrap_up_done_requested' }>,
): void {
  if (agent.phase.name !== 'wrap_up') return turn.refuse('not_in_wrap_up')
  const { callId } = agent.phase
  const { disposition, summary, agentId } = input
  turn.clearTimer(`wrap_up:${agentId}`)
  turn.emit({ type: 'call.written_up', at: turn.at, callId, agentId, disposition, summary })
  freeAgent(turn, agent, turn.at)
}

export function wrapUpTimedOut(turn: Turn, agent: Agent): void {
  if (agent.phase.name !== 'wrap_up' || turn.at < agent.phase.until) return
  const { agentId } = agent
  const { callId } = agent.phase
  turn.emit({ type: 'call.left_unrecorded', at: turn.at, callId, agentId })
  freeAgent(turn, agent, turn.at)
}

/** Back among the ready, idle since `since`; one whose phone has gone meanwhile cannot be. */
export function freeAgent(turn: Turn, agent: Agent, since: number): void {
  if (!agent.isRegistered) return parkAgent(turn, agent, 'unreachable')
  turn.emit({ type: 'agent.became_ready', at: turn.at, agentId: agent.agentId, since })
}

/** Not ready for a reason that the system gives. */
export function parkAgent(
  turn: Turn,
  agent: Agent,
  reason: 'rona' | 'rejected' | 'unreachable',
): void {
  turn.emit({ type: 'agent.became_not_ready', at: turn.at, agentId: agent.agentId, reason })
}

export function phoneRegistered(turn: Turn, agent: Agent): void {
  if (agent.isRegistered) return
  turn.emit({ type: 'agent.phone_registered', at: turn.at, agentId: agent.agentId })
}

/** An idle agent is out of the count at once; a ring or a conversation ends in its own way. */
export function phoneUnregistered(turn: Turn, agent: Agent): void {
  if (!agent.isRegistered) return
  turn.emit({ type: 'agent.phone_unregistered', at: turn.at, agentId: agent.agentId })
  if (agent.phase.name === 'ready') parkAgent(turn, agent, 'unreachable')
}
