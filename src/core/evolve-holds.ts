// What facts about holds do to a call: its phase, the sums of talk and hold, and who spoke the phrases.
import { changeCall } from './changes.ts'
import type { CallFact } from './facts.ts'
import type { LegId } from './inputs.ts'
import type { Call, CallPhase, State } from './state.ts'

type FactOf<Type extends CallFact['type']> = Extract<CallFact, { type: Type }>
type HoldFact = FactOf<
  | 'call.hold_requested'
  | 'call.held'
  | 'call.hold_warned'
  | 'call.hold_limit_reached'
  | 'call.hold_prolonged'
  | 'call.retrieve_requested'
  | 'call.retrieved'
  | 'call.phrase_confirmed'
>

export function evolveHold(state: State, fact: HoldFact): void {
  switch (fact.type) {
    case 'call.hold_requested':
      changeCall(state, fact.callId, (call) => {
        call.phrases = { segment: call.holdSegments + 1, begin: fact.beginPrompt, end: null }
        if (call.phase.name === 'talking') call.phase = { ...call.phase, holdRequestedAt: fact.at }
      })
      return
    case 'call.held':
      callHeld(state, fact)
      return
    case 'call.hold_warned':
    case 'call.hold_limit_reached':
    case 'call.hold_prolonged':
    case 'call.retrieve_requested':
      holdWentOn(state, fact)
      return
    case 'call.retrieved':
      changeCall(state, fact.callId, (call) => {
        endStretch(call, fact.at)
        const begin = call.phrases?.begin ?? null
        call.phrases = { segment: fact.segment, begin, end: fact.endPrompt }
        call.phase = talking(fact)
      })
      return
    case 'call.phrase_confirmed':
      changeCall(state, fact.callId, (call) => {
        if (call.phrases === null) return
        call.phrases = { ...call.phrases, [fact.phrase]: 'agent' }
      })
      return
  }
}

function callHeld(state: State, fact: FactOf<'call.held'>): void {
  changeCall(state, fact.callId, (call) => {
    endStretch(call, fact.at)
    call.holdSegments = fact.segment
    call.phrases = { segment: fact.segment, begin: fact.beginPrompt, end: null }
    call.phase = {
      name: 'held',
      agentId: fact.agentId,
      legId: fact.legId,
      since: fact.at,
      by: fact.by,
      isWarned: false,
      limitCount: 0,
      prolongedCount: 0,
      retrieveRequestedAt: null,
    }
  })
}

function holdWentOn(
  state: State,
  fact: FactOf<
    | 'call.hold_warned'
    | 'call.hold_limit_reached'
    | 'call.hold_prolonged'
    | 'call.retrieve_requested'
  >,
): void {
  changeCall(state, fact.callId, (call) => {
    const { phase } = call
    if (phase.name !== 'held') return
    if (fact.type === 'call.hold_warned') call.phase = { ...phase, isWarned: true }
    else if (fact.type === 'call.hold_limit_reached')
      call.phase = { ...phase, limitCount: fact.count }
    else if (fact.type === 'call.hold_prolonged')
      call.phase = { ...phase, prolongedCount: fact.count }
    else call.phase = { ...phase, retrieveRequestedAt: fact.at }
  })
}

export function talking(fact: { agentId: string; legId: LegId; at: number }): CallPhase {
  return {
    name: 'talking',
    agentId: fact.agentId,
    legId: fact.legId,
    since: fact.at,
    holdRequestedAt: null,
  }
}

/** Adds the stretch of talk or hold that ends at `at` to the call's sums. */
export function endStretch(call: Call, at: number): void {
  if (call.phase.name === 'talking') call.talkMs += Math.max(0, at - call.phase.since)
  else if (call.phase.name === 'held') call.holdMs += Math.max(0, at - call.phase.since)
}
