// Exclusion windows as rows: declared, decided, listed. A decision is made on the row as it stands, under
// its lock, so that of two people who decide at once the second is told.
import { and, asc, eq, gt, isNull, lt, type SQL } from 'drizzle-orm'
import {
  type ExclusionWindow,
  transition,
  type WindowAction,
  type WindowStatus,
} from '../core/exclusion-windows.ts'
import type { Rejection } from '../core/rejections.ts'
import type { Proposal } from '../core/window-evidence.ts'
import { recordAudit } from './audit.ts'
import type { Database, Queryable } from './database.ts'
import { exclusionWindows } from './kpi-schema.ts'

const SYSTEM = 'system'

export type NewWindow = Pick<
  ExclusionWindow,
  'reason' | 'queueId' | 'startsAt' | 'endsAt' | 'declaredBy' | 'declaredAt' | 'evidence'
>

export async function declareWindow(db: Queryable, window: NewWindow): Promise<ExclusionWindow> {
  const [row] = await db.insert(exclusionWindows).values(window).returning()
  if (row === undefined) throw new Error('nothing was inserted')
  return row
}

/**
 * The system's own proposal, which grows while its cause goes on: one that begins at the same instant is
 * the same window. Somebody may have decided on it meanwhile; then it stays as it was decided, and is
 * returned so.
 */
export async function proposeWindow(
  db: Database,
  proposal: Proposal,
  at: number,
): Promise<ExclusionWindow> {
  const { reason, queueId, startsAt, endsAt, evidence } = proposal
  return db.transaction(async (tx) => {
    const [known] = await tx
      .select()
      .from(exclusionWindows)
      .where(
        and(
          eq(exclusionWindows.declaredBy, SYSTEM),
          eq(exclusionWindows.reason, reason),
          eq(exclusionWindows.startsAt, startsAt),
          queueId === null
            ? isNull(exclusionWindows.queueId)
            : eq(exclusionWindows.queueId, queueId),
        ),
      )
      .for('update')
    if (known !== undefined && known.status !== 'proposed') return known
    if (known !== undefined) {
      const { windowId } = known
      await tx
        .update(exclusionWindows)
        .set({ endsAt, evidence })
        .where(eq(exclusionWindows.windowId, windowId))
      return { ...known, endsAt, evidence }
    }
    const window = await declareWindow(tx, { ...proposal, declaredBy: SYSTEM, declaredAt: at })
    const entityId = String(window.windowId)
    const entry = { action: 'exclusion_window.declared', entity: 'exclusion_window', entityId }
    const details = { reason, queueId, startsAt: new Date(startsAt).toISOString() }
    await recordAudit(tx, { ...entry, actor: SYSTEM, ip: null, at, details })
    return window
  })
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
