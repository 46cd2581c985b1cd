// How figures are written on the wall. A rate is always cut, never rounded up: 94.96 % of a 95 % target
// reads 94.9 %, and 100 % appears only when every call counts. All functions are pure.
import { WAIT_ALARM_MS, WAIT_WARNING_MS } from '../../core/alarms.ts'
import type { Rate } from '../../core/metrics.ts'
import type { Language, MessageKey } from '../messages.ts'

export const NONE = '—'

/** How long each page of queues stands. */
export const PAGE_TURN_MS = 10_000

/**
 * `96.4`, without the sign; null where there is nothing to divide by. As many decimals as the target
 * has, at least one, at most two: so a figure that misses a target is always written below it, and
 * one that meets it never is.
 */
export function percentOf(rate: Rate): string | null {
  if (rate.value === null || rate.denominator === 0) return null
  const decimals = Math.max(1, decimalsOf(rate.target))
  // From the two whole numbers and not from `value`, whose binary fraction may lie a hair below
  // (0.29 × 100 is 28.999999999999996) and would be cut to a figure too low.
  const scale = 10 ** decimals
  return (Math.floor((rate.numerator * 100 * scale) / rate.denominator) / scale).toFixed(decimals)
}

/** `95%` or `99.5%`; null for a rate without a target. */
export function targetOf(rate: Rate): string | null {
  if (rate.target === null) return null
  return `${(rate.target * 100).toFixed(decimalsOf(rate.target))}%`
}

function decimalsOf(target: number | null): number {
  if (target === null) return 0
  const hundredths = Math.round(target * 10_000)
  if (hundredths % 100 === 0) return 0
  return hundredths % 10 === 0 ? 1 : 2
}

export type Verdict = 'met' | 'missed' | 'none'

export function verdictOf(rate: Rate): Verdict {
  if (rate.met === null || rate.value === null) return 'none'
  return rate.met ? 'met' : 'missed'
}

export type WaitLevel = 'none' | 'calm' | 'warning' | 'alarm'

/** how bad a wait is; null where nobody waits. */
export function waitLevelOf(waitMs: number | null): WaitLevel {
  if (waitMs === null) return 'none'
  if (waitMs > WAIT_ALARM_MS) return 'alarm'
  return waitMs >= WAIT_WARNING_MS ? 'warning' : 'calm'
}

/** `0:07`, `12:45` or `1:02:03`; whole seconds that have passed. */
export function durationOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor(seconds / 60) % 60
  const tail = two(seconds % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`
}

/** Seconds with one decimal while below a minute (`8.4`), as `durationOf` from there on. */
export function shortDurationOf(ms: number): { value: string; isSeconds: boolean } {
  const tenths = Math.round(ms / 100)
  if (tenths >= 600) return { value: durationOf(ms), isSeconds: false }
  return { value: (tenths / 10).toFixed(1), isSeconds: true }
}

/** `1,212`, the same in both languages. */
export function countOf(count: number): string {
  return count.toLocaleString('en-US')
}

/** `14:05:09` in the time of a zone that is `zoneMs` ahead of UTC. */
export function clockOf(at: number, zoneMs: number): string {
  const local = new Date(at + zoneMs)
  return [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':')
}

/** The calendar day `YYYY-MM-DD` with its weekday, as people of the language write it. */
export function dayOf(day: string, language: Language): string {
  const at = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(at)) return day
  return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    dateStyle: 'full',
    timeZone: 'UTC',
  }).format(at)
}

/** How long ago, in the largest whole unit: the message and the number to put into it. */
export function ageOf(ms: number): { key: MessageKey; n: number } {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 120) return { key: 'age.seconds', n: seconds }
  if (seconds < 7_200) return { key: 'age.minutes', n: Math.floor(seconds / 60) }
  if (seconds < 172_800) return { key: 'age.hours', n: Math.floor(seconds / 3_600) }
  return { key: 'age.days', n: Math.floor(seconds / 86_400) }
}

/**
 * Which of `items` the wall shows at `now`, where more than `sizeMax` do not fit: pages of equal size,
 * each in its turn.
 */
export function pageOf<T>(items: readonly T[], sizeMax: number, now: number) {
  const pages = Math.max(1, Math.ceil(items.length / sizeMax))
  const size = Math.ceil(items.length / pages)
  const page = pages === 1 ? 0 : Math.floor(now / PAGE_TURN_MS) % pages
  return { page: page + 1, pages, items: items.slice(page * size, (page + 1) * size) }
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
