// The 15 seconds as a deadline: where the agent who is next will probably not pick up in time,
// another is asked who will; and near the deadline a second phone rings beside the first. Who answers
// when is measured for each agent (answering.ts).
import { answerShare, answerShareAfter } from './answering.ts'
import type { Lane } from './lanes.ts'
import { ringsOf } from './rings.ts'
import type { Agent, Call, State } from './state.ts'
import type { Turn } from './turn.ts'

/** A second phone needs at least this to be heard and picked up. */
const ANSWER_MS_MIN = 6_000
const LOOK_MS = 1_000
/** Below this chance the first phone is not waited for alone. */
const ALONE_SHARE_MIN = 0.6

/**
 * The agent whom the lane's order asks first, unless they will probably not answer in time: then who
 * most probably will. Past the deadline the order stands as it is.
 */
export function mostLikely(state: State, lane: Lane, call: Call, at: number): Agent | undefined {
  const first = lane.idle.first()
  const restMs = restOf(state, call, at)
  if (first === undefined || restMs <= 0) return first
  if (answerShare(first.answers, restMs) >= lane.routing.deadline.answerShareMin) return first
  let best = first
  let share = -1
  for (const agent of lane.idle.items()) {
    const its = answerShare(agent.answers, restMs)
    if (its > share || (its === share && lane.idle.isBefore(agent, best))) {
      best = agent
      share = its
    }
  }
  return best
}

/** Sets the clock for the second phone, once the first rings. */
export function watchDeadline(turn: Turn, call: Call, agent: Agent): void {
  const deadline = turn.state.queues.get(call.queueId ?? '')?.routing.deadline
  if (deadline?.isOn !== true || !deadline.isSecondPhoneOn || ringsOf(call).length !== 1) return
  const restMs = restOf(turn.state, call, turn.at)
  if (restMs <= 0) return
  let aloneMs = 0
  while (aloneMs + LOOK_MS < restMs - ANSWER_MS_MIN) {
    const nextMs = aloneMs + LOOK_MS
    if (answerShareAfter(agent.answers, nextMs, restMs - nextMs) < ALONE_SHARE_MIN) break
    aloneMs = nextMs
  }
  turn.setTimer(`hurry:${call.callId}`, turn.at + Math.max(LOOK_MS, aloneMs))
}

/** Nobody has picked up, and the deadline is near: one more phone may ring. */
export function hurryDue(turn: Turn, call: Call): void {
  const { callId, queueId } = call
  if (call.phase.name !== 'offered' || call.phase.isHurried || queueId === null) return
  if (restOf(turn.state, call, turn.at) <= 0) return
  turn.emit({ type: 'call.hurried', at: turn.at, callId, queueId })
}

function restOf(state: State, call: Call, at: number): number {
  const answerMsMax = state.queues.get(call.queueId ?? '')?.answerMsMax ?? 0
  return (call.queuedAt ?? call.arrivedAt) + answerMsMax - at
}
