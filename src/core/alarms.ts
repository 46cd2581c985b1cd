// What is wrong on the floor at a moment: waits and holds beyond their limits, rates of the day below
// their targets, fewer agents than the forecast asks for. Worked out from what is shown anyway, so an alarm
// ends when its cause does.
import { QUEUE_DEFAULTS } from './config.ts'
import type { Figures } from './metrics.ts'
import type { Call, State } from './state.ts'

/** A wait above the one is a warning, above the other an alarm. */
export const WAIT_WARNING_MS = 15_000
export const WAIT_ALARM_MS = 30_000

export const ALARM_CODES = [
  'long_wait',
  'long_hold',
  'connect_rate_low',
  'timely_answer_rate_low',
  'understaffed',
] as const
export const ALARM_LEVELS = ['warning', 'alarm'] as const

export interface LiveAlarm {
  readonly code: (typeof ALARM_CODES)[number]
  readonly level: (typeof ALARM_LEVELS)[number]
  /** When the limit was passed; null for a rate, which holds for the day so far. */
  readonly since: number | null
}

export interface AlarmCauses {
  readonly longestWaitSince: number | null
  /** When the first of the present holds reached, or will reach, its limit. */
  readonly holdLimitAt: number | null
  readonly today: Pick<Figures, 'connectRate' | 'timelyAnswerRate'>
  /** Agents who are signed in and not away. */
  readonly staffed: number
  /** Agents whom the forecast of this half hour asks for; null where there is none. */
  readonly advised: number | null
}

/** At most one of each code, the worst level of it. */
export function alarmsAt(at: number, causes: AlarmCauses): readonly LiveAlarm[] {
  const { longestWaitSince, holdLimitAt, today, staffed, advised } = causes
  const alarms: LiveAlarm[] = []
  const waitMs = longestWaitSince === null ? 0 : at - longestWaitSince
  if (longestWaitSince !== null && waitMs > WAIT_WARNING_MS) {
    const level = waitMs > WAIT_ALARM_MS ? 'alarm' : 'warning'
    const limitMs = level === 'alarm' ? WAIT_ALARM_MS : WAIT_WARNING_MS
    alarms.push({ code: 'long_wait', level, since: longestWaitSince + limitMs })
  }
  if (holdLimitAt !== null && at > holdLimitAt) {
    alarms.push({ code: 'long_hold', level: 'alarm', since: holdLimitAt })
  }
  // Without a call, or without a target, a rate is neither met nor missed.
  if (today.connectRate.met === false) {
    alarms.push({ code: 'connect_rate_low', level: 'warning', since: null })
  }
  if (today.timelyAnswerRate.met === false) {
    alarms.push({ code: 'timely_answer_rate_low', level: 'warning', since: null })
  }
  if (advised !== null && staffed < advised) {
    alarms.push({ code: 'understaffed', level: 'warning', since: null })
  }
  return alarms
}

/** Each hold has the limit of its call's queue. */
export function holdLimitAt(state: Readonly<State>, calls: readonly Call[]): number | null {
  let first: number | null = null
  for (const { phase, queueId } of calls) {
    if (phase.name !== 'held') continue
    const { holdMsMax } = state.queues.get(queueId ?? '') ?? QUEUE_DEFAULTS
    const limitAt = phase.since + holdMsMax
    first = Math.min(first ?? limitAt, limitAt)
  }
  return first
}
