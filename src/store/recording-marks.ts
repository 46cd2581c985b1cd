// What happened in a call, by its holds and by its facts: for the marks above the sound of its recording.
import { asc, eq } from 'drizzle-orm'
import type { Fact } from '../core/facts.ts'
import type { Queryable } from './database.ts'
import { facts, holdSegments } from './schema.ts'

export interface CallMoments {
  readonly holds: readonly { readonly startedAt: number; readonly endedAt: number | null }[]
  readonly moments: readonly { readonly type: Fact['type']; readonly at: number }[]
}

export async function listCallMoments(db: Queryable, callId: string): Promise<CallMoments> {
  const holds = await db
    .select({ startedAt: holdSegments.startedAt, endedAt: holdSegments.endedAt })
    .from(holdSegments)
    .where(eq(holdSegments.callId, callId))
  const moments = await db
    .select({ type: facts.type, at: facts.at })
    .from(facts)
    .where(eq(facts.callId, callId))
    .orderBy(asc(facts.seq))
  return { holds, moments }
}
