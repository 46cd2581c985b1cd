// Queues with their limits, as the core takes them. A queue to which numbers lead cannot be deleted;
// its calls stay in the records whatever becomes of it.
import { and, asc, eq, inArray } from 'drizzle-orm'
import { QUEUE_DEFAULTS, type QueueId, type QueueSettings } from '../core/config.ts'
import { BEEP, PROMPTS, type PromptId } from '../core/prompts.ts'
import { type Changed, changed, conflict, refusing, unknownSkills } from './conflicts.ts'
import type { Database, Queryable } from './database.ts'
import { promptVersions } from './prompt-schema.ts'
import { numbers, queues } from './schema.ts'

type QueueRow = typeof queues.$inferSelect

/** What an older version of the service did not know of has its default. */
function queueOf(row: QueueRow): QueueSettings {
  const { hold, recording, supervision, waiting, routing, admission, wrapUp, offering, callback } =
    QUEUE_DEFAULTS
  return {
    ...row,
    hold: { ...hold, ...row.hold },
    recording: { ...recording, ...row.recording },
    waiting: { ...waiting, ...row.waiting },
    routing: { ...routing, ...row.routing },
    admission: { ...admission, ...row.admission },
    wrapUp: { ...wrapUp, ...row.wrapUp },
    offering: { ...offering, ...row.offering },
    supervision: { ...supervision, ...row.supervision },
    callback: { ...callback, ...row.callback },
  }
}

export async function listQueues(db: Queryable): Promise<QueueSettings[]> {
  const rows = await db.select().from(queues).orderBy(asc(queues.queueId))
  return rows.map(queueOf)
}

export async function findQueue(db: Queryable, queueId: QueueId): Promise<QueueSettings | null> {
  const [row] = await db.select().from(queues).where(eq(queues.queueId, queueId))
  return row === undefined ? null : queueOf(row)
}

export async function createQueue(
  db: Database,
  queue: QueueSettings,
): Promise<Changed<QueueSettings>> {
  return refusing({ queues_pkey: 'duplicate' }, [queue.queueId], () =>
    db.transaction(async (tx) => {
      const refusal = await unknownIds(tx, queue)
      if (refusal !== null) return refusal
      await tx.insert(queues).values(rowOf(queue))
      return changed(queue)
    }),
  )
}

/** Takes the queue as it shall be; only its id is fixed. */
export async function updateQueue(
  db: Database,
  queue: QueueSettings,
): Promise<Changed<QueueSettings>> {
  return db.transaction(async (tx) => {
    const refusal = await unknownIds(tx, queue)
    if (refusal !== null) return refusal
    const [row] = await tx
      .update(queues)
      .set(rowOf(queue))
      .where(eq(queues.queueId, queue.queueId))
      .returning()
    return row === undefined ? conflict('not_found', [queue.queueId]) : changed(queueOf(row))
  })
}

export async function deleteQueue(db: Database, queueId: QueueId): Promise<Changed<QueueSettings>> {
  return refusing({ numbers_queue_id_queues_queue_id_fk: 'queue_in_use' }, [queueId], () =>
    db.transaction(async (tx) => {
      const used = await tx.select().from(numbers).where(eq(numbers.queueId, queueId))
      const leading = used.map(({ number }) => number)
      if (leading.length > 0) return conflict('queue_in_use', leading)
      const [row] = await tx.delete(queues).where(eq(queues.queueId, queueId)).returning()
      return row === undefined ? conflict('not_found', [queueId]) : changed(queueOf(row))
    }),
  )
}

/** Everything that the queue names must exist. */
async function unknownIds(tx: Queryable, queue: QueueSettings): Promise<Changed<never> | null> {
  const { steps, preferredSkills } = queue.routing
  const asked = [...queue.requiredSkills, ...preferredSkills]
  const skillIds = [...asked, ...steps.flatMap((step) => [...step.dropSkills, ...step.addSkills])]
  const refusal = await unknownSkills(tx, [...new Set(skillIds)])
  if (refusal !== null) return refusal
  const { admission, waiting, offering } = queue
  const said = waiting.keys.flatMap((key) => ('prompt' in key ? [key.prompt] : []))
  const whisper = offering.whisperPrompt === null ? [] : [offering.whisperPrompt]
  const prompts = [...waiting.greeting, ...waiting.comfort, ...said, ...whisper]
  const unheard = await unknownPrompts(tx, [...new Set(prompts)])
  if (unheard !== null) return unheard
  const ways = [
    admission.closedQueueId,
    admission.fullQueueId,
    admission.emptyQueueId,
    admission.overloadQueueId,
    admission.timedOutQueueId,
  ].filter((queueId) => queueId !== null)
  const byKey = waiting.keys.flatMap((key) => (key.action === 'queue' ? [key.queueId] : []))
  const others = [...ways, ...byKey, ...steps.flatMap(({ addQueueIds }) => addQueueIds)]
  return unknownQueues(
    tx,
    others.filter((queueId) => queueId !== queue.queueId),
  )
}

export async function unknownQueues(
  tx: Queryable,
  queueIds: readonly QueueId[],
): Promise<Changed<never> | null> {
  const rows = await tx.select({ queueId: queues.queueId }).from(queues)
  const known = new Set(rows.map(({ queueId }) => queueId))
  const unknown = queueIds.filter((queueId) => !known.has(queueId))
  return unknown.length === 0 ? null : conflict('unknown_queue', [...new Set(unknown)])
}

/** A prompt that nobody could hear would be silence at the place where it is to be said. */
async function unknownPrompts(
  tx: Queryable,
  promptIds: readonly PromptId[],
): Promise<Changed<never> | null> {
  const own = promptIds.filter((promptId) => !PROMPTS.includes(promptId) && promptId !== BEEP)
  if (own.length === 0) return null
  const rows = await tx
    .select({ promptId: promptVersions.promptId })
    .from(promptVersions)
    .where(and(inArray(promptVersions.promptId, own), promptVersions.isActive))
  const recorded = new Set(rows.map(({ promptId }) => promptId))
  const unknown = own.filter((promptId) => !recorded.has(promptId))
  return unknown.length === 0 ? null : conflict('unknown_prompt', unknown)
}

function rowOf(queue: QueueSettings): typeof queues.$inferInsert {
  return { ...queue, requiredSkills: [...new Set(queue.requiredSkills)] }
}
