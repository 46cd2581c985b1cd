// Recorded prompts by version. See schema.ts for what all tables have in common.
import { sql } from 'drizzle-orm'
import { boolean, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { LANGUAGES } from '../core/prompts.ts'
import { instant, oneOf } from './columns.ts'

/** Where no version of a prompt is active, callers hear the one that ships. */
export const promptVersions = pgTable(
  'prompt_versions',
  {
    promptId: text('prompt_id').notNull(),
    language: text('language', { enum: LANGUAGES }).notNull(),
    /** From 1, for each prompt and language; never given twice, not even after a deletion. */
    version: integer('version').notNull(),
    sha256: text('sha256').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    durationMs: integer('duration_ms').notNull(),
    uploadedBy: text('uploaded_by').notNull(),
    uploadedAt: instant('uploaded_at').notNull(),
    isActive: boolean('is_active').notNull().default(false),
    note: text('note'),
    /** Its file is gone then. */
    deletedAt: instant('deleted_at'),
  },
  (table) => [
    primaryKey({
      name: 'prompt_versions_pk',
      columns: [table.promptId, table.language, table.version],
    }),
    uniqueIndex('prompt_versions_active').on(table.promptId, table.language).where(sql`is_active`),
    oneOf('prompt_versions_language', table.language, LANGUAGES),
  ],
)
