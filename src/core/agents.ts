// What agents may do and when: signed out, not ready with a reason, ready, offered, on call, wrap-up.
// A request that does not fit the present state is refused with a code and changes nothing. Wrap-up is
// a state like the others, so that boards and routing never disagree about it.
import { absenceLimit, isRestDue, rest, watchAbsence } from './absences.ts'
import type { AgentInput, ChosenNotReadyReason, SystemNotReadyReason } from './inputs.ts'
import { cancelOffSeat, isLeaveGiven, requestOffSeat } from './off-seat.ts'
import { rejectOffer } from './offers.ts'
import type { RejectionCode } from './rejections.ts'
import type { AfterCall } from './seats.ts'
import type { Agent, AgentPhase } from './state.ts'
import type { Turn } from './turn.ts'
import { extendWrapUp, wrapUpDone } from './wrap-ups.ts'

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
  wrap_up: 'in_wrap_up',
}

export function agentRequested(turn: Turn, agent: Agent, input: AgentStateInput): void {
  switch (input.type) {
    case 'agent.sign_in_requested':
      signIn(turn, agent, input)
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
    case 'agent.after_call_requested':
      planAfterCall(turn, agent, input.plan)
      return
    case 'agent.after_call_cancel_requested':
      cancelAfterCall(turn, agent)
      return
    case 'agent.reject_requested':
      rejectOffer(turn, agent)
      return
    case 'agent.wrap_up_extend_requested':
      extendWrapUp(turn, agent)
      return
    case 'agent.wrap_up_done_requested':
      wrapUpDone(turn, agent, input)
      return
    case 'agent.off_seat_requested':
      requestOffSeat(turn, agent, input)
      return
    case 'agent.off_seat_cancel_requested':
      cancelOffSeat(turn, agent)
      return
    case 'agent.checklist_reported':
      reportChecklist(turn, agent, input)
      return
  }
}

/**
 * Two consoles of one agent never act against each other: requests count from the one that signed in
 * last. A request without a console comes from where there is no second one.
 */
export function isElsewhere(
  agent: Agent,
  input: { readonly type: string; readonly consoleId?: string },
): boolean {
  const { consoleId } = agent.seat
  if (input.type === 'agent.sign_in_requested' || agent.phase.name === 'signed_out') return false
  return input.consoleId !== undefined && consoleId !== null && consoleId !== input.consoleId
}

/** A second console takes over in the midst of whatever goes on, or is refused, as the policy says. */
function signIn(
  turn: Turn,
  agent: Agent,
  input: Extract<AgentInput, { type: 'agent.sign_in_requested' }>,
): void {
  const { agentId, seat } = agent
  const { consoleId, isFirstGone = false } = input
  const { at } = turn
  if (agent.phase.name === 'signed_out') {
    const atConsole = consoleId === undefined ? {} : { consoleId }
    turn.emit({ type: 'agent.signed_in', at, agentId, ...atConsole })
    return
  }
  const previousConsoleId = seat.consoleId
  if (consoleId === undefined || previousConsoleId === null || previousConsoleId === consoleId) {
    return turn.refuse('already_signed_in')
  }
  const { secondSignIn } = turn.state.config.agentRules.policy
  if (secondSignIn === 'refuse' && !isFirstGone) return turn.refuse('signed_in_elsewhere')
  turn.emit({ type: 'agent.console_changed', at, agentId, consoleId, previousConsoleId })
}

function signOut(turn: Turn, agent: Agent): void {
  const refusal = BUSY[agent.phase.name]
  if (refusal !== null) return turn.refuse(refusal)
  turn.emit({ type: 'agent.signed_out', at: turn.at, agentId: agent.agentId })
}

function ready(turn: Turn, agent: Agent): void {
  if (agent.phase.name === 'ready' && agent.awaitedCallId === null) {
    return turn.refuse('already_ready')
  }
  const refusal = BUSY[agent.phase.name]
  if (refusal !== null) return turn.refuse(refusal)
  if (!agent.isRegistered) return turn.refuse('phone_unregistered')
  const { isChecklistRequired } = turn.state.config.agentRules.policy
  if (isChecklistRequired && agent.seat.checklist?.isPassed !== true) {
    return turn.refuse('checklist_missing')
  }
  turn.emit({ type: 'agent.became_ready', at: turn.at, agentId: agent.agentId, since: turn.at })
}

function notReady(turn: Turn, agent: Agent, reason: ChosenNotReadyReason): void {
  const refusal = BUSY[agent.phase.name] ?? reasonRefusal(turn, agent, reason)
  if (refusal !== null) return turn.refuse(refusal)
  leave(turn, agent, reason)
}

/** Why the agent may not be away for this reason; null if they may. */
function reasonRefusal(
  turn: Turn,
  agent: Agent,
  reason: ChosenNotReadyReason,
): RejectionCode | null {
  const { notReadyReasons } = turn.state.config.agentRules
  const isKnown = notReadyReasons.some(({ reasonId, isActive }) => isActive && reasonId === reason)
  if (!isKnown) return 'unknown_reason'
  return reason === 'off_seat' && !isLeaveGiven(agent) ? 'off_seat_not_approved' : null
}

export function leave(turn: Turn, agent: Agent, reason: ChosenNotReadyReason): void {
  const { agentId } = agent
  const limit = absenceLimit(turn, agent, reason)
  const limited = limit === null ? {} : { limit }
  turn.emit({ type: 'agent.became_not_ready', at: turn.at, agentId, reason, ...limited })
  watchAbsence(turn, agent)
}

function planAfterCall(turn: Turn, agent: Agent, plan: AfterCall): void {
  const { name } = agent.phase
  if (name === 'signed_out') return turn.refuse('signed_out')
  if (name === 'ready' || name === 'not_ready') return turn.refuse('no_call_to_wait_for')
  const refusal = plan.action === 'not_ready' ? reasonRefusal(turn, agent, plan.reason) : null
  if (refusal !== null) return turn.refuse(refusal)
  turn.emit({ type: 'agent.after_call_planned', at: turn.at, agentId: agent.agentId, plan })
}

function cancelAfterCall(turn: Turn, agent: Agent): void {
  if (agent.seat.afterCall === null) return turn.refuse('nothing_planned')
  turn.emit({ type: 'agent.after_call_cancelled', at: turn.at, agentId: agent.agentId })
}

function reportChecklist(
  turn: Turn,
  agent: Agent,
  input: Extract<AgentInput, { type: 'agent.checklist_reported' }>,
): void {
  if (agent.phase.name === 'signed_out') return turn.refuse('signed_out')
  const { isRegistered, agentId } = agent
  const { echoCall, microphone } = input
  const isPassed = isRegistered && echoCall !== 'failed' && microphone !== 'failed'
  turn.emit({
    type: 'agent.checklist_done',
    at: turn.at,
    agentId,
    isRegistered,
    echoCall,
    microphone,
    isPassed,
  })
}

/** After a conversation, for as long as the queue says; what may end it is in wrap-ups.ts. */
export function startWrapUp(
  turn: Turn,
  agent: Agent,
  callId: string,
  queueId: string | null,
): void {
  const queue = queueId === null ? undefined : turn.state.queues.get(queueId)
  const { agentId } = agent
  const until = turn.at + (queue?.wrapUpMsMax ?? 0)
  turn.emit({ type: 'agent.wrap_up_started', at: turn.at, agentId, callId, queueId, until })
  turn.setTimer(`wrap_up:${agentId}`, until)
}

/**
 * The agent's work is done: what they planned for this moment happens, a rest that is due begins, or they
 * are back among the ready, idle since `since`. One whose phone has gone meanwhile cannot be.
 */
export function freeAgent(turn: Turn, agent: Agent, since: number): void {
  const { agentId, seat } = agent
  if (seat.afterCall?.action === 'sign_out') {
    turn.emit({ type: 'agent.signed_out', at: turn.at, agentId })
  } else if (seat.afterCall !== null && isStillMeant(turn, agent, seat.afterCall.reason)) {
    leave(turn, agent, seat.afterCall.reason)
  } else if (!agent.isRegistered) parkAgent(turn, agent, 'unreachable')
  else if (isRestDue(turn, agent)) rest(turn, agent)
  else turn.emit({ type: 'agent.became_ready', at: turn.at, agentId, since })
}

/** The administrators may have taken the reason away meanwhile; then the agent goes on working. */
function isStillMeant(turn: Turn, agent: Agent, reason: ChosenNotReadyReason): boolean {
  return reasonRefusal(turn, agent, reason) === null
}

/** Not ready for a reason that the system gives; one who wanted to sign out is signed out. */
export function parkAgent(
  turn: Turn,
  agent: Agent,
  reason: Exclude<SystemNotReadyReason, 'signed_in' | 'rest'>,
): void {
  const { agentId } = agent
  if (agent.seat.afterCall?.action === 'sign_out') {
    turn.emit({ type: 'agent.signed_out', at: turn.at, agentId })
    return
  }
  turn.emit({ type: 'agent.became_not_ready', at: turn.at, agentId, reason })
  watchAbsence(turn, agent)
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
