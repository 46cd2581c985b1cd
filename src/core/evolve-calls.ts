// What facts about calls do to the state: the half of `evolve` that calls, legs and offers fill.
import { changeAgent, changeCall, endLeg } from './changes.ts'
import { enteredQueueOf } from './counting.ts'
import { releaseCallback } from './evolve-callbacks.ts'
import { endStretch, evolveHold, talking } from './evolve-holds.ts'
import { evolveOffer } from './evolve-offers.ts'
import type { CallFact } from './facts.ts'
import type { LegId } from './inputs.ts'
import { indexCall } from './lanes.ts'
import { isMessagePath } from './messages.ts'
import { agentLegsOf } from './rings.ts'
import type { Call, CallPhase, State } from './state.ts'
import { NOTHING_TOLD } from './told.ts'

type FactOf<Type extends CallFact['type']> = Extract<CallFact, { type: Type }>

export function evolveCall(state: State, fact: CallFact): void {
  switch (fact.type) {
    case 'call.arrived':
      callArrived(state, fact)
      return
    case 'call.adopted':
      callAdopted(state, fact)
      return
    case 'call.queued':
    case 'call.refused':
      callEntered(state, fact)
      return
    case 'call.offered':
    case 'call.answered':
    case 'offer.ended':
    case 'call.widened':
    case 'call.hurried':
    case 'call.diverted':
    case 'call.language_asked':
    case 'call.language_chosen':
      evolveOffer(state, fact)
      return
    case 'call.requeued':
      callRequeued(state, fact)
      return
    case 'call.connected':
      callConnected(state, fact)
      return
    case 'call.hold_requested':
    case 'call.held':
    case 'call.hold_warned':
    case 'call.hold_limit_reached':
    case 'call.hold_prolonged':
    case 'call.retrieve_requested':
    case 'call.retrieved':
    case 'call.phrase_confirmed':
      evolveHold(state, fact)
      return
    case 'call.hang_up_requested':
      changeCall(state, fact.callId, (call) => {
        call.hangUpRequestedBy = fact.agentId
        endLeg(state, call.legId, fact.at)
      })
      return
    case 'call.ended':
      callEnded(state, fact)
      return
    case 'call.whispered':
      changeCall(state, fact.callId, (call) => {
        if (call.phase.name === 'connecting') call.phase = { ...call.phase, whisperedAt: fact.at }
      })
      return
    case 'call.ringing':
    case 'call.written_up':
    case 'call.left_unrecorded':
      return
  }
}

export function callArrived(state: State, fact: FactOf<'call.arrived'>): void {
  const { callId, legId, nodeId, at } = fact
  state.legs.set(legId, {
    legId,
    nodeId,
    role: 'caller',
    callId,
    agentId: null,
    since: at,
    endingSince: null,
  })
  state.calls.set(callId, {
    callId,
    legId,
    nodeId,
    from: fact.from,
    to: fact.to,
    arrivedAt: fact.arrivedAt,
    outbound: null,
    phase: { name: 'waiting', since: at },
    queueId: null,
    enteredQueueId: null,
    priority: 0,
    queuedAt: null,
    offeredAt: null,
    answeredAt: null,
    connectedAt: null,
    talkMs: 0,
    holdMs: 0,
    holdSegments: 0,
    phrases: null,
    lastAgentId: null,
    hangUpRequestedBy: null,
    recordingPath: null,
    parties: [],
    transfer: null,
    conference: null,
    mutedSince: null,
    urgentSince: null,
    isNuisance: false,
    helpRequestedAt: null,
    takeOver: null,
    language: null,
    step: 0,
    isAskedLanguage: false,
    placeAt: null,
    laneId: null,
    releasedBy: null,
    told: NOTHING_TOLD,
    estimates: [],
  })
}

function callEntered(state: State, fact: FactOf<'call.queued' | 'call.refused'>): void {
  const { callId, queueId, at } = fact
  changeCall(state, callId, (call) => {
    call.enteredQueueId = enteredQueueOf(state, callId) ?? queueId
    call.queueId = queueId
    if (fact.type === 'call.refused') {
      call.phase = { name: 'refused', reason: fact.reason, since: at }
      return
    }
    call.priority = fact.priority
    call.queuedAt = fact.queuedAt
    call.placeAt = fact.placeAt ?? null
    call.phase = { name: 'waiting', since: at }
  })
}

/** The switch has said what became of a call of the run before. */
function confirm(state: State, callId: string): void {
  const agentId = state.unconfirmed.get(callId)?.agentId ?? null
  state.unconfirmed.delete(callId)
  if (agentId === null || state.agents.get(agentId)?.awaitedCallId !== callId) return
  changeAgent(state, agentId, (agent) => {
    agent.awaitedCallId = null
  })
}

function openRecordingOf({ recordings }: State, callId: string): string | null {
  return [...recordings.values()].findLast((one) => one.callId === callId)?.path ?? null
}

function callAdopted(state: State, fact: FactOf<'call.adopted'>): void {
  const { callId, caller, agent, nodeId, at } = fact
  const known = state.unconfirmed.get(callId)
  const entered = enteredQueueOf(state, callId) ?? fact.queueId
  confirm(state, callId)
  callArrived(state, {
    ...fact,
    type: 'call.arrived',
    legId: caller.legId,
    from: caller.from,
    to: caller.to,
  })
  const call = state.calls.get(callId) as Call
  call.queueId = fact.queueId
  call.enteredQueueId = entered
  call.offeredAt = known?.offeredAt ?? null
  call.priority = fact.priority
  call.queuedAt = fact.queuedAt
  call.placeAt = caller.placeAt ?? null
  call.language = caller.language ?? null
  call.answeredAt = caller.answeredAt ?? known?.answeredAt ?? null
  call.connectedAt = caller.connectedAt ?? known?.connectedAt ?? null
  call.holdMs = known?.holdMs ?? 0
  call.holdSegments = known?.holdSegments ?? 0
  if (caller.heldAt !== null) call.phrases = { segment: call.holdSegments, begin: null, end: null }
  // Asked for, and the service died before it was written on the leg: the records know of it.
  const recordingPath = caller.recordingPath ?? openRecordingOf(state, callId)
  call.recordingPath = recordingPath
  call.told = { ...NOTHING_TOLD, promptedAt: caller.promptedAt ?? null }
  const mark = caller.outbound ?? known?.outbound
  if (mark !== undefined) {
    const { ground, callbackId } = mark
    call.outbound = { ground, callbackId, agentId: null, reasonBefore: null }
  }
  if (recordingPath !== null && !state.recordings.has(recordingPath)) {
    state.recordings.set(recordingPath, { callId, path: recordingPath, startedAt: at })
  }
  // The conversation was over; nobody of ours is to be rung for it again.
  if (caller.stage === 'surveying' || caller.stage === 'closing') {
    call.phase = { name: 'closing', since: at }
  }
  const agentId = agent?.agentId ?? null
  if (agent !== null && agentId !== null) {
    const { legId } = agent
    state.legs.set(legId, {
      legId,
      nodeId,
      role: 'agent',
      callId,
      agentId,
      since: at,
      endingSince: null,
    })
    call.lastAgentId = agentId
    call.phase = adoptedPhase(fact, agentId, legId)
    changeAgent(state, agentId, (owner) => {
      owner.legId = legId
      owner.phase = { name: 'on_call', callId, legId, since: caller.connectedAt ?? at }
    })
  }
  if (agent === null && recordingPath !== null && isMessagePath(recordingPath)) {
    call.phase = { name: 'leaving_message', since: at, recordingSince: at, isFinished: false }
  }
  indexCall(state, call)
}

function adoptedPhase(fact: FactOf<'call.adopted'>, agentId: string, legId: LegId): CallPhase {
  const { caller, at } = fact
  if (caller.bridgedTo === legId || caller.isInConference === true) {
    return {
      name: 'talking',
      agentId,
      legId,
      since: caller.connectedAt ?? at,
      holdRequestedAt: null,
    }
  }
  if (caller.heldAt === null) return { name: 'connecting', agentId, legId, since: at }
  return {
    name: 'held',
    agentId,
    legId,
    since: caller.heldAt,
    by: 'console',
    isWarned: false,
    limitCount: 0,
    prolongedCount: 0,
    retrieveRequestedAt: null,
  }
}

function callEnded(state: State, fact: FactOf<'call.ended'>): void {
  const call = state.calls.get(fact.callId)
  const known = call ?? state.unconfirmed.get(fact.callId)
  confirm(state, fact.callId)
  if (known?.outbound?.callbackId != null) releaseCallback(state, known.outbound.callbackId)
  for (const pending of state.recordings.values()) {
    if (pending.callId !== fact.callId || fact.talkMs === null) continue
    state.recordings.set(pending.path, { ...pending, talkMs: fact.talkMs })
  }
  if (call === undefined) return
  endLeg(state, call.legId, fact.at)
  for (const legId of agentLegsOf(call)) endLeg(state, legId, fact.at)
  state.calls.delete(fact.callId)
  indexCall(state, call)
}

function callRequeued(state: State, fact: FactOf<'call.requeued'>): void {
  changeCall(state, fact.callId, (call) => {
    endStretch(call, fact.at)
    for (const legId of agentLegsOf(call)) endLeg(state, legId, fact.at)
    call.queueId = fact.queueId
    call.priority = fact.priority ?? call.priority
    call.conference = null
    call.mutedSince = null
    call.phase = { name: 'waiting', since: fact.at }
  })
}

function callConnected(state: State, fact: FactOf<'call.connected'>): void {
  changeCall(state, fact.callId, (call) => {
    call.answeredAt ??= fact.answeredAt
    call.connectedAt ??= fact.at
    call.lastAgentId = fact.agentId
    call.transfer = null
    call.phase = talking(fact)
  })
}
