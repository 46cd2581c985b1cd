// A department that nobody answered must be called again: a while later, and more than once. What
// is still owed follows from the attempts alone, so it can be asked for at any time and is never out of date.
import type { RetryPolicy } from './config.ts'
import type { PartyOutcome } from './party-facts.ts'

export interface UnitAttempt {
  readonly startedAt: number
  readonly endedAt: number | null
  /** Null while it rings. */
  readonly result: 'answered' | PartyOutcome | null
}

export const RETRY_STATES = ['reached', 'pending', 'due', 'given_up'] as const
/** `given_up`: tried again as often as was asked. */
export type RetryState = (typeof RETRY_STATES)[number]

export interface UnitRetry {
  readonly state: RetryState
  /** Attempts that nobody answered since the department was last reached. */
  readonly unanswered: number
  readonly lastAttemptAt: number
  /** When the next attempt is owed; null where none is. */
  readonly dueAt: number | null
}

/** What we stopped ourselves, or what never rang, says nothing of the department. */
const UNANSWERED = new Set(['no_answer', 'busy', 'unreachable'])

/** `attempts` are those of one department for one call, oldest first. Null where nothing was tried in vain. */
export function retryOf(
  attempts: readonly UnitAttempt[],
  policy: RetryPolicy,
  at: number,
): UnitRetry | null {
  const lastReached = attempts.findLastIndex(({ result }) => result === 'answered')
  const vain = attempts.slice(lastReached + 1).filter(({ result }) => UNANSWERED.has(result ?? ''))
  const everVain = attempts.some(({ result }) => UNANSWERED.has(result ?? ''))
  const last = attempts.at(-1)
  if (!everVain || last === undefined) return null
  const lastAttemptAt = last.startedAt
  const unanswered = vain.length
  const lastVain = vain.at(-1)
  if (lastVain === undefined) return { state: 'reached', unanswered, lastAttemptAt, dueAt: null }
  if (unanswered > policy.attemptsMin) {
    return { state: 'given_up', unanswered, lastAttemptAt, dueAt: null }
  }
  const dueAt = (lastVain.endedAt ?? lastVain.startedAt) + policy.afterMs
  return { state: at >= dueAt ? 'due' : 'pending', unanswered, lastAttemptAt, dueAt }
}
