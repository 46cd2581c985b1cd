// Nuisance callers who are turned away for a while, with the reason and who approved it. A block that has
// expired stays in the list until it is lifted or renewed: who was blocked when is part of the record.
import { asc, eq } from 'drizzle-orm'
import { type Changed, changed, conflict } from './conflicts.ts'
import type { Queryable } from './database.ts'
import { blockedCallers } from './sip-schema.ts'

export type Block = typeof blockedCallers.$inferSelect

export async function listBlockedCallers(db: Queryable): Promise<Block[]> {
  return db.select().from(blockedCallers).orderBy(asc(blockedCallers.number))
}

/** Blocks the number, or renews its block. */
export async function blockCaller(db: Queryable, block: Block): Promise<Block> {
  const { number: _, ...rest } = block
  await db
    .insert(blockedCallers)
    .values(block)
    .onConflictDoUpdate({ target: blockedCallers.number, set: rest })
  return block
}

export async function unblockCaller(db: Queryable, number: string): Promise<Changed<Block>> {
  const [row] = await db.delete(blockedCallers).where(eq(blockedCallers.number, number)).returning()
  return row === undefined ? conflict('not_found', [number]) : changed(row)
}
