// How many agents an amount of calls needs. Erlang C supposes that callers wait for ever and is on the safe
// side; Erlang A lets them give up after a patience of their own, which is nearer to what is seen. Both
// suppose calls at random moments and talks of exponentially distributed length.

export interface Traffic {
  /** Calls per hour. */
  readonly callsPerHour: number
  /** Mean time that a call keeps its agent: talk, hold and wrap-up. */
  readonly handleMs: number
}

const HOUR_MS = 3_600_000
/** Terms of the waiting line beyond which nothing measurable is left. */
const SHARE_MIN = 1e-12
const WAITING_MAX = 100_000

/** Traffic in Erlang: agents who would be busy all the time. */
export function loadOf({ callsPerHour, handleMs }: Traffic): number {
  return (callsPerHour * handleMs) / HOUR_MS
}

export interface Staffed {
  /** Share of all callers who are answered within the limit. */
  readonly answeredWithin: number
  /** Share of callers who have to wait at all. */
  readonly waiting: number
  readonly abandoned: number
  /** Share of their time that agents are busy. */
  readonly occupancy: number
}

/** Null where the agents cannot carry the load, however long callers wait. */
export function erlangC(traffic: Traffic, agents: number, answerMsMax: number): Staffed | null {
  const load = loadOf(traffic)
  if (agents <= load) return null
  if (load === 0) return { answeredWithin: 1, waiting: 0, abandoned: 0, occupancy: 0 }
  // Erlang B by its recursion, which neither overflows nor loses digits.
  let blocked = 1
  for (let n = 1; n <= agents; n += 1) blocked = (load * blocked) / (n + load * blocked)
  const occupancy = load / agents
  const waiting = blocked / (1 - occupancy * (1 - blocked))
  const late = waiting * Math.exp((-(agents - load) * answerMsMax) / traffic.handleMs)
  return { answeredWithin: 1 - late, waiting, abandoned: 0, occupancy }
}

/**
 * M/M/n+M: callers give up after an exponentially distributed patience of mean `patienceMs`. Any number of
 * agents is stable, for too many callers leave.
 */
export function erlangA(
  traffic: Traffic,
  agents: number,
  { patienceMs, answerMsMax }: { readonly patienceMs: number; readonly answerMsMax: number },
): Staffed {
  const lambda = traffic.callsPerHour / HOUR_MS
  const mu = 1 / traffic.handleMs
  const theta = 1 / patienceMs
  if (lambda === 0) return { answeredWithin: 1, waiting: 0, abandoned: 0, occupancy: 0 }
  if (agents === 0) return { answeredWithin: 0, waiting: 1, abandoned: 1, occupancy: 0 }
  const { serving, line } = stationary(lambda, mu, theta, agents)
  const free = serving.slice(0, agents).reduce((sum, share) => sum + share, 0)
  let answeredWithin = free
  let gaveUp = 0
  // A caller who finds k before them in the line is answered in time if k + 1 places come free before the
  // limit and before their patience ends.
  const within = answeredInTime({ agents, mu, theta, answerMsMax, places: line.length })
  for (const [ahead, share] of line.entries()) {
    answeredWithin += share * (within[ahead] ?? 0)
    gaveUp += share * ahead * theta
  }
  const busy = serving.reduce((sum, share, n) => sum + share * n, 0)
  const waiting = line.reduce((sum, share) => sum + share, 0)
  const busyInLine = waiting - (serving[agents] ?? 0)
  const occupancy = Math.min(1, (busy + busyInLine * agents) / agents)
  return { answeredWithin, waiting, abandoned: gaveUp / lambda, occupancy }
}

/** Shares of time with 0 … n agents busy, and with 0, 1, 2 … callers waiting behind n busy agents. */
function stationary(lambda: number, mu: number, theta: number, agents: number) {
  // Relative to the state "all busy, nobody waits", in both directions, so that nothing overflows.
  const serving = new Array<number>(agents + 1).fill(0)
  serving[agents] = 1
  for (let n = agents - 1; n >= 0; n -= 1)
    serving[n] = ((serving[n + 1] ?? 0) * (n + 1) * mu) / lambda
  const line = [1]
  for (let waiting = 1; waiting < WAITING_MAX; waiting += 1) {
    const share = ((line[waiting - 1] ?? 0) * lambda) / (agents * mu + waiting * theta)
    line.push(share)
    if (share < SHARE_MIN && waiting * theta + agents * mu > lambda) break
  }
  const total = [...serving.slice(0, agents), ...line].reduce((sum, share) => sum + share, 0)
  return {
    serving: serving.map((share) => share / total),
    line: line.map((share) => share / total),
  }
}

interface Line {
  readonly agents: number
  readonly mu: number
  readonly theta: number
  readonly answerMsMax: number
  readonly places: number
}

/**
 * For each number of callers ahead, the chance of being answered within the limit: the place in the line
 * shrinks at rate nμ + jθ with j ahead, and the caller's own patience runs at θ. Solved by uniformisation.
 */
function answeredInTime({ agents, mu, theta, answerMsMax, places }: Line): number[] {
  const rateMax = agents * mu + (places + 1) * theta
  const mean = rateMax * answerMsMax
  // chance[j]: answered after the steps taken so far, starting with j ahead.
  let chance = new Array<number>(places).fill(0)
  const result = new Array<number>(places).fill(0)
  let weight = Math.exp(-mean)
  let seen = weight
  const stepsMax = Math.ceil(mean + 12 * Math.sqrt(mean) + 50)
  for (let step = 1; step <= stepsMax && 1 - seen > 1e-12; step += 1) {
    const next = chance.map((stay, ahead) => {
      const move = (agents * mu + ahead * theta) / rateMax
      const leave = theta / rateMax
      const forward = ahead === 0 ? 1 : (chance[ahead - 1] ?? 0)
      return move * forward + (1 - move - leave) * stay
    })
    chance = next
    weight *= mean / step
    seen += weight
    for (const [ahead, value] of chance.entries())
      result[ahead] = (result[ahead] ?? 0) + weight * value
  }
  return result
}

/**
 * The fewest agents with whom the share of callers answered within the limit reaches the target. More agents
 * never answer fewer in time, so the number is closed in on from both sides.
 */
export function agentsFor(
  answeredWithin: (agents: number) => number,
  target: number,
  agentsMax: number,
): number | null {
  if (answeredWithin(0) >= target) return 0
  let tooFew = 0
  let enough = 1
  while (answeredWithin(enough) < target) {
    if (enough === agentsMax) return null
    tooFew = enough
    enough = Math.min(agentsMax, enough * 2)
  }
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2)
    if (answeredWithin(middle) >= target) enough = middle
    else tooFew = middle
  }
  return enough
}
