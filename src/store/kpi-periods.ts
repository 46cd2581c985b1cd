// Counts of any period, to the millisecond: whole days and quarters of an hour from the sums that are kept,
// only the ragged ends from the calls themselves. The adjusted counts are the raw ones without the calls
// that arrived in approved exclusion windows.
import { and, eq, gte, lt, sql } from 'drizzle-orm'
import { QUARTER_MS, quarterOf } from '../core/counting.ts'
import { dayOf } from '../core/days.ts'
import { type ExclusionWindow, remaining, type Stretch } from '../core/exclusion-windows.ts'
import { definitionOn, type KpiDefinition } from '../core/kpi-definitions.ts'
import { addCountsInto, type CountName, type Counts, NO_COUNTS } from '../core/metrics.ts'
import type { Queryable } from './database.ts'
import { countCalls, spanOf } from './kpi.ts'
import {
  type Aggregate,
  readAggregates,
  readWaits,
  sumAggregates,
  waitsOfCall,
} from './kpi-aggregates.ts'
import type { Dimension, Grain } from './kpi-schema.ts'
import { calls } from './schema.ts'

export interface PeriodQuery extends Stretch {
  readonly timeZone: string
  readonly dimension: Dimension
  /** Absent: every key. */
  readonly key?: string
  /** Those in the records; each day is counted by the one in force on it. */
  readonly definitions: readonly KpiDefinition[]
  /** Another version than the one in force, where it has been counted. */
  readonly version?: number
}

/** By key; of the total under the empty key. */
export async function countsOfPeriod(
  db: Queryable,
  query: PeriodQuery,
): Promise<Map<string, Counts>> {
  const sums = new Map<string, Record<CountName, number>>()
  for (const piece of await piecesOf(db, query)) {
    const rows =
      piece.grain === 'calls'
        ? await ragged(db, query, piece)
        : await sumsKept(db, query, piece.grain, piece)
    for (const { key, counts } of rows) {
      const sum = sums.get(key) ?? { ...NO_COUNTS }
      addCountsInto(sum, counts)
      sums.set(key, sum)
    }
  }
  return sums
}

async function sumsKept(
  db: Queryable,
  query: PeriodQuery,
  grain: Grain,
  stretch: Stretch,
): Promise<{ key: string; counts: Counts }[]> {
  const rows = []
  for (const part of await byVersion(db, query, stretch))
    rows.push(...(await sumAggregates(db, { ...askOf(query), grain, ...part })))
  return rows
}

/** The stretch, cut where another definition comes into force. */
async function byVersion(
  db: Queryable,
  { version, timeZone, definitions }: PeriodQuery,
  { from, to }: Stretch,
): Promise<(Stretch & { version: number })[]> {
  if (version !== undefined) return [{ from, to, version }]
  const cuts = new Set([from])
  for (const { effectiveFrom: day } of definitions) {
    const [start] = await spanOf(db, { from: day, to: day, timeZone })
    if (start > from && start < to) cuts.add(start)
  }
  const starts = [...cuts].sort((a, b) => a - b)
  return starts.map((start, place) => ({
    from: start,
    to: starts[place + 1] ?? to,
    version: definitionOn(dayOf(start, timeZone), definitions).version,
  }))
}

/** How many calls waited how long, by class (wait-distribution.ts): of the whole hotline or one queue. */
export async function waitsOfPeriod(
  db: Queryable,
  query: PeriodQuery &
    ({ readonly dimension: 'total' } | { readonly dimension: 'queue'; readonly key: string }),
): Promise<Readonly<Record<string, number>>> {
  const sums: Record<string, number> = {}
  for (const piece of await piecesOf(db, query)) {
    const rows =
      piece.grain === 'calls'
        ? await raggedWaits(db, query.key, piece)
        : inForce(query, await readWaits(db, { ...askOf(query), ...piece, grain: piece.grain }))
    for (const { waits } of rows)
      for (const name in waits) sums[name] = (sums[name] ?? 0) + (waits[name] ?? 0)
  }
  return sums
}

/** What is kept of the stretch, each row by the version that is asked for or in force. */
export async function countsKept(
  db: Queryable,
  query: PeriodQuery,
  grain: Grain,
  { from, to }: Stretch,
): Promise<Aggregate[]> {
  return inForce(query, await readAggregates(db, { ...askOf(query), grain, from, to }))
}

function askOf({ dimension, key, version }: PeriodQuery) {
  return { dimension, ...(key !== undefined && { key }), ...(version !== undefined && { version }) }
}

function inForce<Row extends { readonly version: number; readonly startAt: number }>(
  { version, timeZone, definitions }: PeriodQuery,
  rows: Row[],
): Row[] {
  if (version !== undefined) return rows
  const only = definitions.length === 0 ? definitionOn('', definitions).version : null
  if (only !== null) return rows.filter((row) => row.version === only)
  return rows.filter(
    (row) => row.version === definitionOn(dayOf(row.startAt, timeZone), definitions).version,
  )
}

async function raggedWaits(
  db: Queryable,
  queueId: string | undefined,
  { from, to }: Stretch,
): Promise<{ waits: Readonly<Record<string, number>> }[]> {
  const rows = await db
    .select({
      isConnected: sql<boolean>`connected_at is not null`,
      ending: calls.ending,
      waitMs: calls.waitMs,
    })
    .from(calls)
    .where(
      and(
        eq(calls.direction, 'inbound'),
        gte(calls.arrivedAt, from),
        lt(calls.arrivedAt, to),
        queueId === undefined ? undefined : eq(calls.enteredQueueId, queueId),
      ),
    )
  return rows.map((call) => ({ waits: waitsOfCall(call) }))
}

async function ragged(
  db: Queryable,
  query: PeriodQuery,
  { from, to }: Stretch,
): Promise<{ key: string; counts: Counts }[]> {
  const { dimension, timeZone, definitions, key } = query
  const definition = definitionOn(dayOf(from, timeZone), definitions)
  const by = dimension === 'number' ? 'number' : 'queue'
  const rows = await countCalls(db, { from, to, timeZone, definition, bucket: 'all', by })
  if (dimension === 'total') {
    return rows.filter((row) => row.key === '*').map(({ counts }) => ({ key: '', counts }))
  }
  return rows.filter((row) => row.key !== '*' && (key === undefined || row.key === key))
}

type Piece = Stretch & { readonly grain: Grain | 'calls' }

/** The period as whole days, quarters of an hour around them, and what is left over at its ends. */
export async function piecesOf(
  db: Queryable,
  { from, to, timeZone }: Stretch & Pick<PeriodQuery, 'timeZone'>,
): Promise<Piece[]> {
  const first = quarterOf(from + QUARTER_MS - 1)
  const last = quarterOf(to)
  if (first > last) return [{ grain: 'calls', from, to }]
  const [firstStart, firstEnd] = await dayAround(db, first, timeZone)
  const [dayEnd] = await dayAround(db, last, timeZone)
  const dayStart = firstStart === first ? first : firstEnd
  const middle: Piece[] =
    dayStart < dayEnd
      ? [
          { grain: 'quarter', from: first, to: dayStart },
          { grain: 'day', from: dayStart, to: dayEnd },
          { grain: 'quarter', from: dayEnd, to: last },
        ]
      : [{ grain: 'quarter', from: first, to: last }]
  const pieces: Piece[] = [
    { grain: 'calls', from, to: first },
    ...middle,
    { grain: 'calls', from: last, to },
  ]
  return pieces.filter((piece) => piece.from < piece.to)
}

async function dayAround(db: Queryable, at: number, timeZone: string): Promise<[number, number]> {
  const day = dayOf(at, timeZone)
  return spanOf(db, { from: day, to: day, timeZone })
}

export interface Adjusted {
  readonly raw: Counts
  /** Its `waitMsMax` is that of all calls. */
  readonly adjusted: Counts
}

/** Raw and adjusted counts by key. `windows` are those that overlap the period; only approved ones count. */
export async function adjustedCounts(
  db: Queryable,
  query: PeriodQuery,
  windows: readonly ExclusionWindow[],
): Promise<Map<string, Adjusted>> {
  const raw = await countsOfPeriod(db, query)
  const result = new Map<string, Adjusted>()
  for (const [key, counts] of raw) result.set(key, { raw: counts, adjusted: counts })
  const leaveOut = (key: string, counts: Counts) => {
    const before = result.get(key)
    if (before === undefined) return
    result.set(key, { ...before, adjusted: without(before.adjusted, counts) })
  }
  const whole = excluded(query, null, windows)
  for (const stretch of whole) {
    for (const [key, counts] of await countsOfPeriod(db, { ...query, ...stretch }))
      leaveOut(key, counts)
  }
  // What a queue's own windows leave out beyond those of the whole hotline.
  for (const queueId of new Set(windows.flatMap((window) => window.queueId ?? []))) {
    for (const stretch of excluded(query, queueId, windows)) {
      for (const rest of minus(stretch, whole)) {
        await leaveOutQueue(db, { ...query, ...rest }, queueId, leaveOut)
      }
    }
  }
  return result
}

async function leaveOutQueue(
  db: Queryable,
  query: PeriodQuery,
  queueId: string,
  leaveOut: (key: string, counts: Counts) => void,
): Promise<void> {
  if (query.dimension === 'number') return leaveOutOfNumbers(db, query, queueId, leaveOut)
  const queue = await countsOfPeriod(db, { ...query, dimension: 'queue', key: queueId })
  const counts = queue.get(queueId)
  if (counts !== undefined) leaveOut(query.dimension === 'total' ? '' : queueId, counts)
}

/** No sum is kept of a queue's calls by number; a window is short enough to read its calls, day by day. */
async function leaveOutOfNumbers(
  db: Queryable,
  { from, to, timeZone, definitions }: PeriodQuery,
  queueId: string,
  leaveOut: (key: string, counts: Counts) => void,
): Promise<void> {
  const where = sql`entered_queue_id = ${queueId}`
  for (let at = from; at < to; ) {
    const [, dayEnd] = await dayAround(db, at, timeZone)
    const stretch = { from: at, to: Math.min(to, dayEnd) }
    const definition = definitionOn(dayOf(at, timeZone), definitions)
    const scope = { ...stretch, timeZone, definition, bucket: 'all', by: 'number', where } as const
    for (const { key, counts } of await countCalls(db, scope)) {
      if (key !== '*') leaveOut(key, counts)
    }
    at = dayEnd
  }
}

function excluded(
  within: Stretch,
  queueId: string | null,
  windows: readonly ExclusionWindow[],
): Stretch[] {
  return gaps(within, remaining(within, queueId, windows))
}

function minus(stretch: Stretch, taken: readonly Stretch[]): Stretch[] {
  let left = [stretch]
  for (const hole of taken) {
    left = left.flatMap(({ from, to }) =>
      [
        { from, to: Math.min(to, hole.from) },
        { from: Math.max(from, hole.to), to },
      ].filter((rest) => rest.from < rest.to),
    )
  }
  return left
}

function gaps({ from, to }: Stretch, stretches: readonly Stretch[]): Stretch[] {
  return minus({ from, to }, stretches)
}

function without(counts: Counts, less: Counts): Counts {
  const entries = Object.entries(counts).map(([name, value]) => [
    name,
    name === 'waitMsMax' ? value : value - less[name as keyof Counts],
  ])
  return Object.fromEntries(entries) as unknown as Counts
}
