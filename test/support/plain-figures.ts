// The figures a second time, from the facts of the journal alone and as plainly as they can be read in the
// requirements: one loop over the facts, one record for each call, and then
// nothing but filters and sums. Slow, and without anything of the code that it checks.
import type { Fact } from '../../src/core/facts.ts'

export interface PlainCall {
  readonly callId: string
  readonly number: string
  readonly arrivedAt: number
  /** The first queue that had the call, in which it waited or which refused it. */
  queueId: string | null
  queuedAt: number | null
  offeredAt: number | null
  /** Of the first agent whom the caller heard. */
  answeredAt: number | null
  /** When the caller left the line for a callback. */
  leftAt: number | null
  endedAt: number | null
  ending: string | null
  disposition: string | null
  talkMs: number
  holdMs: number
  holds: number
  holdsExceeded: number
}

export interface PlainWindow {
  readonly startsAt: number
  readonly endsAt: number
  readonly queueId: string | null
}

/** How a day is counted, and from which day on; the latest that has begun holds. */
export interface PlainRule {
  readonly from: string
  readonly clock: 'queued' | 'arrived' | 'agent_offered'
  /** Null: each queue's own. */
  readonly answerMsMax: number | null
  readonly shortMs: number
}

export interface PlainScope {
  readonly rules: readonly PlainRule[]
  /** Each queue's limit for an answer in time. */
  readonly limits: ReadonlyMap<string, number>
  /** Of the connect rate, by the day from which it holds; 0.95 before any. */
  readonly connectTargets: readonly { readonly from: string; readonly atLeast: number }[]
}

const SHANGHAI_MS = 8 * 3_600_000

export function dayIn(at: number): string {
  return new Date(at + SHANGHAI_MS).toISOString().slice(0, 10)
}

/** Every call that a citizen made, as it was when the facts ended. */
export function plainCalls(facts: readonly Fact[]): PlainCall[] {
  const calls = new Map<string, PlainCall>()
  const answers = new Map<string, number>()
  const talkingSince = new Map<string, number>()
  const heldSince = new Map<string, number>()
  for (const fact of facts) {
    if (fact.type === 'call.arrived') calls.set(fact.callId, newCall(fact))
    const call = 'callId' in fact && fact.callId !== null ? calls.get(fact.callId) : undefined
    if (call === undefined) continue
    const { callId } = call
    const stopTalking = () => {
      const since = talkingSince.get(callId)
      if (since !== undefined) call.talkMs += fact.at - since
      talkingSince.delete(callId)
    }
    const stopHolding = () => {
      const since = heldSince.get(callId)
      heldSince.delete(callId)
      if (since === undefined) return
      call.holdMs += fact.at - since
      if (fact.at - since > 30_000) call.holdsExceeded += 1
    }
    switch (fact.type) {
      case 'call.queued':
        call.queueId ??= fact.queueId
        call.queuedAt ??= fact.queuedAt
        break
      case 'call.refused':
        call.queueId ??= fact.queueId
        break
      case 'call.offered':
        call.offeredAt ??= fact.at
        break
      case 'call.answered':
        answers.set(fact.legId, fact.at)
        break
      case 'call.connected':
        call.answeredAt ??= answers.get(fact.legId) ?? null
        talkingSince.set(callId, fact.at)
        break
      case 'call.held':
        stopTalking()
        heldSince.set(callId, fact.at)
        call.holds += 1
        break
      case 'call.retrieved':
        stopHolding()
        talkingSince.set(callId, fact.at)
        break
      case 'call.requeued':
      case 'call.transfer_started':
        stopTalking()
        break
      case 'call.transferred':
        stopTalking()
        if (fact.toAgentId !== null) talkingSince.set(callId, fact.at)
        break
      case 'call.callback_taken':
        call.leftAt = fact.at
        break
      case 'call.written_up':
        call.disposition = fact.disposition
        break
      case 'call.ended':
        stopTalking()
        stopHolding()
        call.endedAt = fact.at
        call.ending = fact.ending
        break
      default:
    }
  }
  return [...calls.values()]
}

function newCall(fact: Extract<Fact, { type: 'call.arrived' }>): PlainCall {
  return {
    callId: fact.callId,
    number: fact.to,
    arrivedAt: fact.arrivedAt,
    queueId: null,
    queuedAt: null,
    offeredAt: null,
    answeredAt: null,
    leftAt: null,
    endedAt: null,
    ending: null,
    disposition: null,
    talkMs: 0,
    holdMs: 0,
    holds: 0,
    holdsExceeded: 0,
  }
}

function ruleOf(call: PlainCall, { rules }: PlainScope): PlainRule {
  const day = dayIn(call.arrivedAt)
  const inForce = rules.filter(({ from }) => from <= day)
  const rule = inForce.sort((a, b) => (a.from < b.from ? 1 : -1))[0]
  if (rule === undefined) throw new Error(`no rule holds on ${day}`)
  return rule
}

export function isAnswered(call: PlainCall): boolean {
  return call.answeredAt !== null
}

export function waitMs(call: PlainCall): number {
  const until = call.answeredAt ?? call.leftAt ?? call.endedAt
  return call.queuedAt === null || until === null ? 0 : until - call.queuedAt
}

export function isTimely(call: PlainCall, scope: PlainScope): boolean {
  if (call.answeredAt === null) return false
  const { clock, answerMsMax } = ruleOf(call, scope)
  if (clock === 'queued' && answerMsMax === null) {
    return waitMs(call) <= (scope.limits.get(call.queueId ?? '') ?? 15_000)
  }
  const starts = {
    queued: call.queuedAt,
    arrived: call.arrivedAt,
    agent_offered: call.offeredAt ?? call.queuedAt,
  }
  return call.answeredAt - (starts[clock] ?? call.arrivedAt) <= (answerMsMax ?? 15_000)
}

export function isAbandoned({ ending }: PlainCall): boolean {
  return ending === 'abandoned_waiting' || ending === 'abandoned_ringing'
}

function isWithin(call: PlainCall, scope: PlainScope): boolean {
  return waitMs(call) <= (ruleOf(call, scope).answerMsMax ?? 15_000)
}

export function isExcluded(call: PlainCall, windows: readonly PlainWindow[]): boolean {
  return windows.some(
    ({ startsAt, endsAt, queueId }) =>
      startsAt <= call.arrivedAt &&
      call.arrivedAt < endsAt &&
      (queueId === null || queueId === call.queueId),
  )
}

const OUTCOMES = {
  served: 'served',
  abandonedWaiting: 'abandoned_waiting',
  abandonedRinging: 'abandoned_ringing',
  unknownNumber: 'unknown_number',
  queueFull: 'queue_full',
  noAgent: 'no_agent',
  closed: 'closed',
  deflected: 'deflected',
  timedOut: 'timed_out',
  emergency: 'emergency',
  lostInTransfer: 'lost_in_transfer',
  messageLeft: 'message_left',
  failed: 'failed',
  callbackTaken: 'callback_taken',
  notReached: 'not_reached',
  withdrawn: 'withdrawn',
}
export const ENDING_BY_OUTCOME: Readonly<Record<string, string>> = OUTCOMES

const total = (calls: readonly PlainCall[], of: (call: PlainCall) => number) =>
  calls.reduce((sum, call) => sum + of(call), 0)
const rate = (numerator: number, denominator: number) => ({
  value: denominator === 0 ? null : numerator / denominator,
  numerator,
  denominator,
})

export function plainCounts(calls: readonly PlainCall[], scope: PlainScope) {
  const answered = calls.filter(isAnswered)
  const abandoned = calls.filter(isAbandoned)
  const outcomes = Object.entries(OUTCOMES).map(([name, ending]) => [
    name,
    calls.filter((call) => call.ending === ending).length,
  ])
  return {
    ...(Object.fromEntries(outcomes) as Record<keyof typeof OUTCOMES, number>),
    inbound: calls.length,
    queued: calls.filter(({ queuedAt }) => queuedAt !== null).length,
    answered: answered.length,
    answeredTimely: answered.filter((call) => isTimely(call, scope)).length,
    shortAbandoned: abandoned.filter((call) => waitMs(call) <= ruleOf(call, scope).shortMs).length,
    abandonedTimely: abandoned.filter((call) => isWithin(call, scope)).length,
    callbackTimely: calls.filter((call) => call.leftAt !== null && isWithin(call, scope)).length,
    waitMsAnswered: total(answered, waitMs),
    arrivalMsAnswered: total(answered, (call) => (call.answeredAt ?? 0) - call.arrivedAt),
    waitMsAbandoned: total(abandoned, waitMs),
    waitMsMax: Math.max(0, ...[...answered, ...abandoned].map(waitMs)),
    talkMs: total(calls, (call) => call.talkMs),
    holdMs: total(calls, (call) => call.holdMs),
    holds: total(calls, (call) => call.holds),
    holdsExceeded: total(calls, (call) => call.holdsExceeded),
  }
}

/** As the API shows them, judged by the targets of `day`. */
export function plainFigures(calls: readonly PlainCall[], day: string, scope: PlainScope) {
  const counts = plainCounts(calls, scope)
  const { answered, answeredTimely, inbound } = counts
  const judged = (of: ReturnType<typeof rate>, target: number | null) => ({
    ...of,
    target,
    met: target === null || of.value === null ? null : of.value >= target,
  })
  const connectTarget = scope.connectTargets
    .filter(({ from }) => from <= day)
    .reduce((_, { atLeast }) => atLeast, 0.95)
  return {
    connectRate: judged(rate(answered, inbound), connectTarget),
    timelyAnswerRate: judged(rate(answeredTimely, answered), 0.8),
    serviceLevel: judged(rate(answeredTimely, inbound), null),
    avgSpeedOfAnswerMs: answered === 0 ? null : counts.waitMsAnswered / answered,
    waitMsMax: counts.waitMsMax,
    abandoned: counts.abandonedWaiting + counts.abandonedRinging,
    counts,
  }
}

/** Raw and adjusted. The longest wait is that of all calls in both. */
export function plainRow(
  calls: readonly PlainCall[],
  { day, windows, scope }: { day: string; windows: readonly PlainWindow[]; scope: PlainScope },
) {
  const raw = plainFigures(calls, day, scope)
  const kept = plainFigures(
    calls.filter((call) => !isExcluded(call, windows)),
    day,
    scope,
  )
  const { waitMsMax } = raw
  const adjusted = { ...kept, waitMsMax, counts: { ...kept.counts, waitMsMax } }
  return { raw, adjusted, serviceLevels: plainServiceLevels(calls, scope) }
}

export function plainServiceLevels(calls: readonly PlainCall[], scope: PlainScope) {
  const timely = calls.filter((call) => isTimely(call, scope)).length
  const answered = calls.filter(isAnswered).length
  const abandoned = calls.filter(isAbandoned)
  const gaveUpAtOnce = abandoned.filter((call) => waitMs(call) <= ruleOf(call, scope).shortMs)
  const gaveUpInTime = abandoned.filter((call) => isWithin(call, scope)).length
  const leftInTime = calls.filter((call) => call.leftAt !== null && isWithin(call, scope)).length
  const queued = calls.filter(({ queuedAt }) => queuedAt !== null).length
  return {
    strict: rate(timely, calls.length),
    shortAbandonsOut: rate(timely, calls.length - gaveUpAtOnce.length),
    connectStyle: rate(timely + gaveUpInTime + leftInTime, queued),
    appQueueStyle: rate(timely + gaveUpInTime, answered + abandoned.length),
    answeredOnly: rate(timely, answered),
  }
}

const BOUNDS = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600]

/** How many waited how long: above one bound and up to the next. */
export function plainWaits(calls: readonly PlainCall[]) {
  const ends = [...BOUNDS.map((seconds) => seconds * 1_000), Number.POSITIVE_INFINITY]
  return ends.map((end, place) => {
    const start = place === 0 ? -1 : (ends[place - 1] ?? -1)
    const inside = calls.filter((call) => waitMs(call) > start && waitMs(call) <= end)
    return {
      waitMsMax: Number.isFinite(end) ? end : null,
      answered: inside.filter(isAnswered).length,
      abandoned: inside.filter(isAbandoned).length,
    }
  })
}
