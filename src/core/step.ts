// The one door into the core: an input goes in, facts and commands come out. It only leads each input
// to its noun; then the offers that have become possible are made. Synchronous, deterministic, and
// unable to throw for anything that reaches us from outside.

import { absenceDue, watchAbsence } from './absences.ts'
import { agentRequested, isElsewhere, phoneRegistered, phoneUnregistered } from './agents.ts'
import { helpAnswered, muteProlonged } from './call-buttons.ts'
import { callbackAsked, callbackDue, isCallbackInput, watchCallbacks } from './callbacks.ts'
import { callParked, hangUpRequested } from './calls.ts'
import { conferenceDue, rejoin } from './conference.ts'
import { hurryDue } from './deadline.ts'
import type { Fact } from './facts.ts'
import { floorAsked } from './floor.ts'
import { isFloorInput } from './floor-inputs.ts'
import {
  callRequested,
  holdLimitDue,
  holdProlonged,
  holdWarningDue,
  retrieveOverdue,
} from './hold.ts'
import type { AgentInput, AgentNewsInput, Input } from './inputs.ts'
import { lastWordOverdue, legReported } from './legs.ts'
import { messageDue } from './messages.ts'
import { decideOffSeat, leaveLapses, watchLeave } from './off-seat.ts'
import { joiningFailed, phoneGone, ringTimedOut, whisperOverdue } from './offers.ts'
import { diallingStopped, diallingTimedOut } from './outbound.ts'
import { isPartyRequest, type PartyRequest } from './party-inputs.ts'
import { completeOverdue, joinOverdue, partyGone, partyRangOut } from './party-legs.ts'
import { partyRequested } from './party-requests.ts'
import {
  languageChosen,
  leaveEmptyQueues,
  longestWaitOver,
  watchLongestWait,
} from './queue-entry.ts'
import {
  maskingFailed,
  pauseOver,
  pauseRequested,
  recordingInterrupted,
  recordingMissing,
  recordingReported,
  recordingStopOverdue,
} from './recordings.ts'
import { awaitNoLonger, awaitSwitches, switchLost, switchSynced } from './resync.ts'
import { route } from './routing.ts'
import type { Agent, Call, Leg, State } from './state.ts'
import {
  endMonitor,
  endOrphanedMonitors,
  supervisorAsked,
  supervisorRingOverdue,
  takeOverOverdue,
} from './supervision.ts'
import { surveyOverdue } from './survey.ts'
import { Turn } from './turn.ts'
import { attendWaiting, promptDue } from './waiting.ts'
import { grantWishes } from './waiting-keys.ts'
import { widen } from './widening.ts'
import { recordSaved, wrapUpTimedOut } from './wrap-ups.ts'

export function step(state: State, input: Input): Turn {
  const turn = new Turn(state, input.at)
  take(turn, input)
  watchWaiting(turn)
  endOrphanedMonitors(turn)
  grantWishes(turn)
  route(turn)
  attendWaiting(turn)
  return turn
}

/** A call that has come to wait, whichever way, is followed from then on. */
function watchWaiting(turn: Turn): void {
  for (const fact of [...turn.facts]) {
    if (fact.type === 'agent.signed_out') leaveEmptyQueues(turn)
    if (fact.type === 'config.loaded')
      for (const call of turn.state.calls.values()) follow(turn, call)
    if (!WAITS.has(fact.type) || !('callId' in fact)) continue
    const call = turn.state.calls.get(fact.callId)
    if (call !== undefined) follow(turn, call)
  }
}

function follow(turn: Turn, call: Call): void {
  if (call.phase.name !== 'waiting' && call.phase.name !== 'offered') return
  widen(turn, call)
  watchLongestWait(turn, call)
}

const WAITS: ReadonlySet<Fact['type']> = new Set([
  'call.queued',
  'call.requeued',
  'call.adopted',
  'call.diverted',
  'call.reassigned',
])

function take(turn: Turn, input: Input): void {
  const { state, at } = turn
  if (isCallbackInput(input)) return callbackAsked(turn, input)
  switch (input.type) {
    case 'config.loaded':
      for (const agent of state.agents.values()) {
        const isKept = input.config.agents.some(({ agentId }) => agentId === agent.agentId)
        const isIdle = agent.phase.name === 'ready' || agent.phase.name === 'not_ready'
        if (!isKept && isIdle) turn.emit({ type: 'agent.signed_out', at, agentId: agent.agentId })
      }
      turn.emit(input)
      return
    case 'estimates.restored':
    case 'routing.restored':
      turn.emit(input)
      return
    case 'history.restored':
      turn.emit(input)
      watchAgents(turn)
      watchCallbacks(turn)
      awaitSwitches(turn)
      return
    case 'timer.fired':
      timerFired(turn, input.timerId)
      return
    case 'command.failed':
      commandFailed(turn, input)
      return
    case 'switch.lost':
      switchLost(turn, input.nodeId)
      return
    case 'switch.synced':
      switchSynced(turn, input)
      return
    case 'phone.registered':
    case 'phone.unregistered': {
      const agent = state.agents.get(input.agentId)
      if (agent === undefined) return
      if (input.type === 'phone.registered') phoneRegistered(turn, agent)
      else phoneUnregistered(turn, agent)
      return
    }
    case 'call.parked':
      callParked(turn, input)
      return
    case 'recording.started':
    case 'recording.stopped':
    case 'recording.verified':
    case 'recording.unverified':
      recordingReported(turn, input)
      return
    case 'call.help_answer_requested':
      helpAnswered(turn, input)
      return
    case 'supervisor.monitor_requested':
    case 'supervisor.mode_requested':
    case 'supervisor.take_over_requested':
    case 'supervisor.end_requested':
      supervisorAsked(turn, input)
      return
    case 'off_seat.decision_requested':
    case 'contact_record.saved':
      agentConcerned(turn, input)
      return
    default:
      if (isPartyRequest(input)) partyAsked(turn, input)
      else if (isFloorInput(input)) floorAsked(turn, input)
      else if (isAgentInput(input)) agentAsked(turn, input)
      else legReported(turn, input)
  }
}

/** The clocks of what an earlier run had begun. */
function watchAgents(turn: Turn): void {
  for (const agent of turn.state.agents.values()) {
    const { phase, agentId } = agent
    if (phase.name === 'wrap_up') turn.setTimer(`wrap_up:${agentId}`, phase.until)
    watchAbsence(turn, agent)
    watchLeave(turn, agent)
  }
}

function partyAsked(turn: Turn, input: PartyRequest): void {
  const agent = turn.state.agents.get(input.agentId)
  if (agent === undefined) turn.refuse('unknown_agent')
  else if (isElsewhere(agent, input)) turn.refuse('signed_in_elsewhere')
  else partyRequested(turn, agent, input)
}

/** Whatever else is asked of an agent's own accord goes by another name. */
function isAgentInput<I extends Input>(input: I): input is Extract<I, AgentInput> {
  return input.type.startsWith('agent.')
}

function agentAsked(turn: Turn, input: AgentInput): void {
  const agent = turn.state.agents.get(input.agentId)
  if (agent === undefined) return turn.refuse('unknown_agent')
  if (isElsewhere(agent, input)) return turn.refuse('signed_in_elsewhere')
  switch (input.type) {
    case 'agent.recording_pause_requested':
    case 'agent.recording_resume_requested':
      pauseRequested(turn, agent, input.type === 'agent.recording_pause_requested')
      return
    case 'agent.hold_requested':
    case 'agent.phrase_confirmed':
    case 'agent.retrieve_requested':
      callRequested(turn, agent, input)
      return
    case 'agent.hang_up_requested':
      hangUpRequested(turn, agent)
      return
    default:
      agentRequested(turn, agent, input)
  }
}

function agentConcerned(turn: Turn, input: AgentNewsInput): void {
  const agent = turn.state.agents.get(input.agentId)
  if (agent === undefined) return turn.refuse('unknown_agent')
  if (input.type === 'off_seat.decision_requested') decideOffSeat(turn, agent, input)
  else recordSaved(turn, agent, input)
}

/** Timers name what they are for. One whose occasion has passed finds nothing to do. */
function timerFired(turn: Turn, timerId: string): void {
  const { state } = turn
  const colon = timerId.indexOf(':')
  const kind = timerId.slice(0, colon)
  const id = timerId.slice(colon + 1)
  switch (kind) {
    case 'last_word':
      lastWordOverdue(turn, id)
      return
    case 'callback':
      callbackDue(turn, id)
      return
    case 'recording':
      recordingStopOverdue(turn, id)
      return
    case 'monitor':
      supervisorRingOverdue(turn, id)
      return
    case 'interrupted':
      recordingInterrupted(turn, id)
      return
    case 'unverified':
      recordingMissing(turn, id, 'not_checked_in_time')
      return
    case 'wrap_up':
    case 'awaited':
    case 'absence':
    case 'off_seat': {
      const agent = state.agents.get(id)
      if (agent !== undefined) agentTimerFired(turn, agent, kind)
      return
    }
    case 'ring': {
      const call = state.calls.get(state.legs.get(id)?.callId ?? '')
      if (call !== undefined) ringTimedOut(turn, call, id)
      return
    }
    case 'party':
    case 'join': {
      const call = state.calls.get(state.legs.get(id)?.callId ?? '')
      if (call !== undefined && kind === 'party') partyRangOut(turn, call, id)
      else if (call !== undefined) joinOverdue(turn, call, id)
      return
    }
  }
  const call = state.calls.get(id)
  if (call === undefined) return
  if (kind === 'widen') widen(turn, call)
  else if (kind === 'wait_limit') longestWaitOver(turn, call)
  else if (kind === 'language') languageChosen(turn, call, null)
  else if (kind === 'hurry') hurryDue(turn, call)
  else if (kind === 'whisper') whisperOverdue(turn, call)
  else if (kind === 'take_over') takeOverOverdue(turn, call)
  else if (kind === 'waiting') promptDue(turn, call)
  else if (kind === 'message') messageDue(turn, call)
  else if (kind === 'bridge') joiningFailed(turn, call)
  else if (kind === 'dial') diallingTimedOut(turn, call)
  else if (kind === 'retrieve') retrieveOverdue(turn, call)
  else if (kind === 'hold_warning') holdWarningDue(turn, call)
  else if (kind === 'hold_limit') holdLimitDue(turn, call)
  else if (kind === 'hold_prolonged') holdProlonged(turn, call)
  else if (kind === 'paused') pauseOver(turn, call)
  else if (kind === 'complete') completeOverdue(turn, call)
  else if (kind === 'conference') conferenceDue(turn, call)
  else if (kind === 'rejoin') rejoin(turn, call)
  else if (kind === 'survey') surveyOverdue(turn, call)
  else if (kind === 'muted') muteProlonged(turn, call)
}

function agentTimerFired(
  turn: Turn,
  agent: Agent,
  kind: 'wrap_up' | 'awaited' | 'absence' | 'off_seat',
): void {
  if (kind === 'wrap_up') wrapUpTimedOut(turn, agent)
  else if (kind === 'awaited') awaitNoLonger(turn, agent)
  else if (kind === 'absence') absenceDue(turn, agent)
  else leaveLapses(turn, agent)
}

function commandFailed(turn: Turn, input: Extract<Input, { type: 'command.failed' }>): void {
  const { state } = turn
  const leg = state.legs.get(input.legId)
  if (leg === undefined) return
  const call = state.calls.get(leg.callId)
  if (input.reason === 'switch_unavailable') return switchLost(turn, leg.nodeId)
  if (leg.role === 'supervisor') return supervisorCommandFailed(turn, leg, input.command)
  if (call === undefined) return
  if (input.command === 'bridge' && call.takeOver !== null) return takeOverOverdue(turn, call)
  if (input.command === 'originate_agent' && call.phase.name === 'offered') {
    phoneGone(turn, call, input.legId, input.reason)
    turn.setTimer(`last_word:${input.legId}`, turn.at)
  } else if (input.command === 'originate_party') {
    partyGone(turn, call, leg, input.reason)
    turn.setTimer(`last_word:${input.legId}`, turn.at)
  } else if (input.command === 'bridge') joiningFailed(turn, call)
  else if (input.command === 'mask_recording') maskingFailed(turn, call)
  else if (input.command === 'dial') diallingStopped(turn, call)
  else if (input.command === 'start_recording' && call.recordingPath !== null) {
    recordingMissing(turn, call.recordingPath, input.reason)
  }
}

/** A phone that cannot be rung, or a leg to listen at that is gone; a lost change of mode is asked for again. */
function supervisorCommandFailed(turn: Turn, leg: Leg, command: string): void {
  if (command === 'set_monitor_mode') return
  const monitor = turn.state.monitors.get(leg.legId)
  if (monitor !== undefined) endMonitor(turn, monitor, 'failed')
  turn.setTimer(`last_word:${leg.legId}`, turn.at)
}
