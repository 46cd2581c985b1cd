// The answered calls at the edge, so that a run of the service finds those that an earlier one has left
// behind at drachtio. Rows are written beside the call, never before it: one too many is asked after and
// forgotten, one too few is a call that only its own hang-up ends.
import { and, eq } from 'drizzle-orm'
import type { Queryable } from './database.ts'
import { edgeCalls } from './sip-schema.ts'

export interface EdgeCall {
  readonly callerEdgeId: string
  readonly callerDialogId: string
  readonly calledEdgeId: string
  readonly calledDialogId: string
}

export async function listEdgeCalls(db: Queryable): Promise<EdgeCall[]> {
  return db.select().from(edgeCalls)
}

export async function saveEdgeCall(db: Queryable, call: EdgeCall): Promise<void> {
  await db.insert(edgeCalls).values(call).onConflictDoNothing()
}

/** Harmless for one that is not there. */
export async function deleteEdgeCall(
  db: Queryable,
  { callerEdgeId, callerDialogId }: Pick<EdgeCall, 'callerEdgeId' | 'callerDialogId'>,
): Promise<void> {
  await db
    .delete(edgeCalls)
    .where(
      and(eq(edgeCalls.callerEdgeId, callerEdgeId), eq(edgeCalls.callerDialogId, callerDialogId)),
    )
}
