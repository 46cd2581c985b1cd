// Whether the sums beside the facts are what the records say: the same day once from the aggregates and
// once by plain SQL over calls, offers and agents' states. Asked every night and by tests; any difference
// is an alarm.
import { sql } from 'drizzle-orm'
import type { AgentCounts } from '../core/agent-counts.ts'
import { definitionOn } from '../core/kpi-definitions.ts'
import { NO_COUNTS } from '../core/metrics.ts'
import { readAgentAggregates } from './agent-aggregates.ts'
import type { Queryable } from './database.ts'
import { countCalls, spanOf } from './kpi.ts'
import { readAggregates } from './kpi-aggregates.ts'
import { listDefinitions } from './kpi-definitions.ts'

export interface Difference {
  /** E.g. `queue citizen, quarter 2026-11-23T01:00:00.000Z: answered`. */
  readonly of: string
  readonly kept: number
  readonly counted: number
}

export async function differencesOn(
  db: Queryable,
  day: string,
  timeZone: string,
): Promise<Difference[]> {
  const definition = definitionOn(day, await listDefinitions(db))
  const { version } = definition
  const [from, to] = await spanOf(db, { from: day, to: day, timeZone })
  const kept = new Map<string, Readonly<Record<string, number>>>()
  const counted = new Map<string, Readonly<Record<string, number>>>()
  for (const grain of ['quarter', 'day'] as const) {
    for (const by of ['queue', 'number'] as const) {
      const span = { from, to, timeZone }
      for (const row of await countCalls(db, { ...span, definition, bucket: grain, by })) {
        const name = row.key === '*' ? 'total' : `${by} ${row.key}`
        counted.set(`${name}, ${grain} ${iso(row.startAt)}`, { ...row.counts })
      }
      for (const row of await readAggregates(db, { dimension: by, grain, from, to, version })) {
        kept.set(`${by} ${row.key}, ${grain} ${iso(row.startAt)}`, { ...row.counts })
      }
    }
    for (const row of await readAggregates(db, { dimension: 'total', grain, from, to, version })) {
      kept.set(`total, ${grain} ${iso(row.startAt)}`, { ...row.counts })
    }
  }
  for (const { agentId, counts } of await readAgentAggregates(db, { grain: 'day', from, to })) {
    kept.set(`agent ${agentId}`, pick(counts))
  }
  for (const [agentId, counts] of await agentsCounted(db, from, to))
    counted.set(`agent ${agentId}`, counts)
  return [...differences(kept, counted)]
}

function* differences(
  kept: ReadonlyMap<string, Readonly<Record<string, number>>>,
  counted: ReadonlyMap<string, Readonly<Record<string, number>>>,
): Generator<Difference> {
  for (const of of new Set([...kept.keys(), ...counted.keys()])) {
    const one: Readonly<Record<string, number>> = kept.get(of) ?? { ...NO_COUNTS }
    const other: Readonly<Record<string, number>> = counted.get(of) ?? { ...NO_COUNTS }
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const difference = { of: `${of}: ${name}`, kept: one[name] ?? 0, counted: other[name] ?? 0 }
      if (difference.kept !== difference.counted) yield difference
    }
  }
}

const AGENT_NAMES = [
  'offers',
  'offersAnswered',
  'offersLate',
  'offersMissed',
  'ringMsAnswered',
  'readyMs',
  'onCallMs',
  'wrapUpMs',
  'notReadyMs',
] as const satisfies readonly (keyof AgentCounts)[]

function pick(counts: AgentCounts): Record<string, number> {
  return Object.fromEntries(AGENT_NAMES.map((name) => [name, counts[name] ?? 0]))
}

async function agentsCounted(
  db: Queryable,
  from: number,
  to: number,
): Promise<Map<string, Record<string, number>>> {
  const at = (time: number) => sql`${iso(time)}::timestamptz`
  const ms = sql`(extract(epoch from least(ended_at, ${at(to)}) - greatest(started_at, ${at(from)})) * 1000)::bigint`
  const offered = await db.execute<Record<string, unknown>>(sql`
    select agent_id as "agentId", count(*) as "offers",
      count(*) filter (where outcome = 'answered') as "offersAnswered",
      count(*) filter (where outcome = 'answered' and is_late) as "offersLate",
      count(*) filter (where outcome = 'rona') as "offersMissed",
      coalesce(sum(ring_ms) filter (where outcome = 'answered'), 0) as "ringMsAnswered"
    from offers where offered_at >= ${at(from)} and offered_at < ${at(to)} group by agent_id`)
  const passed = await db.execute<Record<string, unknown>>(sql`
    select agent_id as "agentId",
      coalesce(sum(${ms}) filter (where phase = 'ready'), 0) as "readyMs",
      coalesce(sum(${ms}) filter (where phase = 'on_call'), 0) as "onCallMs",
      coalesce(sum(${ms}) filter (where phase = 'wrap_up'), 0) as "wrapUpMs",
      coalesce(sum(${ms}) filter (where phase = 'not_ready'), 0) as "notReadyMs"
    from agent_states
    where ended_at is not null and started_at < ${at(to)} and ended_at > ${at(from)}
    group by agent_id`)
  const counted = new Map<string, Record<string, number>>()
  for (const row of [...offered.rows, ...passed.rows]) {
    const { agentId, ...counts } = row
    const numbers = Object.entries(counts).map(([name, value]) => [name, Number(value)])
    const id = String(agentId)
    counted.set(id, { ...pick({}), ...counted.get(id), ...Object.fromEntries(numbers) })
  }
  return counted
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
