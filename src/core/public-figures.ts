// What the public may know of the hotline's work: by day and by month, without anything about a
// caller or an agent. A count below `WITHHELD_BELOW` is withheld, and so is whatever would let it be worked
// out: another category of the same day, or the month's sum where it lacks too few days. What is said of a
// day depends on that day alone, so that no later answer gives away what an earlier one withheld.
import type { CategoryId } from './categories.ts'

export const WITHHELD_BELOW = 5

/** Sums of the calls that arrived on a day; see `Counts`. */
export interface DayCounts {
  readonly day: string
  readonly inbound: number
  readonly answered: number
  readonly answeredTimely: number
  readonly waitMsAnswered: number
  readonly byCategory: Readonly<Record<CategoryId, number>>
}

/** `value` is null exactly where it is withheld. */
export interface PublicValue {
  readonly value: number | null
  readonly withheld: boolean
}

export interface PublicPeriod {
  /** `2026-11-23` or `2026-11`. */
  readonly period: string
  readonly calls: PublicValue
  /** answered ÷ calls. */
  readonly connectRate: PublicValue
  /** answered in time ÷ answered. */
  readonly timelyAnswerRate: PublicValue
  readonly averageWaitMs: PublicValue
  readonly categories: readonly (PublicValue & { readonly categoryId: CategoryId })[]
}

export interface PublicMonth {
  readonly days: readonly PublicPeriod[]
  /** Of its days together. */
  readonly month: PublicPeriod
}

type Measure = 'calls' | 'connectRate' | 'timelyAnswerRate' | 'averageWaitMs'
const MEASURES: readonly Measure[] = ['calls', 'connectRate', 'timelyAnswerRate', 'averageWaitMs']

/** The counts that the measure gives away to whoever knows the other measures. */
const PARTS: Readonly<Record<Measure, (counts: Sums) => readonly number[]>> = {
  calls: ({ inbound }) => [inbound],
  connectRate: ({ inbound, answered }) => [answered, inbound - answered],
  timelyAnswerRate: ({ answered, answeredTimely }) => [answeredTimely, answered - answeredTimely],
  averageWaitMs: ({ answered }) => [answered],
}
const VALUES: Readonly<Record<Measure, (counts: Sums) => number>> = {
  calls: ({ inbound }) => inbound,
  connectRate: ({ inbound, answered }) => wholePercent(answered / inbound),
  timelyAnswerRate: ({ answered, answeredTimely }) => wholePercent(answeredTimely / answered),
  averageWaitMs: ({ answered, waitMsAnswered }) => Math.round(waitMsAnswered / answered),
}
/** An exact quotient would give away what it was made from. */
function wholePercent(value: number): number {
  return Math.round(value * 100) / 100
}

type Sums = Omit<DayCounts, 'day' | 'byCategory'>

/** The whole days of one month, in their order, and their sum; `categoryIds` are all that are told. */
export function publicMonth(
  days: readonly DayCounts[],
  categoryIds: readonly CategoryId[],
): PublicMonth {
  const shown = days.map((day) => periodOf(day.day, day, withheldOn(day, categoryIds), categoryIds))
  const sum = sumOf(days, categoryIds)
  const withheld = new Set<string>()
  for (const measure of MEASURES) {
    const parts = days.flatMap((day, place) =>
      shown[place]?.[measure].withheld === true ? [PARTS[measure](day)] : [],
    )
    if (isSmall(measure, sum) || isLonely(parts)) withheld.add(measure)
  }
  const place = (categoryId: CategoryId) => categoryIds.indexOf(categoryId)
  const hiddenDays = (categoryId: CategoryId) =>
    days.filter((_, n) => shown[n]?.categories[place(categoryId)]?.withheld === true)
  const hidden = categoryIds.filter((categoryId) => {
    const parts = hiddenDays(categoryId).map((day) => [day.byCategory[categoryId] ?? 0])
    return (sum.byCategory[categoryId] ?? 0) < WITHHELD_BELOW || isLonely(parts)
  })
  // Whatever is told of every day can be added up, so only the others hide anything.
  const hideable = categoryIds.filter((categoryId) => hiddenDays(categoryId).length > 0)
  for (const one of hiddenTogether(hidden, hideable, sum.byCategory)) withheld.add(`of:${one}`)
  const name = days[0]?.day.slice(0, 7) ?? ''
  return { days: shown, month: periodOf(name, sum, withheld, categoryIds) }
}

function withheldOn(day: DayCounts, categoryIds: readonly CategoryId[]): Set<string> {
  const withheld = new Set<string>(MEASURES.filter((measure) => isSmall(measure, day)))
  const hidden = categoryIds.filter((one) => (day.byCategory[one] ?? 0) < WITHHELD_BELOW)
  for (const one of hiddenTogether(hidden, categoryIds, day.byCategory)) withheld.add(`of:${one}`)
  return withheld
}

/** A rate of too few calls, or one that tells how few it went otherwise for; nobody at all is no secret. */
function isSmall(measure: Measure, counts: Sums): boolean {
  const [all = 0, ...rest] = PARTS[measure](counts)
  const total = rest.reduce((sum, part) => sum + part, all)
  const few = [all, ...rest].some((part) => part > 0 && part < WITHHELD_BELOW)
  return total < WITHHELD_BELOW || few
}

/** Of a sum that is told, what is missing would be one day's, or few enough to be guessed. */
function isLonely(parts: readonly (readonly number[])[]): boolean {
  if (parts.length === 0) return false
  const sums = (parts[0] ?? []).map((_, n) => parts.reduce((sum, part) => sum + (part[n] ?? 0), 0))
  return parts.length === 1 || sums.some((sum) => sum < WITHHELD_BELOW)
}

/** More of them, the least frequent first, until no one of them is what is missing of all. */
function hiddenTogether(
  hidden: readonly CategoryId[],
  hideable: readonly CategoryId[],
  counts: Readonly<Record<CategoryId, number>>,
): CategoryId[] {
  if (hidden.length === 0) return []
  const all = [...hidden]
  const of = (categoryId: CategoryId) => counts[categoryId] ?? 0
  const others = hideable.filter((one) => !hidden.includes(one)).sort((a, b) => of(a) - of(b))
  while (isLonely(all.map((one) => [of(one)]))) {
    const next = others.shift()
    if (next === undefined) break
    all.push(next)
  }
  return all
}

function periodOf(
  period: string,
  counts: Sums & Pick<DayCounts, 'byCategory'>,
  withheld: ReadonlySet<string>,
  categoryIds: readonly CategoryId[],
): PublicPeriod {
  const told = (name: string, value: number): PublicValue =>
    withheld.has(name) ? { value: null, withheld: true } : { value, withheld: false }
  const of = (measure: Measure) => told(measure, VALUES[measure](counts))
  return {
    period,
    calls: of('calls'),
    connectRate: of('connectRate'),
    timelyAnswerRate: of('timelyAnswerRate'),
    averageWaitMs: of('averageWaitMs'),
    categories: categoryIds.map((categoryId) => ({
      categoryId,
      ...told(`of:${categoryId}`, counts.byCategory[categoryId] ?? 0),
    })),
  }
}

function sumOf(days: readonly DayCounts[], categoryIds: readonly CategoryId[]) {
  const sum = (of: (day: DayCounts) => number) => days.reduce((all, day) => all + of(day), 0)
  return {
    inbound: sum((day) => day.inbound),
    answered: sum((day) => day.answered),
    answeredTimely: sum((day) => day.answeredTimely),
    waitMsAnswered: sum((day) => day.waitMsAnswered),
    byCategory: Object.fromEntries(
      categoryIds.map((one) => [one, sum((day) => day.byCategory[one] ?? 0)]),
    ),
  }
}
