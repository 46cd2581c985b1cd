// Figures of one agent. Offers are counted once each, by when the phone began to ring; calls once for each
// agent whom the caller heard; time by when it passed. The three are never divided by each other, except
// where the name says so.

/** Only what is not 0 need be there. All times are milliseconds. */
export interface AgentCounts {
  readonly offers?: number
  readonly offersAnswered?: number
  /** Answered after the third ring. */
  readonly offersLate?: number
  /** Rang to the limit. */
  readonly offersMissed?: number
  readonly offersRejected?: number
  readonly offersUnreachable?: number
  /** The caller hung up while it rang; no fault of the agent. */
  readonly offersCallerAbandoned?: number
  readonly offersAnsweredElsewhere?: number
  /** Taken back before anybody answered: the call was moved. */
  readonly offersWithdrawn?: number
  readonly offersFailed?: number
  /** Ring time of answered offers. */
  readonly ringMsAnswered?: number
  /** Calls whose caller the agent spoke to; one that comes back to the same agent counts once. */
  readonly handled?: number
  /** Calls on which the agent was and that went on to somebody else. */
  readonly transferred?: number
  readonly holds?: number
  readonly holdsExceeded?: number
  readonly holdMs?: number
  /** Time in each phase; `onCallMs` contains talk and hold. */
  readonly readyMs?: number
  readonly offeredMs?: number
  readonly onCallMs?: number
  readonly wrapUpMs?: number
  /** Not ready in total, and for each reason as `notReadyMs:meal`. */
  readonly notReadyMs?: number
  readonly [notReadyReason: `notReadyMs:${string}`]: number
}

export function addAgentCounts(counts: AgentCounts, more: AgentCounts): AgentCounts {
  const sum: Record<string, number> = { ...counts }
  for (const [name, value] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + value
  return sum
}

export interface AgentFigures {
  readonly handled: number
  /** (talk + hold + wrap-up) ÷ handled. */
  readonly averageHandleMs: number | null
  readonly averageTalkMs: number | null
  readonly averageHoldMs: number | null
  readonly averageWrapUpMs: number | null
  /** On calls and wrapping up ÷ that and ready. Ringing is neither. */
  readonly occupancy: number | null
  readonly offers: {
    readonly total: number
    readonly answered: number
    readonly late: number
    readonly missed: number
    readonly rejected: number
    readonly unreachable: number
    readonly callerAbandoned: number
    readonly answeredElsewhere: number
    readonly withdrawn: number
    readonly failed: number
    /** answered ÷ offers that the agent could have answered. */
    readonly answerRate: number | null
    readonly averageRingMs: number | null
  }
  readonly holds: number
  readonly holdsExceeded: number
  readonly transferred: number
  readonly readyMs: number
  readonly ringingMs: number
  readonly talkMs: number
  readonly holdMs: number
  readonly wrapUpMs: number
  readonly notReadyMs: number
  readonly notReadyMsByReason: Readonly<Record<string, number>>
}

export function agentFigures(counts: AgentCounts): AgentFigures {
  const of = (name: keyof AgentCounts): number => counts[name] ?? 0
  const handled = of('handled')
  const holdMs = of('holdMs')
  const talkMs = Math.max(0, of('onCallMs') - holdMs)
  const busyMs = of('onCallMs') + of('wrapUpMs')
  const answered = of('offersAnswered')
  const excused =
    of('offersCallerAbandoned') + of('offersAnsweredElsewhere') + of('offersWithdrawn')
  const answerable = of('offers') - excused
  return {
    handled,
    averageHandleMs: ratio(busyMs, handled),
    averageTalkMs: ratio(talkMs, handled),
    averageHoldMs: ratio(holdMs, handled),
    averageWrapUpMs: ratio(of('wrapUpMs'), handled),
    occupancy: ratio(busyMs, busyMs + of('readyMs')),
    offers: {
      total: of('offers'),
      answered,
      late: of('offersLate'),
      missed: of('offersMissed'),
      rejected: of('offersRejected'),
      unreachable: of('offersUnreachable'),
      callerAbandoned: of('offersCallerAbandoned'),
      answeredElsewhere: of('offersAnsweredElsewhere'),
      withdrawn: of('offersWithdrawn'),
      failed: of('offersFailed'),
      answerRate: ratio(answered, answerable),
      averageRingMs: ratio(of('ringMsAnswered'), answered),
    },
    holds: of('holds'),
    holdsExceeded: of('holdsExceeded'),
    transferred: of('transferred'),
    readyMs: of('readyMs'),
    ringingMs: of('offeredMs'),
    talkMs,
    holdMs,
    wrapUpMs: of('wrapUpMs'),
    notReadyMs: of('notReadyMs'),
    notReadyMsByReason: reasonsIn(counts),
  }
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator <= 0 ? null : numerator / denominator
}

function reasonsIn(counts: AgentCounts): Record<string, number> {
  const prefix = 'notReadyMs:'
  const entries = Object.entries(counts).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(entries.map(([name, ms]) => [name.slice(prefix.length), ms]))
}
