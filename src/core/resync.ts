// One path for a start, a lost connection and the regular check: the switch shows every leg of ours it
// has, and what we believe is brought in line with it. The switch is right about legs; we are right
// about everything it cannot know.

import { startWrapUp } from './agents.ts'
import { callParked } from './calls.ts'
import { watchHold } from './hold.ts'
import type { CallId, LegId, LegSnapshot, RestoredCall, WorldInput } from './inputs.ts'
import { agentLegGone, callerLegGone, partyLegGone } from './legs.ts'
import { watchMessage } from './messages.ts'
import { legsJoined, phoneUnsettled, withdrawOffer } from './offers.ts'
import { moveOutbound, outboundEndedUnseen } from './outbound.ts'
import { adoptParties, partiesShown, partyShown } from './party-resync.ts'
import { expectRecording } from './recordings.ts'
import type { Agent, Call, Leg } from './state.ts'
import { supervisorAnswered, supervisorGone, takeOverJoined } from './supervision.ts'
import { surveyOverdue } from './survey.ts'
import type { Turn } from './turn.ts'

/** What changed within this time before the question may not be in the answer. */
const GRACE_MS = 2_000
/** A switch that lives is connected and shows its legs within a second or two. */
const AWAITED_MS_MAX = 15_000
/** The cause of a leg that went while nobody was looking. */
const LOST = 'LOST'

type Synced = Extract<WorldInput, { type: 'switch.synced' }>

export function switchLost(turn: Turn, nodeId: string): void {
  if (turn.state.nodes.get(nodeId)?.isUp === false) return
  turn.emit({ type: 'switch.lost', at: turn.at, nodeId })
  moveOutbound(turn, nodeId)
}

export function switchSynced(turn: Turn, input: Synced): void {
  const { state, at } = turn
  const { nodeId } = input
  const wasLost = state.nodes.get(nodeId)?.isUp !== true
  if (wasLost) turn.emit({ type: 'switch.synced', at, nodeId })
  const done = turn.facts.length + turn.commands.length
  const shown = new Map(input.legs.map((leg) => [leg.legId, leg]))
  // While the connection was lost nothing was under way that the answer could have missed.
  const isOld = (since: number): boolean => wasLost || since < input.askedAt - GRACE_MS
  forgetGoneLegs(turn, nodeId, (leg) => isOld(leg.since) && !shown.has(leg.legId))
  for (const leg of shown.values())
    if (leg.role === 'caller') callerShown(turn, input, leg, shown, isOld)
  for (const leg of shown.values()) if (leg.role !== 'caller') phoneShown(turn, nodeId, leg, isOld)
  for (const call of [...state.unconfirmed.values()]) {
    const isGone = !shown.has(call.legId) && !state.calls.has(call.callId)
    if (call.nodeId !== nodeId || !isGone) continue
    endedUnseen(turn, call)
    if (!wasLost) expectLeftRecordings(turn, call.callId)
  }
  if (wasLost) expectLeftRecordings(turn)
  const corrections = turn.facts.length + turn.commands.length - done
  if (!wasLost && corrections > 0) {
    turn.emit({ type: 'switch.drift_healed', at, nodeId, corrections })
  }
}

/** At a start: whose phone is busy with a call of the run before, the switch of that call will show. */
export function awaitSwitches(turn: Turn): void {
  for (const { agentId, awaitedCallId } of turn.state.agents.values()) {
    if (awaitedCallId !== null) turn.setTimer(`awaited:${agentId}`, turn.at + AWAITED_MS_MAX)
  }
}

/** The switch is still away: nobody is kept from all calls for one that is perhaps long over. */
export function awaitNoLonger(
  turn: Turn,
  { agentId, phase, awaitedCallId, readySince }: Agent,
): void {
  if (phase.name !== 'ready' || awaitedCallId === null) return
  turn.emit({ type: 'agent.became_ready', at: turn.at, agentId, since: readySince })
}

/** Recordings whose calls, or whose one call, ended while nobody was looking are checked now. */
function expectLeftRecordings(turn: Turn, ofCallId: CallId | null = null): void {
  const { calls, unconfirmed, recordings } = turn.state
  for (const { callId, path } of recordings.values()) {
    if (ofCallId !== null && callId !== ofCallId) continue
    if (!calls.has(callId) && !unconfirmed.has(callId)) expectRecording(turn, path)
  }
}

/** Callers first: a call whose two legs are gone was ended by somebody, not by a vanished phone. */
function forgetGoneLegs(turn: Turn, nodeId: string, isGone: (leg: Leg) => boolean): void {
  const gone = [...turn.state.legs.values()].filter((leg) => leg.nodeId === nodeId && isGone(leg))
  for (const leg of gone) turn.goneLegs.add(leg.legId)
  for (const leg of gone) if (leg.role === 'caller') callerLegGone(turn, leg, LOST)
  for (const leg of gone) if (leg.role === 'supervisor') supervisorGone(turn, leg)
  for (const leg of gone) if (leg.role === 'agent') agentLegGone(turn, leg, LOST)
  for (const leg of gone) if (leg.role === 'party') partyLegGone(turn, leg, LOST)
  for (const leg of gone) {
    const { legId, callId, agentId } = leg
    turn.emit({
      type: 'leg.ended',
      at: turn.at,
      legId,
      callId,
      agentId,
      cause: LOST,
      sipStatus: null,
    })
  }
}

function callerShown(
  turn: Turn,
  input: Synced,
  shownLeg: LegSnapshot,
  shown: ReadonlyMap<LegId, LegSnapshot>,
  isOld: (since: number) => boolean,
): void {
  const { state } = turn
  const leg = state.legs.get(shownLeg.legId)
  if (leg === undefined) {
    adopt(turn, input.nodeId, shownLeg, partnerOf(shownLeg, shown))
    adoptParties(turn, shownLeg, shown)
    return
  }
  if (leg.endingSince !== null) {
    if (isOld(leg.endingSince)) hangUpShown(turn, leg.nodeId, leg.legId)
    return
  }
  const call = state.calls.get(leg.callId)
  if (call === undefined || !isOld(call.phase.since)) return
  joinAgain(turn, call, shownLeg)
}

/** A call whose bridge is not what we believe: finish what was begun before the connection was lost. */
function joinAgain(turn: Turn, call: Call, shown: LegSnapshot): void {
  const { phase } = call
  if (shown.bridgedTo !== null && takeOverJoined(turn, call, [call.legId, shown.bridgedTo])) return
  if (phase.name === 'waiting' && !shown.isPlaying && shown.bridgedTo === null) {
    turn.send({ type: 'play_music', legId: call.legId })
  }
  // The citizen picked up while we were away.
  if (phase.name === 'dialling' && shown.bridgedTo === phase.legId) legsJoined(turn, call)
  if (phase.name === 'transferring' || call.parties.length > 0 || call.conference !== null) {
    return partiesShown(turn, call, shown)
  }
  if (phase.name === 'surveying' && shown.bridgedTo === null) return surveyOverdue(turn, call)
  if (phase.name === 'talking' && phase.holdRequestedAt === null && shown.bridgedTo === null) {
    turn.send({ type: 'bridge', legId: call.legId, otherLegId: phase.legId })
  }
}

/** The agent's leg of the same call that is bridged with it, or else stands beside it. */
function partnerOf(
  caller: LegSnapshot,
  shown: ReadonlyMap<LegId, LegSnapshot>,
): LegSnapshot | null {
  const bridged = caller.bridgedTo === null ? undefined : shown.get(caller.bridgedTo)
  if (bridged?.role === 'agent') return bridged
  for (const leg of shown.values()) {
    if (leg.role === 'agent' && leg.callId === caller.callId && leg.isAnswered) return leg
  }
  return null
}

/** A live call that this run does not know. One that no run has claimed yet has only just arrived. */
function adopt(turn: Turn, nodeId: string, caller: LegSnapshot, agent: LegSnapshot | null): void {
  const { state, at } = turn
  const { callId, queueId, queuedAt, legId } = caller
  const queue = queueId === null ? undefined : state.queues.get(queueId)
  // We were calling somebody when the service stopped, and nobody talks yet: it is tried again later.
  if (caller.outbound !== undefined && caller.connectedAt === null) {
    return hangUpShown(turn, nodeId, legId)
  }
  if (queue === undefined || queuedAt === null || state.calls.has(callId)) {
    const { from, to, createdAt } = caller
    callParked(turn, {
      type: 'call.parked',
      at,
      nodeId,
      callId,
      legId,
      from,
      to,
      arrivedAt: createdAt,
    })
    return
  }
  const owner = agent?.agentId == null ? undefined : state.agents.get(agent.agentId)
  // Offered something meanwhile because this switch came late; the phone was busy all the time.
  if (owner !== undefined) withdrawOffer(turn, owner)
  const isFree = owner !== undefined && !['on_call', 'consulted'].includes(owner.phase.name)
  const partner = isFree ? agent : null
  turn.emit({
    type: 'call.adopted',
    at,
    callId,
    nodeId,
    caller,
    agent: partner,
    queueId: queue.queueId,
    priority: caller.priority ?? queue.priority,
    arrivedAt: caller.createdAt,
    queuedAt,
  })
  const call = state.calls.get(callId)
  if (call?.phase.name === 'leaving_message') watchMessage(turn, call)
  if (call?.phase.name === 'held') watchHold(turn, call)
  if (call?.phase.name === 'connecting') phoneUnsettled(turn, call, call.phase.legId)
  if (call?.phase.name === 'closing') turn.hangUp(legId, 'NORMAL_CLEARING')
  if (call?.phase.name === 'waiting' && !caller.isPlaying) turn.send({ type: 'play_music', legId })
}

/** A phone's leg that belongs to nothing we know of must not ring or hum on. */
function phoneShown(
  turn: Turn,
  nodeId: string,
  shown: LegSnapshot,
  isOld: (since: number) => boolean,
): void {
  const leg = turn.state.legs.get(shown.legId)
  if (leg === undefined || (leg.endingSince !== null && isOld(leg.endingSince))) {
    hangUpShown(turn, nodeId, shown.legId)
    return
  }
  const call = turn.state.calls.get(leg.callId)
  if (call === undefined || leg.endingSince !== null) return
  if (leg.role === 'supervisor') {
    if (shown.isAnswered && isOld(leg.since)) supervisorAnswered(turn, leg.legId)
    return
  }
  if (leg.role === 'party') {
    if (shown.isAnswered) partyShown(turn, call, shown, isOld)
    return
  }
  // Picked up while we were away.
  if (call.phase.name === 'offered' && shown.isAnswered && isOld(leg.since))
    phoneUnsettled(turn, call, leg.legId)
  else if (call.phase.name === 'connecting' && isOld(call.phase.since))
    phoneUnsettled(turn, call, leg.legId)
}

/** The switch has just shown the leg, so the command goes out although we had ended it once. */
function hangUpShown(turn: Turn, nodeId: string, legId: LegId): void {
  turn.commands.push({ type: 'hang_up', nodeId, legId, cause: 'NORMAL_CLEARING' })
}

/** Open in the records and on no switch: it ended during the outage, and nobody knows exactly when. */
function endedUnseen(turn: Turn, call: RestoredCall): void {
  const { callId, queueId, agentId, arrivedAt, holdMs } = call
  const { outbound } = call
  const ours = outbound?.isDialled === true ? 'not_reached' : 'withdrawn'
  const theirs = queueId === null ? 'failed' : 'abandoned_waiting'
  const unanswered = outbound === undefined ? theirs : ours
  turn.emit({
    type: 'call.ended',
    at: turn.at,
    callId,
    ending: call.connectedAt !== null ? 'served' : unanswered,
    queueId,
    agentId,
    hangupBy: 'unknown',
    cause: LOST,
    arrivedAt,
    waitMs: null,
    talkMs: null,
    holdMs,
    openHold: null,
  })
  if (outbound !== undefined) outboundEndedUnseen(turn, call, outbound)
  const agent = agentId === null ? undefined : turn.state.agents.get(agentId)
  if (call.connectedAt !== null && agent?.phase.name === 'ready') {
    startWrapUp(turn, agent, callId, queueId)
  }
}
