// Attempts to reach departments: those rung within calls come from the facts, others are entered by whoever
// made them. Both count alike when it is asked what is still owed.
import { and, asc, eq, gte, isNotNull, type SQL } from 'drizzle-orm'
import { type Changed, changed, conflict } from './conflicts.ts'
import type { Database, Queryable } from './database.ts'
import { calls } from './schema.ts'
import { unitAttempts, units } from './unit-schema.ts'

export type UnitAttemptRow = typeof unitAttempts.$inferSelect

/** The unit and the call, where one is named, must be on record. */
export async function recordUnitAttempt(
  db: Database,
  attempt: typeof unitAttempts.$inferInsert,
): Promise<Changed<UnitAttemptRow>> {
  return db.transaction(async (tx) => {
    const { unitId, callId } = attempt
    const [unit] = await tx.select().from(units).where(eq(units.unitId, unitId))
    if (unit === undefined) return conflict('not_found', [unitId])
    if (callId != null) {
      const [call] = await tx.select().from(calls).where(eq(calls.callId, callId))
      if (call === undefined) return conflict('not_found', [callId])
    }
    const [row] = await tx.insert(unitAttempts).values(attempt).returning()
    if (row === undefined) throw new Error('an inserted attempt was not returned')
    return changed(row)
  })
}

export interface AttemptFilter {
  readonly unitId?: string | undefined
  readonly callId?: string | undefined
  readonly agentId?: string | undefined
  /** Started at or after. */
  readonly from?: number | undefined
}

/** Oldest first. */
export async function listUnitAttempts(
  db: Queryable,
  filter: AttemptFilter,
): Promise<UnitAttemptRow[]> {
  const conditions: SQL[] = []
  if (filter.unitId !== undefined) conditions.push(eq(unitAttempts.unitId, filter.unitId))
  if (filter.callId !== undefined) conditions.push(eq(unitAttempts.callId, filter.callId))
  if (filter.agentId !== undefined) conditions.push(eq(unitAttempts.agentId, filter.agentId))
  if (filter.from !== undefined) conditions.push(gte(unitAttempts.startedAt, filter.from))
  return db
    .select()
    .from(unitAttempts)
    .where(and(...conditions))
    .orderBy(asc(unitAttempts.startedAt), asc(unitAttempts.attemptId))
}

/** Those of calls since then, by call and unit, each list oldest first. */
export async function attemptsByCall(
  db: Queryable,
  since: number,
): Promise<ReadonlyMap<string, readonly UnitAttemptRow[]>> {
  const rows = await db
    .select()
    .from(unitAttempts)
    .where(and(gte(unitAttempts.startedAt, since), isNotNull(unitAttempts.callId)))
    .orderBy(asc(unitAttempts.startedAt), asc(unitAttempts.attemptId))
  const groups = new Map<string, UnitAttemptRow[]>()
  for (const row of rows) {
    const key = `${row.callId}/${row.unitId}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}
