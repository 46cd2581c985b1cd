// Leave from the seat: the agent asks, the shift leader decides while they wait, or the hotline's
// policy gives it by itself as long as few are away. Only then may the agent go, for as long as was asked.
import type { AgentInput, AgentNewsInput } from './inputs.ts'
import type { Agent } from './state.ts'
import type { Turn } from './turn.ts'

/** The agent may go now: a leave is approved and not taken yet. */
export function isLeaveGiven(agent: Agent): boolean {
  return agent.seat.offSeat?.status === 'approved' && !isAway(agent)
}

export function requestOffSeat(
  turn: Turn,
  agent: Agent,
  input: Extract<AgentInput, { type: 'agent.off_seat_requested' }>,
): void {
  const { agentId } = agent
  const { requestId, durationMs, note } = input
  const { at } = turn
  if (agent.phase.name === 'signed_out') return turn.refuse('signed_out')
  if (agent.seat.offSeat !== null) return turn.refuse('off_seat_pending')
  const { offSeatAutoApproveBelow } = turn.state.config.agentRules.policy
  const isFree = leavesGiven(turn) < offSeatAutoApproveBelow
  turn.emit({ type: 'off_seat.requested', at, agentId, requestId, durationMs, note })
  if (isFree) approve(turn, agent, requestId, null)
}

/** Before it is decided, or approved and not taken yet. */
export function cancelOffSeat(turn: Turn, agent: Agent): void {
  const { agentId, seat } = agent
  if (seat.offSeat === null || isAway(agent)) return turn.refuse('no_off_seat_request')
  const { requestId } = seat.offSeat
  turn.emit({ type: 'off_seat.cancelled', at: turn.at, agentId, requestId })
}

export function decideOffSeat(
  turn: Turn,
  agent: Agent,
  input: Extract<AgentNewsInput, { type: 'off_seat.decision_requested' }>,
): void {
  const { requestId, isApproved, by, note } = input
  const { offSeat } = agent.seat
  if (offSeat?.requestId !== requestId) return turn.refuse('no_off_seat_request')
  if (offSeat.status !== 'requested') return turn.refuse('already_decided')
  if (isApproved) return approve(turn, agent, requestId, by)
  const { agentId } = agent
  turn.emit({ type: 'off_seat.refused', at: turn.at, agentId, requestId, by, note })
}

function approve(turn: Turn, agent: Agent, requestId: string, by: string | null): void {
  const { agentId } = agent
  turn.emit({ type: 'off_seat.approved', at: turn.at, agentId, requestId, by })
  watchLeave(turn, agent)
}

/** Sets the clock of a leave that is given and not taken. */
export function watchLeave(turn: Turn, agent: Agent): void {
  const { offSeat } = agent.seat
  if (!isLeaveGiven(agent) || offSeat === null || offSeat.decidedAt === null) return
  const { offSeatApprovalMsMax } = turn.state.config.agentRules.policy
  turn.setTimer(`off_seat:${agent.agentId}`, offSeat.decidedAt + offSeatApprovalMsMax)
}

/** One who is to go after the present call keeps the leave until then. */
export function leaveLapses(turn: Turn, agent: Agent): void {
  const { agentId, seat } = agent
  const { offSeat, afterCall } = seat
  if (!isLeaveGiven(agent) || offSeat === null || offSeat.decidedAt === null) return
  const { offSeatApprovalMsMax } = turn.state.config.agentRules.policy
  const until = offSeat.decidedAt + offSeatApprovalMsMax
  const isPlanned = afterCall?.action === 'not_ready' && afterCall.reason === 'off_seat'
  if (turn.at < until) return watchLeave(turn, agent)
  if (isPlanned) return
  turn.emit({ type: 'off_seat.expired', at: turn.at, agentId, requestId: offSeat.requestId })
}

function isAway({ seat }: Agent): boolean {
  return seat.absence?.reason === 'off_seat'
}

/** Leaves that are given, taken or not. */
function leavesGiven(turn: Turn): number {
  let given = 0
  for (const { seat } of turn.state.agents.values()) {
    if (seat.offSeat?.status === 'approved') given += 1
  }
  return given
}
