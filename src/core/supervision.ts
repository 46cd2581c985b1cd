// Supervisors' phones on the floor: listening, whispering to the agent, joining in, taking the call over.
// A supervisor hears one agent's part in one call, or another supervisor's phone, and the watching ends
// with the leg that is watched: where a call goes on without its agent, nobody follows it unasked.
import { freeAgent } from './agents.ts'
import type { AgentId } from './config.ts'
import type { MonitorEnd } from './facts.ts'
import { isReason } from './floor.ts'
import { endHold } from './hold.ts'
import type { LegId, SupervisionInput } from './inputs.ts'
import { openParty } from './parties.ts'
import type { RejectionCode } from './rejections.ts'
import type { AfterCall } from './seats.ts'
import { stamp } from './stamps.ts'
import type { Agent, Call, Leg, Monitor, State } from './state.ts'
import type { Turn } from './turn.ts'

const RING_MS_MAX = 30_000
/** Measured below 0.2 s; a bridge that was lost never comes. */
const BRIDGE_MS_MAX = 3_000

type InputOf<Type extends SupervisionInput['type']> = Extract<SupervisionInput, { type: Type }>

export function supervisorAsked(turn: Turn, input: SupervisionInput): void {
  const supervisor = turn.state.agents.get(input.supervisorId)
  if (supervisor === undefined) return turn.refuse('no_seat')
  const monitor = monitorOf(turn.state, supervisor)
  if (input.type === 'supervisor.monitor_requested') {
    const target = turn.state.agents.get(input.agentId)
    if (target === undefined) return turn.refuse('unknown_agent')
    requestMonitor(turn, supervisor, target, input)
    return
  }
  if (monitor === null) return turn.refuse('not_monitoring')
  switch (input.type) {
    case 'supervisor.mode_requested':
      changeMode(turn, monitor, input)
      return
    case 'supervisor.take_over_requested':
      requestTakeOver(turn, supervisor, monitor, input.by)
      return
    case 'supervisor.end_requested':
      endMonitor(turn, monitor, 'ended')
      return
  }
}

/** What the agent's phone is used for as a supervisor's; null if for nothing. */
export function monitorOf(state: Readonly<State>, agent: Agent): Monitor | null {
  return agent.legId === null ? null : (state.monitors.get(agent.legId) ?? null)
}

interface Target {
  readonly legId: LegId
  readonly call: Call
}

function requestMonitor(
  turn: Turn,
  supervisor: Agent,
  target: Agent,
  input: InputOf<'supervisor.monitor_requested'>,
): void {
  const { mode, by } = input
  const { at, state } = turn
  const own = monitorOf(state, supervisor)
  const found = targetOf(state, supervisor, target)
  if (typeof found === 'string') return turn.refuse(found)
  const isSupervisor = monitorOf(state, target) !== null
  if (isSupervisor && mode === 'barge') return turn.refuse('mode_unavailable')
  if (own !== null) return moveMonitor(turn, own, target.agentId, found, input)
  const refusal = BUSY[supervisor.phase.name] ?? null
  if (refusal !== null) return turn.refuse(refusal)
  if (!supervisor.isRegistered) return turn.refuse('phone_unregistered')
  if (supervisor.legId !== null) return turn.refuse('phone_busy')
  const legId = `${state.epoch}-${state.legsMade + 1}`
  const { callId } = found.call
  const { agentId } = target
  const { supervisorId } = input
  const targetLegId = found.legId
  turn.emit({
    type: 'monitor.requested',
    at,
    callId,
    agentId,
    supervisorId,
    legId,
    mode,
    targetLegId,
    by,
  })
  turn.send({
    type: 'originate_supervisor',
    legId,
    callId,
    agentId: supervisorId,
    targetLegId,
    mode,
    ringMsMax: RING_MS_MAX,
  })
  turn.setTimer(`monitor:${legId}`, at + RING_MS_MAX)
}

const BUSY: Partial<Record<Agent['phase']['name'], RejectionCode>> = {
  offered: 'offer_pending',
  on_call: 'on_call',
  consulted: 'on_call',
}

/** The leg to listen at, or why there is none. */
function targetOf(
  state: Readonly<State>,
  supervisor: Agent,
  target: Agent,
): Target | RejectionCode {
  if (target === supervisor) return 'own_call'
  const watched = monitorOf(state, target)
  if (watched === null && target.phase.name !== 'on_call') return 'not_on_call'
  const callId = watched?.callId ?? ('callId' in target.phase ? target.phase.callId : '')
  const call = state.calls.get(callId)
  if (call === undefined) return 'not_on_call'
  if (state.nodes.get(call.nodeId)?.isUp !== true) return 'switch_unavailable'
  if (watched !== null) {
    if (!watched.isAnswered) return 'not_connected'
    return isWatchedBy(state, watched, supervisor)
      ? 'watched_in_turn'
      : { legId: watched.legId, call }
  }
  const { phase } = call
  if (phase.name === 'connecting') return 'not_connected'
  if (target.legId === null) return 'not_on_call'
  return { legId: target.legId, call }
}

/** Whether the supervisor is somewhere down the chain of those who are watched. */
function isWatchedBy(state: Readonly<State>, from: Monitor, supervisor: Agent): boolean {
  let monitor: Monitor | undefined = from
  while (monitor !== undefined) {
    if (monitor.agentId === supervisor.agentId) return true
    monitor = state.monitors.get(monitor.targetLegId)
  }
  return false
}

/** The phone is up: it goes over to the other leg at once. */
function moveMonitor(
  turn: Turn,
  monitor: Monitor,
  agentId: AgentId,
  target: Target,
  { mode, by }: InputOf<'supervisor.monitor_requested'>,
): void {
  const { at, state } = turn
  const { legId, supervisorId } = monitor
  if (monitor.targetLegId === target.legId) return turn.refuse('already_monitoring')
  if (!monitor.isAnswered) return turn.refuse('monitor_pending')
  if (isTakingOver(state, monitor)) return turn.refuse('take_over_pending')
  if (state.legs.get(legId)?.nodeId !== target.call.nodeId) return turn.refuse('other_switch')
  const { callId } = target.call
  const targetLegId = target.legId
  turn.emit({
    type: 'monitor.moved',
    at,
    callId,
    agentId,
    supervisorId,
    legId,
    mode,
    targetLegId,
    by,
  })
  turn.send({ type: 'monitor', legId, callId, targetLegId, mode })
}

function changeMode(
  turn: Turn,
  monitor: Monitor,
  { mode, by }: InputOf<'supervisor.mode_requested'>,
): void {
  const { callId, agentId, supervisorId, legId } = monitor
  if (!monitor.isAnswered) return turn.refuse('monitor_pending')
  if (isTakingOver(turn.state, monitor)) return turn.refuse('take_over_pending')
  if (mode === 'barge' && turn.state.monitors.has(monitor.targetLegId)) {
    return turn.refuse('mode_unavailable')
  }
  const nodeId = turn.state.legs.get(legId)?.nodeId ?? ''
  if (turn.state.nodes.get(nodeId)?.isUp !== true) return turn.refuse('switch_unavailable')
  if (mode === monitor.mode) return
  turn.send({ type: 'set_monitor_mode', legId, mode })
  turn.emit({
    type: 'monitor.mode_changed',
    at: turn.at,
    callId,
    agentId,
    supervisorId,
    legId,
    mode,
    by,
  })
}

function isTakingOver(state: Readonly<State>, monitor: Monitor): boolean {
  return state.calls.get(monitor.callId)?.takeOver?.legId === monitor.legId
}

/** The supervisor's phone was picked up and hears what it was rung for. */
export function supervisorAnswered(turn: Turn, legId: LegId): void {
  const monitor = turn.state.monitors.get(legId)
  if (monitor === undefined || monitor.isAnswered) return
  const { callId, agentId, supervisorId, mode } = monitor
  turn.clearTimer(`monitor:${legId}`)
  turn.emit({ type: 'monitor.started', at: turn.at, callId, agentId, supervisorId, legId, mode })
}

/** Nobody picked the supervisor's phone up. */
export function supervisorRingOverdue(turn: Turn, legId: LegId): void {
  const monitor = turn.state.monitors.get(legId)
  if (monitor !== undefined && !monitor.isAnswered) endMonitor(turn, monitor, 'not_answered')
}

/** The supervisor's leg ended, or never began. */
export function supervisorGone(turn: Turn, leg: Leg): void {
  const monitor = turn.state.monitors.get(leg.legId)
  if (monitor !== undefined)
    endMonitor(turn, monitor, monitor.isAnswered ? 'hung_up' : 'not_answered')
}

/** Stops the supervisor's phone, whatever it was about to do. */
export function endMonitor(turn: Turn, monitor: Monitor, reason: MonitorEnd): void {
  const { callId, agentId, supervisorId, legId, mode } = monitor
  const call = turn.state.calls.get(callId)
  turn.clearTimer(`monitor:${legId}`)
  turn.hangUp(legId, monitor.isAnswered ? 'NORMAL_CLEARING' : 'ORIGINATOR_CANCEL')
  turn.emit({
    type: 'monitor.ended',
    at: turn.at,
    callId,
    agentId,
    supervisorId,
    legId,
    mode,
    reason,
  })
  if (call?.takeOver?.legId === legId) takeOverFailed(turn, call, reason)
}

/**
 * Ends the watching of legs that are no more, and that of supervisors whom the configuration has dropped.
 * After every input, because a leg can end in many ways.
 */
export function endOrphanedMonitors(turn: Turn): void {
  const { state, goneLegs } = turn
  if (state.monitors.size === 0) return
  for (;;) {
    const orphan = [...state.monitors.values()].find(({ targetLegId, supervisorId }) => {
      const target = state.legs.get(targetLegId)
      const isGone =
        target === undefined || target.endingSince !== null || goneLegs.has(targetLegId)
      return isGone || !state.agents.has(supervisorId)
    })
    if (orphan === undefined) return
    endMonitor(turn, orphan, 'call_over')
  }
}

function requestTakeOver(turn: Turn, supervisor: Agent, monitor: Monitor, by: string): void {
  const { state, at } = turn
  const call = state.calls.get(monitor.callId)
  if (!monitor.isAnswered) return turn.refuse('monitor_pending')
  if (supervisor.phase.name === 'wrap_up') return turn.refuse('in_wrap_up')
  if (call === undefined || call.hangUpRequestedBy !== null) return turn.refuse('not_on_call')
  const { phase, callId, legId: callerLegId } = call
  if (phase.name !== 'talking' && phase.name !== 'held') return turn.refuse('not_connected')
  if (phase.legId !== monitor.targetLegId) return turn.refuse('mode_unavailable')
  if (call.takeOver !== null) return turn.refuse('take_over_pending')
  if (openParty(call) !== null || call.transfer !== null) return turn.refuse('consult_active')
  if (call.conference !== null) return turn.refuse('in_conference')
  if (state.nodes.get(call.nodeId)?.isUp !== true) return turn.refuse('switch_unavailable')
  const { agentId } = supervisor
  const { legId } = monitor
  turn.emit({
    type: 'call.take_over_requested',
    at,
    callId,
    agentId,
    legId,
    fromAgentId: phase.agentId,
    by,
  })
  // First of all: a service that dies in between must find an agent's leg beside the caller's.
  turn.send({ type: 'make_agent_leg', legId, callId, agentId })
  turn.send({ type: 'bridge', legId: callerLegId, otherLegId: legId })
  turn.setTimer(`take_over:${callId}`, at + BRIDGE_MS_MAX)
}

/** Whether the bridge is the one that a take-over waits for; if so, the call changes hands. */
export function takeOverJoined(turn: Turn, call: Call, legIds: readonly LegId[]): boolean {
  const { takeOver } = call
  if (takeOver === null || !legIds.includes(call.legId) || !legIds.includes(takeOver.legId))
    return false
  takeOverDone(turn, call)
  return true
}

/** The agent's leg ended before the two were joined: the caller is the supervisor's all the same. */
export function agentLeftTakeOver(turn: Turn, call: Call): boolean {
  if (call.takeOver === null) return false
  takeOverDone(turn, call)
  return true
}

function takeOverDone(turn: Turn, call: Call): void {
  const { state, at } = turn
  const { takeOver, callId } = call
  const monitor = takeOver === null ? undefined : state.monitors.get(takeOver.legId)
  if (takeOver === null || monitor === undefined) return
  // The hold ends without its end phrase, and the record must say so.
  if (call.phase.name === 'held') endHold(turn, call, null)
  if (call.phase.name !== 'talking') return
  const { agentId: fromAgentId, legId: fromLegId } = call.phase
  const { agentId, legId, by } = takeOver
  const { supervisorId, mode } = monitor
  turn.clearTimer(`take_over:${callId}`)
  if (call.mutedSince !== null) turn.clearTimer(`muted:${callId}`)
  turn.emit({
    type: 'monitor.ended',
    at,
    callId,
    agentId: fromAgentId,
    supervisorId,
    legId,
    mode,
    reason: 'taken_over',
  })
  turn.hangUp(fromLegId, 'NORMAL_CLEARING')
  const supervisor = state.agents.get(agentId)
  const plan = supervisor === undefined ? null : returnOf(turn, supervisor)
  turn.emit({ type: 'call.taken_over', at, callId, agentId, legId, fromAgentId, fromLegId, by })
  if (plan !== null) turn.emit({ type: 'agent.after_call_planned', at, agentId, plan })
  turn.send({ type: 'keep_after_bridge', legId })
  stamp(turn, call)
  const agent = state.agents.get(fromAgentId)
  if (agent !== undefined) freeAgent(turn, agent, at)
}

/** A leader who was not among the ready is not afterwards either: one call is no shift at the phone. */
function returnOf(turn: Turn, { phase }: Agent): AfterCall | null {
  if (phase.name === 'signed_out') return { action: 'sign_out' }
  if (phase.name !== 'not_ready') return null
  return { action: 'not_ready', reason: isReason(turn, phase.reason) ? phase.reason : 'other' }
}

export function takeOverOverdue(turn: Turn, call: Call): void {
  const monitor = call.takeOver === null ? undefined : turn.state.monitors.get(call.takeOver.legId)
  if (monitor !== undefined) endMonitor(turn, monitor, 'failed')
}

/** The caller goes back to the agent, who has never left the call. */
function takeOverFailed(turn: Turn, call: Call, reason: string): void {
  const { takeOver, callId, phase } = call
  if (takeOver === null) return
  const { agentId, legId } = takeOver
  turn.clearTimer(`take_over:${callId}`)
  turn.emit({ type: 'call.take_over_failed', at: turn.at, callId, agentId, legId, reason })
  if (phase.name === 'held' && phase.by === 'console') {
    turn.send({ type: 'play_music', legId: call.legId })
  } else if (phase.name === 'talking' || phase.name === 'held') {
    turn.send({ type: 'bridge', legId: call.legId, otherLegId: phase.legId })
  }
}
