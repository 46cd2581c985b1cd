// What exactly is counted: from when the 15 seconds run, how many they are, which abandons are short. A
// changed definition is a new version from the next day on. A day is judged by the version in force on
// it, and figures of earlier versions are kept beside it.

export const CLOCK_STARTS = ['queued', 'arrived', 'agent_offered'] as const
/** From when a caller's wait is measured (R-003, D-10). */
export type ClockStart = (typeof CLOCK_STARTS)[number]

export interface KpiDefinition {
  /** From 1, without gaps. */
  readonly version: number
  /** The first calendar day on which it is in force, `YYYY-MM-DD`. */
  readonly effectiveFrom: string
  readonly answerClockStart: ClockStart
  /** An answer is timely up to and including this wait; null: up to each queue's own `answerMsMax`. */
  readonly answerMsMax: number | null
  /** Callers who gave up within this are `shortAbandoned`. The rates of the norms count them all the same. */
  readonly shortAbandonMs: number
}

/** The norms' own definition, in force until an administrator adds another. */
export const NORM_DEFINITION: KpiDefinition = {
  version: 1,
  effectiveFrom: '2000-01-01',
  answerClockStart: 'queued',
  answerMsMax: null,
  shortAbandonMs: 5_000,
}

/** For what no queue's own limit can be found any more. */
export const NORM_ANSWER_MS_MAX = 15_000

/** The definition in force on a day; of two that began on one day the later version. */
export function definitionOn(day: string, definitions: readonly KpiDefinition[]): KpiDefinition {
  let found = NORM_DEFINITION
  for (const definition of definitions) {
    if (definition.effectiveFrom > day) continue
    const isLater =
      definition.effectiveFrom > found.effectiveFrom ||
      (definition.effectiveFrom === found.effectiveFrom && definition.version > found.version)
    if (isLater) found = definition
  }
  return found
}

/** When the phases of an answered call began. */
export interface AnswerTimes {
  readonly arrivedAt: number
  readonly queuedAt: number
  /** When the first phone was rung for the call; null if that was not seen. */
  readonly offeredAt: number | null
  readonly answeredAt: number
}

/** `isTimely`: by the queue's own limit, on the clock that starts at the queue. */
export function isTimelyBy(
  definition: KpiDefinition,
  times: AnswerTimes,
  isTimely: boolean,
): boolean {
  const { answerClockStart, answerMsMax } = definition
  if (answerClockStart === 'queued' && answerMsMax === null) return isTimely
  const waitMs = Math.max(0, times.answeredAt - clockStartOf(answerClockStart, times))
  return waitMs <= (answerMsMax ?? NORM_ANSWER_MS_MAX)
}

function clockStartOf(start: ClockStart, times: AnswerTimes): number {
  switch (start) {
    case 'queued':
      return times.queuedAt
    case 'arrived':
      return times.arrivedAt
    case 'agent_offered':
      return times.offeredAt ?? times.queuedAt
  }
}
