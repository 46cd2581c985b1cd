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
          ...told,
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
    case 'call.key_pressed':
      changeCall(state, fact.callId, (call) => {
        call.told = { ...call.told, wish: fact.digit }
      })
      return
    case 'call.changed_queue':
      changeCall(state, fact.callId, (call) => {
        call.queueId = fact.queueId
        call.priority = fact.priority
        call.step = 0
        call.told = { ...call.told, wish: null, ahead: null, newsAt: null }
        call.estimates = []
      })
      return
    case 'call.message_started':
    case 'call.message_recorded':
    case 'call.message_finished':
      messageWentOn(state, fact)
      return
    // What it teaches is taken in by `learn`.
    case 'call.estimated':
      return
  }
}

type MessageFact = Extract<WaitingFact, { type: `call.message_${string}` }>

function messageWentOn(state: State, fact: MessageFact): void {
  changeCall(state, fact.callId, (call) => {
    const { phase } = call
    if (fact.type === 'call.message_started') {
      const since = fact.at
      call.phase = { name: 'leaving_message', since, recordingSince: null, isFinished: false }
      return
    }
    if (phase.name !== 'leaving_message') return
    if (fact.type === 'call.message_recorded') call.phase = { ...phase, recordingSince: fact.at }
    else call.phase = { ...phase, isFinished: true }
  })
}
