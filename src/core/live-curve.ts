// The present day hour by hour, for the curve on a wallboard: from the counts that the rolling rates are
// made of, so that it agrees with them and asks no database.
import type { QueueId } from './config.ts'
import { dayOf } from './days.ts'
import { isoTime } from './iso-times.ts'
import { addCounts, type Counts, figures, NO_COUNTS } from './metrics.ts'
import type { State } from './state.ts'

export interface CurveHour {
  /** Local start, `HH:00`. */
  readonly hour: string
  readonly inbound: number
  readonly answered: number
  /** Shares of 1; null where there is nothing to divide by. */
  readonly connectRate: number | null
  readonly timelyAnswerRate: number | null
}

export interface LiveCurve {
  /** `YYYY-MM-DD` in the hotline's time. */
  readonly day: string
  /** From the first hour that had a call to the present one; the hours without any between them too. */
  readonly hours: readonly CurveHour[]
}

/** `only`: as if these queues were the whole hotline; null for all of it. */
export function liveCurve(
  state: Readonly<State>,
  at: number,
  only: readonly QueueId[] | null = null,
): LiveCurve {
  const { timeZone } = state.config
  const day = dayOf(at, timeZone)
  const keys = only ?? (['*'] as const)
  const sums = new Map<number, Counts>()
  for (const [startAt, counts] of state.quarters) {
    if (dayOf(startAt, timeZone) !== day) continue
    const hour = hourOf(startAt, timeZone)
    for (const key of keys) {
      const more = counts.get(key)
      if (more !== undefined) sums.set(hour, addCounts(sums.get(hour) ?? NO_COUNTS, more))
    }
  }
  const first = Math.min(...sums.keys())
  const hours: CurveHour[] = []
  for (let hour = first; hour <= hourOf(at, timeZone); hour += 1) {
    const { counts, connectRate, timelyAnswerRate } = figures(sums.get(hour) ?? NO_COUNTS)
    hours.push({
      hour: `${String(hour).padStart(2, '0')}:00`,
      inbound: counts.inbound,
      answered: counts.answered,
      connectRate: connectRate.value,
      timelyAnswerRate: timelyAnswerRate.value,
    })
  }
  return { day, hours }
}

function hourOf(at: number, timeZone: string): number {
  return Number(isoTime(at, timeZone).slice(11, 13))
}
