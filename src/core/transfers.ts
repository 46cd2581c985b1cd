// How a caller gets from one agent to somebody else. Nobody who is on the line is ever lost by it: where
// the other side does not take the call, it rings at the agent who let go of it, and else it goes to the
// head of its queue. At any moment at most one agent is responsible, and every change of that is a fact.
import { parkAgent, startWrapUp } from './agents.ts'
import { endIfOver } from './conference.ts'
import { endHold } from './hold.ts'
import { dial, endParty, isPutDown, JOIN_MS_MAX, openParty, resolveTarget } from './parties.ts'
import type { PartyOutcome, PartyTarget, TransferMode, TransferTarget } from './party-facts.ts'
import type { PartyRequest } from './party-inputs.ts'
import { stamp } from './stamps.ts'
import type { Agent, Call, Party } from './state.ts'
import type { Turn } from './turn.ts'

/** Added to the queue's own priority for a caller who must not wait behind others again. */
const HEAD_PRIORITY = 100
const URGENT_PRIORITY = 200

type Request<Type extends PartyRequest['type']> = Extract<PartyRequest, { type: Type }>

/** Whether the call may be handed on now; refuses it otherwise. */
function mayHandOn(turn: Turn, call: Call): boolean {
  const { phase } = call
  if (phase.name !== 'talking' && phase.name !== 'held') turn.refuse('not_connected')
  else if (openParty(call) !== null) turn.refuse('consult_active')
  else if (call.parties.length > 0) turn.refuse('in_conference')
  return turn.rejection === null
}

/** The agent lets go of the caller at once (blind). */
export function requestTransfer(
  turn: Turn,
  agent: Agent,
  call: Call,
  input: Request<'agent.transfer_requested'>,
): void {
  if (!mayHandOn(turn, call)) return
  const target = resolveTarget(turn, agent, input.target)
  if (typeof target === 'string') return turn.refuse(target)
  letGo(turn, agent, call, { mode: 'blind', target })
  dial(turn, call, { target, purpose: 'transfer', agentId: agent.agentId })
}

/** Back to a queue, ahead of those who wait there with its own priority. */
export function requestReturn(
  turn: Turn,
  agent: Agent,
  call: Call,
  input: Request<'agent.return_requested'>,
): void {
  if (!mayHandOn(turn, call)) return
  const queueId = input.queueId ?? call.queueId
  const queue = queueId === null ? undefined : turn.state.queues.get(queueId)
  if (queue === undefined) return turn.refuse('unknown_target')
  letGo(turn, agent, call, { mode: 'blind', target: { kind: 'queue', queueId: queue.queueId } })
  const priority = input.priority ?? headPriority(turn, call, queue.queueId)
  const { callId } = call
  turn.emit({
    type: 'call.requeued',
    at: turn.at,
    callId,
    queueId: queue.queueId,
    reason: 'returned',
    priority,
  })
  stamp(turn, call)
}

/** One click in an emergency: the service rings while caller and agent talk on. */
export function requestEmergency(
  turn: Turn,
  agent: Agent,
  call: Call,
  input: Request<'agent.emergency_requested'>,
): void {
  const { phase, callId } = call
  const { agentId } = agent
  if (phase.name !== 'talking' && phase.name !== 'held') return turn.refuse('not_connected')
  if (openParty(call) !== null) return turn.refuse('consult_active')
  if (input.isBlind && call.parties.length > 0) return turn.refuse('in_conference')
  const unit = turn.state.units.get(input.unitId)
  if (unit === undefined) return turn.refuse('unknown_target')
  if (!unit.isEmergency) return turn.refuse('not_an_emergency_unit')
  const target = resolveTarget(turn, agent, { kind: 'unit', unitId: input.unitId })
  if (typeof target === 'string') return turn.refuse(target)
  if (call.urgentSince === null)
    turn.emit({ type: 'call.urgency_flagged', at: turn.at, callId, agentId })
  if (input.isBlind) letGo(turn, agent, call, { mode: 'emergency', target })
  dial(turn, call, { target, purpose: 'emergency', agentId })
}

/** The caller hears music and why; the agent is through with the call. */
function letGo(
  turn: Turn,
  agent: Agent,
  call: Call,
  { mode, target }: { readonly mode: TransferMode; readonly target: TransferTarget },
): void {
  const { phase, callId, queueId } = call
  if (phase.name !== 'talking' && phase.name !== 'held') return
  const { agentId } = agent
  if (phase.name === 'held') endHold(turn, call, null)
  turn.hangUp(phase.legId, 'NORMAL_CLEARING')
  turn.emit({ type: 'call.transfer_started', at: turn.at, callId, agentId, mode, target })
  explain(turn, call)
  startWrapUp(turn, agent, callId, queueId)
  stamp(turn, call)
}

/** Music and the word that somebody else is being called. */
export function explain(turn: Turn, call: Call): void {
  turn.send({ type: 'play_music', legId: call.legId })
  turn.send({ type: 'play_prompt', legId: call.legId, prompt: 'transferring' })
}

/** The agent asks to be out while others stay. */
export function requestLeave(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'talking' && phase.name !== 'held') return turn.refuse('not_connected')
  if (call.parties.length === 0) return turn.refuse('no_conference')
  turn.hangUp(phase.legId, 'NORMAL_CLEARING')
  keepCaller(turn, call, 'NORMAL_CLEARING')
}

/**
 * The agent's leg is gone, or going, while a third party is there or being rung: the caller is theirs
 * from now on. False where there is nobody.
 */
export function keepCaller(turn: Turn, call: Call, cause: string): boolean {
  const { phase } = call
  if ((phase.name !== 'talking' && phase.name !== 'held') || call.parties.length === 0) return false
  const { agentId, legId } = phase
  const hearsMusic = phase.name === 'held' && phase.by === 'console'
  if (phase.name === 'held') endHold(turn, call, null)
  const open = openParty(call)
  const members = call.parties.filter(({ state }) => state === 'conference')
  if (members.length > 0) {
    if (open !== null) {
      endParty(turn, call, open, { outcome: 'cancelled', cause: 'NORMAL_CLEARING' })
    }
    leaveTo(turn, call, members, { agentId, legId, hearsMusic })
  } else if (open !== null) handOn(turn, call, open, { agentId, hearsMusic })
  const agent = turn.state.agents.get(agentId)
  if (agent === undefined) return true
  if (isPutDown(cause)) startWrapUp(turn, agent, call.callId, call.queueId)
  else parkAgent(turn, agent, 'unreachable')
  return true
}

/** Whoever is rung or consulted gets the caller as soon as that can be. */
function handOn(
  turn: Turn,
  call: Call,
  party: Party,
  { agentId, hearsMusic }: { readonly agentId: string; readonly hearsMusic: boolean },
): void {
  const { callId } = call
  const { target, legId, state } = party
  const mode = party.purpose === 'emergency' ? 'emergency' : 'consult'
  turn.clearTimer(`complete:${callId}`)
  turn.clearTimer(`conference:${callId}`)
  turn.emit({ type: 'call.transfer_started', at: turn.at, callId, agentId, mode, target })
  stamp(turn, call)
  if (state === 'dialling') {
    if (hearsMusic) turn.send({ type: 'play_prompt', legId: call.legId, prompt: 'transferring' })
    return
  }
  turn.setTimer(`join:${legId}`, turn.at + JOIN_MS_MAX)
  // Otherwise one of the two is about to be parked by the end of its bridge, and joined then.
  if (hearsMusic && state === 'aside') joinParty(turn, call, party)
}

/** The caller's leg has come to rest while it is on the way to somebody. */
export function callerParkedInTransfer(turn: Turn, call: Call): void {
  if (call.phase.name !== 'transferring') return
  const party = openParty(call)
  if (party === null || party.state === 'dialling' || party.state === 'answered')
    explain(turn, call)
  else joinParty(turn, call, party)
}

export function joinParty(turn: Turn, call: Call, party: Party): void {
  const { legId, target } = party
  const { callId } = call
  if (party.wish !== 'caller') {
    turn.emit({ type: 'party.wanted', at: turn.at, callId, legId, target, wish: 'caller' })
  }
  turn.send({ type: 'bridge', legId: call.legId, otherLegId: legId })
  turn.setTimer(`join:${legId}`, turn.at + JOIN_MS_MAX)
}

/** The agent leaves a conference: to a colleague who is in it, or else to the outside. */
function leaveTo(
  turn: Turn,
  call: Call,
  members: readonly Party[],
  from: { readonly agentId: string; readonly legId: string; readonly hearsMusic: boolean },
): void {
  const heir = members.find(({ target }) => target.kind === 'agent') ?? members[0]
  if (heir === undefined) return
  const { callId } = call
  if (members.length === 1) turn.emit({ type: 'call.conference_ended', at: turn.at, callId })
  else if (call.conference?.legIds.includes(from.legId) === true) {
    turn.emit({ type: 'call.conference_left', at: turn.at, callId, legId: from.legId })
  }
  handedOver(turn, call, heir, { mode: 'conference', agentId: from.agentId })
  if (members.length === 1) {
    turn.send({ type: 'bridge', legId: call.legId, otherLegId: heir.legId })
  } else if (from.hearsMusic) {
    turn.send({ type: 'join_conference', legId: call.legId, callId, prompt: null })
  }
}

/** Caller and party hear each other. */
export function callerJoined(turn: Turn, call: Call, party: Party): void {
  const { phase, transfer } = call
  const agentId = 'agentId' in phase ? phase.agentId : (transfer?.agentId ?? null)
  const agent = 'agentId' in phase ? turn.state.agents.get(phase.agentId) : undefined
  const mode =
    party.purpose === 'recall' ? 'recall' : phase.name === 'transferring' ? transfer?.mode : null
  if (phase.name === 'held') endHold(turn, call, 'system')
  if ('legId' in phase) turn.hangUp(phase.legId, 'NORMAL_CLEARING')
  handedOver(turn, call, party, { mode: mode ?? 'consult', agentId })
  if (agent !== undefined) startWrapUp(turn, agent, call.callId, call.queueId)
}

function handedOver(
  turn: Turn,
  call: Call,
  party: Party,
  { mode, agentId }: { readonly mode: TransferMode; readonly agentId: string | null },
): void {
  const { at } = turn
  const { callId, queueId, urgentSince } = call
  const { legId, target, purpose } = party
  const sinceFlaggedMs = urgentSince === null ? null : Math.max(0, at - urgentSince)
  const toAgentId = target.kind === 'agent' ? target.agentId : null
  turn.clearTimer(`join:${legId}`)
  turn.clearTimer(`complete:${callId}`)
  turn.emit({
    type: 'call.transferred',
    at,
    callId,
    legId,
    target,
    mode,
    agentId,
    toAgentId,
    queueId,
    sinceFlaggedMs,
  })
  if (purpose === 'emergency' && mode !== 'conference') {
    const isWarm = false
    const about = { at, callId, legId, target, agentId, isWarm, sinceFlaggedMs }
    turn.emit({ type: 'call.emergency_connected', ...about })
  }
  turn.send({ type: 'keep_after_bridge', legId })
  if (toAgentId !== null) turn.send({ type: 'stamp_agent', legId, callId, agentId: toAgentId })
  stamp(turn, call)
}

/** Nobody took the caller over. */
export function transferFailed(turn: Turn, call: Call, party: Party, outcome: PartyOutcome): void {
  const { transfer, callId } = call
  if (call.phase.name !== 'transferring' || transfer === null) return
  const { agentId, mode, hasFailed } = transfer
  const { target } = party
  turn.emit({ type: 'call.transfer_failed', at: turn.at, callId, mode, agentId, target, outcome })
  const agent = turn.state.agents.get(agentId)
  if (!hasFailed && agent !== undefined && isStillThere(agent, call)) {
    const again: PartyTarget = { kind: 'agent', agentId }
    // The attempt to join the two may have stopped the music.
    if (party.wish === 'caller') explain(turn, call)
    dial(turn, call, { target: again, purpose: 'recall', agentId: null })
  } else requeueAtHead(turn, call, 'transfer_failed')
}

/** The agent who let go is free, or still writes this very call up, and the phone can be rung. */
function isStillThere({ phase, isRegistered, legId }: Agent, { callId }: Call): boolean {
  if (!isRegistered) return false
  // A refusal may be back before the leg that was let go has ended; its phone is told to hang up first.
  if (phase.name === 'wrap_up') return phase.callId === callId
  return phase.name === 'ready' && legId === null
}

function headPriority(turn: Turn, call: Call, queueId: string): number {
  const own = turn.state.queues.get(queueId)?.priority ?? 0
  const more = call.urgentSince === null ? HEAD_PRIORITY : URGENT_PRIORITY
  return Math.max(call.priority, own + more)
}

export function requeueAtHead(
  turn: Turn,
  call: Call,
  reason: 'transfer_failed' | 'phone_vanished',
): void {
  const { callId, queueId } = call
  // A call of no queue has nowhere to wait.
  if (queueId === null) return turn.hangUp(call.legId, 'NORMAL_CLEARING')
  const priority = headPriority(turn, call, queueId)
  turn.emit({ type: 'call.requeued', at: turn.at, callId, queueId, reason, priority })
  turn.send({ type: 'play_music', legId: call.legId })
  turn.send({ type: 'play_prompt', legId: call.legId, prompt: 'reconnecting' })
  stamp(turn, call)
}

/** Of a conference without an agent, or of what is left of one. */
export function shrinkConference(turn: Turn, call: Call): void {
  if (call.phase.name === 'talking' || call.phase.name === 'held') {
    endIfOver(turn, call)
    return
  }
  const [last, ...more] = call.parties
  if (call.phase.name !== 'transferred' || last === undefined || more.length > 0) return
  if (call.conference === null) return
  turn.emit({ type: 'call.conference_ended', at: turn.at, callId: call.callId })
  turn.send({ type: 'bridge', legId: call.legId, otherLegId: last.legId })
}
