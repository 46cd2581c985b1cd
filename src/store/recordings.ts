// Recordings as rows: asked for, running, stopped, and then either verified or missing. What was found
// of the file is the last word; a late report that it stopped does not take that back. Lists are paged
// by key, newest first, and stay right while recordings are added.
import { and, desc, eq, gte, inArray, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { AgentId, QueueId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import type { Queryable } from './database.ts'
import { calls, type RecordingStatus, recordings } from './schema.ts'

type RecordingFact = Extract<RecordedFact, { type: `recording.${string}` }>

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
    case 'recording.verified': {
      const { durationMs, sizeBytes, sha256 } = fact
      const found = { durationMs, sizeBytes, sha256, reason: null }
      await upsert(tx, fact, { status: 'verified', checkedAt: at, ...found })
      return
    }
    case 'recording.missing':
      await upsert(tx, fact, { status: 'missing', checkedAt: at, reason: fact.reason })
      return
  }
}

type Change = Partial<typeof recordings.$inferInsert> &
  Pick<typeof recordings.$inferInsert, 'status'>

/** A recording taken over after an outage may have no row yet. */
async function upsert(tx: Queryable, fact: RecordingFact, change: Change): Promise<void> {
  const isLastWord = change.status === 'verified' || change.status === 'missing'
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

/** A recording, with what of its call one searches by. */
export type Recording = typeof recordings.$inferSelect & { readonly queueId: QueueId | null }

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

const COLUMNS = {
  path: recordings.path,
  callId: recordings.callId,
  legId: recordings.legId,
  agentId: recordings.agentId,
  status: recordings.status,
  requestedAt: recordings.requestedAt,
  startedAt: recordings.startedAt,
  stoppedAt: recordings.stoppedAt,
  checkedAt: recordings.checkedAt,
  durationMs: recordings.durationMs,
  sizeBytes: recordings.sizeBytes,
  sha256: recordings.sha256,
  reason: recordings.reason,
  queueId: calls.queueId,
}

export async function listRecordings(
  db: Queryable,
  filter: RecordingFilter,
  page: { limit: number; after?: RecordingCursor | undefined },
): Promise<RecordingPage> {
  const rows = await db
    .select(COLUMNS)
    .from(recordings)
    .leftJoin(calls, eq(calls.callId, recordings.callId))
    .where(and(...conditionsOf(filter), page.after && isAfter(page.after)))
    .orderBy(desc(recordings.requestedAt), desc(recordings.path))
    .limit(page.limit + 1)
  const shown = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? shown.at(-1) : undefined
  const next = last === undefined ? null : { requestedAt: last.requestedAt, path: last.path }
  return { recordings: shown, next }
}

export async function findRecording(db: Queryable, path: string): Promise<Recording | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(recordings)
    .leftJoin(calls, eq(calls.callId, recordings.callId))
    .where(eq(recordings.path, path))
  return row ?? null
}

function conditionsOf(filter: RecordingFilter): SQL[] {
  const { agentId, queueId, status, from, to, durationMsMin, durationMsMax } = filter
  const conditions: SQL[] = []
  if (agentId !== undefined) conditions.push(eq(recordings.agentId, agentId))
  if (queueId !== undefined) conditions.push(eq(calls.queueId, queueId))
  if (status !== undefined) conditions.push(eq(recordings.status, status))
  if (from !== undefined) conditions.push(gte(recordings.requestedAt, from))
  if (to !== undefined) conditions.push(lt(recordings.requestedAt, to))
  if (durationMsMin !== undefined) conditions.push(gte(recordings.durationMs, durationMsMin))
  if (durationMsMax !== undefined) conditions.push(lte(recordings.durationMs, durationMsMax))
  return conditions
}

function isAfter({ requestedAt, path }: RecordingCursor): SQL {
  const at = sql.param(requestedAt, recordings.requestedAt)
  return sql`(${recordings.requestedAt}, ${recordings.path}) < (${at}::timestamptz, ${path})`
}
