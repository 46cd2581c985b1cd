// How agents answer, measured: from each agent's last rings the chance that their phone is picked up
// within a time. What was not answered counts for as long as it rang, no longer; a phone that was
// stopped because another was picked up says nothing about later (Kaplan and Meier's estimate).

/** One ring: for how long, and whether it was answered then. */
export interface AnswerTime {
  readonly ringMs: number
  readonly isAnswered: boolean
}

/** Rings that count; older habits are forgotten. */
export const ANSWERS_KEPT = 40
/** What is believed of an agent of whom nothing is known, and how many rings it outweighs. */
const PRIOR_RINGS = 5
const PRIOR_ANSWERED_SHARE = 0.95
const PRIOR_MEAN_MS = 5_000

export function noteRing(answers: readonly AnswerTime[], newest: AnswerTime): AnswerTime[] {
  return [...answers, newest].slice(-ANSWERS_KEPT)
}

/** The chance that a phone is answered within `withinMs` of ringing; 0 … 1. */
export function answerShare(answers: readonly AnswerTime[], withinMs: number): number {
  if (withinMs <= 0) return 0
  const prior = PRIOR_ANSWERED_SHARE * (1 - Math.exp(-withinMs / PRIOR_MEAN_MS))
  const measured = 1 - unansweredShare(answers, withinMs)
  return (PRIOR_RINGS * prior + answers.length * measured) / (PRIOR_RINGS + answers.length)
}

/** The same for a phone that has rung for `rungMs` already and may ring `restMs` more. */
export function answerShareAfter(
  answers: readonly AnswerTime[],
  rungMs: number,
  restMs: number,
): number {
  const before = answerShare(answers, rungMs)
  if (before >= 1) return 1
  return (answerShare(answers, rungMs + Math.max(0, restMs)) - before) / (1 - before)
}

function unansweredShare(answers: readonly AnswerTime[], withinMs: number): number {
  let share = 1
  const sorted = [...answers].sort((a, b) => a.ringMs - b.ringMs)
  sorted.forEach(({ ringMs, isAnswered }, i) => {
    if (isAnswered && ringMs <= withinMs) share *= 1 - 1 / (sorted.length - i)
  })
  return share
}
