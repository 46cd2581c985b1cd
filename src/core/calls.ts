// A citizen's call from the moment it is parked for us to its end. Whoever hangs up, whatever breaks,
// it gets exactly one ending, and as long as the caller stays on the line it is never dropped by us.
import { parkAgent, startWrapUp } from './agents.ts'
import { consultedLeaves } from './consult.ts'
import type { Ending, HangupBy } from './facts.ts'
import { endHold, isHoldExceeded, unwatchHold } from './hold.ts'
import type { LegInput } from './inputs.ts'
import { isMessageLeft } from './messages.ts'
import { endOffer } from './offers.ts'
import { notReached, outboundOver } from './outbound.ts'
import { endParty, isPutDown } from './parties.ts'
import { enter, REFUSAL_CAUSES } from './queue-entry.ts'
import { expectRecording } from './recordings.ts'
import { agentLegsOf } from './rings.ts'
import { stamp } from './stamps.ts'
import type { Agent, Call } from './state.ts'
import { startSurvey, surveyed } from './survey.ts'
import { keepCaller } from './transfers.ts'
import type { Turn } from './turn.ts'

export function callParked(turn: Turn, input: Extract<LegInput, { type: 'call.parked' }>): void {
  const { state, at } = turn
  const { legId, nodeId, from, to, arrivedAt } = input
  if (state.legs.has(legId)) return
  // An id that is in use already came from a leg that copied it; the leg's own id is always fresh.
  const callId = state.calls.has(input.callId) ? legId : input.callId
  // A switch that reports a call can be reached; its snapshot is on the way.
  if (!state.nodes.has(nodeId)) turn.emit({ type: 'switch.synced', at, nodeId })
  turn.emit({ type: 'call.arrived', at, callId, legId, nodeId, from, to, arrivedAt })
  turn.send({ type: 'claim', legId })
  const call = state.calls.get(callId)
  if (call !== undefined) enter(turn, call)
}

/** The caller's leg came to rest outside any conversation: it must not be left in silence. */
export function callerParkedAgain(turn: Turn, call: Call): void {
  if (call.phase.name !== 'waiting' && call.phase.name !== 'offered') return
  turn.send({ type: 'play_music', legId: call.legId })
  if (call.connectedAt !== null) explainDelay(turn, call)
}

/** The caller's leg is gone, whoever ended it. */
export function callerGone(turn: Turn, call: Call, cause: string): void {
  const { phase, callId } = call
  if (phase.name === 'dialling') return notReached(turn, call, cause)
  const agentId = 'agentId' in phase ? phase.agentId : null
  const by = hangupByOf(call, cause)
  for (const party of call.parties) {
    endParty(turn, call, party, { outcome: 'call_ended', cause: 'NORMAL_CLEARING' })
  }
  surveyed(turn, call, null)
  if (phase.name === 'offered' || phase.name === 'connecting') {
    for (const legId of agentLegsOf(call)) endOffer(turn, call, legId, 'caller_abandoned', cause)
  } else if ('legId' in phase) turn.hangUp(phase.legId, 'NORMAL_CLEARING')
  endCall(turn, call, { ending: endingOf(phase, call, turn.at), hangupBy: by, cause })
  if (phase.name === 'talking' || phase.name === 'held') {
    const agent = agentId === null ? undefined : turn.state.agents.get(agentId)
    if (agent !== undefined) startWrapUp(turn, agent, callId, call.queueId)
  }
}

function hangupByOf(call: Call, cause: string): HangupBy {
  if (call.releasedBy !== null) return 'supervisor'
  if (call.hangUpRequestedBy !== null) return 'agent'
  const { phase } = call
  if (phase.name === 'refused' && cause === REFUSAL_CAUSES[phase.reason]) return 'system'
  if (phase.name === 'leaving_message' && phase.isFinished) return 'system'
  return cause === 'LOST' ? 'unknown' : 'caller'
}

function endingOf(phase: Call['phase'], call: Call, at: number): Ending {
  switch (phase.name) {
    case 'talking':
    case 'held':
      return 'served'
    case 'transferred':
    case 'surveying':
    case 'closing':
      return 'served'
    case 'transferring':
      return 'lost_in_transfer'
    case 'leaving_message':
      return isMessageLeft(call, at) ? 'message_left' : 'abandoned_waiting'
    case 'refused':
      return phase.reason
    case 'leaving':
      return phase.ending
    case 'dialling':
      return 'not_reached'
    case 'waiting':
    case 'offered':
    case 'connecting':
      if (call.transfer !== null) return 'lost_in_transfer'
      // Spoken to before, then lost by an agent's phone and never reached again.
      if (call.connectedAt !== null || call.releasedBy !== null) return 'failed'
      return phase.name === 'waiting' ? 'abandoned_waiting' : 'abandoned_ringing'
  }
}

/** The agent's leg ended while the two were connected (or on hold). */
export function agentGone(turn: Turn, call: Call, cause: string): void {
  const { phase, callId, queueId } = call
  if (phase.name !== 'talking' && phase.name !== 'held') return
  if (keepCaller(turn, call, cause)) return
  const agent = turn.state.agents.get(phase.agentId)
  if (isPutDown(cause) || queueId === null) {
    if (startSurvey(turn, call)) return
    turn.hangUp(call.legId, 'NORMAL_CLEARING')
    endCall(turn, call, { ending: 'served', hangupBy: 'agent', cause })
    if (agent !== undefined) startWrapUp(turn, agent, callId, queueId)
    return
  }
  // The hold ends here without its end phrase, and the record must say so.
  if (phase.name === 'held') endHold(turn, call, null)
  turn.emit({ type: 'call.requeued', at: turn.at, callId, queueId, reason: 'phone_vanished' })
  if (agent !== undefined) parkAgent(turn, agent, 'unreachable')
  stamp(turn, call)
  // On hold the music goes on; out of a conversation the caller's leg is about to be parked.
  if (phase.name === 'held' && phase.by === 'console') explainDelay(turn, call)
}

function explainDelay(turn: Turn, call: Call): void {
  turn.send({ type: 'play_prompt', legId: call.legId, prompt: 'reconnecting' })
}

/** The agent puts down at the console. */
export function hangUpRequested(turn: Turn, agent: Agent): void {
  if (consultedLeaves(turn, agent)) return
  const call = agent.phase.name === 'on_call' ? turn.state.calls.get(agent.phase.callId) : undefined
  if (call === undefined) return turn.refuse('not_on_call')
  if (turn.state.nodes.get(call.nodeId)?.isUp !== true) return turn.refuse('switch_unavailable')
  if (call.takeOver !== null) return turn.refuse('take_over_pending')
  if (call.hangUpRequestedBy !== null || startSurvey(turn, call)) return
  turn.hangUp(call.legId, 'NORMAL_CLEARING')
  // Nobody may be there yet whose end would end the agent's leg as well.
  if (call.phase.name === 'dialling') turn.hangUp(call.phase.legId, 'NORMAL_CLEARING')
  const { agentId } = agent
  turn.emit({ type: 'call.hang_up_requested', at: turn.at, callId: call.callId, agentId })
}

export function endCall(
  turn: Turn,
  call: Call,
  {
    ending,
    hangupBy,
    cause,
  }: { readonly ending: Ending; readonly hangupBy: HangupBy; readonly cause: string },
): void {
  const { phase, callId, queueId, queuedAt, arrivedAt } = call
  const { at } = turn
  const heldMs = phase.name === 'held' ? Math.max(0, at - phase.since) : 0
  const talkedMs = phase.name === 'talking' ? Math.max(0, at - phase.since) : 0
  const openHold = {
    segment: call.holdSegments,
    holdMs: heldMs,
    isExceeded: isHoldExceeded(turn, call, heldMs),
  }
  if (phase.name === 'held') unwatchHold(turn, call)
  turn.emit({
    type: 'call.ended',
    at,
    callId,
    ending,
    queueId,
    agentId: call.lastAgentId,
    hangupBy,
    cause,
    arrivedAt,
    waitMs: queuedAt === null ? null : Math.max(0, waitedUntil(call, ending, at) - queuedAt),
    talkMs: call.connectedAt === null ? null : call.talkMs + talkedMs,
    holdMs: call.holdMs + heldMs,
    openHold: phase.name === 'held' ? openHold : null,
  })
  expectRecording(turn, call.recordingPath)
  if (call.outbound !== null) outboundOver(turn, call, { hangupBy, cause })
}

/** Whoever left the line hears goodbye, or speaks a message; neither is a wait for an agent any more. */
function waitedUntil({ answeredAt, phase }: Call, ending: Ending, at: number): number {
  const hasLeft = phase.name === 'leaving' || phase.name === 'refused' || ending === 'message_left'
  return answeredAt ?? (hasLeft ? phase.since : at)
}
