// The audit log: every look at a recording or an unmasked number, every refused try and every change of
// what matters. Entries are added within the transaction of what they tell of, and never changed.
import { and, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import { type AuditDetails, auditLog } from './audit-schema.ts'
import type { Queryable } from './database.ts'

export type AuditEntry = typeof auditLog.$inferSelect

export interface NewAuditEntry {
  /** A username, or `system`. */
  readonly actor: string
  /** Past tense: `recording.played`, `queue.changed`. */
  readonly action: string
  /** The noun: `recording`, `queue`. */
  readonly entity: string
  readonly entityId: string
  readonly ip: string | null
  readonly at: number
  readonly details?: AuditDetails
}

export async function recordAudit(db: Queryable, entry: NewAuditEntry): Promise<void> {
  await db.insert(auditLog).values({ ...entry, details: entry.details ?? {} })
}

export interface AuditFilter {
  readonly actor?: string
  readonly action?: string
  readonly entity?: string
  readonly entityId?: string
  /** At or after. */
  readonly from?: number
  /** Before. */
  readonly to?: number
}

export interface AuditCursor {
  readonly at: number
  readonly auditId: number
}

export interface AuditPage {
  readonly entries: AuditEntry[]
  /** Give it as `after` for the next page; null on the last. */
  readonly next: AuditCursor | null
}

/** Newest first. */
export async function listAudit(
  db: Queryable,
  filter: AuditFilter,
  page: { limit: number; after?: AuditCursor | undefined },
): Promise<AuditPage> {
  const rows = await db
    .select()
    .from(auditLog)
    .where(and(...conditionsOf(filter), page.after && isAfter(page.after)))
    .orderBy(desc(auditLog.at), desc(auditLog.auditId))
    .limit(page.limit + 1)
  const entries = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? entries.at(-1) : undefined
  return { entries, next: last === undefined ? null : { at: last.at, auditId: last.auditId } }
}

function conditionsOf({ actor, action, entity, entityId, from, to }: AuditFilter): SQL[] {
  const conditions: SQL[] = []
  if (actor !== undefined) conditions.push(eq(auditLog.actor, actor))
  if (action !== undefined) conditions.push(eq(auditLog.action, action))
  if (entity !== undefined) conditions.push(eq(auditLog.entity, entity))
  if (entityId !== undefined) conditions.push(eq(auditLog.entityId, entityId))
  if (from !== undefined) conditions.push(gte(auditLog.at, from))
  if (to !== undefined) conditions.push(lt(auditLog.at, to))
  return conditions
}

function isAfter({ at, auditId }: AuditCursor): SQL {
  const instant = sql.param(at, auditLog.at)
  return sql`(${auditLog.at}, ${auditLog.auditId}) < (${instant}::timestamptz, ${auditId}::bigint)`
}
