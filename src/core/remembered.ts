// What routing has learned and a restart would forget: how agents answer and how much they have done since
// they signed in, who called lately, and which queues fall behind. Folded from the records at a start, by
// the rules that the facts are folded by.
import { ANSWERS_KEPT, type AnswerTime } from './answering.ts'
import { changeAgent } from './changes.ts'
import type { AgentId } from './config.ts'
import { foldAnswer, type QueueAnswer } from './recent-answers.ts'
import { type KnownCaller, rememberCaller } from './repeat-callers.ts'
import type { State } from './state.ts'

export interface RememberedAgent {
  readonly agentId: AgentId
  /** Since signing in. */
  readonly callsTaken: number
  readonly talkMs: number
  /** The newest last; at most `ANSWERS_KEPT` count. `ringMs` null: not reached at all. */
  readonly rings: readonly { readonly ringMs: number | null; readonly isAnswered: boolean }[]
  readonly lastOfferedAt: number
}

export interface Remembered {
  readonly agents: readonly RememberedAgent[]
  /** The one who called last comes last. */
  readonly callers: readonly (KnownCaller & { readonly from: string })[]
  /** First answers and callers given up, the newest last. */
  readonly answers: readonly QueueAnswer[]
}

export type RememberedFact = { readonly at: number; readonly type: 'routing.restored' } & Remembered

/** Before the switches are asked: an agent who is found on a call is counted again by that. */
export function routingRestored(state: State, fact: RememberedFact): void {
  for (const { agentId, callsTaken, talkMs, rings, lastOfferedAt } of fact.agents) {
    changeAgent(state, agentId, (agent) => {
      agent.callsTaken = callsTaken
      agent.talkMs = talkMs
      agent.lastOfferedAt = lastOfferedAt
      agent.answers = rings.slice(-ANSWERS_KEPT).map(answerTimeOf)
    })
  }
  for (const { from, ...caller } of fact.callers) rememberCaller(state, from, caller)
  for (const answer of fact.answers) foldAnswer(state, answer)
}

function answerTimeOf(ring: RememberedAgent['rings'][number]): AnswerTime {
  return { ringMs: ring.ringMs ?? Number.POSITIVE_INFINITY, isAnswered: ring.isAnswered }
}
