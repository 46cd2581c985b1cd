// The targets that rates are judged by, each with the day from which it holds: a past day is
// judged by the target that was in force then, whatever is decided later.

export const KPI_CODES = [
  'connectRate',
  'timelyAnswerRate',
  'serviceLevel',
  'smsReplyRate',
  'complaintRate',
] as const
export type KpiCode = (typeof KPI_CODES)[number]

export const COMPARATORS = ['at_least', 'at_most'] as const
export type Comparator = (typeof COMPARATORS)[number]

export interface KpiTarget {
  readonly code: KpiCode
  /** The first calendar day on which it holds, `YYYY-MM-DD`. */
  readonly effectiveFrom: string
  readonly comparator: Comparator
  /** A share, 0 to 1. */
  readonly threshold: number
}

/** The norms' own (R-001, R-003, R-005, R-007). The strict service level has none. */
export const NORM_TARGETS: readonly KpiTarget[] = [
  norm('connectRate', 'at_least', 0.95),
  norm('timelyAnswerRate', 'at_least', 0.8),
  norm('smsReplyRate', 'at_least', 1),
  norm('complaintRate', 'at_most', 0.02),
]

function norm(code: KpiCode, comparator: Comparator, threshold: number): KpiTarget {
  return { code, effectiveFrom: '2000-01-01', comparator, threshold }
}

/** Null where none was in force on the day. */
export function targetOn(
  code: KpiCode,
  day: string,
  targets: readonly KpiTarget[],
): KpiTarget | null {
  let found: KpiTarget | null = null
  for (const target of [...NORM_TARGETS, ...targets]) {
    if (target.code !== code || target.effectiveFrom > day) continue
    if (found === null || target.effectiveFrom >= found.effectiveFrom) found = target
  }
  return found
}

/** Compared unrounded; null where there is no rate or no target. */
export function isMet(value: number | null, target: KpiTarget | null): boolean | null {
  if (value === null || target === null) return null
  return target.comparator === 'at_least' ? value >= target.threshold : value <= target.threshold
}
