// Recordings as rows: asked for, running, stopped, and then either verified or missing. What was found
// of the file is the last word; a late report that it stopped does not take that back. Lists are paged
// by key, newest first, and stay right while recordings are added.
import { and, desc, eq, gte, inArray, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { AgentId, QueueId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import type { Disposition } from '../core/inputs.ts'
import type { Queryable } from './database.ts'
import { addProof } from './recording-proofs.ts'
import {
  calls,
  holdSegments,
  type RecordingPause,
  type RecordingStatus,
  recordings,
} from './schema.ts'

type RecordingFact = Extract<RecordedFact, { type: `recording.${string}` }>

export function isRecordingFact(fact: RecordedFact): fact is RecordingFact {
  return fact.type.startsWith('recording.')
}

export async function projectRecording(tx: Queryable, fact: RecordingFact): Promise<void> {
  const { path, callId, at } = fact
  switch (fact.type) {
    case 'recording.requested':
      await tx
        .insert(recordings)
        .values({
          path,
          callId,
          legId: fact.legId,
          agentId: fact.agentId,
          status: 'requested',
          requestedAt: at,
        })
        .onConflictDoNothing()
      return
    case 'recording.started':
      await upsert(tx, fact, { status: 'recording', startedAt: at })
      return
    case 'recording.stopped':
      await upsert(tx, fact, { status: 'stopped', stoppedAt: at, durationMs: fact.durationMs })
      return
    case 'recording.interrupted':
      return
    case 'recording.paused':
      return changePauses(tx, path, (pauses) => [...pauses, { from: at, to: null }])
    case 'recording.resumed':
      return changePauses(tx, path, (pauses) =>
        pauses.map((pause) => (pause.to === null ? { ...pause, to: at } : pause)),
      )
    case 'recording.verified':
    case 'recording.flawed': {
      const { durationMs, sizeBytes, sha256 } = fact
      const found = { durationMs, sizeBytes, sha256, reason: null, gaps: fact.gaps ?? [] }
      const isFlawed = fact.type === 'recording.flawed'
      const verdict = isFlawed
        ? { status: 'flawed' as const, flaws: [...fact.flaws] }
        : { status: 'verified' as const }
      await upsert(tx, fact, { ...verdict, checkedAt: at, ...found })
      await addProof(tx, { path, callId, sha256, sizeBytes, durationMs, at })
      return
    }
    case 'recording.missing':
      await upsert(tx, fact, { status: 'missing', checkedAt: at, reason: fact.reason })
      return
  }
}

async function changePauses(
  tx: Queryable,
  path: string,
  change: (pauses: RecordingPause[]) => RecordingPause[],
): Promise<void> {
  const [row] = await tx
    .select({ pauses: recordings.pauses })
    .from(recordings)
    .where(eq(recordings.path, path))
  if (row === undefined) return
  const pauses = change(row.pauses)
  await tx.update(recordings).set({ pauses }).where(eq(recordings.path, path))
}

/** Copies what one searches by from the call to its recordings; after whatever changed it. */
export async function describeRecordings(tx: Queryable, callId: string): Promise<void> {
  await tx.execute(sql`
    update ${recordings} set
      queue_id = call.queue_id,
      from_number = call.from_number,
      disposition = call.disposition,
      survey_score = call.survey_score,
      is_hold_exceeded = exists (
        select from ${holdSegments} where call_id = ${callId} and is_exceeded
      )
    from ${calls} call
    where call.call_id = ${callId} and ${recordings}.call_id = ${callId}`)
}

type Change = Partial<typeof recordings.$inferInsert> &
  Pick<typeof recordings.$inferInsert, 'status'>

/** A recording taken over after an outage may have no row yet. */
async function upsert(tx: Queryable, fact: RecordingFact, change: Change): Promise<void> {
  const isLastWord = !UNCHECKED.some((status) => status === change.status)
  await tx
    .insert(recordings)
    .values({ path: fact.path, callId: fact.callId, requestedAt: fact.at, ...change })
    .onConflictDoUpdate({
      target: recordings.path,
      set: change,
      ...(isLastWord ? {} : { setWhere: inArray(recordings.status, UNCHECKED) }),
    })
}

const UNCHECKED = ['requested', 'recording', 'stopped'] as const

export type Recording = typeof recordings.$inferSelect

export interface RecordingFilter {
  readonly agentId?: AgentId
  readonly queueId?: QueueId
  readonly status?: RecordingStatus
  /** Begun at or after. */
  readonly from?: number
  /** Begun before. */
  readonly to?: number
  readonly durationMsMin?: number
  readonly durationMsMax?: number
  /** The caller's whole number. */
  readonly number?: string
  readonly disposition?: Disposition
  /** With a hold above the limit, or with none. */
  readonly isHoldExceeded?: boolean
  readonly surveyScoreMin?: number
  readonly surveyScoreMax?: number
  /** A fair sample: about this share of all, in ten-thousandths, always the same ones. */
  readonly sample?: number
}

export interface RecordingCursor {
  readonly requestedAt: number
  readonly path: string
}

export interface RecordingPage {
  readonly recordings: Recording[]
  /** Give it as `after` for the next page; null on the last. */
  readonly next: RecordingCursor | null
}

export async function listRecordings(
  db: Queryable,
  filter: RecordingFilter,
  page: { limit: number; after?: RecordingCursor | undefined },
): Promise<RecordingPage> {
  const rows = await db
    .select()
    .from(recordings)
    .where(and(...conditionsOf(filter), page.after && isAfter(page.after)))
    .orderBy(desc(recordings.requestedAt), desc(recordings.path))
    .limit(page.limit + 1)
  const shown = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? shown.at(-1) : undefined
  const next = last === undefined ? null : { requestedAt: last.requestedAt, path: last.path }
  return { recordings: shown, next }
}

export async function findRecording(db: Queryable, path: string): Promise<Recording | null> {
  const [row] = await db.select().from(recordings).where(eq(recordings.path, path))
  return row ?? null
}

function conditionsOf(filter: RecordingFilter): SQL[] {
  const { agentId, queueId, status, from, to, durationMsMin, durationMsMax } = filter
  const { number, disposition, isHoldExceeded, surveyScoreMin, surveyScoreMax, sample } = filter
  const conditions: SQL[] = []
  if (agentId !== undefined) conditions.push(eq(recordings.agentId, agentId))
  if (queueId !== undefined) conditions.push(eq(recordings.queueId, queueId))
  if (status !== undefined) conditions.push(eq(recordings.status, status))
  if (from !== undefined) conditions.push(gte(recordings.requestedAt, from))
  if (to !== undefined) conditions.push(lt(recordings.requestedAt, to))
  if (durationMsMin !== undefined) conditions.push(gte(recordings.durationMs, durationMsMin))
  if (durationMsMax !== undefined) conditions.push(lte(recordings.durationMs, durationMsMax))
  if (number !== undefined) conditions.push(eq(recordings.fromNumber, number))
  if (disposition !== undefined) conditions.push(eq(recordings.disposition, disposition))
  if (isHoldExceeded === true) conditions.push(sql`${recordings.isHoldExceeded}`)
  if (isHoldExceeded === false) conditions.push(sql`not ${recordings.isHoldExceeded}`)
  if (surveyScoreMin !== undefined) conditions.push(gte(recordings.surveyScore, surveyScoreMin))
  if (surveyScoreMax !== undefined) conditions.push(lte(recordings.surveyScore, surveyScoreMax))
  if (sample !== undefined) conditions.push(lt(recordings.lot, sample))
  return conditions
}

function isAfter({ requestedAt, path }: RecordingCursor): SQL {
  const at = sql.param(requestedAt, recordings.requestedAt)
  return sql`(${recordings.requestedAt}, ${recordings.path}) < (${at}::timestamptz, ${path})`
}
