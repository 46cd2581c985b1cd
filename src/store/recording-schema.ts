// What proves recordings: the chain of their hashes, one a day, and the certificates of what was deleted.
// Rows of both are only ever added, which triggers enforce. Legal holds are lifted, never taken away.
import { sql } from 'drizzle-orm'
import { bigint, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { COPY_CODECS } from '../core/config.ts'
import { instant } from './columns.ts'

/** `hash` covers the row and the hash of the row before it, so neither can be changed or taken out. */
export const recordingProofs = pgTable(
  'recording_proofs',
  {
    /** `YYYY-MM-DD`, of the call's arrival. */
    day: text('day').notNull(),
    /** From 1 within the day. */
    place: integer('place').notNull(),
    path: text('path').notNull(),
    callId: text('call_id').notNull(),
    sha256: text('sha256').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    durationMs: bigint('duration_ms', { mode: 'number' }).notNull(),
    at: instant('at').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [primaryKey({ name: 'recording_proofs_pk', columns: [table.day, table.place] })],
)

/** A compressed copy, `path` being that of its recording. */
export const recordingCopies = pgTable(
  'recording_copies',
  {
    path: text('path').primaryKey(),
    /** Its own path. */
    name: text('name').notNull().unique('recording_copies_name'),
    codec: text('codec', { enum: COPY_CODECS }).notNull(),
    sha256: text('sha256').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    durationMs: bigint('duration_ms', { mode: 'number' }).notNull(),
    madeAt: instant('made_at').notNull(),
    place: text('place', { enum: ['local', 'bucket'] })
      .notNull()
      .default('local'),
    storedAs: text('stored_as'),
    archivedAt: instant('archived_at'),
  },
  (table) => [
    index('recording_copies_unarchived').on(table.madeAt).where(sql`archived_at is null`),
  ],
)

/** A recording that was deleted when its time was over: by which rule, and what it was. */
export const deletionCertificates = pgTable('deletion_certificates', {
  path: text('path').primaryKey(),
  callId: text('call_id').notNull(),
  sha256: text('sha256'),
  deletedAt: instant('deleted_at').notNull(),
  deletedBy: text('deleted_by').notNull(),
  rule: text('rule').notNull(),
})

export const legalHolds = pgTable('legal_holds', {
  legalHoldId: bigint('legal_hold_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  path: text('path').notNull(),
  reason: text('reason').notNull(),
  placedBy: text('placed_by').notNull(),
  placedAt: instant('placed_at').notNull(),
  liftedBy: text('lifted_by'),
  liftedAt: instant('lifted_at'),
})
