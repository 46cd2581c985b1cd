// The calls behind a figure: every count on a wallboard or in a report can be opened to the calls that make
// it up, newest first and page by page.
import { and, desc, eq, gte, lt, not, or, type SQL, sql } from 'drizzle-orm'
import type { QueueId } from '../core/config.ts'
import type { ExclusionWindow } from '../core/exclusion-windows.ts'
import { definitionOn, type KpiDefinition, NORM_DEFINITION } from '../core/kpi-definitions.ts'
import { OUTCOMES, RATES } from '../core/metrics.ts'
import type { CallCursor, CallPage } from './calls.ts'
import type { Queryable } from './database.ts'
import { timelyBy } from './kpi.ts'
import { calls } from './schema.ts'

/** Rates, and every outcome by its name. */
export const OPENABLE = [
  ...(Object.keys(RATES) as (keyof typeof RATES)[]),
  ...new Set(Object.values(OUTCOMES)),
] as const
export type OpenableCode = (typeof OPENABLE)[number]

export const PARTS = ['numerator', 'denominator', 'missing'] as const
/** `missing`: in the denominator and not in the numerator, which is what people want to see. */
export type Part = (typeof PARTS)[number]

export interface BehindQuery {
  readonly code: OpenableCode
  readonly part: Part
  readonly from: number
  readonly to: number
  readonly queueId?: QueueId
  readonly timeZone: string
  /** Those in the records; each day's calls are judged by the one in force on it. */
  readonly definitions: readonly KpiDefinition[]
  /** Those whose calls are left out; none for the raw figure. */
  readonly windows: readonly ExclusionWindow[]
}

export async function callsBehind(
  db: Queryable,
  query: BehindQuery,
  page: { limit: number; after?: CallCursor | undefined },
): Promise<CallPage> {
  const { from, to, queueId } = query
  const rows = await db
    .select()
    .from(calls)
    .where(
      and(
        eq(calls.direction, 'inbound'),
        gte(calls.arrivedAt, from),
        lt(calls.arrivedAt, to),
        queueId === undefined ? undefined : eq(calls.enteredQueueId, queueId),
        partOf(query),
        ...query.windows
          .filter(({ status }) => status === 'approved')
          .map((window) => not(arrivedIn(window))),
        page.after && isAfter(page.after),
      ),
    )
    .orderBy(desc(calls.arrivedAt), desc(calls.callId))
    .limit(page.limit + 1)
  const shown = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? shown.at(-1) : undefined
  const next = last === undefined ? null : { arrivedAt: last.arrivedAt, callId: last.callId }
  return { calls: shown, next }
}

function partOf(query: BehindQuery): SQL {
  const { code, part } = query
  const isConnected = sql`connected_at is not null`
  const isTimely = sql`(connected_at is not null and ${timelyOnItsDay(query)})`
  const parts: Record<string, { numerator: SQL; denominator: SQL }> = {
    connectRate: { numerator: isConnected, denominator: sql`true` },
    timelyAnswerRate: { numerator: isTimely, denominator: isConnected },
    serviceLevel: { numerator: isTimely, denominator: sql`true` },
  }
  const rate = parts[code]
  if (rate === undefined) return endedAs(code)
  if (part !== 'missing') return rate[part]
  return sql`(${rate.denominator}) and not coalesce(${rate.numerator}, false)`
}

function timelyOnItsDay({ timeZone, definitions }: BehindQuery): SQL {
  const days = [...new Set(definitions.map(({ effectiveFrom }) => effectiveFrom))].sort().reverse()
  if (days.length === 0) return timelyBy(NORM_DEFINITION)
  const cases = days.map(
    (day) =>
      sql`when (arrived_at at time zone ${timeZone})::date >= ${day}::date
        then ${timelyBy(definitionOn(day, definitions))}`,
  )
  return sql`case ${sql.join(cases, sql` `)} else ${timelyBy(NORM_DEFINITION)} end`
}

function endedAs(outcome: string): SQL {
  const endings = Object.entries(OUTCOMES).filter(([, name]) => name === outcome)
  return or(...endings.map(([ending]) => sql`ending = ${ending}`)) ?? sql`false`
}

function arrivedIn({ startsAt, endsAt, queueId }: ExclusionWindow): SQL {
  const isThen = and(gte(calls.arrivedAt, startsAt), lt(calls.arrivedAt, endsAt))
  const isThere = queueId === null ? sql`true` : sql`coalesce(entered_queue_id, '') = ${queueId}`
  return sql`(${isThen} and ${isThere})`
}

function isAfter({ arrivedAt, callId }: CallCursor): SQL {
  const at = sql.param(arrivedAt, calls.arrivedAt)
  return sql`(${calls.arrivedAt}, ${calls.callId}) < (${at}::timestamptz, ${callId})`
}
