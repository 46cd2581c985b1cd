// Targets with the day from which each holds. The norms' own stand in the code; what is here adds to them.
// A target for a day that has begun cannot be taken back, or past days would be judged anew.
import { and, asc, eq } from 'drizzle-orm'
import type { KpiCode, KpiTarget } from '../core/kpi-targets.ts'
import type { Queryable } from './database.ts'
import { kpiTargets } from './kpi-schema.ts'

export type KpiTargetRow = typeof kpiTargets.$inferSelect

export async function listTargets(db: Queryable): Promise<KpiTargetRow[]> {
  return db.select().from(kpiTargets).orderBy(asc(kpiTargets.code), asc(kpiTargets.effectiveFrom))
}

/** Replaces a target of the same code and day. */
export async function setTarget(
  db: Queryable,
  target: KpiTarget & { readonly decidedBy: string; readonly decidedAt: number },
): Promise<KpiTargetRow> {
  const { comparator, threshold, decidedBy, decidedAt } = target
  const [row] = await db
    .insert(kpiTargets)
    .values(target)
    .onConflictDoUpdate({
      target: [kpiTargets.code, kpiTargets.effectiveFrom],
      set: { comparator, threshold, decidedBy, decidedAt },
    })
    .returning()
  if (row === undefined) throw new Error('an upsert returns its row')
  return row
}

/** False where there was none. */
export async function deleteTarget(
  db: Queryable,
  code: KpiCode,
  effectiveFrom: string,
): Promise<boolean> {
  const gone = await db
    .delete(kpiTargets)
    .where(and(eq(kpiTargets.code, code), eq(kpiTargets.effectiveFrom, effectiveFrom)))
    .returning({ code: kpiTargets.code })
  return gone.length > 0
}
