// How much longer a waiting caller will wait, as a range that holds four times out of five. The middle is
// simple arithmetic: the calls ahead, the time that one takes, the agents who take them. How far reality
// strays from it is not assumed but remembered: each estimate is compared with what came true, and the
// limits are set where the last ones would have been right (adaptive conformal inference, Gibbs and
// Candès 2021). So it stays honest when staffing, skills or the calls themselves change.
import type { QueueId } from './config.ts'
import type { Fact } from './facts.ts'
import { isCallBefore } from './lanes.ts'
import type { Call, State } from './state.ts'

/** Of waits that should be shorter than the range, and of those that should be longer. */
export const MISS_SHARE = 0.1
/** How fast the limits follow their misses: a lasting error of one side is gone after some hundred calls. */
const ADAPTATION = 0.003
const SHARE_MIN = 0.005
const SHARE_MAX = 0.45
/** Of as many outcomes the limits are read; older ones are of another day. */
const OUTCOMES_MAX = 400
/** Outcomes with which what is remembered counts half, and what theory says the other half. */
const PRIOR_WEIGHT = 15
/** Before anything is known: two and a half minutes of talk (the norms have no figure), half a minute of wrap-up. */
const TALK_MS_AT_FIRST = 150_000
const WRAP_UP_MS_AT_FIRST = 30_000
const AVERAGED_OVER = 40
/** Estimates of one call that are compared in the end. */
const PER_CALL_MAX = 12

/** What is known about a queue's speed and about the errors made. Shares and ratios have no unit. */
export interface Estimator {
  /** Mean time that an agent is on one of its calls, holds included. */
  talkMs: number
  /** true wait ÷ plain arithmetic, oldest first, by how many were ahead; see `bucketOf`. */
  readonly ratios: Map<number, number[]>
  /** Which share of the ratios to leave outside, below and above. */
  shareBelow: number
  shareAbove: number
}

/** The estimates of a hotline; wrap-up is the agents', not a queue's. */
export interface Estimation {
  wrapUpMs: number
  readonly queues: Map<QueueId, Estimator>
}

/** One estimate as the call keeps it until the outcome is known. */
export interface MadeEstimate {
  readonly at: number
  readonly ahead: number
  readonly baseMs: number
  readonly lowMs: number
  readonly highMs: number
}

export interface Estimate {
  /** Waiting calls that will be served before. */
  readonly ahead: number
  /** Agents at work who may serve the queue. */
  readonly agents: number
  /** Plain arithmetic, before it is corrected by experience. */
  readonly baseMs: number
  readonly lowMs: number
  readonly likelyMs: number
  readonly highMs: number
}

/** One estimate and its outcome, as the records give them back to a service that starts. */
export interface RestoredEstimate {
  readonly queueId: QueueId
  readonly ahead: number
  readonly baseMs: number
  readonly waitedMs: number
}

export function noEstimation(): Estimation {
  return { wrapUpMs: WRAP_UP_MS_AT_FIRST, queues: new Map() }
}

/** Calls of the queue that come before this one. */
export function aheadOf(state: State, call: Call): number {
  const lane = state.lanes.get(call.laneId ?? '')
  if (lane === undefined || call.phase.name !== 'waiting') return 0
  let ahead = 0
  // Callers of the queue who ask something else of an agent are ahead all the same.
  for (const { queueId, waiting } of state.lanes.values()) {
    if (queueId !== lane.queueId) continue
    for (const other of waiting.items()) if (isCallBefore(other, call, lane.routing)) ahead += 1
  }
  return ahead
}

/** Null where nobody is at work, so that no end of the wait is in sight. */
export function estimateFor(state: State, call: Call): Estimate | null {
  const lane = state.lanes.get(call.laneId ?? '')
  if (lane === undefined) return null
  let agents = 0
  for (const agentId of lane.signedIn) {
    const phase = state.agents.get(agentId)?.phase.name
    if (phase !== undefined && phase !== 'not_ready' && phase !== 'signed_out') agents += 1
  }
  if (agents === 0) return null
  const ahead = aheadOf(state, call)
  const estimator = state.estimation.queues.get(lane.queueId) ?? newEstimator()
  const baseMs = Math.round(((ahead + 1) * (estimator.talkMs + state.estimation.wrapUpMs)) / agents)
  const { shareBelow, shareAbove } = estimator
  const at = (share: number): number => Math.round(baseMs * ratioAt(estimator, ahead, share))
  return {
    ahead,
    agents,
    baseMs,
    lowMs: at(shareBelow),
    likelyMs: at(0.5),
    highMs: at(1 - shareAbove),
  }
}

/** What a fact teaches. Before the fact changes the state: the call and its estimates are still there. */
export function learn(state: State, fact: Fact): void {
  const { estimation } = state
  switch (fact.type) {
    case 'call.estimated': {
      const call = state.calls.get(fact.callId)
      if (call !== undefined) call.estimates = [...call.estimates, fact].slice(-PER_CALL_MAX)
      return
    }
    case 'call.connected': {
      const call = state.calls.get(fact.callId)
      if (call === undefined || !fact.isFirst) return
      const estimator = estimatorOf(state, fact.queueId)
      for (const made of call.estimates) compare(estimator, made, fact.answeredAt - made.at)
      call.estimates = []
      return
    }
    case 'call.ended': {
      if (fact.talkMs === null || fact.queueId === null) return
      const estimator = estimatorOf(state, fact.queueId)
      estimator.talkMs += (fact.talkMs + fact.holdMs - estimator.talkMs) / AVERAGED_OVER
      return
    }
    case 'agent.became_ready': {
      const phase = state.agents.get(fact.agentId)?.phase
      if (phase?.name !== 'wrap_up') return
      estimation.wrapUpMs += (fact.at - phase.since - estimation.wrapUpMs) / AVERAGED_OVER
      return
    }
    case 'estimates.restored':
      estimation.wrapUpMs = fact.wrapUpMs ?? estimation.wrapUpMs
      for (const { queueId, talkMs } of fact.talk) estimatorOf(state, queueId).talkMs = talkMs
      for (const { queueId, ahead, baseMs, waitedMs } of fact.outcomes) {
        remember(estimatorOf(state, queueId), ahead, waitedMs / Math.max(1, baseMs))
      }
      return
  }
}

function newEstimator(): Estimator {
  return {
    talkMs: TALK_MS_AT_FIRST,
    ratios: new Map(),
    shareBelow: MISS_SHARE,
    shareAbove: MISS_SHARE,
  }
}

function estimatorOf(state: State, queueId: QueueId): Estimator {
  const known = state.estimation.queues.get(queueId)
  if (known !== undefined) return known
  const made = newEstimator()
  state.estimation.queues.set(queueId, made)
  return made
}

function compare(estimator: Estimator, made: MadeEstimate, waitedMs: number): void {
  const isBelow = waitedMs < made.lowMs ? 1 : 0
  const isAbove = waitedMs > made.highMs ? 1 : 0
  const adapted = (share: number, missed: number): number =>
    Math.min(SHARE_MAX, Math.max(SHARE_MIN, share + ADAPTATION * (MISS_SHARE - missed)))
  estimator.shareBelow = adapted(estimator.shareBelow, isBelow)
  estimator.shareAbove = adapted(estimator.shareAbove, isAbove)
  remember(estimator, made.ahead, waitedMs / Math.max(1, made.baseMs))
}

function remember(estimator: Estimator, ahead: number, ratio: number): void {
  const bucket = bucketOf(ahead)
  const ratios = estimator.ratios.get(bucket) ?? []
  estimator.ratios.set(bucket, [...ratios, ratio].slice(-OUTCOMES_MAX))
}

/** Few ahead: anything can happen. Many: it evens out. So like is compared with like: 0, 1, 2–3, 4–7, … */
function bucketOf(ahead: number): number {
  return Math.floor(Math.log2(ahead + 1) + 1e-9)
}

/** The ratio below which that share of the outcomes lies. */
function ratioAt(estimator: Estimator, ahead: number, share: number): number {
  const expected = gammaRatio(ahead + 1, share)
  const ratios = estimator.ratios.get(bucketOf(ahead)) ?? []
  if (ratios.length === 0) return expected
  const sorted = [...ratios].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? expected
  const above = sorted[Math.ceil(place)] ?? below
  const seen = below + (above - below) * (place - Math.floor(place))
  const weight = ratios.length / (ratios.length + PRIOR_WEIGHT)
  return weight * seen + (1 - weight) * expected
}

/**
 * Where agents become free at random, the wait for the `count`th of them, as a ratio to its mean: a gamma
 * distribution, by Wilson and Hilferty's approximation of its quantiles.
 */
function gammaRatio(count: number, share: number): number {
  const ninth = 1 / (9 * count)
  return Math.max(0, 1 - ninth + normalAt(share) * Math.sqrt(ninth)) ** 3
}

/** Quantile of the standard normal distribution, good to 0.003 (Abramowitz and Stegun 26.2.22 … 23). */
function normalAt(share: number): number {
  const tail = Math.min(share, 1 - share)
  const t = Math.sqrt(-2 * Math.log(Math.max(1e-9, tail)))
  const above = t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t)
  return share < 0.5 ? -above : above
}
