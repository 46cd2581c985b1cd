// Counts of calls that arrived in one period, and the figures of the norms made from them. The live fold
// over facts, the aggregates kept beside the facts and plain SQL over the recorded calls end in the same
// counts, so they agree exactly.
import type { Ending, Fact } from './facts.ts'
import {
  type AnswerTimes,
  isTimelyBy,
  type KpiDefinition,
  NORM_ANSWER_MS_MAX,
} from './kpi-definitions.ts'
import { isMet, type KpiCode, type KpiTarget, targetOn } from './kpi-targets.ts'

/** The count that each ending adds to. An ending that is missing here does not compile. */
export const OUTCOMES = {
  served: 'served',
  abandoned_waiting: 'abandonedWaiting',
  abandoned_ringing: 'abandonedRinging',
  unknown_number: 'unknownNumber',
  queue_full: 'queueFull',
  no_agent: 'noAgent',
  closed: 'closed',
  deflected: 'deflected',
  timed_out: 'timedOut',
  emergency: 'emergency',
  lost_in_transfer: 'lostInTransfer',
  message_left: 'messageLeft',
  failed: 'failed',
  callback_taken: 'callbackTaken',
  // Of calls that we make; they are counted nowhere.
  not_reached: 'notReached',
  withdrawn: 'withdrawn',
} as const satisfies Record<Ending, string>
export type Outcome = (typeof OUTCOMES)[Ending]

/** The caller gave up before anybody answered. */
export const ABANDONED = ['abandoned_waiting', 'abandoned_ringing'] as const
/** The caller left the queue with the promise of being called back. */
export const CALLED_BACK: readonly Ending[] = ['callback_taken']

/** Sums and counts of calls that arrived in one period. All times are milliseconds. */
export interface Counts extends Readonly<Record<Outcome, number>> {
  /** Every call to a number of the hotline, refused ones included (R-001, 来电呼入总量). */
  readonly inbound: number
  /** Calls that entered a queue. */
  readonly queued: number
  /** Calls whose caller heard an agent at least once. */
  readonly answered: number
  /** Answered calls whose wait was within the limit. */
  readonly answeredTimely: number
  /** Of the abandoned ones: within the definition's `shortAbandonMs`, and within its limit for answers. */
  readonly shortAbandoned: number
  readonly abandonedTimely: number
  /** Of those who left with the promise of a callback: within the limit for answers. */
  readonly callbackTimely: number
  /** Sums of the waits of answered calls: from the queue, and from the arrival at the switch. */
  readonly waitMsAnswered: number
  readonly arrivalMsAnswered: number
  /** Sum of the waits of those who gave up. */
  readonly waitMsAbandoned: number
  /** Longest wait of any answered or abandoned call. */
  readonly waitMsMax: number
  /** Sums over ended calls. */
  readonly talkMs: number
  readonly holdMs: number
  readonly holds: number
  readonly holdsExceeded: number
}
export type CountName = keyof Counts

const NO_OUTCOMES = Object.fromEntries(
  Object.values(OUTCOMES).map((name) => [name, 0]),
) as unknown as Record<Outcome, number>

export const NO_COUNTS: Counts = {
  inbound: 0,
  queued: 0,
  answered: 0,
  answeredTimely: 0,
  ...NO_OUTCOMES,
  shortAbandoned: 0,
  abandonedTimely: 0,
  callbackTimely: 0,
  waitMsAnswered: 0,
  arrivalMsAnswered: 0,
  waitMsAbandoned: 0,
  waitMsMax: 0,
  talkMs: 0,
  holdMs: 0,
  holds: 0,
  holdsExceeded: 0,
}

/** What one fact adds to the counts of its call's day. `waitMsMax` is a maximum, all else is a sum. */
export function contribution(
  fact: Fact,
  offeredAt: number | null,
  definition: KpiDefinition,
): Partial<Counts> | null {
  switch (fact.type) {
    case 'call.connected':
      if (!fact.isFirst) return null
      return answerCounts({ ...fact, offeredAt }, fact, definition)
    case 'call.held':
      return { holds: 1 }
    case 'call.retrieved':
      return fact.isExceeded ? { holdsExceeded: 1 } : null
    case 'call.ended':
      return {
        ...endingCounts(fact.ending, fact.waitMs, definition),
        talkMs: fact.talkMs ?? 0,
        holdMs: fact.holdMs,
        holdsExceeded: fact.openHold?.isExceeded === true ? 1 : 0,
      }
    default:
      return null
  }
}

/** What the first answer of a call adds; `waitMs` and `isTimely` as its fact or row says. */
export function answerCounts(
  times: AnswerTimes,
  { waitMs, isTimely }: { readonly waitMs: number; readonly isTimely: boolean },
  definition: KpiDefinition,
): Partial<Counts> {
  return {
    answered: 1,
    answeredTimely: isTimelyBy(definition, times, isTimely) ? 1 : 0,
    waitMsAnswered: waitMs,
    arrivalMsAnswered: Math.max(0, times.answeredAt - times.arrivedAt),
    waitMsMax: waitMs,
  }
}

/** What the end of a call adds, apart from talk and hold. */
export function endingCounts(
  ending: Ending,
  waitMs: number | null,
  definition: KpiDefinition,
): Partial<Counts> {
  const outcome = { [OUTCOMES[ending]]: 1 }
  const waited = waitMs ?? 0
  const isWithin = waited <= (definition.answerMsMax ?? NORM_ANSWER_MS_MAX) ? 1 : 0
  if (CALLED_BACK.includes(ending)) return { ...outcome, callbackTimely: isWithin }
  if (!(ABANDONED as readonly Ending[]).includes(ending)) return outcome
  return {
    ...outcome,
    shortAbandoned: waited <= definition.shortAbandonMs ? 1 : 0,
    abandonedTimely: isWithin,
    waitMsAbandoned: waited,
    waitMsMax: waited,
  }
}

export function addCounts(counts: Counts, more: Partial<Counts>): Counts {
  const sum: Record<CountName, number> = { ...counts }
  addCountsInto(sum, more)
  return sum
}

/** The same in place: over a year of queues, copies are most of the work. */
export function addCountsInto(sum: Record<CountName, number>, more: Partial<Counts>): void {
  for (const name in more) {
    const of = name as CountName
    const value = more[of] ?? 0
    sum[of] = of === 'waitMsMax' ? Math.max(sum[of], value) : sum[of] + value
  }
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

/** Numerator and denominator of every rate that calls alone give. */
export const RATES = {
  connectRate: ({ answered, inbound }) => [answered, inbound],
  timelyAnswerRate: ({ answeredTimely, answered }) => [answeredTimely, answered],
  serviceLevel: ({ answeredTimely, inbound }) => [answeredTimely, inbound],
} as const satisfies Partial<Record<KpiCode, (counts: Counts) => readonly [number, number]>>
export type CallRateCode = keyof typeof RATES

function rate(code: CallRateCode, counts: Counts, target: KpiTarget | null): Rate {
  const [numerator, denominator] = RATES[code](counts)
  const value = denominator === 0 ? null : numerator / denominator
  const threshold = target?.threshold ?? null
  return { value, numerator, denominator, target: threshold, met: isMet(value, target) }
}

/** Today's figures unless said otherwise: `day` decides which targets were in force. */
export function figures(
  counts: Counts,
  { day, targets }: { readonly day: string; readonly targets: readonly KpiTarget[] } = {
    day: '9999-12-31',
    targets: [],
  },
): Figures {
  const judged = (code: CallRateCode) => rate(code, counts, targetOn(code, day, targets))
  return {
    connectRate: judged('connectRate'),
    timelyAnswerRate: judged('timelyAnswerRate'),
    serviceLevel: judged('serviceLevel'),
    avgSpeedOfAnswerMs: counts.answered === 0 ? null : counts.waitMsAnswered / counts.answered,
    waitMsMax: counts.waitMsMax,
    abandoned: abandonedIn(counts),
    counts,
  }
}

export function abandonedIn(counts: Counts): number {
  return ABANDONED.reduce((sum, ending) => sum + counts[OUTCOMES[ending]], 0)
}
