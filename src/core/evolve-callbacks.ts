// What facts about callbacks and about calls that we make do to the state.
import type { CallbackFact, OutboundFact } from './callback-facts.ts'
import { changeCall, setCallPhase } from './changes.ts'
import { callArrived } from './evolve-calls.ts'
import { indexCall } from './lanes.ts'
import type { Callback, State } from './state.ts'

type FactOf<Type extends (CallbackFact | OutboundFact)['type']> = Extract<
  CallbackFact | OutboundFact,
  { type: Type }
>

export function evolveCallback(state: State, fact: CallbackFact | OutboundFact): void {
  switch (fact.type) {
    case 'callback.requested': {
      const { type, at, ...rest } = fact
      state.callbacksMade += 1
      state.callbacks.set(fact.callbackId, {
        ...rest,
        requestedAt: at,
        attempts: 0,
        callId: null,
      })
      return
    }
    case 'callback.assigned':
      changeCallback(state, fact.callbackId, (callback) => {
        callback.assignedTo = fact.assignedTo
      })
      return
    case 'callback.attempted':
      changeCallback(state, fact.callbackId, (callback) => {
        if (fact.nextAt !== null) callback.startAt = fact.nextAt
      })
      return
    case 'callback.closed':
      state.callbacks.delete(fact.callbackId)
      return
    case 'call.callback_taken':
      setCallPhase(state, fact.callId, {
        name: 'leaving',
        ending: 'callback_taken',
        since: fact.at,
      })
      return
    case 'call.dial_queued':
      dialQueued(state, fact)
      return
    case 'call.dialled':
      dialled(state, fact)
      return
  }
}

/** The attempt is over, whatever came of it. */
export function releaseCallback(state: State, callbackId: string): void {
  changeCallback(state, callbackId, (callback) => {
    callback.callId = null
  })
}

function changeCallback(state: State, callbackId: string, change: (one: Callback) => void): void {
  const callback = state.callbacks.get(callbackId)
  if (callback !== undefined) change(callback)
}

function dialQueued(state: State, fact: FactOf<'call.dial_queued'>): void {
  const { callId, legId, callbackId, ground, agentId, reasonBefore } = fact
  callArrived(state, { ...fact, type: 'call.arrived', arrivedAt: fact.at })
  // There is no such leg before the citizen is dialled.
  state.legs.delete(legId)
  state.legsMade += 1
  changeCall(state, callId, (call) => {
    call.queueId = fact.queueId
    call.priority = fact.priority
    call.queuedAt = fact.queuedAt
    call.outbound = { ground, callbackId, agentId, reasonBefore }
  })
  if (callbackId === null) return
  changeCallback(state, callbackId, (callback) => {
    callback.callId = callId
  })
}

function dialled(state: State, fact: FactOf<'call.dialled'>): void {
  const { callId, agentId, legId, dialledLegId, at } = fact
  const call = state.calls.get(callId)
  if (call === undefined) return
  state.legs.set(dialledLegId, {
    legId: dialledLegId,
    nodeId: call.nodeId,
    role: 'caller',
    callId,
    agentId: null,
    since: at,
    endingSince: null,
  })
  call.lastAgentId = agentId
  call.phase = { name: 'dialling', agentId, legId, since: at }
  indexCall(state, call)
  if (fact.callbackId === null) return
  changeCallback(state, fact.callbackId, (callback) => {
    callback.attempts += 1
  })
}
