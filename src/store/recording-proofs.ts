// The chain that proves recordings: as each file is found good, or flawed, its hash is linked to
// the one before it of the same day. Taking a row out, or changing a hash, breaks every link after it.
import { createHash } from 'node:crypto'
import { and, asc, desc, eq, gte, lte, sql } from 'drizzle-orm'
import type { Queryable } from './database.ts'
import { recordingProofs } from './recording-schema.ts'

export type RecordingProof = typeof recordingProofs.$inferSelect

/** Any number, the same everywhere. */
const PROOFS_LOCK = 45_073

/** The day of the folder in which the recording lies. */
export function dayOfPath(path: string): string | null {
  const [, year, month, day] = /^(\d{4})\/(\d{2})\/(\d{2})\//.exec(path) ?? []
  return day === undefined ? null : `${year}-${month}-${day}`
}

type Found = Pick<RecordingProof, 'path' | 'callId' | 'sha256' | 'sizeBytes' | 'durationMs' | 'at'>

/** Within a transaction: no two links are made at once. */
export async function addProof(tx: Queryable, found: Found): Promise<void> {
  const day = dayOfPath(found.path)
  if (day === null) return
  // Copies are linked in beside the facts, one after the other with them.
  await tx.execute(sql`select pg_advisory_xact_lock(${PROOFS_LOCK})`)
  const [last] = await tx
    .select()
    .from(recordingProofs)
    .where(eq(recordingProofs.day, day))
    .orderBy(desc(recordingProofs.place))
    .limit(1)
  const { path, callId, sha256, sizeBytes, durationMs, at } = found
  const proof = {
    path,
    callId,
    sha256,
    sizeBytes,
    durationMs,
    at,
    day,
    place: (last?.place ?? 0) + 1,
  }
  await tx.insert(recordingProofs).values({ ...proof, hash: linkOf(last?.hash ?? null, proof) })
}

/** The hash of a link; `before` is that of the one before it, null for the first of a day. */
export function linkOf(before: string | null, proof: Omit<RecordingProof, 'hash'>): string {
  const { day, place, path, callId, sha256, sizeBytes, durationMs, at } = proof
  const text = JSON.stringify([before, day, place, path, callId, sha256, sizeBytes, durationMs, at])
  return createHash('sha256').update(text).digest('hex')
}

/** Of the days from `from` to `to`, both included, in the order of the chain. */
export async function listProofs(
  db: Queryable,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<RecordingProof[]> {
  return db
    .select()
    .from(recordingProofs)
    .where(and(gte(recordingProofs.day, from), lte(recordingProofs.day, to)))
    .orderBy(asc(recordingProofs.day), asc(recordingProofs.place))
}
