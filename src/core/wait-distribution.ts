// How long callers waited, as a distribution: how many of the answered and of those who gave up waited up
// to each bound. An average hides the tail that people complain about.

/** Upper ends, included; the last class has none. */
export const WAIT_BOUNDS_MS = [
  5_000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000, 180_000, 300_000, 600_000,
] as const

export type Waited = 'answered' | 'abandoned'

/** The class's name among the sums that are kept, e.g. `answered:15000`; `answered:more` is the last. */
export function waitClass(waited: Waited, waitMs: number): string {
  const bound = WAIT_BOUNDS_MS.find((ms) => waitMs <= ms)
  return `${waited}:${bound ?? 'more'}`
}

export interface WaitClass {
  /** Null for the last. */
  readonly waitMsMax: number | null
  readonly answered: number
  readonly abandoned: number
}

export function waitDistribution(sums: Readonly<Record<string, number>>): WaitClass[] {
  return [...WAIT_BOUNDS_MS, null].map((waitMsMax) => ({
    waitMsMax,
    answered: sums[`answered:${waitMsMax ?? 'more'}`] ?? 0,
    abandoned: sums[`abandoned:${waitMsMax ?? 'more'}`] ?? 0,
  }))
}
