// A clock that stands still until a test moves it. Timers fire within `advance`, in the order of their
// moments, and `now` shows each its own.
import type { Clock, Timer } from '../../src/clock.ts'

export class ManualClock implements Clock {
  #now: number
  #timers: { readonly at: number; readonly fire: () => void }[] = []

  constructor(startAt = 1_795_451_800_000) {
    this.#now = startAt
  }

  now(): number {
    return this.#now
  }

  after(ms: number, fire: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, ms), fire }
    this.#timers.push(timer)
    return {
      clear: () => {
        this.#timers = this.#timers.filter((other) => other !== timer)
      },
    }
  }

  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const [first, ...others] = this.#timers.filter((timer) => timer.at <= end)
      if (first === undefined) break
      const next = others.reduce((a, b) => (b.at < a.at ? b : a), first)
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#now = Math.max(this.#now, next.at)
      next.fire()
    }
    this.#now = end
  }

  get timers(): number {
    return this.#timers.length
  }
}
