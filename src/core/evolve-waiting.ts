// What facts about waiting callers do to the state.
import { changeCall } from './changes.ts'
import type { State } from './state.ts'
import type { WaitingFact } from './waiting-facts.ts'

export function evolveWaiting(state: State, fact: WaitingFact): void {
  switch (fact.type) {
    case 'call.prompted':
      changeCall(state, fact.callId, (call) => {
        const { told } = call
        call.told = {
          promptedAt: fact.at,
          newsAt: fact.kind === 'news' ? fact.at : told.newsAt,
          speakingSince: fact.at,
          comforts: told.comforts + (fact.kind === 'comfort' ? 1 : 0),
          ahead: fact.ahead ?? told.ahead,
        }
      })
      return
    case 'call.prompt_ended':
      changeCall(state, fact.callId, (call) => {
        call.told = { ...call.told, speakingSince: null }
      })
      return
    // What it teaches is taken in by `learn`.
    case 'call.estimated':
      return
  }
}
