// Stretches of time that the adjusted figures leave out: an emergency, a fault of ours, more
// calls than the seats can carry. The system or a person declares one, a second person decides on it, and
// only then does the adjusted figure change; the raw one never does.
import type { QueueId } from './config.ts'
import { type Rejection, rejection } from './rejections.ts'

export const EXCLUSION_REASONS = ['emergency', 'system_fault', 'over_capacity', 'other'] as const
export type ExclusionReason = (typeof EXCLUSION_REASONS)[number]

export const WINDOW_STATUSES = ['proposed', 'approved', 'rejected', 'withdrawn'] as const
/** `withdrawn`: taken back by who declared it, or an approval that was lifted again. */
export type WindowStatus = (typeof WINDOW_STATUSES)[number]

export interface ExclusionWindow {
  readonly windowId: number
  readonly reason: ExclusionReason
  /** Null: the whole hotline. */
  readonly queueId: QueueId | null
  /** Calls that arrived from here, up to and without `endsAt`. */
  readonly startsAt: number
  readonly endsAt: number
  readonly status: WindowStatus
  /** A username, or `system`. */
  readonly declaredBy: string
  readonly declaredAt: number
  readonly evidence: string
  readonly decidedBy: string | null
  readonly decidedAt: number | null
}

export type WindowAction = 'approve' | 'reject' | 'withdraw'

/** What the window is after somebody's decision on it. */
export function transition(
  window: ExclusionWindow,
  { action, by, at }: { readonly action: WindowAction; readonly by: string; readonly at: number },
): ExclusionWindow | Rejection {
  const decided = { ...window, decidedBy: by, decidedAt: at }
  switch (action) {
    case 'approve':
      if (window.status !== 'proposed') return rejection('window_decided')
      if (window.declaredBy === by) return rejection('second_person_needed')
      return { ...decided, status: 'approved' }
    case 'reject':
      if (window.status !== 'proposed') return rejection('window_decided')
      return { ...decided, status: 'rejected' }
    case 'withdraw':
      if (window.status === 'rejected' || window.status === 'withdrawn') {
        return rejection('window_decided')
      }
      return { ...decided, status: 'withdrawn' }
  }
}

/** A stretch of time, `to` not included. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/**
 * What of `within` remains for a queue's calls once the approved windows are taken out; `null` for calls
 * that entered no queue. Windows may overlap: a call is left out once.
 */
export function remaining(
  within: Stretch,
  queueId: QueueId | null,
  windows: readonly ExclusionWindow[],
): Stretch[] {
  const out = windows
    .filter(({ status }) => status === 'approved')
    .filter((window) => window.queueId === null || window.queueId === queueId)
    .map(({ startsAt, endsAt }) => ({ from: startsAt, to: endsAt }))
    .sort((a, b) => a.from - b.from)
  const kept: Stretch[] = []
  let { from } = within
  for (const gap of out) {
    if (gap.from > from) kept.push({ from, to: Math.min(gap.from, within.to) })
    from = Math.max(from, gap.to)
  }
  if (from < within.to) kept.push({ from, to: within.to })
  return kept.filter((stretch) => stretch.from < stretch.to)
}
