// How many calls each queue has answered in time lately: a moving average, for rules that must see at
// once that a queue falls behind. The figures of reports are metrics.ts.
import type { QueueId } from './config.ts'
import type { Fact } from './facts.ts'
import type { State } from './state.ts'

/** What the last call weighs: about the last forty count. */
const NEWEST_SHARE = 0.05

/**
 * Who was answered in time, and who gave up when it was too late already. Before the fact changes the
 * state: the call is still there.
 */
export function noteAnswer(state: State, fact: Fact): void {
  const isAnswer = fact.type === 'call.connected' && fact.isFirst
  const isLost = fact.type === 'call.ended' && fact.ending.startsWith('abandoned')
  if (!isAnswer && !isLost) return
  const { queueId, waitMs } = fact
  if (queueId === null) return
  foldAnswer(state, { queueId, waitMs, isTimely: isAnswer ? fact.isTimely : null })
}

export interface QueueAnswer {
  readonly queueId: QueueId
  readonly waitMs: number | null
  /** Null: given up. Within the time that an answer may take, that says nothing of the queue. */
  readonly isTimely: boolean | null
}

/** One more call of the queue. */
export function foldAnswer(state: State, { queueId, waitMs, isTimely }: QueueAnswer): void {
  const answerMsMax = state.queues.get(queueId)?.answerMsMax ?? 0
  if (isTimely === null && (waitMs ?? 0) <= answerMsMax) return
  const newest = isTimely === true ? 1 : 0
  const known = state.answeredShares.get(queueId) ?? newest
  state.answeredShares.set(queueId, known + NEWEST_SHARE * (newest - known))
}
