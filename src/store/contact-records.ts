// Contact records with their corrections. A change is one transaction around `transition`: what it decides
// is written, and nothing else; two who write at once meet at the version.
import { and, asc, desc, eq, gte, isNotNull, isNull, lt, ne, type SQL, sql } from 'drizzle-orm'
import { type CategoryTree, categoryOf } from '../core/categories.ts'
import type { AgentId } from '../core/config.ts'
import {
  type ContactRecordFields,
  changedFields,
  EMPTY_FIELDS,
  type RecordAction,
  type RecordFault,
  type RecordRefusalCode,
  transition,
} from '../core/contact-records.ts'
import type { CallId, Disposition } from '../core/inputs.ts'
import { contactRecordCorrections, contactRecords } from './agent-schema.ts'
import { recordAudit } from './audit.ts'
import type { Database, Queryable } from './database.ts'
import { calls, offers } from './schema.ts'

export type StoredRecord = typeof contactRecords.$inferSelect
export type Correction = typeof contactRecordCorrections.$inferSelect

/** What a new record begins with. */
export interface RecordedCall {
  readonly callId: CallId
  readonly agentId: AgentId
  readonly calledAt: number
  /** The caller's number. */
  readonly from: string
}

export interface RecordWriter {
  readonly at: number
  readonly by: string
  readonly ip: string | null
  readonly apologyGiven?: boolean
}

export type RecordChanged =
  | { readonly ok: true; readonly record: StoredRecord }
  | {
      readonly ok: false
      readonly code: RecordRefusalCode
      readonly faults: readonly RecordFault[]
    }

/** The record that stands, or the one that would be begun. */
export function newRecord(call: RecordedCall): ContactRecordFields {
  // Withheld numbers leave the field to be asked for.
  const contactPhone = /^\+?\d{2,20}$/.test(call.from) ? call.from : null
  return { ...EMPTY_FIELDS, contactPhone }
}

export async function findContactRecord(
  db: Queryable,
  callId: CallId,
): Promise<StoredRecord | null> {
  const [row] = await db.select().from(contactRecords).where(eq(contactRecords.callId, callId))
  return row ?? null
}

export async function changeContactRecord(
  db: Database,
  call: RecordedCall,
  action: RecordAction,
  { tree, writer }: { readonly tree: CategoryTree; readonly writer: RecordWriter },
): Promise<RecordChanged> {
  const { categoryId } = action.changes
  const isUnknown = typeof categoryId === 'string' && categoryOf(tree, categoryId) === null
  if (isUnknown) {
    const faults = [{ path: 'categoryId', message: 'No such category.' }]
    return { ok: false, code: 'record_incomplete', faults }
  }
  return db.transaction(async (tx) => {
    const before = await lockedRecord(tx, call.callId)
    const standing = before ?? { status: 'draft' as const, version: 0, fields: newRecord(call) }
    const outcome = transition(standing, action)
    if (!outcome.ok) return outcome
    const { fields, status, version } = outcome.record
    const { at } = writer
    const isNewCategory = fields.categoryId !== standing.fields.categoryId
    const row = {
      ...columnsOf(fields),
      status,
      version,
      fields,
      updatedAt: at,
      categoryVersion:
        before !== null && !isNewCategory
          ? before.categoryVersion
          : fields.categoryId === null
            ? null
            : tree.version,
      savedAt: before?.savedAt ?? (status === 'saved' ? at : null),
    }
    const [record] =
      before === null
        ? await tx
            .insert(contactRecords)
            .values({ ...row, ...ownerOf(call), createdAt: at })
            .onConflictDoNothing()
            .returning()
        : await tx
            .update(contactRecords)
            .set(row)
            .where(eq(contactRecords.recordId, before.recordId))
            .returning()
    // Somebody else began it in this very moment.
    if (record === undefined) return { ok: false, code: 'version_conflict', faults: [] }
    await note(tx, standing.fields, record, action, writer)
    return { ok: true, record }
  })
}

function ownerOf({ callId, agentId, calledAt }: RecordedCall) {
  return { callId, agentId, calledAt }
}

/** The fields that lists and statistics look for. */
function columnsOf(fields: ContactRecordFields) {
  const { contactPhone, callerName, callerSurname, salutation, appealType } = fields
  const { categoryId, disposition, answerBasis } = fields
  return {
    contactPhone,
    callerName,
    callerSurname,
    salutation,
    appealType,
    categoryId,
    disposition,
    answerBasis,
  }
}

async function lockedRecord(tx: Queryable, callId: CallId): Promise<StoredRecord | null> {
  const [row] = await tx
    .select()
    .from(contactRecords)
    .where(eq(contactRecords.callId, callId))
    .for('update')
  return row ?? null
}

/** Who saved and who put right what; an autosave is nobody's decision. */
async function note(
  tx: Queryable,
  before: ContactRecordFields,
  record: StoredRecord,
  action: RecordAction,
  { at, by, ip, apologyGiven = false }: RecordWriter,
): Promise<void> {
  if (action.type === 'autosave') return
  const { recordId, version, fields, callId } = record
  const names = changedFields(before, fields)
  const pick = (from: ContactRecordFields): Partial<ContactRecordFields> =>
    Object.fromEntries(names.map((name) => [name, from[name]]))
  const isCorrection = action.type === 'correct'
  if (isCorrection) {
    await tx.insert(contactRecordCorrections).values({
      recordId,
      version,
      at,
      by,
      reason: action.reason,
      apologyGiven,
      before: pick(before),
      after: pick(fields),
    })
  }
  await recordAudit(tx, {
    actor: by,
    action: isCorrection ? 'contact_record.corrected' : 'contact_record.saved',
    entity: 'contact_record',
    entityId: callId,
    ip,
    at,
    details: { version, fields: names.join(' '), ...(isCorrection && { reason: action.reason }) },
  })
}

export async function correctionsOf(db: Queryable, recordId: number): Promise<Correction[]> {
  return db
    .select()
    .from(contactRecordCorrections)
    .where(eq(contactRecordCorrections.recordId, recordId))
    .orderBy(asc(contactRecordCorrections.version))
}

/** The call as recorded, if the agent was on it; null otherwise. */
export async function findCallOf(
  db: Queryable,
  callId: CallId,
  agentId: AgentId | null,
): Promise<(RecordedCall & { readonly endedAt: number | null }) | null> {
  const [call] = await db
    .select({
      calledAt: calls.arrivedAt,
      from: calls.fromNumber,
      lastAgentId: calls.agentId,
      endedAt: calls.endedAt,
    })
    .from(calls)
    .where(eq(calls.callId, callId))
  if (call === undefined) return null
  const { calledAt, from, lastAgentId, endedAt } = call
  if (agentId === null || agentId === lastAgentId) {
    return lastAgentId === null ? null : { callId, agentId: lastAgentId, calledAt, from, endedAt }
  }
  const answered = await db
    .select({ legId: offers.legId })
    .from(offers)
    .where(
      and(eq(offers.callId, callId), eq(offers.agentId, agentId), eq(offers.outcome, 'answered')),
    )
    .limit(1)
  return answered.length === 0 ? null : { callId, agentId, calledAt, from, endedAt }
}

const DAY_MS = 86_400_000
/** A call about the same matter from the same number within this time may be a repeat. */
const REPEAT_DAYS = 30
const REPEATS_MAX = 5

/** Saved records with the same phone and category in the 30 days before; the newest first. */
export async function repeatsOf(
  db: Queryable,
  record: Pick<StoredRecord, 'callId' | 'contactPhone' | 'categoryId' | 'calledAt'>,
): Promise<StoredRecord[]> {
  const { callId, contactPhone, categoryId, calledAt } = record
  if (contactPhone === null || categoryId === null) return []
  return db
    .select()
    .from(contactRecords)
    .where(
      and(
        eq(contactRecords.contactPhone, contactPhone),
        eq(contactRecords.categoryId, categoryId),
        eq(contactRecords.status, 'saved'),
        ne(contactRecords.callId, callId),
        gte(contactRecords.calledAt, calledAt - REPEAT_DAYS * DAY_MS),
        lt(contactRecords.calledAt, calledAt),
      ),
    )
    .orderBy(desc(contactRecords.calledAt))
    .limit(REPEATS_MAX)
}

export interface RecordFilter {
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly agentId?: AgentId | undefined
  readonly categoryId?: string | undefined
  readonly disposition?: Disposition | undefined
  readonly limit: number
  readonly after?: { readonly calledAt: number; readonly recordId: number } | undefined
}

/** The newest calls first; `endedAt` is the call's. */
export async function listContactRecords(
  db: Queryable,
  filter: RecordFilter,
): Promise<(StoredRecord & { readonly endedAt: number | null })[]> {
  const { from, to, agentId, categoryId, disposition, limit, after } = filter
  const conditions: (SQL | undefined)[] = [
    from === undefined ? undefined : gte(contactRecords.calledAt, from),
    to === undefined ? undefined : lt(contactRecords.calledAt, to),
    agentId === undefined ? undefined : eq(contactRecords.agentId, agentId),
    categoryId === undefined ? undefined : eq(contactRecords.categoryId, categoryId),
    disposition === undefined ? undefined : eq(contactRecords.disposition, disposition),
    after === undefined
      ? undefined
      : sql`(${contactRecords.calledAt}, ${contactRecords.recordId}) < (${sql.param(after.calledAt, contactRecords.calledAt)}::timestamptz, ${after.recordId}::bigint)`,
  ]
  const rows = await db
    .select({ record: contactRecords, endedAt: calls.endedAt })
    .from(contactRecords)
    .leftJoin(calls, eq(calls.callId, contactRecords.callId))
    .where(and(...conditions))
    .orderBy(desc(contactRecords.calledAt), desc(contactRecords.recordId))
    .limit(limit)
  return rows.map(({ record, endedAt }) => ({ ...record, endedAt }))
}

export interface UnrecordedCall {
  readonly callId: CallId
  readonly agentId: AgentId | null
  readonly from: string
  readonly arrivedAt: number
  readonly endedAt: number | null
}

/** Calls of a local day that somebody answered and nobody wrote up; the oldest first. */
export async function unrecordedCalls(
  db: Queryable,
  { day, timeZone, agentId }: { day: string; timeZone: string; agentId?: AgentId | undefined },
): Promise<UnrecordedCall[]> {
  const isSaved = sql`exists (select from ${contactRecords} where ${contactRecords.callId} = ${calls.callId} and ${contactRecords.status} = 'saved')`
  return db
    .select({
      callId: calls.callId,
      agentId: calls.agentId,
      from: calls.fromNumber,
      arrivedAt: calls.arrivedAt,
      endedAt: calls.endedAt,
    })
    .from(calls)
    .where(
      and(
        sql`${calls.arrivedAt} >= (${day}::date)::timestamp at time zone ${timeZone}`,
        sql`${calls.arrivedAt} < (${day}::date + 1)::timestamp at time zone ${timeZone}`,
        isNotNull(calls.connectedAt),
        isNotNull(calls.endedAt),
        isNull(calls.writtenUpAt),
        sql`not ${isSaved}`,
        agentId === undefined ? undefined : eq(calls.agentId, agentId),
      ),
    )
    .orderBy(asc(calls.arrivedAt), asc(calls.callId))
    .limit(1_000)
}
