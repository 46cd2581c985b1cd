// What shift leaders' verbs do to the state. Most only say who did what; the facts that follow change it.
import { changeCall, endLeg } from './changes.ts'
import type { FloorFact } from './floor-facts.ts'
import type { State } from './state.ts'

export function evolveFloor(state: State, fact: FloorFact): void {
  switch (fact.type) {
    case 'call.reassigned':
      changeCall(state, fact.callId, (call) => {
        if (fact.queueId !== fact.fromQueueId) call.step = 0
        call.queueId = fact.queueId
        call.priority = fact.priority
        call.placeAt = fact.placeAt
      })
      return
    case 'call.moved':
      changeCall(state, fact.callId, (call) => {
        call.phase = { name: 'waiting', since: fact.at }
      })
      return
    case 'call.release_requested':
      changeCall(state, fact.callId, (call) => {
        call.releasedBy = fact.by
        endLeg(state, call.legId, fact.at)
      })
      return
    case 'agent.state_forced':
    case 'agent.reskilled':
      return
  }
}
