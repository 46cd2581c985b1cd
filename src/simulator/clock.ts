// Clocks that are not the wall's: one that stands still until it is told to move, for tests and for days
// played in minutes, and one that runs at a multiple of real time, for demonstrations. Timers due at the
// same moment fire in the order in which they were set.
import type { Clock, Timer } from '../clock.ts'
import { Heap } from '../core/heap.ts'

interface Waiting {
  readonly id: string
  readonly at: number
  readonly order: number
  readonly fire: () => void
}

export class VirtualClock implements Clock {
  readonly #timers = new Heap<Waiting>(
    (timer) => timer.id,
    (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order),
  )
  #now: number
  #made = 0

  constructor(startAt: number) {
    this.#now = startAt
  }

  now(): number {
    return this.#now
  }

  after(ms: number, fire: () => void): Timer {
    this.#made += 1
    const order = this.#made
    const id = String(order)
    this.#timers.add({ id, at: this.#now + Math.max(0, Math.round(ms)), order, fire })
    return { clear: () => this.#timers.remove(id) }
  }

  /** When the next timer is due; null if none is set. */
  nextAt(): number | null {
    return this.#timers.first()?.at ?? null
  }

  /** Moves to `at` and fires what is due on the way, each timer at its own moment. */
  advanceTo(at: number): void {
    for (let next = this.#timers.first(); next !== undefined && next.at <= at; ) {
      this.#timers.remove(next.id)
      this.#now = next.at
      next.fire()
      next = this.#timers.first()
    }
    this.#now = Math.max(this.#now, at)
  }

  /**
   * Plays on until `untilAt`: lets `settle` wait until all input and output between processes has come
   * to rest, then jumps to the next timer, and again. No timer fires while bytes are under way.
   */
  async run(untilAt: number, settle: () => Promise<void>): Promise<void> {
    await settle()
    for (let next = this.nextAt(); next !== null && next <= untilAt; next = this.nextAt()) {
      this.advanceTo(next)
      await settle()
    }
    this.#now = Math.max(this.#now, untilAt)
  }
}

/** Starts at `startAt` and runs `factor` times as fast as the wall. */
export function scaledClock(startAt: number, factor: number): Clock {
  const startedAt = performance.now()
  return {
    now: () => Math.floor(startAt + (performance.now() - startedAt) * factor),
    after(ms, fire) {
      const timeout = setTimeout(fire, Math.max(0, Math.min(ms / factor, 2 ** 31 - 1)))
      return { clear: () => clearTimeout(timeout) }
    },
  }
}

/** Another clock for as long as something lives: stopping it clears every timer set through it. */
export class StoppableClock implements Clock {
  readonly #clock: Clock
  readonly #timers = new Set<Timer>()
  #isStopped = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  after(ms: number, fire: () => void): Timer {
    if (this.#isStopped) return { clear: () => {} }
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer)
      fire()
    })
    this.#timers.add(timer)
    return {
      clear: () => {
        timer.clear()
        this.#timers.delete(timer)
      },
    }
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) timer.clear()
    this.#timers.clear()
  }
}
