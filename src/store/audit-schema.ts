// The table of who looked at or changed what. Rows are only ever added, which a trigger enforces.
import { sql } from 'drizzle-orm'
import { bigint, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/** What an entry adds to its fixed columns: plain values, never a secret, numbers masked. */
export type AuditDetails = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>

export const auditLog = pgTable(
  'audit_log',
  {
    auditId: bigint('audit_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at').notNull(),
    /** The username, or `system` for what the service did by itself. */
    actor: text('actor').notNull(),
    /** Past tense, e.g. `recording.played`. */
    action: text('action').notNull(),
    entity: text('entity').notNull(),
    entityId: text('entity_id').notNull(),
    /** From where; null for the service itself. */
    ip: text('ip'),
    details: jsonb('details').$type<AuditDetails>().notNull().default(sql`'{}'::jsonb`),
  },
  (table) => [
    index('audit_log_at').on(table.at, table.auditId),
    index('audit_log_actor').on(table.actor, table.at, table.auditId),
    index('audit_log_entity').on(table.entity, table.entityId, table.at, table.auditId),
    index('audit_log_action').on(table.action, table.at, table.auditId),
  ],
)
