// Holds back guessing: counts attempts by key in windows of time. An attempt counts before it is judged,
// so that many at once are held back too, and is taken back when it turns out right. In memory and
// bounded: where too many keys are known, the oldest are forgotten.
import type { Clock } from '../clock.ts'

const KEYS_MAX = 10_000

interface Window {
  readonly since: number
  count: number
}

export class Attempts {
  readonly #clock: Clock
  readonly #windowMs: number
  readonly #max: number
  readonly #windows = new Map<string, Window>()

  constructor(clock: Clock, limit: { readonly max: number; readonly windowMs: number }) {
    this.#clock = clock
    this.#windowMs = limit.windowMs
    this.#max = limit.max
  }

  /** Counts one more. Returns for how long no further one is let through; 0 if this one is. */
  take(key: string): number {
    const now = this.#clock.now()
    let window = this.#windows.get(key)
    if (window === undefined || now - window.since >= this.#windowMs) {
      this.#windows.delete(key)
      for (const oldest of this.#windows.keys()) {
        if (this.#windows.size < KEYS_MAX) break
        this.#windows.delete(oldest)
      }
      window = { since: now, count: 0 }
      this.#windows.set(key, window)
    }
    if (window.count >= this.#max) return window.since + this.#windowMs - now
    window.count += 1
    return 0
  }

  /** The keys of which no further attempt is let through, and until when. */
  held(): { readonly key: string; readonly until: number }[] {
    const now = this.#clock.now()
    return [...this.#windows]
      .map(([key, { since, count }]) => ({ key, until: since + this.#windowMs, count }))
      .filter(({ count, until }) => count >= this.#max && until > now)
      .map(({ key, until }) => ({ key, until }))
  }

  /** The attempt was a good one and does not count. */
  giveBack(key: string): void {
    const window = this.#windows.get(key)
    if (window !== undefined) window.count -= 1
  }

  /** Nothing of the key counts any more. */
  forget(key: string): void {
    this.#windows.delete(key)
  }
}
