// Time as a value that can be handed in: the system's clock in production, a virtual one in tests and
// for time-lapse. Everything outside the core that waits or reads the time does it through this.

export interface Timer {
  /** Harmless when the timer has fired already. */
  clear(): void
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls `fire` once after `ms` (0 or less: as soon as possible). */
  after(ms: number, fire: () => void): Timer
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fire) {
    // Node fires anything above 2^31−1 ms at once; no timer of ours lasts 24 days.
    const timeout = setTimeout(fire, Math.max(0, Math.min(ms, 2 ** 31 - 1)))
    return { clear: () => clearTimeout(timeout) }
  },
}
