// Addresses that the edge has banned. An administrator lifts a ban by deleting it; the edge reads the list
// every few seconds.
import { desc, eq, gt } from 'drizzle-orm'
import type { Ban } from '../core/bans.ts'
import { type Changed, changed, conflict } from './conflicts.ts'
import type { Queryable } from './database.ts'
import { addressBans } from './sip-schema.ts'

const REMEMBERED_MS = 24 * 3_600_000

/** Those in force and those of the last day, the latest first. */
export async function listBans(db: Queryable, at: number): Promise<Ban[]> {
  return db
    .select()
    .from(addressBans)
    .where(gt(addressBans.expiresAt, at - REMEMBERED_MS))
    .orderBy(desc(addressBans.bannedAt))
}

/** Replaces an earlier ban of the address. */
export async function saveBan(db: Queryable, ban: Ban): Promise<void> {
  const { address: _, ...rest } = ban
  await db
    .insert(addressBans)
    .values(ban)
    .onConflictDoUpdate({ target: addressBans.address, set: rest })
}

export async function liftBan(db: Queryable, address: string): Promise<Changed<Ban>> {
  const [row] = await db.delete(addressBans).where(eq(addressBans.address, address)).returning()
  return row === undefined ? conflict('not_found', [address]) : changed(row)
}
