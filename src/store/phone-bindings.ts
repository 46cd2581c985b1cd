// Where agents' phones are, as the edge last wrote it. After a restart the edge takes the ones that have
// not expired from here.
import { and, asc, eq, gt, lte } from 'drizzle-orm'
import type { Binding } from '../core/bindings.ts'
import type { Queryable } from './database.ts'
import { phoneBindings } from './sip-schema.ts'

export async function listBindings(db: Queryable, at: number): Promise<Binding[]> {
  return db
    .select()
    .from(phoneBindings)
    .where(gt(phoneBindings.expiresAt, at))
    .orderBy(asc(phoneBindings.agentId), asc(phoneBindings.uri))
}

/** Replaces the one of the same agent and URI. */
export async function saveBinding(db: Queryable, binding: Binding): Promise<void> {
  const { agentId: _, uri: __, ...rest } = binding
  await db
    .insert(phoneBindings)
    .values(binding)
    .onConflictDoUpdate({ target: [phoneBindings.agentId, phoneBindings.uri], set: rest })
}

/** Harmless for one that is not there. */
export async function deleteBinding(
  db: Queryable,
  { agentId, uri }: Pick<Binding, 'agentId' | 'uri'>,
): Promise<void> {
  await db
    .delete(phoneBindings)
    .where(and(eq(phoneBindings.agentId, agentId), eq(phoneBindings.uri, uri)))
}

/** Of a time when the edge was down and could not tidy up. Returns how many. */
export async function deleteExpiredBindings(db: Queryable, at: number): Promise<number> {
  const gone = await db
    .delete(phoneBindings)
    .where(lte(phoneBindings.expiresAt, at))
    .returning({ uri: phoneBindings.uri })
  return gone.length
}
