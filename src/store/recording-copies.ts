// Compressed copies of recordings: one of a recording at most, beside it or in its place, proved by a link
// of its own in the day's chain.
import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Database, Queryable } from './database.ts'
import { addProof } from './recording-proofs.ts'
import { recordingCopies } from './recording-schema.ts'
import type { Recording } from './recordings.ts'
import { recordings } from './schema.ts'

export type RecordingCopy = typeof recordingCopies.$inferSelect

/**
 * Notes the copy and links it into the chain. Where it takes the recording's place the recording is from
 * then on read from it, and its own file may go. A legal hold may have come while the copy was made:
 * the copy is then only one beside the recording.
 */
export async function addCopy(
  db: Database,
  recording: Recording,
  copy: Omit<RecordingCopy, 'path' | 'place' | 'storedAs' | 'archivedAt'>,
  isInstead: boolean,
): Promise<void> {
  const { path, callId } = recording
  const { name, sha256, sizeBytes, durationMs, madeAt: at } = copy
  await db.transaction(async (tx) => {
    await tx.insert(recordingCopies).values({ path, ...copy })
    await addProof(tx, { path: name, callId, sha256, sizeBytes, durationMs, at })
    if (!isInstead) return
    await tx
      .update(recordings)
      .set({ place: 'copy' })
      .where(and(eq(recordings.path, path), eq(recordings.isOnLegalHold, false)))
  })
}

/** Bytes that can be read: where they lie, in which form, and their hash. */
export interface SoundBytes {
  readonly stored: Pick<RecordingCopy, 'path' | 'place' | 'storedAs'>
  readonly form: 'wav' | RecordingCopy['codec']
  readonly sha256: string | null
}

/** Of the recording itself, or of the copy that took its place. */
export async function soundBytesOf(
  db: Queryable,
  recording: Recording,
): Promise<SoundBytes | null> {
  const { path, place, storedAs, sha256 } = recording
  if (place !== 'copy') return { stored: { path, place, storedAs }, form: 'wav', sha256 }
  return copyBytesOf(await findCopy(db, path))
}

export function copyBytesOf(copy: RecordingCopy | null): SoundBytes | null {
  if (copy === null) return null
  const { name: path, place, storedAs, codec: form, sha256 } = copy
  return { stored: { path, place, storedAs }, form, sha256 }
}

/** Of the recording with that path. */
export async function findCopy(db: Queryable, path: string): Promise<RecordingCopy | null> {
  const [row] = await db.select().from(recordingCopies).where(eq(recordingCopies.path, path))
  return row ?? null
}

export async function findCopyByName(db: Queryable, name: string): Promise<RecordingCopy | null> {
  const [row] = await db.select().from(recordingCopies).where(eq(recordingCopies.name, name))
  return row ?? null
}

export async function listUnarchivedCopies(db: Queryable, limit: number): Promise<RecordingCopy[]> {
  return db
    .select()
    .from(recordingCopies)
    .where(isNull(recordingCopies.archivedAt))
    .orderBy(asc(recordingCopies.madeAt))
    .limit(limit)
}

export async function markCopyArchived(
  db: Queryable,
  path: string,
  where: Pick<RecordingCopy, 'place' | 'storedAs' | 'archivedAt'>,
): Promise<void> {
  await db.update(recordingCopies).set(where).where(eq(recordingCopies.path, path))
}
