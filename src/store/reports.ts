// Operation reports: made from the sums that are kept and stored whole, each generation a version of its
// own, so that what was handed up once can be shown as it was.
import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { type AgentCounts, addAgentCounts, agentFigures } from '../core/agent-counts.ts'
import { dayOf } from '../core/days.ts'
import { isoTime } from '../core/iso-times.ts'
import { NORM_ANSWER_MS_MAX } from '../core/kpi-definitions.ts'
import { addCounts, type Counts, figures, NO_COUNTS } from '../core/metrics.ts'
import { periodOfLastYear } from '../core/period-comparison.ts'
import { type Rejection, rejection } from '../core/rejections.ts'
import { periodBefore, type Report, type ReportKind } from '../core/reports.ts'
import { serviceLevels } from '../core/service-levels.ts'
import { type HourSeen, staffedHour } from '../core/staffing.ts'
import { waitDistribution } from '../core/wait-distribution.ts'
import { type AgentAggregate, readAgentAggregates } from './agent-aggregates.ts'
import { countCategories } from './categories.ts'
import type { Database, Queryable } from './database.ts'
import { listWindows } from './exclusion-windows.ts'
import { daysIn, spanOf } from './kpi.ts'
import { listDefinitions } from './kpi-definitions.ts'
import {
  adjustedCounts,
  countsKept,
  countsOfPeriod,
  type PeriodQuery,
  waitsOfPeriod,
} from './kpi-periods.ts'
import { reports } from './kpi-schema.ts'
import { listTargets } from './kpi-targets.ts'
import { calls } from './schema.ts'

export type ReportRow = typeof reports.$inferSelect

export interface ReportOrder {
  readonly kind: ReportKind
  readonly from: string
  readonly to: string
}

/** A new version, still without a body. */
export async function beginReport(
  db: Database,
  order: ReportOrder & { readonly requestedBy: string; readonly requestedAt: number },
): Promise<ReportRow> {
  const { kind, from, to, requestedBy, requestedAt } = order
  return db.transaction(async (tx) => {
    await tx.execute(sql`lock table ${reports} in exclusive mode`)
    const [last] = await tx
      .select({ version: reports.version })
      .from(reports)
      .where(and(eq(reports.kind, kind), eq(reports.fromDay, from), eq(reports.toDay, to)))
      .orderBy(desc(reports.version))
      .limit(1)
    const version = (last?.version ?? 0) + 1
    const values = { kind, fromDay: from, toDay: to, version, requestedBy, requestedAt }
    const [row] = await tx
      .insert(reports)
      .values({ ...values, status: 'running' })
      .returning()
    if (row === undefined) throw new Error('an insert returns its row')
    return row
  })
}

/** Ends the making of a report at its next step. The row stays, without a body. */
export async function cancelReport(
  db: Queryable,
  reportId: number,
  at: number,
): Promise<ReportRow | Rejection | null> {
  const row = await changeRunning(db, reportId, { status: 'cancelled', finishedAt: at })
  if (row !== null) return row
  return (await findReport(db, reportId)) === null ? null : rejection('report_not_running')
}

/** Null where the report has been cancelled meanwhile: then nothing of it changes any more. */
async function changeRunning(
  db: Queryable,
  reportId: number,
  change: Partial<ReportRow>,
): Promise<ReportRow | null> {
  const [row] = await db
    .update(reports)
    .set(change)
    .where(and(eq(reports.reportId, reportId), eq(reports.status, 'running')))
    .returning()
  return row ?? null
}

class Cancelled extends Error {}

/** Makes the report and stores it; null if it was cancelled. A failure is stored too, and thrown. */
export async function makeReport(
  db: Database,
  row: ReportRow,
  { timeZone, now }: { readonly timeZone: string; readonly now: () => number },
): Promise<Report | null> {
  const order = { kind: row.kind, from: row.fromDay, to: row.toDay }
  const set = async (change: Partial<ReportRow>): Promise<void> => {
    if ((await changeRunning(db, row.reportId, change)) === null) throw new Cancelled()
  }
  try {
    const body = await buildReport(db, order, timeZone, (progress) => set({ progress }))
    await set({ status: 'done', progress: 100, finishedAt: now(), body })
    return body
  } catch (error) {
    if (error instanceof Cancelled) return null
    await changeRunning(db, row.reportId, { status: 'failed', finishedAt: now() })
    throw error
  }
}

/** Newest first, without bodies. */
export async function listReports(
  db: Queryable,
  limit: number,
): Promise<Omit<ReportRow, 'body'>[]> {
  const { body: _body, ...columns } = {
    reportId: reports.reportId,
    kind: reports.kind,
    fromDay: reports.fromDay,
    toDay: reports.toDay,
    version: reports.version,
    status: reports.status,
    progress: reports.progress,
    requestedBy: reports.requestedBy,
    requestedAt: reports.requestedAt,
    finishedAt: reports.finishedAt,
    body: reports.body,
  }
  return db.select(columns).from(reports).orderBy(desc(reports.reportId)).limit(limit)
}

export async function findReport(db: Queryable, reportId: number): Promise<ReportRow | null> {
  const [row] = await db.select().from(reports).where(eq(reports.reportId, reportId))
  return row ?? null
}

export async function buildReport(
  db: Queryable,
  { kind, from, to }: ReportOrder,
  timeZone: string,
  progressed: (percent: number) => Promise<void> = async () => {},
): Promise<Report> {
  const [start, end] = await spanOf(db, { from, to, timeZone })
  const stretch = { from: start, to: end }
  const definitions = await listDefinitions(db)
  const targets = await listTargets(db)
  const windows = await listWindows(db, { ...stretch, status: 'approved' })
  const scope = { ...stretch, timeZone, definitions, dimension: 'total' } as const
  const judged = (counts: Counts, day: string) => figures(counts, { day, targets })
  const both = async (query: PeriodQuery) => {
    const counted = await adjustedCounts(db, query, windows)
    return [...counted].map(([key, { raw, adjusted }]) => ({
      key,
      counts: raw,
      figures: { raw: judged(raw, to), adjusted: judged(adjusted, to) },
    }))
  }
  const [total] = await both(scope)
  const none = { raw: judged(NO_COUNTS, to), adjusted: judged(NO_COUNTS, to) }
  await progressed(20)
  const earlier = async (period: { from: string; to: string }) => {
    const [earlierStart, earlierEnd] = await spanOf(db, { ...period, timeZone })
    const sums = await countsOfPeriod(db, { ...scope, from: earlierStart, to: earlierEnd })
    return { ...period, total: judged(sums.get('') ?? NO_COUNTS, period.to) }
  }
  const waits = await waitsOfPeriod(db, scope)
  await progressed(40)
  const quarters = await countsKept(db, scope, 'quarter', stretch)
  const intervals = kind === 'interval' ? quarters : await countsKept(db, scope, 'day', stretch)
  const staffed = await readAgentAggregates(db, { grain: 'quarter', ...stretch })
  await progressed(60)
  const before = await earlier(periodBefore({ from, to }))
  const yearBefore = await earlier(periodOfLastYear({ from, to }))
  await progressed(75)
  const queues = await both({ ...scope, dimension: 'queue' })
  const numbers = await both({ ...scope, dimension: 'number' })
  await progressed(90)
  return {
    kind,
    from,
    to,
    total: total?.figures ?? none,
    serviceLevels: serviceLevels(total?.counts ?? NO_COUNTS),
    before,
    yearBefore,
    queues: queues.map(({ key, figures: of }) => ({ queueId: key, ...of })),
    numbers: numbers.map(({ key, figures: of }) => ({ number: key, figures: of.raw })),
    intervals: intervals.map(({ startAt, counts }) => ({
      start: isoTime(startAt, timeZone),
      figures: judged(counts, dayOf(startAt, timeZone)),
    })),
    agents: byAgent(staffed),
    waits: waitDistribution(waits),
    categories: await countCategories(db, stretch),
    dispositions: await dispositionsOf(db, start, end),
    hours: hoursOf({ quarters, staffed, days: daysIn({ from, to }).length, timeZone }),
  }
}

function byAgent(rows: readonly AgentAggregate[]): Report['agents'] {
  const sums = new Map<string, AgentCounts>()
  for (const { agentId, counts } of rows) {
    sums.set(agentId, addAgentCounts(sums.get(agentId) ?? {}, counts))
  }
  return [...sums].map(([agentId, counts]) => ({ agentId, figures: agentFigures(counts) }))
}

async function dispositionsOf(
  db: Queryable,
  from: number,
  to: number,
): Promise<Record<string, number>> {
  const iso = (at: number) => new Date(at).toISOString()
  const { rows } = await db.execute<{ name: string; calls: unknown }>(sql`
    select disposition as name, count(*) as calls from ${calls}
    where arrived_at >= ${iso(from)}::timestamptz and arrived_at < ${iso(to)}::timestamptz
      and disposition is not null and direction = 'inbound'
    group by disposition order by count(*) desc, disposition`)
  return Object.fromEntries(rows.map(({ name, calls: of }) => [name, Number(of)]))
}

interface Seen {
  readonly quarters: readonly { readonly startAt: number; readonly counts: Counts }[]
  readonly staffed: readonly AgentAggregate[]
  readonly days: number
  readonly timeZone: string
}

function hoursOf({ quarters, staffed, days, timeZone }: Seen): Report['hours'] {
  const hourOf = (at: number): number => Number(isoTime(at, timeZone).slice(11, 13))
  const seen = Array.from(
    { length: 24 },
    (_, hour): HourSeen => ({
      hour,
      days,
      counts: NO_COUNTS,
      staffedMs: 0,
      handleMs: 0,
      handled: 0,
    }),
  )
  const change = (hour: number, make: (before: HourSeen) => HourSeen) => {
    const before = seen[hour]
    if (before !== undefined) seen[hour] = make(before)
  }
  for (const { startAt, counts } of quarters) {
    change(hourOf(startAt), (before) => ({ ...before, counts: addCounts(before.counts, counts) }))
  }
  for (const { startAt, counts } of staffed) {
    const { readyMs = 0, offeredMs = 0, onCallMs = 0, wrapUpMs = 0, handled = 0 } = counts
    change(hourOf(startAt), (before) => ({
      ...before,
      staffedMs: before.staffedMs + readyMs + offeredMs + onCallMs + wrapUpMs,
      handleMs: before.handleMs + onCallMs + wrapUpMs,
      handled: before.handled + handled,
    }))
  }
  return seen.map((hour) => staffedHour(hour, NORM_ANSWER_MS_MAX))
}

/** Whether the schedule has made the report already, in this run or an earlier one, or somebody would not have it. */
export async function findScheduled(
  db: Queryable,
  { kind, from, to }: ReportOrder,
): Promise<boolean> {
  const [row] = await db
    .select({ reportId: reports.reportId })
    .from(reports)
    .where(
      and(
        eq(reports.kind, kind),
        eq(reports.fromDay, from),
        eq(reports.toDay, to),
        eq(reports.requestedBy, 'schedule'),
        inArray(reports.status, ['done', 'cancelled']),
      ),
    )
    .limit(1)
  return row !== undefined
}
