// The sums of agents beside the facts: offers by when the phone began to ring, calls by when the caller was
// heard, time by when it passed, by quarter of an hour and by day. Written in the transaction of the facts.
import { and, eq, gte, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import { type AgentCounts, addAgentCounts } from '../core/agent-counts.ts'
import { QUARTER_MS, quarterOf } from '../core/counting.ts'
import { dayOf } from '../core/days.ts'
import type { OfferOutcome, RecordedFact } from '../core/facts.ts'
import type { Queryable } from './database.ts'
import { spanOf } from './kpi.ts'
import { agentAggregates, type Grain } from './kpi-schema.ts'
import { agentStates, facts, offers } from './schema.ts'

type OfferRow = typeof offers.$inferSelect
type StateRow = typeof agentStates.$inferSelect

/** What the rows of the touched agents were before the facts. */
export interface AgentsBefore {
  readonly agentIds: readonly string[]
  readonly legIds: readonly string[]
  readonly offers: readonly OfferRow[]
  /** Number of each agent's open state. */
  readonly openSeqs: ReadonlyMap<string, number>
}

export async function agentsBefore(
  tx: Queryable,
  facts: readonly RecordedFact[],
): Promise<AgentsBefore> {
  const agentIds = [...new Set(facts.flatMap(agentsOf))]
  const legIds = [...new Set(facts.flatMap(offeredLegsOf))]
  const open =
    agentIds.length === 0
      ? []
      : await tx
          .select({ agentId: agentStates.agentId, seq: agentStates.seq })
          .from(agentStates)
          .where(and(inArray(agentStates.agentId, agentIds), isNull(agentStates.endedAt)))
  return {
    agentIds,
    legIds,
    offers: await offersOf(tx, legIds),
    openSeqs: new Map(open.map(({ agentId, seq }) => [agentId, seq])),
  }
}

function agentsOf(fact: RecordedFact): string[] {
  const ids: (string | null | undefined)[] = []
  if ('agentId' in fact) ids.push(fact.agentId)
  if ('toAgentId' in fact) ids.push(fact.toAgentId as string | null)
  if ('fromAgentId' in fact) ids.push(fact.fromAgentId as string | null)
  if (fact.type === 'call.adopted') ids.push(fact.agent?.agentId)
  if (fact.type === 'history.restored') ids.push(...fact.agents.map(({ agentId }) => agentId))
  return ids.filter((id): id is string => typeof id === 'string')
}

function offeredLegsOf(fact: RecordedFact): string[] {
  switch (fact.type) {
    case 'call.offered':
    case 'call.answered':
    case 'offer.ended':
      return [fact.legId]
    default:
      return []
  }
}

async function offersOf(tx: Queryable, legIds: readonly string[]): Promise<OfferRow[]> {
  if (legIds.length === 0) return []
  return tx
    .select()
    .from(offers)
    .where(inArray(offers.legId, [...legIds]))
}

/** Adds what the facts and the rows made from them have changed since `before`. */
export async function addToAgentAggregates(
  tx: Queryable,
  timeZone: string,
  facts: readonly RecordedFact[],
  before: AgentsBefore,
): Promise<void> {
  const added: { agentId: string; at: number; counts: AgentCounts; sign: 1 | -1 }[] = []
  const put = (agentId: string, at: number, counts: AgentCounts, sign: 1 | -1 = 1) => {
    added.push({ agentId, at, counts, sign })
  }
  for (const offer of before.offers) put(offer.agentId, offer.offeredAt, countsOfOffer(offer), -1)
  for (const offer of await offersOf(tx, before.legIds)) {
    put(offer.agentId, offer.offeredAt, countsOfOffer(offer))
  }
  const returns = await returnsAmong(tx, facts)
  for (const fact of facts)
    for (const [agentId, counts] of countsOfFact(fact, returns.has(fact.seq)))
      put(agentId, fact.at, counts)
  for (const state of await closedSince(tx, facts, before)) {
    for (const { at, counts } of stretches(state)) put(state.agentId, at, counts)
  }
  const cells = new Map<
    string,
    { agentId: string; grain: Grain; startAt: number; counts: AgentCounts }
  >()
  for (const { agentId, at, counts, sign } of added) {
    const signed = sign === 1 ? counts : negated(counts)
    const starts: [Grain, number][] = [
      ['quarter', quarterOf(at)],
      ['day', await startOfDay(tx, dayOf(at, timeZone), timeZone)],
    ]
    for (const [grain, startAt] of starts) {
      const id = `${agentId}/${grain}/${startAt}`
      const cell = cells.get(id) ?? { agentId, grain, startAt, counts: {} }
      cells.set(id, { ...cell, counts: addAgentCounts(cell.counts, signed) })
    }
  }
  await write(tx, [...cells.values()])
}

const OUTCOMES: Record<OfferOutcome, keyof AgentCounts> = {
  answered: 'offersAnswered',
  rejected: 'offersRejected',
  rona: 'offersMissed',
  unreachable: 'offersUnreachable',
  caller_abandoned: 'offersCallerAbandoned',
  answered_elsewhere: 'offersAnsweredElsewhere',
  withdrawn: 'offersWithdrawn',
  failed: 'offersFailed',
}

export function countsOfOffer(offer: OfferRow): AgentCounts {
  const { outcome, isLate, ringMs } = offer
  const name = outcome === null ? undefined : OUTCOMES[outcome as OfferOutcome]
  return {
    offers: 1,
    ...(name !== undefined && { [name]: 1 }),
    ...(outcome === 'answered' && { offersLate: isLate ? 1 : 0, ringMsAnswered: ringMs ?? 0 }),
  }
}

/** The facts with which an agent comes to hear a caller. */
const COMING = ['call.connected', 'call.taken_over', 'call.transferred'] as const

/** Numbers of those with which an agent hears a caller again: a call counts once for each agent. */
async function returnsAmong(
  tx: Queryable,
  recorded: readonly RecordedFact[],
): Promise<ReadonlySet<number>> {
  const isComing = ({ type }: RecordedFact) => (COMING as readonly string[]).includes(type)
  const callIds = new Set(
    recorded.flatMap((fact) => (isComing(fact) && 'callId' in fact ? (fact.callId ?? []) : [])),
  )
  if (callIds.size === 0) return new Set()
  const toAgentId = sql<string | null>`body->>'toAgentId'`
  const came = await tx
    .select({
      seq: facts.seq,
      type: facts.type,
      callId: facts.callId,
      agentId: facts.agentId,
      toAgentId,
    })
    .from(facts)
    .where(and(inArray(facts.callId, [...callIds]), inArray(facts.type, [...COMING])))
    .orderBy(facts.seq)
  const known = new Set<string>()
  const returns = new Set<number>()
  for (const { seq, type, callId, agentId, toAgentId: to } of came) {
    const both = `${callId} ${type === 'call.transferred' ? to : agentId}`
    if (known.has(both)) returns.add(seq)
    known.add(both)
  }
  return returns
}

function countsOfFact(fact: RecordedFact, isReturn: boolean): [string, AgentCounts][] {
  switch (fact.type) {
    case 'call.connected':
    case 'call.taken_over':
      return isReturn ? [] : [[fact.agentId, { handled: 1 }]]
    case 'call.transferred': {
      const { agentId, toAgentId } = fact
      const counts: [string, AgentCounts][] = []
      // Nobody took the call, and it is back with the agent who let go of it.
      const isBack = agentId === toAgentId
      if (agentId !== null && !isBack) counts.push([agentId, { transferred: 1 }])
      if (toAgentId !== null && !isReturn) counts.push([toAgentId, { handled: 1 }])
      return counts
    }
    case 'call.held':
      return [[fact.agentId, { holds: 1 }]]
    case 'call.retrieved':
      return [[fact.agentId, { holdMs: fact.holdMs, holdsExceeded: fact.isExceeded ? 1 : 0 }]]
    case 'call.ended': {
      if (fact.openHold === null || fact.agentId === null) return []
      const { holdMs, isExceeded } = fact.openHold
      return [[fact.agentId, { holdMs, holdsExceeded: isExceeded ? 1 : 0 }]]
    }
    default:
      return []
  }
}

async function closedSince(
  tx: Queryable,
  facts: readonly RecordedFact[],
  before: AgentsBefore,
): Promise<StateRow[]> {
  if (before.agentIds.length === 0) return []
  const first = facts[0]?.seq ?? 0
  const since = Math.min(first, ...before.openSeqs.values())
  const rows = await tx
    .select()
    .from(agentStates)
    .where(
      and(
        inArray(agentStates.agentId, [...before.agentIds]),
        gte(agentStates.seq, since),
        isNotNull(agentStates.endedAt),
      ),
    )
  return rows.filter(({ agentId, seq }) => seq >= (before.openSeqs.get(agentId) ?? first))
}

const PHASES: Partial<
  Record<StateRow['phase'], 'readyMs' | 'offeredMs' | 'onCallMs' | 'wrapUpMs'>
> = {
  ready: 'readyMs',
  offered: 'offeredMs',
  on_call: 'onCallMs',
  wrap_up: 'wrapUpMs',
}

/** A finished state's time, cut at every quarter of an hour. */
export function stretches(state: StateRow): { at: number; counts: AgentCounts }[] {
  const { phase, reason, startedAt, endedAt } = state
  const cut: { at: number; counts: AgentCounts }[] = []
  if (endedAt === null || phase === 'signed_out') return cut
  for (let at = startedAt; at < endedAt; at = quarterOf(at) + QUARTER_MS) {
    const ms = Math.min(endedAt, quarterOf(at) + QUARTER_MS) - at
    const name = PHASES[phase]
    if (name !== undefined) cut.push({ at, counts: { [name]: ms } })
    else if (phase === 'not_ready') {
      cut.push({ at, counts: { notReadyMs: ms, [`notReadyMs:${reason ?? 'other'}`]: ms } })
    }
  }
  return cut
}

function negated(counts: AgentCounts): AgentCounts {
  return Object.fromEntries(
    Object.entries(counts).map(([name, value]) => [name, -(value as number)]),
  )
}

const dayStarts = new Map<string, number>()

async function startOfDay(tx: Queryable, day: string, timeZone: string): Promise<number> {
  const id = `${timeZone}/${day}`
  const start = dayStarts.get(id) ?? (await spanOf(tx, { from: day, to: day, timeZone }))[0]
  dayStarts.set(id, start)
  return start
}

async function write(
  tx: Queryable,
  cells: readonly (typeof agentAggregates.$inferInsert)[],
): Promise<void> {
  const rows = cells.filter(({ counts }) => Object.values(counts).some((value) => value !== 0))
  if (rows.length === 0) return
  await tx
    .insert(agentAggregates)
    .values(rows)
    .onConflictDoUpdate({
      target: [agentAggregates.agentId, agentAggregates.grain, agentAggregates.startAt],
      set: {
        counts: sql`(
          select jsonb_object_agg(name, value) from (
            select name, sum(value) as value from (
              select key as name, value::numeric from jsonb_each_text(${agentAggregates.counts})
              union all
              select key, value::numeric from jsonb_each_text(excluded.counts)
            ) as both_sides group by name
          ) as sums)`,
      },
    })
}

export interface AgentAggregateQuery {
  readonly grain: Grain
  readonly from: number
  readonly to: number
  /** Absent: every agent. */
  readonly agentId?: string
}

/**
 * Sums over the stretches that begin in `[from, to)`, by agent. One row for each agent is sent, with all
 * that is to be added: a row for each stretch takes longer to send, and SQL longer to add what is JSON.
 */
export async function sumAgentAggregates(
  db: Queryable,
  query: AgentAggregateQuery,
): Promise<Map<string, AgentCounts>> {
  const rows = await db
    .select({
      agentId: agentAggregates.agentId,
      all: sql<AgentCounts[]>`json_agg(${agentAggregates.counts})`,
    })
    .from(agentAggregates)
    .where(matching(query))
    .groupBy(agentAggregates.agentId)
    .orderBy(agentAggregates.agentId)
  return new Map(rows.map(({ agentId, all }) => [agentId, sumOf(all)]))
}

function sumOf(all: readonly AgentCounts[]): AgentCounts {
  const sums: Record<string, number> = {}
  for (const counts of all as readonly Record<string, number>[])
    for (const name in counts) sums[name] = (sums[name] ?? 0) + (counts[name] ?? 0)
  return sums
}

export interface AgentAggregate {
  readonly agentId: string
  readonly startAt: number
  readonly counts: AgentCounts
}

/** Sums whose stretch begins in `[from, to)`. */
export async function readAgentAggregates(
  db: Queryable,
  query: AgentAggregateQuery,
): Promise<AgentAggregate[]> {
  return db
    .select({
      agentId: agentAggregates.agentId,
      startAt: agentAggregates.startAt,
      counts: agentAggregates.counts,
    })
    .from(agentAggregates)
    .where(matching(query))
    .orderBy(agentAggregates.agentId, agentAggregates.startAt)
}

function matching({ grain, from, to, agentId }: AgentAggregateQuery) {
  const { startAt } = agentAggregates
  return and(
    eq(agentAggregates.grain, grain),
    gte(startAt, from),
    lt(startAt, to),
    agentId === undefined ? undefined : eq(agentAggregates.agentId, agentId),
  )
}
