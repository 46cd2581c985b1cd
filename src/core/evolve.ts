// The only place where the state changes. `evolve` believes what it is told: a fact has happened, and
// whether it could is decided before, in the nouns' own files. Replaying the recorded facts of a run
// from its first gives the same state again.

import { isCallbackFact } from './callback-facts.ts'
import { changeAgent, setPhase } from './changes.ts'
import { QUEUE_DEFAULTS } from './config.ts'
import { count, countsOfDay, countsOfQuarter } from './counting.ts'
import { learn } from './estimates.ts'
import { evolveAgent, evolveSeat, isOfAgent } from './evolve-agents.ts'
import { evolveCallback } from './evolve-callbacks.ts'
import { evolveCall } from './evolve-calls.ts'
import { evolveFloor } from './evolve-floor.ts'
import { evolveParty } from './evolve-parties.ts'
import { evolveRecording } from './evolve-recordings.ts'
import { evolveSupervision, isSupervisionFact } from './evolve-supervision.ts'
import { evolveWaiting } from './evolve-waiting.ts'
import type { Fact } from './facts.ts'
import { isFloorFact } from './floor-facts.ts'
import { indexAgent, indexAll, indexCall } from './lanes.ts'
import { isPartyFact } from './party-facts.ts'
import { noteAnswer } from './recent-answers.ts'
import { routingRestored } from './remembered.ts'
import { noteCaller } from './repeat-callers.ts'
import { EMPTY_SEAT } from './seats.ts'
import type { Agent, State } from './state.ts'
import { isWaitingFact } from './waiting-facts.ts'

export function evolve(state: State, fact: Fact): void {
  count(state, fact)
  learn(state, fact)
  noteAnswer(state, fact)
  noteCaller(state, fact)
  apply(state, fact)
  evolveSeat(state, fact)
}

function apply(state: State, fact: Fact): void {
  if (isCallbackFact(fact)) return evolveCallback(state, fact)
  switch (fact.type) {
    case 'config.loaded':
      configLoaded(state, fact)
      return
    case 'history.restored':
      historyRestored(state, fact)
      return
    case 'routing.restored':
      routingRestored(state, fact)
      return
    case 'switch.drift_healed': {
      const node = state.nodes.get(fact.nodeId)
      if (node !== undefined) node.driftsHealed += fact.corrections
      return
    }
    case 'switch.lost':
    case 'switch.synced':
      state.nodes.set(fact.nodeId, {
        isUp: fact.type === 'switch.synced',
        driftsHealed: state.nodes.get(fact.nodeId)?.driftsHealed ?? 0,
      })
      for (const call of state.calls.values()) indexCall(state, call)
      return
    case 'leg.ended': {
      state.legs.delete(fact.legId)
      const agent = fact.agentId === null ? undefined : state.agents.get(fact.agentId)
      if (agent?.legId === fact.legId) {
        agent.legId = null
        indexAgent(state, agent)
      }
      return
    }
    case 'recording.requested':
    case 'recording.started':
    case 'recording.stopped':
    case 'recording.interrupted':
    case 'recording.paused':
    case 'recording.resumed':
    case 'recording.verified':
    case 'recording.flawed':
    case 'recording.missing':
      evolveRecording(state, fact)
      return
    case 'estimates.restored':
      return
    default:
      if (isWaitingFact(fact)) evolveWaiting(state, fact)
      else if (isPartyFact(fact)) evolveParty(state, fact)
      else if (isSupervisionFact(fact)) evolveSupervision(state, fact)
      else if (isFloorFact(fact)) evolveFloor(state, fact)
      else if (isOfAgent(fact)) evolveAgent(state, fact)
      else evolveCall(state, fact)
  }
}

type FactOf<Type extends Fact['type']> = Extract<Fact, { type: Type }>

function configLoaded(state: State, fact: FactOf<'config.loaded'>): void {
  const { config } = fact
  state.config = config
  const inUse = new Set([...state.calls.values()].map((call) => call.queueId))
  for (const queueId of state.queues.keys()) if (!inUse.has(queueId)) state.queues.delete(queueId)
  for (const queue of config.queues) state.queues.set(queue.queueId, queue)
  state.numbers.clear()
  for (const number of config.numbers) state.numbers.set(number.number, number)
  state.units.clear()
  for (const unit of config.units) state.units.set(unit.unitId, unit)
  const kept = new Set(config.agents.map((agent) => agent.agentId))
  for (const agent of state.agents.values()) {
    if (kept.has(agent.agentId)) continue
    if (agent.phase.name === 'signed_out') state.agents.delete(agent.agentId)
    // Still busy with a last call: keeps no skill, so that no other is offered.
    else agent.settings = { ...agent.settings, skills: [] }
  }
  for (const settings of config.agents) {
    const agent = state.agents.get(settings.agentId)
    if (agent !== undefined) agent.settings = settings
    else state.agents.set(settings.agentId, newAgent(settings))
  }
  indexAll(state)
}

function newAgent(settings: Agent['settings']): Agent {
  return {
    agentId: settings.agentId,
    settings,
    queueIds: [],
    phase: { name: 'signed_out' },
    isRegistered: false,
    readySince: 0,
    seat: EMPTY_SEAT,
    legId: null,
    awaitedCallId: null,
    laneIds: new Set(),
    callsTaken: 0,
    talkMs: 0,
    lastOfferedAt: 0,
    answers: [],
  }
}

function historyRestored(state: State, fact: FactOf<'history.restored'>): void {
  for (const restored of fact.agents) {
    const { agentId, since, callId, seat = EMPTY_SEAT } = restored
    changeAgent(state, agentId, (agent) => {
      agent.seat = seat
    })
    if (restored.phase === 'ready') {
      changeAgent(state, agentId, (agent) => {
        agent.readySince = since
        agent.phase = { name: 'ready', since }
      })
    } else if (restored.phase === 'wrap_up' && callId !== null) {
      const until = seat.wrapUp?.until ?? since + QUEUE_DEFAULTS.wrapUpMsMax
      setPhase(state, agentId, { name: 'wrap_up', callId, since, until })
    } else {
      setPhase(state, agentId, { name: 'not_ready', reason: restored.reason ?? 'other', since })
    }
  }
  for (const call of fact.calls) {
    state.unconfirmed.set(call.callId, call)
    if (call.agentId === null || call.connectedAt === null) continue
    changeAgent(state, call.agentId, (agent) => {
      agent.awaitedCallId = call.callId
    })
  }
  for (const recording of fact.recordings) state.recordings.set(recording.path, recording)
  for (const callback of fact.callbacks ?? []) {
    const isUnderWay = fact.calls.some(({ callId }) => callId === callback.callId)
    const callId = isUnderWay ? callback.callId : null
    state.callbacks.set(callback.callbackId, { ...callback, callId })
  }
  for (const { day, queueId, counts } of fact.counts) countsOfDay(state, day).set(queueId, counts)
  for (const { startAt, queueId, counts } of fact.quarters ?? []) {
    countsOfQuarter(state, startAt).set(queueId, counts)
  }
}
