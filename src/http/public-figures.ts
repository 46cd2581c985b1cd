// Aggregates for the public, without personal data, where the hotline wants them read: what may be
// told is decided in core/public-figures.ts. Months are worked out once and kept for a while, and there are
// few of them, so that the public cannot load the database however often it asks.
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { type CategoryTree, topCategory } from '../core/categories.ts'
import { dayOf } from '../core/days.ts'
import { isoTime } from '../core/iso-times.ts'
import {
  type DayCounts,
  type PublicMonth,
  type PublicPeriod,
  publicMonth,
  WITHHELD_BELOW,
} from '../core/public-figures.ts'
import { countCategoriesByDay, currentCategories } from '../store/categories.ts'
import { spanOf } from '../store/kpi.ts'
import { listDefinitions } from '../store/kpi-definitions.ts'
import { countsKept } from '../store/kpi-periods.ts'
import { Attempts } from './attempts.ts'
import type { Api, AppOptions } from './context.ts'
import { ApiError, FAULTS, invalid, replyNotFound } from './errors.ts'
import { daySchema, list, timeSchema } from './fields.ts'

const KEPT_MS = 600_000
const MONTHS_BACK_MAX = 24
const DAYS_SHOWN = 31
const ASKED_MAX = { max: 60, windowMs: 60_000 }
const DAY_MS = 86_400_000

const toldSchema = z.object({
  value: z.number().nullable().describe('Null where it is withheld.'),
  withheld: z.boolean(),
})
const periodSchema = z.object({
  period: z.string().describe('`2026-11-23`, or `2026-11` by month.'),
  calls: toldSchema,
  connectRate: toldSchema.describe('Calls answered ÷ calls, to the whole percent.'),
  timelyAnswerRate: toldSchema.describe('Answered in time ÷ answered, to the whole percent.'),
  averageWaitMs: toldSchema.describe('Of answered calls.'),
  categories: list(toldSchema.extend({ categoryId: z.string(), name: z.string() })),
})
const replySchema = z.object({
  at: timeSchema.describe('When the newest of it was worked out.'),
  by: z.enum(['day', 'month']),
  withheldBelow: z.int(),
  periods: list(periodSchema),
})

export function publicFigureRoutes(app: Api, options: AppOptions): void {
  const { clock, timeZone, publicFigures = false } = options
  const asked = new Attempts(clock, ASKED_MAX)
  const months = new KeptMonths(options)
  app.get(
    '/public/figures',
    {
      config: { permission: 'public' },
      schema: {
        tags: ['public'],
        summary: 'Aggregates of complete days or months, without personal data; off by default.',
        querystring: z.strictObject({
          by: z.enum(['day', 'month']).default('day'),
          from: daySchema.optional().describe('The first day, or any day of the first month.'),
          to: daySchema.optional().describe('The last, included. Without it: the last complete.'),
        }),
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      if (!publicFigures) return replyNotFound(request, reply)
      const waitMs = asked.take(request.ip)
      if (waitMs > 0) {
        void reply.header('retry-after', Math.ceil(waitMs / 1_000))
        throw new ApiError(429, 'too_many_attempts', 'Too many attempts; try again later.')
      }
      const { by } = request.query
      const range = rangeOf(request.query, dayOf(clock.now(), timeZone))
      const found = await Promise.all(monthsIn(range).map((month) => months.find(month)))
      void reply.header('cache-control', `public, max-age=${KEPT_MS / 1_000}`)
      return reply.send({
        at: isoTime(Math.max(0, ...found.map(({ at }) => at)) || clock.now(), timeZone),
        by,
        withheldBelow: WITHHELD_BELOW,
        periods: found.flatMap((month) => periodsOf(month, by, range)),
      })
    },
  )
}

interface Range {
  readonly from: string
  readonly to: string
}

function rangeOf(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  today: string,
): Range {
  const yesterday = shifted(today, -1)
  const last = to === undefined || to > yesterday ? yesterday : to
  const first = from ?? shifted(last, 1 - DAYS_SHOWN)
  if (first > last) {
    throw invalid([
      { path: 'query.from', message: 'must not be after `to`, nor a day not complete' },
    ])
  }
  const earliest = monthsBefore(today, MONTHS_BACK_MAX)
  if (first.slice(0, 7) < earliest) {
    throw invalid([{ path: 'query.from', message: `not before ${earliest}` }])
  }
  return { from: first, to: last }
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

function monthsBefore(day: string, months: number): string {
  const at = new Date(`${day.slice(0, 7)}-01T00:00:00Z`)
  at.setUTCMonth(at.getUTCMonth() - months)
  return at.toISOString().slice(0, 7)
}

function monthsIn({ from, to }: Range): string[] {
  const months: string[] = []
  for (let month = to.slice(0, 7); month >= from.slice(0, 7); ) {
    months.unshift(month)
    month = monthsBefore(`${month}-01`, 1)
  }
  return months
}

interface Found extends PublicMonth {
  readonly at: number
  readonly isComplete: boolean
  readonly names: ReadonlyMap<string, string>
}

function periodsOf(found: Found, by: 'day' | 'month', { from, to }: Range) {
  const { days, month, isComplete, names } = found
  const chosen: readonly PublicPeriod[] =
    by === 'day'
      ? days.filter(({ period }) => period >= from && period <= to)
      : days.length > 0 && isComplete
        ? [month]
        : []
  return chosen.map((period) => ({
    ...period,
    categories: period.categories.map((category) => ({
      ...category,
      name: names.get(category.categoryId) ?? category.categoryId,
    })),
  }))
}

/** Asked for again only when its time is over, by whoever asks first. */
class KeptMonths {
  readonly #options: Pick<AppOptions, 'db' | 'clock' | 'timeZone'>
  readonly #clock: Clock
  readonly #kept = new Map<string, { readonly until: number; readonly found: Promise<Found> }>()

  constructor(options: AppOptions) {
    this.#options = options
    this.#clock = options.clock
  }

  find(month: string): Promise<Found> {
    const now = this.#clock.now()
    const kept = this.#kept.get(month)
    if (kept !== undefined && now < kept.until) return kept.found
    const found = monthOf(this.#options, month)
    this.#kept.set(month, { until: now + KEPT_MS, found })
    for (const [old, { until }] of this.#kept) if (until <= now) this.#kept.delete(old)
    found.catch(() => this.#kept.delete(month))
    return found
  }
}

async function monthOf(
  { db, clock, timeZone }: Pick<AppOptions, 'db' | 'clock' | 'timeZone'>,
  month: string,
): Promise<Found> {
  const at = clock.now()
  const today = dayOf(at, timeZone)
  const next = monthsBefore(`${month}-01`, -1)
  const isComplete = today >= `${next}-01`
  const lastDay = isComplete ? shifted(`${next}-01`, -1) : shifted(today, -1)
  const tree = await currentCategories(db)
  const tops = tree.nodes.filter(({ parentId }) => parentId === null)
  const categoryIds = tops.map(({ categoryId }) => categoryId)
  const names = new Map(tops.map(({ categoryId, name }) => [categoryId, name]))
  const days =
    lastDay < `${month}-01`
      ? []
      : await daysOf(db, tree, { from: `${month}-01`, to: lastDay, timeZone })
  return { at, isComplete, names, ...publicMonth(days, categoryIds) }
}

async function daysOf(
  db: AppOptions['db'],
  tree: CategoryTree,
  { from, to, timeZone }: Range & { readonly timeZone: string },
): Promise<DayCounts[]> {
  const [start, end] = await spanOf(db, { from, to, timeZone })
  const definitions = await listDefinitions(db)
  const query = { from: start, to: end, timeZone, definitions, dimension: 'total' as const }
  const rows = await countsKept(db, query, 'day', query)
  const byDay = new Map<string, Record<string, number>>()
  for (const { day, categoryId, calls } of await countCategoriesByDay(db, query)) {
    const top = topCategory(tree, categoryId)
    if (top === null) continue
    const counts = byDay.get(day) ?? {}
    counts[top.categoryId] = (counts[top.categoryId] ?? 0) + calls
    byDay.set(day, counts)
  }
  return rows
    .map(({ startAt, counts: { inbound, answered, answeredTimely, waitMsAnswered } }) => {
      const day = dayOf(startAt, timeZone)
      const byCategory = byDay.get(day) ?? {}
      return { day, inbound, answered, answeredTimely, waitMsAnswered, byCategory }
    })
    .sort((a, b) => (a.day < b.day ? -1 : 1))
}
