// The citizens of the demonstration: when they call, from where, how long they wait and talk. The day
// has the rhythm of a city hotline: a quiet night, a steep morning, a dip at noon, a second peak in the
// afternoon. Who calls when depends on the seed and the hour alone, never on how the calls go.
import type { Timer } from '../clock.ts'
import type { CallHandle, CallPlan } from './calls.ts'
import type { Random } from './random.ts'
import type { Simulator } from './server.ts'

/** Calls by hour of the day, in relation to one another. */
export const HOURLY_WEIGHTS: readonly number[] = [
  1.2, 0.8, 0.6, 0.5, 0.5, 0.9, 2, 4, 8, 11, 10.5, 8.5, 6, 6.5, 9.5, 10, 9, 7.5, 5, 4, 3.5, 3, 2.4,
  1.8,
]

export interface DialledNumber {
  readonly number: string
  /** In relation to the other numbers. */
  readonly weight: number
}

export interface CallersOptions {
  readonly simulator: Simulator
  readonly numbers: readonly [DialledNumber, ...DialledNumber[]]
  readonly callsPerDay: number
  readonly timeZone: string
  /** Added to the clock before the hour of the day is read; 0 if left out. */
  readonly rhythmShiftMs?: number
  readonly onCall?: (call: CallHandle) => void
}

const REPEAT_SHARE = 0.12
const MUTE_SHARE = 0.03
const WRONG_NUMBER_SHARE = 0.02
const RECENT_MAX = 200
const HOUR_MS = 3_600_000

export class Callers {
  readonly #options: CallersOptions
  readonly #arrivals: Random
  readonly #people: Random
  readonly #hours: Intl.DateTimeFormat
  readonly #recent: string[] = []
  readonly #peak = Math.max(...HOURLY_WEIGHTS)
  #next: Timer | null = null
  #placed = 0

  constructor(options: CallersOptions) {
    this.#options = options
    this.#arrivals = options.simulator.random.fork('arrivals')
    this.#people = options.simulator.random.fork('people')
    this.#hours = new Intl.DateTimeFormat('en-GB', {
      timeZone: options.timeZone,
      hour: 'numeric',
      hourCycle: 'h23',
    })
  }

  /** Calls placed so far. */
  get placed(): number {
    return this.#placed
  }

  start(): void {
    this.#schedule()
  }

  /** Nobody new calls; those who have go on. */
  stop(): void {
    this.#next?.clear()
    this.#next = null
  }

  /** Candidates come at the peak's rate; each hour lets through its own share of them. */
  #schedule(): void {
    const { clock } = this.#options.simulator
    const { callsPerDay } = this.#options
    const total = HOURLY_WEIGHTS.reduce((sum, weight) => sum + weight, 0)
    const meanMs = HOUR_MS / ((callsPerDay * this.#peak) / total)
    this.#next = clock.after(this.#arrivals.exponential(meanMs), () => {
      const { rhythmShiftMs = 0 } = this.#options
      const hour = Number(this.#hours.format(clock.now() + rhythmShiftMs))
      if (this.#arrivals.chance((HOURLY_WEIGHTS[hour] ?? 0) / this.#peak)) this.#place()
      this.#schedule()
    })
  }

  #place(): void {
    this.#placed += 1
    const call = this.#options.simulator.call(this.#plan())
    this.#options.onCall?.(call)
  }

  #plan(): CallPlan {
    const random = this.#people
    const to = random.weighted(this.#options.numbers, ({ weight }) => weight).number
    const from = this.#from()
    const patienceMs = Math.round(random.skewed(75_000, 0.8))
    const kind = random.next()
    // About a third of all talks end at the agent's end; a longer talk time leaves it to them.
    const talkMs = Math.round(random.skewed(110_000, 0.6) * (random.chance(0.35) ? 1.6 : 1))
    const wrongNumberMs = random.whole(6_000, 14_000)
    if (kind < MUTE_SHARE) return { to, from, patienceMs, talkMs: 45_000, isMute: true }
    if (kind < MUTE_SHARE + WRONG_NUMBER_SHARE) {
      return { to, from, patienceMs, talkMs: wrongNumberMs }
    }
    return { to, from, patienceMs, talkMs: Math.min(talkMs, 1_200_000) }
  }

  #from(): string {
    const random = this.#people
    const isRepeat = random.chance(REPEAT_SHARE)
    const place = random.whole(0, RECENT_MAX - 1)
    const fresh = numberOf(random)
    const from = isRepeat ? (this.#recent[place % (this.#recent.length || 1)] ?? fresh) : fresh
    this.#recent.push(from)
    if (this.#recent.length > RECENT_MAX) this.#recent.shift()
    return from
  }
}

/** Mostly mobiles, some landlines of the city. */
function numberOf(random: Random): string {
  const digits = String(random.whole(0, 99_999_999)).padStart(8, '0')
  const prefix = random.pick(['135', '136', '138', '139', '150', '158', '186', '189'])
  return random.chance(0.15) ? `020${digits}` : `${prefix}${digits}`
}
