// Messages as rows: made when the caller begins to speak, a task when the caller has left one, and gone
// again where nothing was said.
import { and, asc, desc, eq, isNull, lt, type SQL } from 'drizzle-orm'
import type { AgentId, QueueId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import { type MessageAction, type MessageStatus, messageTransition } from '../core/message-tasks.ts'
import type { Rejection } from '../core/rejections.ts'
import type { Database, Queryable } from './database.ts'
import { messages } from './message-schema.ts'
import { calls, recordings } from './schema.ts'

type FactOf<Type extends RecordedFact['type']> = Extract<RecordedFact, { type: Type }>

export async function projectMessage(
  tx: Queryable,
  fact: FactOf<'call.message_recorded'>,
): Promise<void> {
  const { callId, queueId, path, at } = fact
  const [call] = await tx
    .select({ fromNumber: calls.fromNumber, toNumber: calls.toNumber })
    .from(calls)
    .where(eq(calls.callId, callId))
  if (call === undefined) return
  const begun = { queueId, path, beganAt: at }
  await tx
    .insert(messages)
    .values({ callId, ...call, ...begun })
    .onConflictDoUpdate({ target: messages.callId, set: begun })
}

export async function closeMessage(tx: Queryable, fact: FactOf<'call.ended'>): Promise<void> {
  const isOpen = and(eq(messages.callId, fact.callId), isNull(messages.status))
  if (fact.ending === 'message_left') {
    await tx.update(messages).set({ status: 'new', leftAt: fact.at }).where(isOpen)
  } else await tx.delete(messages).where(isOpen)
}

const COLUMNS = {
  callId: messages.callId,
  queueId: messages.queueId,
  fromNumber: messages.fromNumber,
  toNumber: messages.toNumber,
  path: messages.path,
  leftAt: messages.leftAt,
  status: messages.status,
  assignedTo: messages.assignedTo,
  doneAt: messages.doneAt,
  doneBy: messages.doneBy,
  note: messages.note,
  durationMs: recordings.durationMs,
  recordingStatus: recordings.status,
}

type Row = typeof messages.$inferSelect
/** One that was left; it has a status and a time. */
export type Message = Omit<Row, 'beganAt' | 'leftAt' | 'status'> & {
  readonly leftAt: number
  readonly status: MessageStatus
  /** Null until the file was checked. */
  readonly durationMs: number | null
  readonly recordingStatus: (typeof recordings.$inferSelect)['status'] | null
}

export interface MessageFilter {
  readonly status?: MessageStatus
  readonly queueId?: QueueId
  readonly assignedTo?: AgentId
}

/** Of tasks the oldest first, of those done the newest. `after`: `leftAt` of the last of the page before. */
export async function listMessages(
  db: Queryable,
  filter: MessageFilter,
  page: { readonly limit: number; readonly before?: number | undefined },
): Promise<Message[]> {
  const { status, queueId, assignedTo } = filter
  const conditions: (SQL | undefined)[] = [
    status === undefined ? undefined : eq(messages.status, status),
    queueId === undefined ? undefined : eq(messages.queueId, queueId),
    assignedTo === undefined ? undefined : eq(messages.assignedTo, assignedTo),
    page.before === undefined ? undefined : lt(messages.leftAt, page.before),
  ]
  const rows = await db
    .select(COLUMNS)
    .from(messages)
    .leftJoin(recordings, eq(recordings.path, messages.path))
    .where(and(...conditions))
    .orderBy(desc(messages.leftAt), asc(messages.callId))
    .limit(page.limit)
  return rows.filter(isLeft)
}

export async function findMessage(db: Queryable, callId: string): Promise<Message | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(messages)
    .leftJoin(recordings, eq(recordings.path, messages.path))
    .where(eq(messages.callId, callId))
  return row !== undefined && isLeft(row) ? row : null
}

function isLeft<Found extends Pick<Row, 'status' | 'leftAt'>>(
  row: Found,
): row is Found & { readonly status: MessageStatus; readonly leftAt: number } {
  return row.status !== null && row.leftAt !== null
}

/** Null: no such message. `note` runs in the same transaction, with the message as it is then. */
export async function changeMessage(
  db: Database,
  callId: string,
  action: MessageAction,
  note: (tx: Queryable) => Promise<void>,
): Promise<Message | Rejection | null> {
  return db.transaction(async (tx) => {
    // Of two who change it at once, the second decides on what the first has left.
    await tx
      .select({ callId: messages.callId })
      .from(messages)
      .where(eq(messages.callId, callId))
      .for('update')
    const before = await findMessage(tx, callId)
    if (before === null) return null
    const after = messageTransition(before, action)
    if ('code' in after) return after
    const { status, assignedTo, doneAt, doneBy, note: text } = after
    await tx
      .update(messages)
      .set({ status, assignedTo, doneAt, doneBy, note: text })
      .where(eq(messages.callId, callId))
    await note(tx)
    return after
  })
}
