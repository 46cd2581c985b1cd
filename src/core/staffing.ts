// Advice on staffing, hour by hour: how many agents the hour's calls would have needed by Erlang C and by
// Erlang A, beside how many there were and what was reached with them, so that the advice can be checked.
import { agentsFor, erlangA, erlangC, loadOf } from './erlang.ts'
import { abandonedIn, type Counts } from './metrics.ts'

export interface StaffedHour {
  /** 0 to 23, in the hotline's time zone. */
  readonly hour: number
  readonly calls: number
  readonly callsPerHour: number
  readonly handleMs: number | null
  readonly load: number
  readonly agentsErlangC: number | null
  readonly agentsErlangA: number | null
  /** On average signed in and not on a break. */
  readonly agentsStaffed: number
  /** What Erlang A expects with these, and what was seen: share of offered calls answered in time. */
  readonly expectedWithin: number | null
  readonly observedWithin: number | null
}

export interface HourSeen {
  readonly hour: number
  /** How often the hour occurred in the period. */
  readonly days: number
  readonly counts: Counts
  /** Sums over agents: ready, offered, on calls and wrapping up. */
  readonly staffedMs: number
  readonly handleMs: number
  readonly handled: number
}

export const STAFFING_TARGET = 0.8
const AGENTS_MAX = 2_000
const HOUR_MS = 3_600_000
/** Until it has been seen how long callers wait before they give up. */
const PATIENCE_MS = 120_000

export function staffedHour(seen: HourSeen, answerMsMax: number): StaffedHour {
  const { hour, days, counts, handled } = seen
  const callsPerHour = days === 0 ? 0 : counts.inbound / days
  const handleMs = handled === 0 ? null : seen.handleMs / handled
  const traffic = { callsPerHour, handleMs: handleMs ?? 1 }
  const patienceMs = patienceOf(counts)
  const agentsStaffed = days === 0 ? 0 : seen.staffedMs / (days * HOUR_MS)
  const withA = (agents: number) =>
    erlangA(traffic, agents, { patienceMs, answerMsMax }).answeredWithin
  const isIdle = handleMs === null || counts.inbound === 0
  const advised = isIdle ? null : agentsAdvised({ ...traffic, patienceMs, answerMsMax })
  return {
    hour,
    calls: counts.inbound,
    callsPerHour,
    handleMs,
    load: handleMs === null ? 0 : loadOf(traffic),
    agentsErlangC: advised?.erlangC ?? null,
    agentsErlangA: advised?.erlangA ?? null,
    agentsStaffed,
    expectedWithin: isIdle ? null : withA(Math.round(agentsStaffed)),
    observedWithin: counts.inbound === 0 ? null : counts.answeredTimely / counts.inbound,
  }
}

/** Agents by what they do; away are all others. */
export interface Seats {
  readonly ready: number
  readonly offered: number
  readonly onCall: number
  readonly onHold: number
  readonly wrapUp: number
}

/** Agents who are signed in and not away. */
export function staffedOf({ ready, offered, onCall, onHold, wrapUp }: Seats): number {
  return ready + offered + onCall + onHold + wrapUp
}

export interface Workload {
  readonly callsPerHour: number
  readonly handleMs: number
  readonly patienceMs: number
  readonly answerMsMax: number
}

/** The fewest agents by either formula with whom the target of timely answers is met; null beyond all reason. */
export function agentsAdvised({ callsPerHour, handleMs, patienceMs, answerMsMax }: Workload): {
  readonly erlangC: number | null
  readonly erlangA: number | null
} {
  const traffic = { callsPerHour, handleMs }
  const withA = (agents: number) =>
    erlangA(traffic, agents, { patienceMs, answerMsMax }).answeredWithin
  const withC = (agents: number) => erlangC(traffic, agents, answerMsMax)?.answeredWithin ?? 0
  return {
    erlangC: agentsFor(withC, STAFFING_TARGET, AGENTS_MAX),
    erlangA: agentsFor(withA, STAFFING_TARGET, AGENTS_MAX),
  }
}

/** What is advised for a stretch of time: of one queue, or of the whole hotline. */
export interface StaffingAdvice {
  /** Null: the whole hotline. */
  readonly queueId: string | null
  readonly startAt: number
  /** Not included. */
  readonly endAt: number
  readonly agents: number
}

/** How many agents are advised at a moment; null where nothing is. */
export function advisedAt(
  advice: readonly StaffingAdvice[],
  queueId: string | null,
  at: number,
): number | null {
  const now = advice.find((one) => one.queueId === queueId && one.startAt <= at && at < one.endAt)
  return now?.agents ?? null
}

/** Mean patience: all waiting ÷ those who gave up, the estimate that does not forget who was answered. */
export function patienceOf(counts: Counts): number {
  const abandoned = abandonedIn(counts)
  const waitedMs = counts.waitMsAnswered + counts.waitMsAbandoned
  return abandoned === 0 || waitedMs === 0 ? PATIENCE_MS : waitedMs / abandoned
}
