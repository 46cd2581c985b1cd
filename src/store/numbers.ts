// The numbers that citizens dial, each leading to one queue.
import { asc, eq } from 'drizzle-orm'
import type { NumberSettings } from '../core/config.ts'
import { type Changed, changed, conflict, refusing } from './conflicts.ts'
import type { Queryable } from './database.ts'
import { numbers } from './schema.ts'

const QUEUE_MISSING = { numbers_queue_id_queues_queue_id_fk: 'unknown_queue' } as const

export async function listNumbers(db: Queryable): Promise<NumberSettings[]> {
  return db.select().from(numbers).orderBy(asc(numbers.number))
}

export async function createNumber(
  db: Queryable,
  settings: NumberSettings,
): Promise<Changed<NumberSettings>> {
  return refusing(QUEUE_MISSING, [settings.queueId], () =>
    refusing({ numbers_pkey: 'duplicate' }, [settings.number], async () => {
      await db.insert(numbers).values(settings)
      return changed(settings)
    }),
  )
}

export async function updateNumber(
  db: Queryable,
  settings: NumberSettings,
): Promise<Changed<NumberSettings>> {
  const { number, ...changes } = settings
  return refusing(QUEUE_MISSING, [settings.queueId], async () => {
    const [row] = await db
      .update(numbers)
      .set(changes)
      .where(eq(numbers.number, number))
      .returning()
    return row === undefined ? conflict('not_found', [number]) : changed(row)
  })
}

export async function deleteNumber(
  db: Queryable,
  number: string,
): Promise<Changed<NumberSettings>> {
  const [row] = await db.delete(numbers).where(eq(numbers.number, number)).returning()
  return row === undefined ? conflict('not_found', [number]) : changed(row)
}
