// The sums beside the facts: what every call adds, by quarter of an hour and by day of its arrival, in
// total, by queue and by number. Written in the transaction of the facts as the difference between what
// the touched rows gave before and what they give now, so whatever changes a row changes the sums with it.
import { and, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm'
import { QUARTER_MS, quarterOf } from '../core/counting.ts'
import { dayOf } from '../core/days.ts'
import type { Ending, RecordedFact } from '../core/facts.ts'
import { definitionOn, type KpiDefinition } from '../core/kpi-definitions.ts'
import {
  ABANDONED,
  addCounts,
  answerCounts,
  type CountName,
  type Counts,
  endingCounts,
  NO_COUNTS,
} from '../core/metrics.ts'
import { waitClass } from '../core/wait-distribution.ts'
import type { Queryable } from './database.ts'
import { type Days, spanOf } from './kpi.ts'
import { listDefinitions } from './kpi-definitions.ts'
import { type Dimension, type Grain, kpiAggregates } from './kpi-schema.ts'
import { calls, holdSegments } from './schema.ts'

/** What of a recorded call decides what it adds. */
export interface CountedCall {
  readonly callId: string
  readonly queueId: string | null
  readonly number: string
  readonly arrivedAt: number
  readonly queuedAt: number | null
  readonly offeredAt: number | null
  readonly answeredAt: number | null
  readonly isConnected: boolean
  readonly isTimely: boolean | null
  readonly waitMs: number | null
  readonly ending: Ending | null
  readonly talkMs: number
  readonly holdMs: number
  readonly holds: number
  readonly holdsExceeded: number
}

/** Facts that name a call and change nothing that is counted. */
const UNCOUNTED: ReadonlySet<RecordedFact['type']> = new Set([
  'call.ringing',
  'call.hold_requested',
  'call.retrieve_requested',
  'call.hang_up_requested',
  'call.written_up',
  'call.left_unrecorded',
  'leg.ended',
  'recording.requested',
  'recording.started',
  'recording.stopped',
  'recording.verified',
  'recording.missing',
  'agent.wrap_up_started',
] as const)

export function countedCallIds(facts: readonly RecordedFact[]): string[] {
  const ids = new Set<string>()
  for (const fact of facts)
    if ('callId' in fact && !UNCOUNTED.has(fact.type)) ids.add(fact.callId as string)
  return [...ids]
}

export async function countedCalls(
  tx: Queryable,
  callIds: readonly string[],
): Promise<CountedCall[]> {
  if (callIds.length === 0) return []
  return (
    tx
      .select({
        callId: calls.callId,
        queueId: calls.enteredQueueId,
        number: calls.toNumber,
        arrivedAt: calls.arrivedAt,
        queuedAt: calls.queuedAt,
        offeredAt: calls.offeredAt,
        answeredAt: calls.answeredAt,
        isConnected: sql<boolean>`connected_at is not null`,
        isTimely: calls.isTimely,
        waitMs: calls.waitMs,
        ending: calls.ending,
        talkMs: sql<number>`coalesce(talk_ms, 0)`.mapWith(Number),
        holdMs: sql<number>`coalesce(hold_ms, 0)`.mapWith(Number),
        holds:
          sql<number>`(select count(*) from ${holdSegments} h where h.call_id = calls.call_id)`.mapWith(
            Number,
          ),
        holdsExceeded:
          sql<number>`(select count(*) from ${holdSegments} h where h.call_id = calls.call_id and h.is_exceeded)`.mapWith(
            Number,
          ),
      })
      .from(calls)
      // The rates are of those who call us.
      .where(and(inArray(calls.callId, [...callIds]), eq(calls.direction, 'inbound')))
  )
}

/** What one call adds, as far as it has come. */
export function countsOfCall(call: CountedCall, definition: KpiDefinition): Partial<Counts> {
  const { arrivedAt, queuedAt, offeredAt, answeredAt, waitMs } = call
  let counts = addCounts(NO_COUNTS, {
    inbound: 1,
    queued: queuedAt === null ? 0 : 1,
    talkMs: call.talkMs,
    holdMs: call.holdMs,
    holds: call.holds,
    holdsExceeded: call.holdsExceeded,
  })
  if (call.isConnected && answeredAt !== null) {
    const times = { arrivedAt, queuedAt: queuedAt ?? arrivedAt, offeredAt, answeredAt }
    const judged = { waitMs: waitMs ?? 0, isTimely: call.isTimely ?? false }
    counts = addCounts(counts, answerCounts(times, judged, definition))
  }
  if (call.ending !== null)
    counts = addCounts(counts, endingCounts(call.ending, waitMs, definition))
  return counts
}

export function waitsOfCall(
  call: Pick<CountedCall, 'isConnected' | 'ending' | 'waitMs'>,
): Record<string, number> {
  const waitMs = call.waitMs ?? 0
  if (call.isConnected) return { [waitClass('answered', waitMs)]: 1 }
  const isAbandoned = call.ending !== null && (ABANDONED as readonly Ending[]).includes(call.ending)
  return isAbandoned ? { [waitClass('abandoned', waitMs)]: 1 } : {}
}

interface Cell {
  readonly dimension: Dimension
  readonly key: string
  readonly grain: Grain
  readonly version: number
  readonly startAt: number
  counts: Record<string, number>
  waits: Record<string, number>
}

/** Adds what the calls give now and takes away what they gave before. */
export async function addToAggregates(
  tx: Queryable,
  timeZone: string,
  {
    before,
    after,
  }: { readonly before: readonly CountedCall[]; readonly after: readonly CountedCall[] },
): Promise<void> {
  if (after.length === 0) return
  const definitions = await listDefinitions(tx)
  const cells = new Map<string, Cell>()
  const dayStarts = await startsOfDays(tx, [...before, ...after], timeZone)
  const put = (call: CountedCall, sign: 1 | -1) => {
    const definition = definitionOn(dayOf(call.arrivedAt, timeZone), definitions)
    const counts = countsOfCall(call, definition)
    const waits = waitsOfCall(call)
    const dayStart = dayStarts.get(dayOf(call.arrivedAt, timeZone)) ?? 0
    for (const cell of cellsOf(cells, call, definition.version, dayStart)) {
      addInto(cell.counts, counts, sign)
      addInto(cell.waits, waits, sign)
    }
  }
  for (const call of before) put(call, -1)
  for (const call of after) put(call, 1)
  await writeCells(tx, [...cells.values()].filter(isChanged))
}

function cellsOf(
  cells: Map<string, Cell>,
  call: CountedCall,
  version: number,
  dayStart: number,
): Cell[] {
  const keys: [Dimension, string][] = [
    ['total', ''],
    ['number', call.number],
  ]
  if (call.queueId !== null) keys.push(['queue', call.queueId])
  const starts: [Grain, number][] = [
    ['quarter', quarterOf(call.arrivedAt)],
    ['day', dayStart],
  ]
  return keys.flatMap(([dimension, key]) =>
    starts.map(([grain, startAt]) => {
      const id = `${dimension}/${key}/${grain}/${version}/${startAt}`
      const cell = cells.get(id) ?? {
        dimension,
        key,
        grain,
        version,
        startAt,
        counts: {},
        waits: {},
      }
      cells.set(id, cell)
      return cell
    }),
  )
}

/** The longest wait is a maximum: what a call gave before can only have been less. */
function addInto(
  sums: Record<string, number>,
  more: Partial<Record<string, number>>,
  sign: 1 | -1,
): void {
  for (const [name, value = 0] of Object.entries(more)) {
    const sum = sums[name] ?? 0
    if (name === 'waitMsMax') sums[name] = sign === 1 ? Math.max(sum, value) : sum
    else sums[name] = sum + sign * value
  }
}

function isChanged({ counts, waits }: Cell): boolean {
  return [...Object.values(counts), ...Object.values(waits)].some((value) => value !== 0)
}

async function writeCells(tx: Queryable, cells: readonly Cell[]): Promise<void> {
  if (cells.length === 0) return
  const rows = cells.map((cell) => ({
    ...cell,
    counts: nonZero(cell.counts),
    waits: nonZero(cell.waits),
  }))
  await tx
    .insert(kpiAggregates)
    .values(rows)
    .onConflictDoUpdate({
      target: [
        kpiAggregates.dimension,
        kpiAggregates.key,
        kpiAggregates.grain,
        kpiAggregates.version,
        kpiAggregates.startAt,
      ],
      set: {
        counts: summed(sql`${kpiAggregates.counts}`, sql`excluded.counts`),
        waits: summed(sql`${kpiAggregates.waits}`, sql`excluded.waits`),
      },
    })
}

/** Two JSON objects of numbers as one of their sums; `waitMsMax` as the greater. */
function summed(one: SQL, other: SQL): SQL {
  return sql`(
    select coalesce(jsonb_object_agg(name, value), '{}'::jsonb) from (
      select name, case when name = 'waitMsMax' then max(value) else sum(value) end as value
      from (
        select key as name, value::numeric from jsonb_each_text(${one})
        union all
        select key, value::numeric from jsonb_each_text(${other})
      ) as both_sides group by name
    ) as sums)`
}

function nonZero(sums: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).filter(([, value]) => value !== 0))
}

const dayStartsKnown = new Map<string, number>()

async function startsOfDays(
  tx: Queryable,
  counted: readonly CountedCall[],
  timeZone: string,
): Promise<Map<string, number>> {
  const starts = new Map<string, number>()
  for (const day of new Set(counted.map(({ arrivedAt }) => dayOf(arrivedAt, timeZone)))) {
    const known = `${timeZone}/${day}`
    const start =
      dayStartsKnown.get(known) ?? (await spanOf(tx, { from: day, to: day, timeZone }))[0]
    dayStartsKnown.set(known, start)
    starts.set(day, start)
  }
  return starts
}

export interface AggregateQuery {
  readonly dimension: Dimension
  /** Absent: every key. */
  readonly key?: string
  readonly grain: Grain
  readonly from: number
  readonly to: number
  /** Absent: the version that is current on each day. */
  readonly version?: number
}

interface Stored {
  readonly key: string
  readonly version: number
  readonly startAt: number
}

export interface Aggregate extends Stored {
  readonly counts: Counts
}

export interface AggregatedWaits extends Stored {
  /** See wait-distribution.ts. */
  readonly waits: Readonly<Record<string, number>>
}

const STORED = {
  key: kpiAggregates.key,
  version: kpiAggregates.version,
  startAt: kpiAggregates.startAt,
} as const

/** Sums whose stretch begins in `[from, to)`, by time. */
export async function readAggregates(db: Queryable, query: AggregateQuery): Promise<Aggregate[]> {
  const rows = await db
    .select({ ...STORED, counts: kpiAggregates.counts })
    .from(kpiAggregates)
    .where(matching(query))
    .orderBy(kpiAggregates.startAt, kpiAggregates.key)
  return rows.map((row) => ({ ...row, counts: { ...NO_COUNTS, ...row.counts } }))
}

/**
 * Sums over the stretches that begin in `[from, to)`, by key, as one definition's version has them. Summed by
 * the database: a year of queues is thousands of rows, and sending them takes longer than adding them.
 */
export async function sumAggregates(
  db: Queryable,
  query: AggregateQuery & { readonly version: number },
): Promise<{ key: string; counts: Counts }[]> {
  // Whole numbers below 2^53, so that doubles add them exactly.
  const rows = await db
    .select({
      key: kpiAggregates.key,
      name: sql<CountName>`one.name`,
      value: sql<number>`case when one.name = 'waitMsMax' then max(one.value::float8) else sum(one.value::float8) end`,
    })
    .from(kpiAggregates)
    .crossJoinLateral(sql`jsonb_each_text(${kpiAggregates.counts}) as one (name, value)`)
    .where(matching(query))
    .groupBy(kpiAggregates.key, sql`one.name`)
    .orderBy(kpiAggregates.key)
  const sums = new Map<string, Record<CountName, number>>()
  for (const { key, name, value } of rows) {
    const counts = sums.get(key) ?? { ...NO_COUNTS }
    counts[name] = value
    sums.set(key, counts)
  }
  return [...sums].map(([key, counts]) => ({ key, counts }))
}

/** The waits of the same rows: as much again to read, so only where somebody wants to see them. */
export async function readWaits(db: Queryable, query: AggregateQuery): Promise<AggregatedWaits[]> {
  return db
    .select({ ...STORED, waits: kpiAggregates.waits })
    .from(kpiAggregates)
    .where(matching(query))
}

function matching({ dimension, key, grain, from, to, version }: AggregateQuery) {
  const { startAt } = kpiAggregates
  return and(
    eq(kpiAggregates.dimension, dimension),
    key === undefined ? undefined : eq(kpiAggregates.key, key),
    eq(kpiAggregates.grain, grain),
    gte(startAt, from),
    lt(startAt, to),
    version === undefined ? undefined : eq(kpiAggregates.version, version),
  )
}

/**
 * Counts the days anew by a definition, from the calls, and keeps them as that definition's version beside
 * what was there. Returns how many calls were counted.
 */
export async function recount(
  tx: Queryable,
  days: Days,
  definition: KpiDefinition,
): Promise<number> {
  const [from, to] = await spanOf(tx, days)
  await tx
    .delete(kpiAggregates)
    .where(
      and(
        eq(kpiAggregates.version, definition.version),
        gte(kpiAggregates.startAt, from),
        lt(kpiAggregates.startAt, to),
      ),
    )
  let counted = 0
  for (let at = from; at < to; at += QUARTER_MS * 4) {
    const ids = await tx
      .select({ callId: calls.callId })
      .from(calls)
      .where(and(gte(calls.arrivedAt, at), lt(calls.arrivedAt, Math.min(to, at + QUARTER_MS * 4))))
    const rows = await countedCalls(
      tx,
      ids.map(({ callId }) => callId),
    )
    const cells = new Map<string, Cell>()
    const dayStarts = await startsOfDays(tx, rows, days.timeZone)
    for (const call of rows) {
      const counts = countsOfCall(call, definition)
      const waits = waitsOfCall(call)
      const dayStart = dayStarts.get(dayOf(call.arrivedAt, days.timeZone)) ?? 0
      for (const cell of cellsOf(cells, call, definition.version, dayStart)) {
        addInto(cell.counts, counts, 1)
        addInto(cell.waits, waits, 1)
      }
    }
    await writeCells(tx, [...cells.values()])
    counted += rows.length
  }
  return counted
}
