// Recordings over the years: what has still to be archived, what may be deleted, and what must not be.
// Whatever is deleted leaves a certificate; a legal hold beats every rule.
import {
  and,
  asc,
  desc,
  eq,
  exists,
  inArray,
  isNull,
  lte,
  ne,
  notExists,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import { RECORDING_DEFAULTS, type RecordingPolicy } from '../core/config.ts'
import { type Changed, changed, conflict } from './conflicts.ts'
import type { Database, Queryable } from './database.ts'
import { deletionCertificates, legalHolds, recordingCopies } from './recording-schema.ts'
import type { Recording } from './recordings.ts'
import { recordings } from './schema.ts'

const DAY_MS = 86_400_000
const READABLE = ['verified', 'flawed'] as const

/** Checked, and its own file still where the switch wrote it or waiting to go. */
const isKept = and(
  isNull(recordings.archivedAt),
  isNull(recordings.deletedAt),
  inArray(recordings.status, [...READABLE]),
)

export async function listUnarchived(db: Queryable, limit: number): Promise<Recording[]> {
  return db
    .select()
    .from(recordings)
    .where(and(isKept, ne(recordings.place, 'copy')))
    .orderBy(asc(recordings.checkedAt))
    .limit(limit)
}

export async function countUnarchived(db: Queryable): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(recordings)
    .where(and(isKept, ne(recordings.place, 'copy')))
  return row?.count ?? 0
}

/** Those whose place a copy has taken, and whose own file may still be there. */
export async function listReplaced(db: Queryable, limit: number): Promise<Recording[]> {
  return db
    .select()
    .from(recordings)
    .where(and(isKept, eq(recordings.place, 'copy'), eq(recordings.isOnLegalHold, false)))
    .limit(limit)
}

export async function markArchived(
  db: Queryable,
  path: string,
  where: Pick<Recording, 'place' | 'storedAs' | 'archivedAt'>,
): Promise<void> {
  await db.update(recordings).set(where).where(eq(recordings.path, path))
}

export type QueuePolicies = ReadonlyMap<string, RecordingPolicy>

/** Checked, of one of these queues, still where the switch wrote them, and without a copy; newest first. */
export async function listUncopied(
  db: Queryable,
  queueIds: readonly string[],
  limit: number,
): Promise<Recording[]> {
  if (queueIds.length === 0) return []
  return db
    .select()
    .from(recordings)
    .where(
      and(
        isKept,
        eq(recordings.isOnLegalHold, false),
        inArray(recordings.queueId, [...queueIds]),
        notExists(
          db
            .select({ path: recordingCopies.path })
            .from(recordingCopies)
            .where(eq(recordingCopies.path, recordings.path)),
        ),
      ),
    )
    .orderBy(desc(recordings.checkedAt))
    .limit(limit)
}

/**
 * Recordings whose time is over, the oldest first. `early`: those that may go before their time because
 * the disk fills. A recording without a queue is kept as by the default.
 */
export async function listExpired(
  db: Queryable,
  policies: QueuePolicies,
  {
    at,
    isEarly,
    limit,
  }: { readonly at: number; readonly isEarly: boolean; readonly limit: number },
): Promise<Recording[]> {
  const daysMin = Math.min(
    ...[RECORDING_DEFAULTS, ...policies.values()].flatMap((policy) => [
      policy.retentionDays,
      ...Object.values(policy.retentionDaysByDisposition),
      ...(isEarly ? [policy.retentionDaysMin] : []),
    ]),
  )
  const candidates = await db
    .select()
    .from(recordings)
    .where(
      and(
        lte(recordings.requestedAt, at - daysMin * DAY_MS),
        isNull(recordings.deletedAt),
        eq(recordings.isOnLegalHold, false),
        inArray(recordings.status, [...READABLE]),
        ...(isEarly ? [takesRoomHere(db)] : []),
      ),
    )
    .orderBy(asc(recordings.requestedAt), asc(recordings.path))
    .limit(limit)
  return candidates.filter(({ queueId, disposition, requestedAt }) => {
    const policy = policies.get(queueId ?? '') ?? RECORDING_DEFAULTS
    return requestedAt <= at - daysKept(policy, disposition, isEarly) * DAY_MS
  })
}

/** What lies in the bucket gives the disk nothing back. */
function takesRoomHere(db: Queryable): SQL | undefined {
  const localCopy = db
    .select({ path: recordingCopies.path })
    .from(recordingCopies)
    .where(and(eq(recordingCopies.path, recordings.path), eq(recordingCopies.place, 'local')))
  return or(eq(recordings.place, 'local'), exists(localCopy))
}

export function daysKept(
  policy: RecordingPolicy,
  disposition: Recording['disposition'],
  isEarly: boolean,
): number {
  const byClass = disposition === null ? undefined : policy.retentionDaysByDisposition[disposition]
  const days = byClass ?? policy.retentionDays
  return isEarly ? Math.min(days, policy.retentionDaysMin) : days
}

/** Notes that it may be deleted now, unless a legal hold came in between; the file goes afterwards. */
export async function certifyDeletion(
  db: Database,
  path: string,
  certificate: { readonly at: number; readonly by: string; readonly rule: string },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(recordings)
      .set({ deletedAt: certificate.at })
      .where(
        and(
          eq(recordings.path, path),
          eq(recordings.isOnLegalHold, false),
          isNull(recordings.deletedAt),
        ),
      )
      .returning()
    if (row === undefined) return false
    const { callId, sha256 } = row
    const { at: deletedAt, by: deletedBy, rule } = certificate
    await tx
      .insert(deletionCertificates)
      .values({ path, callId, sha256, deletedAt, deletedBy, rule })
    return true
  })
}

export type DeletionCertificate = typeof deletionCertificates.$inferSelect
export type LegalHold = typeof legalHolds.$inferSelect

export async function listCertificates(db: Queryable): Promise<DeletionCertificate[]> {
  return db.select().from(deletionCertificates).orderBy(asc(deletionCertificates.deletedAt))
}

export async function findCertificate(
  db: Queryable,
  path: string,
): Promise<DeletionCertificate | null> {
  const [row] = await db
    .select()
    .from(deletionCertificates)
    .where(eq(deletionCertificates.path, path))
  return row ?? null
}

export async function placeLegalHold(
  db: Database,
  hold: Pick<LegalHold, 'path' | 'reason' | 'placedBy' | 'placedAt'>,
): Promise<Changed<LegalHold>> {
  return db.transaction(async (tx) => {
    const [kept] = await tx
      .update(recordings)
      .set({ isOnLegalHold: true })
      .where(and(eq(recordings.path, hold.path), isNull(recordings.deletedAt)))
      .returning()
    if (kept === undefined) return conflict('not_found', [hold.path])
    const [row] = await tx.insert(legalHolds).values(hold).returning()
    if (row === undefined) throw new Error('nothing was inserted')
    return changed(row)
  })
}

/** All that stand on the recording. */
export async function liftLegalHolds(
  db: Database,
  path: string,
  { by, at }: { readonly by: string; readonly at: number },
): Promise<Changed<LegalHold[]>> {
  return db.transaction(async (tx) => {
    const lifted = await tx
      .update(legalHolds)
      .set({ liftedBy: by, liftedAt: at })
      .where(and(eq(legalHolds.path, path), isNull(legalHolds.liftedAt)))
      .returning()
    if (lifted.length === 0) return conflict('not_found', [path])
    await tx.update(recordings).set({ isOnLegalHold: false }).where(eq(recordings.path, path))
    return changed(lifted)
  })
}

/** Answered calls of the days without any recording, or with one that is missing. */
export async function listUnrecorded(
  db: Queryable,
  { from, to, timeZone }: { readonly from: string; readonly to: string; readonly timeZone: string },
): Promise<
  readonly { readonly callId: string; readonly path: string | null; readonly reason: string }[]
> {
  const { rows } = await db.execute<{ callId: string; path: string | null; reason: string }>(sql`
    select c.call_id as "callId", r.path, coalesce(r.reason, r.status, 'never_started') as reason
    from calls c left join ${recordings} r using (call_id)
    where c.is_connected
      and c.arrived_at >= ${from}::date::timestamp at time zone ${timeZone}
      and c.arrived_at < (${to}::date + 1)::timestamp at time zone ${timeZone}
      and c.ended_at is not null
      and (r.path is null or r.status not in ('verified', 'flawed'))
    order by c.arrived_at, c.call_id`)
  return rows
}
