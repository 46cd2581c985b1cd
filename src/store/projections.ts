// From facts to rows: what each fact changes in the tables that people read. The facts themselves are
// written here too, and a fact that is there already changes nothing, so replaying is harmless. Rows
// are made from the facts alone, never from the live state, in the order of the facts.
import { and, eq, isNull, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { isCallbackFact } from '../core/callback-facts.ts'
import type { CallFact, Fact, RecordedFact } from '../core/facts.ts'
import { isPartyFact } from '../core/party-facts.ts'
import { addToAgentAggregates, agentsBefore } from './agent-aggregates.ts'
import { projectAgent, projectRestoredAgents } from './agent-states.ts'
import { projectCallback } from './callbacks.ts'
import { projectChecklist, projectConduct } from './conduct-events.ts'
import type { Queryable } from './database.ts'
import { closeEstimates, projectEstimate } from './estimates.ts'
import { isOfFloor, projectFloor } from './floor.ts'
import { closeOpenHold, type HoldFact, projectHold } from './holds.ts'
import { addToAggregates, countedCallIds, countedCalls } from './kpi-aggregates.ts'
import { closeMessage, projectMessage } from './messages.ts'
import { projectLeave, projectOffSeat } from './off-seat.ts'
import { projectParty } from './parties.ts'
import { describeRecordings, isRecordingFact, projectRecording } from './recordings.ts'
import { calls, facts, offers, queues } from './schema.ts'
import { projectSeats } from './seats.ts'

type RecordedFactOf<Type extends Fact['type']> = Extract<RecordedFact, { type: Type }>

/**
 * Records facts in order, inside the caller's transaction, with the rows and sums made from them. Days of
 * the sums are those of `timeZone`, an IANA name. Returns how many were new.
 */
export async function recordFacts(
  tx: Queryable,
  recorded: readonly RecordedFact[],
  timeZone = 'Asia/Shanghai',
): Promise<number> {
  if (recorded.length === 0) return 0
  const inserted = await tx
    .insert(facts)
    .values(
      recorded.map((fact) => ({
        seq: fact.seq,
        at: fact.at,
        type: fact.type,
        callId: callOf(fact),
        agentId: 'agentId' in fact ? fact.agentId : null,
        body: fact,
      })),
    )
    .onConflictDoNothing()
    .returning({ seq: facts.seq })
  const fresh = new Set(inserted.map(({ seq }) => seq))
  // The same fact twice in one batch is inserted once, and projected once.
  const projected = recorded.filter((fact) => fresh.delete(fact.seq))
  const callIds = countedCallIds(projected)
  const before = await countedCalls(tx, callIds)
  const agents = await agentsBefore(tx, projected)
  for (const fact of projected) {
    await project(tx, fact)
    if (DESCRIBING.has(fact.type) && 'callId' in fact) await describeRecordings(tx, fact.callId)
  }
  await projectSeats(tx, projected)
  await addToAggregates(tx, timeZone, { before, after: await countedCalls(tx, callIds) })
  await addToAgentAggregates(tx, timeZone, projected, agents)
  return inserted.length
}

/** Facts that change what one searches recordings by. */
const DESCRIBING: ReadonlySet<Fact['type']> = new Set<Fact['type']>([
  'recording.requested',
  'call.ended',
  'call.written_up',
  'call.surveyed',
])
/** In whose timeline the fact stands. */
function callOf(fact: Fact): string | null {
  if (fact.type === 'callback.requested') return fact.originalCallId
  return 'callId' in fact ? fact.callId : null
}

/** Changes the rows that show what the fact says. */
export async function project(tx: Queryable, fact: RecordedFact): Promise<void> {
  if (isOfFloor(fact)) return projectFloor(tx, fact)
  if (isRecordingFact(fact)) return projectRecording(tx, fact)
  if (isCallbackFact(fact)) return projectCallback(tx, fact)
  switch (fact.type) {
    case 'call.held':
    case 'call.hold_warned':
    case 'call.hold_limit_reached':
    case 'call.hold_prolonged':
    case 'call.phrase_confirmed':
    case 'call.retrieved':
      return projectHold(tx, fact)
    case 'leg.ended':
      await tx
        .update(offers)
        .set({ sipStatus: fact.sipStatus, cause: sql`coalesce(${offers.cause}, ${fact.cause})` })
        .where(eq(offers.legId, fact.legId))
      return
    case 'agent.signed_in':
    case 'agent.wrap_up_started':
      return projectAgent(tx, fact)
    case 'agent.signed_out':
    case 'agent.became_ready':
    case 'agent.became_not_ready':
      await projectAgent(tx, fact)
      return projectLeave(tx, fact)
    case 'agent.left_seat':
    case 'agent.absence_overran':
      return projectConduct(tx, fact)
    case 'agent.checklist_done':
      return projectChecklist(tx, fact)
    case 'off_seat.requested':
    case 'off_seat.approved':
    case 'off_seat.refused':
    case 'off_seat.cancelled':
    case 'off_seat.expired':
      return projectOffSeat(tx, fact)
    case 'history.restored':
      return projectRestoredAgents(tx, fact)
    case 'agent.phone_registered':
    case 'agent.phone_unregistered':
    case 'agent.wrap_up_extended':
    case 'agent.wrap_up_overran':
    case 'agent.after_call_planned':
    case 'agent.after_call_cancelled':
    case 'agent.console_changed':
    case 'config.loaded':
    case 'switch.lost':
    case 'switch.synced':
    case 'switch.drift_healed':
    case 'estimates.restored':
    case 'routing.restored':
      return
    case 'call.prompted':
    case 'call.prompt_ended':
    case 'call.key_pressed':
    case 'call.message_started':
    case 'call.message_finished':
      return
    case 'call.message_recorded':
      return projectMessage(tx, fact)
    case 'call.changed_queue':
      return changeCall(tx, fact, { queueId: fact.queueId, priority: fact.priority })
    case 'call.estimated':
      return projectEstimate(tx, fact)
    default:
      return isPartyFact(fact) ? projectParty(tx, fact) : projectCall(tx, fact)
  }
}

async function projectCall(
  tx: Queryable,
  fact: Exclude<RecordedFactOf<CallFact['type']>, HoldFact>,
): Promise<void> {
  switch (fact.type) {
    case 'call.arrived':
      await tx
        .insert(calls)
        .values({
          callId: fact.callId,
          legId: fact.legId,
          nodeId: fact.nodeId,
          fromNumber: fact.from,
          toNumber: fact.to,
          arrivedAt: fact.arrivedAt,
        })
        .onConflictDoNothing()
      return
    case 'call.adopted':
      return callAdopted(tx, fact)
    case 'call.queued':
      return changeCall(tx, fact, {
        queueId: fact.queueId,
        enteredQueueId: enteredBy(fact.queueId),
        priority: fact.priority,
        queuedAt: fact.queuedAt,
      })
    case 'call.requeued':
      return changeCall(tx, fact, { queueId: fact.queueId })
    case 'call.refused':
      return changeCall(tx, fact, {
        queueId: fact.queueId,
        enteredQueueId: enteredBy(fact.queueId),
      })
    case 'call.offered':
      return callOffered(tx, fact)
    case 'call.ringing':
      await tx.update(offers).set({ ringingAt: fact.at }).where(eq(offers.legId, fact.legId))
      return
    case 'call.answered':
      return callAnswered(tx, fact)
    case 'offer.ended':
      return offerEnded(tx, fact)
    case 'call.connected':
      return callConnected(tx, fact)
    case 'call.ended':
      return callEnded(tx, fact)
    case 'call.written_up':
      return changeCall(tx, fact, {
        disposition: fact.disposition,
        summary: fact.summary,
        writtenUpAt: fact.at,
      })
    case 'call.left_unrecorded':
      return changeCall(tx, fact, { leftUnrecorded: true })
    case 'call.whispered':
    case 'call.hold_requested':
    case 'call.retrieve_requested':
    case 'call.hang_up_requested':
      return
  }
}

/** The queue that a call enters, unless it entered another before. */
function enteredBy(queueId: string | null): SQL {
  return sql`coalesce(${calls.enteredQueueId}, ${queueId}::text)`
}

type CallChange = Partial<{
  [Column in keyof typeof calls.$inferInsert]: (typeof calls.$inferInsert)[Column] | SQL
}>

async function changeCall(
  tx: Queryable,
  fact: { readonly callId: string },
  change: CallChange,
): Promise<void> {
  await tx.update(calls).set(change).where(eq(calls.callId, fact.callId))
}

async function callOffered(tx: Queryable, fact: RecordedFactOf<'call.offered'>): Promise<void> {
  const { legId, callId, queueId, agentId, at } = fact
  await tx
    .insert(offers)
    .values({ legId, callId, queueId, agentId, offeredAt: at })
    .onConflictDoNothing()
  await tx
    .update(calls)
    .set({ offeredAt: at })
    .where(and(eq(calls.callId, callId), isNull(calls.offeredAt)))
  await projectAgent(tx, fact)
}

/** An answered one whose legs were not joined ends a second time; how long it rang is known already. */
async function offerEnded(tx: Queryable, fact: RecordedFactOf<'offer.ended'>): Promise<void> {
  const { legId, at, outcome, ringMs, rings, cause } = fact
  await tx
    .update(offers)
    .set({
      outcome,
      endedAt: at,
      ringMs: unlessAnswered(offers.ringMs, ringMs),
      rings: unlessAnswered(offers.rings, rings),
      cause,
    })
    .where(eq(offers.legId, legId))
}

function unlessAnswered(known: SQLWrapper, value: number): SQL {
  return sql`case when ${offers.answeredAt} is null then ${value}::integer else ${known} end`
}

async function callAnswered(tx: Queryable, fact: RecordedFactOf<'call.answered'>): Promise<void> {
  const { legId, at, ringMs, rings, isLate } = fact
  await tx
    .update(offers)
    .set({ outcome: 'answered', answeredAt: at, endedAt: at, ringMs, rings, isLate })
    .where(eq(offers.legId, legId))
  await changeCall(tx, fact, {
    agentId: fact.agentId,
    answeredAt: sql`coalesce(${calls.answeredAt}, ${sql.param(at, calls.answeredAt)})`,
  })
  await projectAgent(tx, fact)
}

async function callConnected(tx: Queryable, fact: RecordedFactOf<'call.connected'>): Promise<void> {
  const { agentId, at, answeredAt, waitMs, isTimely } = fact
  // The wait and the verdict on it are those of the first connection, however many follow.
  if (fact.isFirst) await closeEstimates(tx, fact)
  const first = fact.isFirst ? { answeredAt, connectedAt: at, waitMs, isTimely } : {}
  await changeCall(tx, fact, { agentId, ...first })
}

async function callEnded(tx: Queryable, fact: RecordedFactOf<'call.ended'>): Promise<void> {
  await closeOpenHold(tx, fact)
  await closeEstimates(tx, fact)
  await closeMessage(tx, fact)
  await changeCall(tx, fact, {
    endedAt: fact.at,
    ending: fact.ending,
    hangupBy: fact.hangupBy,
    cause: fact.cause,
    queueId: sql`coalesce(${fact.queueId}, ${calls.queueId})`,
    agentId: sql`coalesce(${fact.agentId}, ${calls.agentId})`,
    waitMs: sql`coalesce(${calls.waitMs}, ${fact.waitMs}::bigint)`,
    talkMs: fact.talkMs,
    holdMs: fact.holdMs,
  })
}

/** The switch knows better: whatever is shown of the call now was shown by the call itself. */
async function callAdopted(tx: Queryable, fact: RecordedFactOf<'call.adopted'>): Promise<void> {
  const { caller, agent } = fact
  const waitMs =
    caller.connectedAt === null || caller.answeredAt === null
      ? null
      : caller.answeredAt - fact.queuedAt
  const answerMsMax = sql`(select answer_ms_max from ${queues} where queue_id = ${fact.queueId})`
  const shown = {
    legId: caller.legId,
    nodeId: fact.nodeId,
    fromNumber: caller.from,
    toNumber: caller.to,
    arrivedAt: fact.arrivedAt,
    queueId: fact.queueId,
    priority: fact.priority,
    queuedAt: fact.queuedAt,
  }
  await tx
    .insert(calls)
    .values({
      ...shown,
      callId: fact.callId,
      enteredQueueId: fact.queueId,
      answeredAt: caller.answeredAt,
      connectedAt: caller.connectedAt,
      agentId: agent?.agentId ?? null,
      waitMs,
      isTimely: waitMs === null ? null : sql`${waitMs} <= coalesce(${answerMsMax}, 15000)`,
    })
    .onConflictDoUpdate({
      target: calls.callId,
      set: {
        ...shown,
        enteredQueueId: sql`coalesce(${calls.enteredQueueId}, excluded.entered_queue_id)`,
        answeredAt: sql`coalesce(${calls.answeredAt}, excluded.answered_at)`,
        connectedAt: sql`coalesce(${calls.connectedAt}, excluded.connected_at)`,
        agentId: sql`coalesce(excluded.agent_id, ${calls.agentId})`,
        waitMs: sql`coalesce(${calls.waitMs}, excluded.wait_ms)`,
        isTimely: sql`coalesce(${calls.isTimely}, excluded.is_timely)`,
        endedAt: null,
        ending: null,
        hangupBy: null,
        cause: null,
      },
    })
  await projectAgent(tx, fact)
}
