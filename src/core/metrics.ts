// Counts of one day and queue (or of all queues), and the figures of the norms made from them. The
// live fold over facts and the SQL over recorded calls end in the same counts, so they agree exactly.

import type { Ending, Fact } from './facts.ts'

/** Sums and counts of calls that arrived in one period. All times are milliseconds. */
export interface Counts {
  /** Every call to a number of the hotline, refused ones included (R-001, 来电呼入总量). */
  readonly inbound: number
  /** Calls whose caller heard an agent at least once. */
  readonly answered: number
  /** Answered calls whose wait was within the queue's limit. */
  readonly answeredTimely: number
  readonly abandonedWaiting: number
  readonly abandonedRinging: number
  readonly unknownNumber: number
  readonly queueFull: number
  readonly noAgent: number
  readonly failed: number
  /** Sum of the waits of answered calls. */
  readonly waitMsAnswered: number
  /** Longest wait of any answered or abandoned call. */
  readonly waitMsMax: number
  /** Sums over ended calls. */
  readonly talkMs: number
  readonly holdMs: number
  readonly holds: number
  readonly holdsExceeded: number
}

/** A rate of the norms with what it is made of. `value` is unrounded, null where the denominator is 0. */
export interface Rate {
  readonly value: number | null
  readonly numerator: number
  readonly denominator: number
  readonly target: number | null
  readonly met: boolean | null
}

export interface Figures {
  /** answered ÷ inbound, target 0.95. */
  readonly connectRate: Rate
  /** answeredTimely ÷ answered, target 0.80. */
  readonly timelyAnswerRate: Rate
  /** answeredTimely ÷ inbound, the industry's strict formula; no target in the norms. */
  readonly serviceLevel: Rate
  /** Average speed of answer: mean wait of answered calls. */
  readonly avgSpeedOfAnswerMs: number | null
  readonly waitMsMax: number
  /** Callers who hung up while waiting or ringing. */
  readonly abandoned: number
  readonly counts: Counts
}

export const NO_COUNTS: Counts = {
  inbound: 0,
  answered: 0,
  answeredTimely: 0,
  abandonedWaiting: 0,
  abandonedRinging: 0,
  unknownNumber: 0,
  queueFull: 0,
  noAgent: 0,
  failed: 0,
  waitMsAnswered: 0,
  waitMsMax: 0,
  talkMs: 0,
  holdMs: 0,
  holds: 0,
  holdsExceeded: 0,
}

/** What one fact adds to the counts of its call's day. `waitMsMax` is a maximum, all else is a sum. */
export function contribution(fact: Fact): Partial<Counts> | null {
  switch (fact.type) {
    case 'call.connected':
      if (!fact.isFirst) return null
      return {
        answered: 1,
        answeredTimely: fact.isTimely ? 1 : 0,
        waitMsAnswered: fact.waitMs,
        waitMsMax: fact.waitMs,
      }
    case 'call.held':
      return { holds: 1 }
    case 'call.retrieved':
      return fact.isExceeded ? { holdsExceeded: 1 } : null
    case 'call.ended':
      return {
        ...ENDING_COUNTS[fact.ending],
        waitMsMax: fact.ending.startsWith('abandoned') ? (fact.waitMs ?? 0) : 0,
        talkMs: fact.talkMs ?? 0,
        holdMs: fact.holdMs,
        holdsExceeded: fact.openHold?.isExceeded === true ? 1 : 0,
      }
    default:
      return null
  }
}

const ENDING_COUNTS: Record<Ending, Partial<Counts>> = {
  served: {},
  abandoned_waiting: { abandonedWaiting: 1 },
  abandoned_ringing: { abandonedRinging: 1 },
  unknown_number: { unknownNumber: 1 },
  queue_full: { queueFull: 1 },
  no_agent: { noAgent: 1 },
  lost_in_transfer: {},
  failed: { failed: 1 },
}

export function addCounts(counts: Counts, more: Partial<Counts>): Counts {
  const sum: Record<string, number> = { ...counts }
  for (const [name, value] of Object.entries(more)) {
    const before = sum[name] ?? 0
    sum[name] = name === 'waitMsMax' ? Math.max(before, value) : before + value
  }
  return sum as unknown as Counts
}

function rate(numerator: number, denominator: number, target: number | null): Rate {
  const value = denominator === 0 ? null : numerator / denominator
  const met = value === null || target === null ? null : value >= target
  return { value, numerator, denominator, target, met }
}

/** Targets of the norms, compared unrounded. */
export const TARGETS = { connectRate: 0.95, timelyAnswerRate: 0.8 } as const

export function figures(counts: Counts): Figures {
  return {
    connectRate: rate(counts.answered, counts.inbound, TARGETS.connectRate),
    timelyAnswerRate: rate(counts.answeredTimely, counts.answered, TARGETS.timelyAnswerRate),
    serviceLevel: rate(counts.answeredTimely, counts.inbound, null),
    avgSpeedOfAnswerMs: counts.answered === 0 ? null : counts.waitMsAnswered / counts.answered,
    waitMsMax: counts.waitMsMax,
    abandoned: counts.abandonedWaiting + counts.abandonedRinging,
    counts,
  }
}
