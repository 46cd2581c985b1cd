// The live fold: every fact of a call adds to the counts of the day and of the quarter of an hour in which
// the call arrived, in total and for the queue that it entered first. A call that moves on to another
// queue stays with the first: its caller was promised an answer there, and nobody is counted twice.
import type { QueueId } from './config.ts'
import { dayOf } from './days.ts'
import type { Fact } from './facts.ts'
import type { CallId, RestoredCall } from './inputs.ts'
import { definitionOn, type KpiDefinition } from './kpi-definitions.ts'
import { addCounts, answerCounts, type Counts, contribution, NO_COUNTS } from './metrics.ts'
import type { Call, State } from './state.ts'

/** Days whose counts stay in memory: today, and yesterday for calls that cross midnight. */
const DAYS_KEPT = 2
export const QUARTER_MS = 900_000
const DAY_MS = 86_400_000

export type CountsByQueue = Map<QueueId | '*', Counts>

/** Before the fact changes the state: what is known of the call until now decides what is new. */
export function count(state: State, fact: Fact): void {
  if (fact.type === 'call.arrived') {
    // Found again after a restart that came before it was stamped: the records have counted it.
    if (state.unconfirmed.has(fact.callId)) return
    add(state, fact.arrivedAt, ['*'], { inbound: 1 })
    return
  }
  if (fact.type === 'call.adopted') {
    countAdopted(state, fact)
    return
  }
  if (!('callId' in fact)) return
  const call = state.calls.get(fact.callId) ?? state.unconfirmed.get(fact.callId)
  // The rates are of those who call us; what we dial counts in none of them.
  if (call === undefined || call.outbound != null) return
  if (fact.type === 'call.queued' || fact.type === 'call.refused') {
    countEntered(state, fact, call)
    return
  }
  const offeredAt = call.offeredAt ?? state.unconfirmed.get(fact.callId)?.offeredAt ?? null
  const more = contribution(fact, offeredAt, definitionFor(state, call.arrivedAt))
  if (more === null) return
  const entered = enteredQueueOf(state, fact.callId)
  add(state, call.arrivedAt, entered === null ? ['*'] : ['*', entered], more)
}

/** The queue for which a call counts; null before it entered one. */
export function enteredQueueOf(state: Readonly<State>, callId: CallId): QueueId | null {
  const known = state.unconfirmed.get(callId)
  const entered = state.calls.get(callId)?.enteredQueueId ?? null
  return entered ?? known?.enteredQueueId ?? known?.queueId ?? null
}

type FactOf<Type extends Fact['type']> = Extract<Fact, { type: Type }>

function countEntered(
  state: State,
  fact: FactOf<'call.queued' | 'call.refused'>,
  call: Call | RestoredCall,
): void {
  const { arrivedAt } = call
  const queuedAt = call.queuedAt ?? state.unconfirmed.get(fact.callId)?.queuedAt ?? null
  const queued = fact.type === 'call.queued' && queuedAt === null ? { queued: 1 } : {}
  const entered = enteredQueueOf(state, fact.callId)
  add(state, arrivedAt, ['*'], queued)
  if (entered !== null) add(state, arrivedAt, [entered], queued)
  else if (fact.queueId !== null) add(state, arrivedAt, [fact.queueId], { inbound: 1, ...queued })
}

/** Only what the records did not know of the call yet: the rest is in the counts already. */
function countAdopted(state: State, fact: FactOf<'call.adopted'>): void {
  const { callId, queueId, queuedAt, arrivedAt } = fact
  const { answeredAt, connectedAt } = fact.caller
  const known = state.unconfirmed.get(callId)
  if (fact.caller.outbound !== undefined || known?.outbound !== undefined) return
  const total: Partial<Counts> = known === undefined ? { inbound: 1 } : {}
  const isNewlyQueued = (known?.queuedAt ?? null) === null
  let more: Partial<Counts> = isNewlyQueued ? { queued: 1 } : {}
  if (connectedAt !== null && answeredAt !== null && (known?.connectedAt ?? null) === null) {
    const waitMs = Math.max(0, answeredAt - queuedAt)
    const isTimely = waitMs <= (state.queues.get(queueId)?.answerMsMax ?? ANSWER_MS_MAX)
    const times = { arrivedAt, queuedAt, offeredAt: known?.offeredAt ?? null, answeredAt }
    const definition = definitionFor(state, arrivedAt)
    more = { ...more, ...answerCounts(times, { waitMs, isTimely }, definition) }
  }
  const entered = enteredQueueOf(state, callId)
  add(state, arrivedAt, ['*'], { ...total, ...more })
  add(state, arrivedAt, [entered ?? queueId], entered === null ? { inbound: 1, ...more } : more)
}

/** As long as the records do not know the queue any better. */
const ANSWER_MS_MAX = 15_000

function definitionFor(state: Readonly<State>, arrivedAt: number): KpiDefinition {
  const { timeZone, kpi } = state.config
  return definitionOn(dayOf(arrivedAt, timeZone), kpi?.definitions ?? [])
}

function add(
  state: State,
  arrivedAt: number,
  queueIds: readonly (QueueId | '*')[],
  more: Partial<Counts>,
): void {
  const day = countsOfDay(state, dayOf(arrivedAt, state.config.timeZone))
  const quarter = countsOfQuarter(state, quarterOf(arrivedAt))
  for (const counts of [day, quarter]) {
    for (const id of queueIds) counts.set(id, addCounts(counts.get(id) ?? NO_COUNTS, more))
  }
}

/** Start of the quarter of an hour; every time zone is a whole number of them away from UTC. */
export function quarterOf(at: number): number {
  return Math.floor(at / QUARTER_MS) * QUARTER_MS
}

export function countsOfDay(state: State, day: string): CountsByQueue {
  let counts = state.counts.get(day)
  if (counts === undefined) {
    counts = new Map()
    state.counts.set(day, counts)
    for (const old of [...state.counts.keys()].sort().slice(0, -DAYS_KEPT)) state.counts.delete(old)
  }
  return counts
}

export function countsOfQuarter(state: State, startAt: number): CountsByQueue {
  let counts = state.quarters.get(startAt)
  if (counts === undefined) {
    counts = new Map()
    state.quarters.set(startAt, counts)
    const newest = Math.max(...state.quarters.keys())
    for (const old of state.quarters.keys()) {
      if (old < newest - DAY_MS - QUARTER_MS) state.quarters.delete(old)
    }
  }
  return counts
}

/** Where the rolling day that ends at `at` begins: whole quarters, so at most 24 hours and not less than 23¾. */
export function rollingSince(at: number): number {
  return quarterOf(at - DAY_MS + QUARTER_MS - 1)
}

/** The counts of the rolling day up to `at` (GB/T 33358). */
export function rollingCounts(state: Readonly<State>, at: number, queueId: QueueId | '*'): Counts {
  const since = rollingSince(at)
  let sum = NO_COUNTS
  for (const [startAt, counts] of state.quarters) {
    const more = startAt >= since ? counts.get(queueId) : undefined
    if (more !== undefined) sum = addCounts(sum, more)
  }
  return sum
}
