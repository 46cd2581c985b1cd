// Exclusion windows as rows: declared, decided, listed. A decision is made on the row as it stands, under
// its lock, so that of two people who decide at once the second is told.
import { and, asc, eq, gt, lt, type SQL } from 'drizzle-orm'
import {
  type ExclusionWindow,
  transition,
  type WindowAction,
  type WindowStatus,
} from '../core/exclusion-windows.ts'
import type { Rejection } from '../core/rejections.ts'
import type { Queryable } from './database.ts'
import { exclusionWindows } from './kpi-schema.ts'

export type NewWindow = Pick<
  ExclusionWindow,
  'reason' | 'queueId' | 'startsAt' | 'endsAt' | 'declaredBy' | 'declaredAt' | 'evidence'
>

/** Null where the system has proposed the same window before. */
export async function declareWindow(
  db: Queryable,
  window: NewWindow,
): Promise<ExclusionWindow | null> {
  const [row] = await db.insert(exclusionWindows).values(window).onConflictDoNothing().returning()
  return row ?? null
}

/** By their start. `from`, `to`: those that overlap the stretch. */
export async function listWindows(
  db: Queryable,
  filter: { readonly from?: number; readonly to?: number; readonly status?: WindowStatus } = {},
): Promise<ExclusionWindow[]> {
  const { from, to, status } = filter
  const conditions: (SQL | undefined)[] = [
    from === undefined ? undefined : gt(exclusionWindows.endsAt, from),
    to === undefined ? undefined : lt(exclusionWindows.startsAt, to),
    status === undefined ? undefined : eq(exclusionWindows.status, status),
  ]
  return db
    .select()
    .from(exclusionWindows)
    .where(and(...conditions))
    .orderBy(asc(exclusionWindows.startsAt), asc(exclusionWindows.windowId))
}

/** Within a transaction. Null where there is no such window. */
export async function decideWindow(
  tx: Queryable,
  windowId: number,
  decision: { readonly action: WindowAction; readonly by: string; readonly at: number },
): Promise<ExclusionWindow | Rejection | null> {
  const [window] = await tx
    .select()
    .from(exclusionWindows)
    .where(eq(exclusionWindows.windowId, windowId))
    .for('update')
  if (window === undefined) return null
  const after = transition(window, decision)
  if ('code' in after) return after
  const { status, decidedBy, decidedAt } = after
  await tx
    .update(exclusionWindows)
    .set({ status, decidedBy, decidedAt })
    .where(eq(exclusionWindows.windowId, windowId))
  return after
}
