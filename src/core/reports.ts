// The hotline's operation reports: what a period was like, made from the figures of
// its days and never from anything typed in. A report that is made again is a new version; the old stay.
import type { AgentFigures } from './agent-counts.ts'
import type { CategoryCount } from './categories.ts'
import type { Figures } from './metrics.ts'
import type { NamedRate, ServiceLevelName } from './service-levels.ts'
import type { StaffedHour } from './staffing.ts'
import type { WaitClass } from './wait-distribution.ts'

export const REPORT_KINDS = ['interval', 'daily', 'weekly', 'monthly'] as const
export type ReportKind = (typeof REPORT_KINDS)[number]
export const REPORT_STATUSES = ['running', 'done', 'failed', 'cancelled'] as const
export type ReportStatus = (typeof REPORT_STATUSES)[number]

export interface RawAndAdjusted {
  readonly raw: Figures
  readonly adjusted: Figures
}

export interface Report {
  readonly kind: ReportKind
  readonly from: string
  readonly to: string
  readonly total: RawAndAdjusted
  readonly serviceLevels: Readonly<Record<ServiceLevelName, NamedRate>>
  /** The period of the same length before, for comparison. */
  readonly before: { readonly from: string; readonly to: string; readonly total: Figures }
  /** The same days a year earlier; reports made before it was kept have none. */
  readonly yearBefore?: { readonly from: string; readonly to: string; readonly total: Figures }
  readonly queues: readonly (RawAndAdjusted & { readonly queueId: string })[]
  readonly numbers: readonly { readonly number: string; readonly figures: Figures }[]
  /** By day; of an interval report by quarter of an hour, as its start. */
  readonly intervals: readonly { readonly start: string; readonly figures: Figures }[]
  readonly agents: readonly { readonly agentId: string; readonly figures: AgentFigures }[]
  readonly waits: readonly WaitClass[]
  /** Saved contact records by what the calls were about; reports made before it was kept have none. */
  readonly categories?: readonly CategoryCount[]
  /** Calls by how they came out, as their agents wrote them up. */
  readonly dispositions: Readonly<Record<string, number>>
  readonly hours: readonly StaffedHour[]
}

const DAY_MS = 86_400_000

/** The days of the last complete period of a kind before `today`; weeks begin on Monday. */
export function lastPeriod(kind: ReportKind, today: string): { from: string; to: string } {
  const at = Date.parse(`${today}T00:00:00Z`)
  const yesterday = dayText(at - DAY_MS)
  if (kind === 'daily' || kind === 'interval') return { from: yesterday, to: yesterday }
  if (kind === 'weekly') {
    const sinceMonday = (new Date(at).getUTCDay() + 6) % 7
    const monday = at - (sinceMonday + 7) * DAY_MS
    return { from: dayText(monday), to: dayText(monday + 6 * DAY_MS) }
  }
  const last = Date.parse(`${today.slice(0, 7)}-01T00:00:00Z`) - DAY_MS
  return { from: `${dayText(last).slice(0, 7)}-01`, to: dayText(last) }
}

/** The kinds that fall due on the morning of `today`. */
export function dueOn(today: string): ReportKind[] {
  const isMonday = new Date(`${today}T00:00:00Z`).getUTCDay() === 1
  const kinds: ReportKind[] = ['interval', 'daily']
  if (isMonday) kinds.push('weekly')
  if (today.endsWith('-01')) kinds.push('monthly')
  return kinds
}

/** As many days, right before. */
export function periodBefore({ from, to }: { from: string; to: string }): {
  from: string
  to: string
} {
  const start = Date.parse(`${from}T00:00:00Z`)
  const lengthMs = Date.parse(`${to}T00:00:00Z`) - start + DAY_MS
  return { from: dayText(start - lengthMs), to: dayText(start - DAY_MS) }
}

function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
