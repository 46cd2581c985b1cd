// Keys for screens on walls. A token is handed out once and only its SHA-256 is kept; one that was revoked
// stays in the list, so that a screen gone dark can be told why.
import { createHash } from 'node:crypto'
import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import type { QueueId } from '../core/config.ts'
import { type Changed, changed, conflict } from './conflicts.ts'
import type { Queryable } from './database.ts'
import { wallboardTokens } from './kpi-schema.ts'
import { queues } from './schema.ts'

/** All but the hash. */
const COLUMNS = {
  tokenId: wallboardTokens.tokenId,
  name: wallboardTokens.name,
  queueIds: wallboardTokens.queueIds,
  createdBy: wallboardTokens.createdBy,
  createdAt: wallboardTokens.createdAt,
  revokedBy: wallboardTokens.revokedBy,
  revokedAt: wallboardTokens.revokedAt,
}

export type WallboardToken = Omit<typeof wallboardTokens.$inferSelect, 'tokenHash'>

export interface NewWallboardToken {
  /** Must be unguessable (32 random bytes); it is stored nowhere. */
  readonly token: string
  readonly name: string
  /** Null: the whole hotline. */
  readonly queueIds: readonly QueueId[] | null
  readonly createdBy: string
  readonly createdAt: number
}

export async function createWallboardToken(
  db: Queryable,
  { token, queueIds, ...rest }: NewWallboardToken,
): Promise<Changed<WallboardToken>> {
  const unknown = await unknownOf(db, queueIds ?? [])
  if (unknown.length > 0) return conflict('unknown_queue', unknown)
  const [row] = await db
    .insert(wallboardTokens)
    .values({ ...rest, queueIds: queueIds && [...queueIds], tokenHash: hashOf(token) })
    .returning(COLUMNS)
  if (row === undefined) throw new Error('the token was not kept')
  return changed(row)
}

/** Also the revoked ones, in the order in which they were made. */
export async function listWallboardTokens(db: Queryable): Promise<WallboardToken[]> {
  return db.select(COLUMNS).from(wallboardTokens).orderBy(asc(wallboardTokens.tokenId))
}

/** Null where nobody was ever given the token; one that was revoked says since when. */
export async function findWallboardToken(
  db: Queryable,
  token: string,
): Promise<WallboardToken | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(wallboardTokens)
    .where(eq(wallboardTokens.tokenHash, hashOf(token)))
  return row ?? null
}

/** `not_found` for one that is revoked already, too. */
export async function revokeWallboardToken(
  db: Queryable,
  tokenId: number,
  { by, at }: { readonly by: string; readonly at: number },
): Promise<Changed<WallboardToken>> {
  const [row] = await db
    .update(wallboardTokens)
    .set({ revokedBy: by, revokedAt: at })
    .where(and(eq(wallboardTokens.tokenId, tokenId), isNull(wallboardTokens.revokedAt)))
    .returning(COLUMNS)
  return row === undefined ? conflict('not_found', [String(tokenId)]) : changed(row)
}

async function unknownOf(db: Queryable, queueIds: readonly QueueId[]): Promise<QueueId[]> {
  if (queueIds.length === 0) return []
  const rows = await db
    .select({ queueId: queues.queueId })
    .from(queues)
    .where(inArray(queues.queueId, [...queueIds]))
  const known = new Set(rows.map(({ queueId }) => queueId))
  return queueIds.filter((queueId) => !known.has(queueId))
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
