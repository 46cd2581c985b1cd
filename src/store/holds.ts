// Hold segments as rows: when each began and ended, with which prompts, how often the
// limit was reached. A hold that the end of the call ends is closed with what that fact says of it.
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { RecordedFact } from '../core/facts.ts'
import type { Queryable } from './database.ts'
import { holdSegments } from './schema.ts'

/** The facts that change a hold while its call goes on. */
export type HoldFact = Extract<
  RecordedFact,
  {
    type:
      | 'call.held'
      | 'call.hold_warned'
      | 'call.hold_limit_reached'
      | 'call.hold_prolonged'
      | 'call.phrase_confirmed'
      | 'call.retrieved'
  }
>

export async function projectHold(tx: Queryable, fact: HoldFact): Promise<void> {
  switch (fact.type) {
    case 'call.held':
      await tx.insert(holdSegments).values({
        callId: fact.callId,
        seq: fact.seq,
        segment: fact.segment,
        agentId: fact.agentId,
        by: fact.by,
        startedAt: fact.at,
        beginPrompt: fact.beginPrompt,
      })
      return
    case 'call.hold_warned':
      await tx.update(holdSegments).set({ warnedAt: fact.at }).where(openHoldOf(fact.callId))
      return
    case 'call.hold_limit_reached':
      await tx.update(holdSegments).set({ limitCount: fact.count }).where(openHoldOf(fact.callId))
      return
    case 'call.hold_prolonged':
      await tx
        .update(holdSegments)
        .set({ prolongedCount: fact.count })
        .where(openHoldOf(fact.callId))
      return
    case 'call.phrase_confirmed':
      return phraseConfirmed(tx, fact)
    case 'call.retrieved':
      await tx
        .update(holdSegments)
        .set({
          endedAt: fact.at,
          durationMs: fact.holdMs,
          isExceeded: fact.isExceeded,
          endPrompt: fact.endPrompt,
          missingPrompt: fact.endPrompt === null ? true : sql`${holdSegments.beginPrompt} is null`,
        })
        .where(openHoldOf(fact.callId))
      return
  }
}

/** The latest of that number: only one taken over after an outage may share it with an earlier hold. */
async function phraseConfirmed(
  tx: Queryable,
  { callId, segment, phrase }: Extract<HoldFact, { type: 'call.phrase_confirmed' }>,
): Promise<void> {
  const confirmed =
    phrase === 'begin' ? { beginPrompt: 'agent' as const } : { endPrompt: 'agent' as const }
  const other = phrase === 'begin' ? holdSegments.endPrompt : holdSegments.beginPrompt
  const latest = sql`(select max(seq) from ${holdSegments} where call_id = ${callId} and segment = ${segment})`
  await tx
    .update(holdSegments)
    .set({
      ...confirmed,
      missingPrompt: sql`case when ended_at is null then null else ${other} is null end`,
    })
    .where(and(eq(holdSegments.callId, callId), sql`${holdSegments.seq} = ${latest}`))
}

/** Where the ending says nothing of an open hold (it was not seen), its length stays unknown. */
export async function closeOpenHold(
  tx: Queryable,
  fact: Extract<RecordedFact, { type: 'call.ended' }>,
): Promise<void> {
  if (fact.agentId === null) return
  await tx
    .update(holdSegments)
    .set({
      endedAt: fact.at,
      durationMs: fact.openHold?.holdMs ?? null,
      isExceeded: fact.openHold?.isExceeded ?? false,
      missingPrompt: true,
    })
    .where(openHoldOf(fact.callId))
}

function openHoldOf(callId: string) {
  return and(eq(holdSegments.callId, callId), isNull(holdSegments.endedAt))
}
