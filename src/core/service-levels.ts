// The formulas by which the industry says "service level", side by side and by name. On the same calls
// they differ by ten points, so a figure without its formula says nothing. None of them is a rate of the
// norms; those are in metrics.ts.
import { abandonedIn, type Counts } from './metrics.ts'

export const SERVICE_LEVELS = {
  /** Answered in time ÷ offered: nobody is left out. */
  strict: ({ answeredTimely, inbound }) => [answeredTimely, inbound],
  /** The same without callers who gave up at once (Genesys with short abandons out). */
  shortAbandonsOut: ({ answeredTimely, inbound, shortAbandoned }) => [
    answeredTimely,
    inbound - shortAbandoned,
  ],
  /** Contacts that left the queue in time, however they left it, ÷ contacts queued (Amazon Connect). */
  connectStyle: ({ answeredTimely, abandonedTimely, callbackTimely, queued }) => [
    answeredTimely + abandonedTimely + callbackTimely,
    queued,
  ],
  /** Answered or abandoned in time ÷ answered or abandoned (Asterisk's app_queue, its second one). */
  appQueueStyle: (counts) => [
    counts.answeredTimely + counts.abandonedTimely,
    counts.answered + abandonedIn(counts),
  ],
  /** Answered in time ÷ answered: abandons do not enter (app_queue's first one, Wazo; R-003). */
  answeredOnly: ({ answeredTimely, answered }) => [answeredTimely, answered],
} as const satisfies Record<string, (counts: Counts) => readonly [number, number]>
export type ServiceLevelName = keyof typeof SERVICE_LEVELS

export interface NamedRate {
  readonly value: number | null
  readonly numerator: number
  readonly denominator: number
}

export function serviceLevels(counts: Counts): Record<ServiceLevelName, NamedRate> {
  const entries = Object.entries(SERVICE_LEVELS).map(([name, formula]) => {
    const [numerator, denominator] = formula(counts)
    return [
      name,
      { value: denominator === 0 ? null : numerator / denominator, numerator, denominator },
    ]
  })
  return Object.fromEntries(entries) as Record<ServiceLevelName, NamedRate>
}
