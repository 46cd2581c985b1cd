// A call that waits opens itself to more agents, step by step, as its queue's policy says: by its wait,
// by the expected wait, or while the queue answers too few in time. A step that expires leaves the call
// to what held before it.
import { estimateFor } from './estimates.ts'
import type { Call, State } from './state.ts'
import type { Turn } from './turn.ts'

/** How often conditions that change by themselves are looked at. */
const REVIEW_MS = 5_000

/** Sets the call's step and the clock for its next one. Harmless at any time, for any call. */
export function widen(turn: Turn, call: Call): void {
  const { state, at } = turn
  const { callId, queueId } = call
  if (call.phase.name !== 'waiting' && call.phase.name !== 'offered') return
  if (queueId === null || call.queuedAt === null) return
  const step = stepOf(state, call, at)
  const waitMs = Math.max(0, at - call.queuedAt)
  // While a phone rings the call only gains; what it loses it loses when it comes back to wait.
  const isChanged = call.phase.name === 'waiting' ? step !== call.step : step > call.step
  if (isChanged) turn.emit({ type: 'call.widened', at, callId, queueId, step, waitMs })
  const dueMs = nextReviewMs(state, call, waitMs)
  if (dueMs !== null) turn.setTimer(`widen:${callId}`, call.queuedAt + dueMs)
}

/** The last step that has begun and not expired, from 1; 0: the queue's own criteria. */
export function stepOf(state: State, call: Call, at: number): number {
  const queue = call.queueId === null ? undefined : state.queues.get(call.queueId)
  if (queue === undefined || call.queuedAt === null) return 0
  const waitMs = at - call.queuedAt
  const serviceLevel = state.answeredShares.get(queue.queueId) ?? null
  return (
    1 +
    queue.routing.steps.findLastIndex((step) => {
      if (step.expiresMs !== null && waitMs >= step.afterMs + step.expiresMs) return false
      if (waitMs >= step.afterMs) return true
      const { estimateMsMin, serviceLevelMin } = step
      if (serviceLevelMin !== null && serviceLevel !== null && serviceLevel < serviceLevelMin)
        return true
      return estimateMsMin !== null && (estimateFor(state, call)?.likelyMs ?? 0) >= estimateMsMin
    })
  )
}

/** The wait at which to look again; null when nothing can change any more. */
function nextReviewMs(state: State, call: Call, waitMs: number): number | null {
  const steps = state.queues.get(call.queueId ?? '')?.routing.steps ?? []
  const moments = steps.flatMap(({ afterMs, expiresMs, ...step }) => {
    const isLive = step.estimateMsMin !== null || step.serviceLevelMin !== null
    const ends = expiresMs === null ? [] : [afterMs + expiresMs]
    const looks = isLive && waitMs < afterMs ? [waitMs + REVIEW_MS] : []
    return [afterMs, ...ends, ...looks]
  })
  const due = moments.filter((moment) => moment > waitMs)
  return due.length === 0 ? null : Math.min(...due)
}
