// What facts about supervisors' phones do to the state.
import { changeAgent, changeCall, endLeg } from './changes.ts'
import { endStretch } from './evolve-holds.ts'
import type { Fact, SupervisionFact } from './facts.ts'
import type { Leg, State } from './state.ts'

type FactOf<Type extends SupervisionFact['type']> = Extract<SupervisionFact, { type: Type }>

const TYPES: ReadonlySet<Fact['type']> = new Set<SupervisionFact['type']>([
  'monitor.requested',
  'monitor.started',
  'monitor.moved',
  'monitor.mode_changed',
  'monitor.ended',
  'call.take_over_requested',
  'call.taken_over',
  'call.take_over_failed',
])

export function isSupervisionFact<F extends { readonly type: Fact['type'] }>(
  fact: F,
): fact is Extract<F, { readonly type: SupervisionFact['type'] }> {
  return TYPES.has(fact.type)
}

export function evolveSupervision(state: State, fact: SupervisionFact): void {
  switch (fact.type) {
    case 'monitor.requested':
      monitorRequested(state, fact)
      return
    case 'monitor.started': {
      const monitor = state.monitors.get(fact.legId)
      if (monitor === undefined) return
      monitor.isAnswered = true
      monitor.since = fact.at
      return
    }
    case 'monitor.moved':
      monitorMoved(state, fact)
      return
    case 'monitor.mode_changed': {
      const monitor = state.monitors.get(fact.legId)
      if (monitor !== undefined) monitor.mode = fact.mode
      return
    }
    case 'monitor.ended':
      state.monitors.delete(fact.legId)
      // One who took the call over keeps the phone in hand.
      if (fact.reason !== 'taken_over') endLeg(state, fact.legId, fact.at)
      return
    case 'call.take_over_requested':
      changeCall(state, fact.callId, (call) => {
        call.takeOver = { agentId: fact.agentId, legId: fact.legId, by: fact.by }
      })
      return
    case 'call.take_over_failed':
      changeCall(state, fact.callId, (call) => {
        call.takeOver = null
      })
      return
    case 'call.taken_over':
      callTakenOver(state, fact)
      return
  }
}

function monitorRequested(state: State, fact: FactOf<'monitor.requested'>): void {
  const { callId, agentId, supervisorId, legId, targetLegId, mode, at } = fact
  const nodeId = state.legs.get(targetLegId)?.nodeId ?? ''
  const role = 'supervisor'
  state.legsMade += 1
  const leg: Leg = {
    legId,
    nodeId,
    role,
    callId,
    agentId: supervisorId,
    since: at,
    endingSince: null,
  }
  state.legs.set(legId, leg)
  state.monitors.set(legId, {
    legId,
    supervisorId,
    agentId,
    targetLegId,
    callId,
    mode,
    isAnswered: false,
    since: at,
  })
  // The phone is in use: no call is offered to it meanwhile.
  changeAgent(state, supervisorId, (supervisor) => {
    supervisor.legId = legId
  })
}

function monitorMoved(state: State, fact: FactOf<'monitor.moved'>): void {
  const { callId, agentId, targetLegId, mode, legId, at } = fact
  const monitor = state.monitors.get(legId)
  const leg = state.legs.get(legId)
  if (monitor === undefined || leg === undefined) return
  Object.assign(monitor, { callId, agentId, targetLegId, mode, since: at })
  state.legs.set(legId, { ...leg, callId })
}

function callTakenOver(state: State, fact: FactOf<'call.taken_over'>): void {
  const { callId, agentId, legId, fromLegId, at } = fact
  const leg = state.legs.get(legId)
  if (leg !== undefined) leg.role = 'agent'
  endLeg(state, fromLegId, at)
  changeCall(state, callId, (call) => {
    endStretch(call, at)
    call.takeOver = null
    call.lastAgentId = agentId
    call.mutedSince = null
    call.phase = { name: 'talking', agentId, legId, since: at, holdRequestedAt: null }
  })
  changeAgent(state, agentId, (supervisor) => {
    supervisor.phase = { name: 'on_call', callId, legId, since: at }
  })
}
