// What the records hold when the service dies at some moment: the new one is told this and asks the switches
// for the rest. test/store proves that the database gives the same.
import type { Input, RestoredAgent, RestoredCall } from '../../src/core/inputs.ts'
import type { Agent, Call, State } from '../../src/core/state.ts'

export function historyOf(state: State, at: number): Input {
  return {
    type: 'history.restored',
    at,
    agents: [...state.agents.values()].flatMap(restoredAgent),
    calls: [...state.unconfirmed.values(), ...[...state.calls.values()].map(restoredCall)],
    recordings: [...state.recordings.values()],
    counts: [],
    callbacks: [...state.callbacks.values()],
  }

  function restoredCall({ outbound, ...call }: Call): RestoredCall {
    const { ground, callbackId } = outbound ?? {}
    return {
      ...call,
      agentId: call.lastAgentId,
      ...(ground !== undefined &&
        callbackId !== undefined && {
          outbound: { ground, callbackId, isDialled: state.legs.has(call.legId) },
        }),
    }
  }
}

function restoredAgent({ agentId, phase, readySince, seat }: Agent): RestoredAgent[] {
  if (phase.name === 'signed_out') return []
  const nothing = { agentId, reason: null, callId: null, seat }
  if (phase.name === 'not_ready') {
    return [{ ...nothing, phase: 'not_ready', reason: phase.reason, since: phase.since }]
  }
  if (phase.name === 'wrap_up') {
    return [{ ...nothing, phase: 'wrap_up', since: phase.since, callId: phase.callId }]
  }
  return [{ ...nothing, phase: 'ready', since: readySince }]
}
