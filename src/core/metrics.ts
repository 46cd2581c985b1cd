// Counts of one day and queue (or of all queues), and the figures of the norms made from them. The
// live fold over facts and the SQL over recorded calls end in the same counts, so they agree exactly.

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
  readonly isMet: boolean | null
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
