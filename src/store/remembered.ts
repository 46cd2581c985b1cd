// What routing remembers, read back at a start (core/remembered.ts). Only the last day counts for callers
// and queues, and an agent's last rings wherever they are within a month.
import { and, asc, desc, eq, gt, gte, isNotNull, isNull, like, lt, or, sql } from 'drizzle-orm'
import { ANSWERS_KEPT } from '../core/answering.ts'
import type { Remembered, RememberedAgent } from '../core/remembered.ts'
import type { KnownCaller } from '../core/repeat-callers.ts'
import type { Queryable } from './database.ts'
import { agentStates, calls, offers } from './schema.ts'

const DAY_MS = 86_400_000
const RINGS_WITHIN_MS = 30 * DAY_MS
const CALLS_MAX = 5_000

export async function remembered(tx: Queryable, at: number): Promise<Remembered> {
  const recent = await recentCalls(tx, at)
  return {
    agents: await agentsOf(tx, at),
    callers: callersOf(recent),
    answers: recent.flatMap(answerOf),
  }
}

type RecentCall = Awaited<ReturnType<typeof recentCalls>>[number]

/** Those that somebody took or gave up, the newest last by when that was. */
async function recentCalls(tx: Queryable, at: number) {
  const happenedAt = sql<number>`coalesce(${calls.connectedAt}, ${calls.endedAt})`
  const rows = await tx
    .select({
      from: calls.fromNumber,
      direction: calls.direction,
      agentId: calls.agentId,
      queueId: calls.queueId,
      firstQueueId: sql<string | null>`(
        select o.queue_id from ${offers} o
        where o.call_id = ${calls}.call_id and o.answered_at <= ${calls}.connected_at
        order by o.answered_at desc limit 1)`,
      connectedAt: calls.connectedAt,
      endedAt: calls.endedAt,
      arrivedAt: calls.arrivedAt,
      queuedAt: calls.queuedAt,
      waitMs: calls.waitMs,
      isTimely: calls.isTimely,
    })
    .from(calls)
    .where(
      and(
        gt(calls.arrivedAt, at - DAY_MS),
        or(
          isNotNull(calls.connectedAt),
          and(isNotNull(calls.endedAt), like(calls.ending, 'abandoned%')),
        ),
      ),
    )
    .orderBy(desc(happenedAt))
    .limit(CALLS_MAX)
  return rows.reverse()
}

function callersOf(recent: readonly RecentCall[]): Remembered['callers'] {
  const known = new Map<string, KnownCaller>()
  for (const call of recent) {
    const { from, direction, agentId, queueId, connectedAt, endedAt } = call
    if (direction !== 'inbound' || !/^\+?\d{5,}$/.test(from)) continue
    const before = known.get(from) ?? { lastAgentId: null, servedAt: null, left: null }
    known.delete(from)
    if (connectedAt !== null) {
      known.set(from, { lastAgentId: agentId, servedAt: connectedAt, left: null })
    } else if (queueId !== null && endedAt !== null) {
      const placeAt = call.queuedAt ?? call.arrivedAt
      known.set(from, { ...before, left: { queueId, at: endedAt, placeAt } })
    }
  }
  return [...known].map(([from, caller]) => ({ from, ...caller }))
}

function answerOf(call: RecentCall): Remembered['answers'] {
  const { firstQueueId, queueId, isTimely, connectedAt, waitMs } = call
  if (connectedAt !== null) {
    const isKnown = isTimely !== null && firstQueueId !== null
    return isKnown ? [{ queueId: firstQueueId, waitMs, isTimely }] : []
  }
  if (queueId === null) return []
  return [{ queueId, waitMs, isTimely: null }]
}

async function agentsOf(tx: Queryable, at: number): Promise<RememberedAgent[]> {
  const work = await workOf(tx)
  const ranked = tx
    .select({
      agentId: offers.agentId,
      offeredAt: offers.offeredAt,
      ringMs: offers.ringMs,
      outcome: offers.outcome,
      legId: offers.legId,
      settledAt: sql<number>`coalesce(${offers.answeredAt}, ${offers.endedAt})`.as('settled_at'),
      answeredAt: offers.answeredAt,
      rank: sql<number>`row_number() over (partition by ${offers.agentId} order by ${offers.offeredAt} desc)`.as(
        'rank',
      ),
    })
    .from(offers)
    .where(gte(offers.offeredAt, at - RINGS_WITHIN_MS))
    .as('ranked')
  const rings = await tx
    .select()
    .from(ranked)
    .where(lt(ranked.rank, 2 * ANSWERS_KEPT))
    .orderBy(asc(ranked.settledAt), asc(ranked.offeredAt), asc(ranked.legId))
  const agents = new Map<string, { rings: RememberedAgent['rings'][number][]; last: number }>()
  for (const ring of rings) {
    const agent = agents.get(ring.agentId) ?? { rings: [], last: 0 }
    agents.set(ring.agentId, agent)
    agent.last = Math.max(agent.last, ring.offeredAt)
    const isAnswered = ring.answeredAt !== null
    if (!isAnswered && ring.outcome === null) continue
    const isNotReached = ring.outcome === 'rejected' || ring.outcome === 'unreachable'
    const ringMs = isNotReached && !isAnswered ? null : (ring.ringMs ?? 0)
    agent.rings.push({ ringMs, isAnswered })
  }
  const ids = new Set([...agents.keys(), ...work.keys()])
  return [...ids].sort().map((agentId) => ({
    agentId,
    callsTaken: work.get(agentId)?.callsTaken ?? 0,
    talkMs: work.get(agentId)?.talkMs ?? 0,
    rings: agents.get(agentId)?.rings.slice(-ANSWERS_KEPT) ?? [],
    lastOfferedAt: agents.get(agentId)?.last ?? 0,
  }))
}

/** Of those who are signed in: calls and time on them since. A call that goes on is counted by the switch. */
async function workOf(tx: Queryable) {
  const present = await tx
    .select({ agentId: agentStates.agentId })
    .from(agentStates)
    .where(and(isNull(agentStates.endedAt), sql`${agentStates.phase} <> 'signed_out'`))
  const work = new Map<string, { callsTaken: number; talkMs: number }>()
  for (const { agentId } of present) {
    const [left] = await tx
      .select({ at: agentStates.startedAt })
      .from(agentStates)
      .where(and(eq(agentStates.agentId, agentId), eq(agentStates.phase, 'signed_out')))
      .orderBy(desc(agentStates.startedAt), desc(agentStates.seq))
      .limit(1)
    const rows = await tx
      .select({ from: agentStates.startedAt, to: agentStates.endedAt })
      .from(agentStates)
      .where(
        and(
          eq(agentStates.agentId, agentId),
          eq(agentStates.phase, 'on_call'),
          isNotNull(agentStates.endedAt),
          ...(left === undefined ? [] : [gte(agentStates.startedAt, left.at)]),
        ),
      )
    const talkMs = rows.reduce((sum, { from, to }) => sum + Math.max(0, (to ?? from) - from), 0)
    work.set(agentId, { callsTaken: rows.length, talkMs })
  }
  return work
}
