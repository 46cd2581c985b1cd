// Carriers' trunks. The hashes of a trunk that signs in by digest leave the records only for the edge; the
// settings that people see do not hold them.
import { asc, eq } from 'drizzle-orm'
import type { Trunk } from '../core/admission.ts'
import { type Changed, changed, conflict, refusing } from './conflicts.ts'
import type { Queryable } from './database.ts'
import { trunks } from './sip-schema.ts'

/** Lower-case hex of `username:realm:password`. */
export interface DigestHashes {
  readonly md5: string
  readonly sha256: string
}

const DUPLICATE = { trunks_pkey: 'duplicate', trunks_username_unique: 'duplicate' } as const
const COLUMNS = {
  trunkId: trunks.trunkId,
  name: trunks.name,
  isEnabled: trunks.isEnabled,
  addresses: trunks.addresses,
  username: trunks.username,
  outboundAddress: trunks.outboundAddress,
  callsMax: trunks.callsMax,
  callsPerSecondMax: trunks.callsPerSecondMax,
}

export async function listTrunks(db: Queryable): Promise<Trunk[]> {
  return db.select(COLUMNS).from(trunks).orderBy(asc(trunks.trunkId))
}

/** `hashes` go with a username, and only with one. */
export async function createTrunk(
  db: Queryable,
  trunk: Trunk,
  hashes: DigestHashes | null,
): Promise<Changed<Trunk>> {
  return refusing(DUPLICATE, [trunk.trunkId], async () => {
    await db.insert(trunks).values({
      ...trunk,
      addresses: [...trunk.addresses],
      ha1Md5: hashes?.md5 ?? null,
      ha1Sha256: hashes?.sha256 ?? null,
    })
    return changed(trunk)
  })
}

/** How it signs in stays as it is. */
export async function updateTrunk(
  db: Queryable,
  trunkId: string,
  changes: Partial<Omit<Trunk, 'trunkId' | 'username'>>,
): Promise<Changed<Trunk>> {
  const { addresses, ...rest } = changes
  const values = { ...rest, ...(addresses === undefined ? {} : { addresses: [...addresses] }) }
  if (Object.keys(values).length === 0) {
    const [row] = await db.select(COLUMNS).from(trunks).where(eq(trunks.trunkId, trunkId))
    return row === undefined ? conflict('not_found', [trunkId]) : changed(row)
  }
  const [row] = await db
    .update(trunks)
    .set(values)
    .where(eq(trunks.trunkId, trunkId))
    .returning(COLUMNS)
  return row === undefined ? conflict('not_found', [trunkId]) : changed(row)
}

export async function deleteTrunk(db: Queryable, trunkId: string): Promise<Changed<Trunk>> {
  const [row] = await db.delete(trunks).where(eq(trunks.trunkId, trunkId)).returning(COLUMNS)
  return row === undefined ? conflict('not_found', [trunkId]) : changed(row)
}

export async function findTrunkHashes(
  db: Queryable,
  username: string,
): Promise<DigestHashes | null> {
  const [row] = await db
    .select({ md5: trunks.ha1Md5, sha256: trunks.ha1Sha256 })
    .from(trunks)
    .where(eq(trunks.username, username))
  if (row === undefined || row.md5 === null || row.sha256 === null) return null
  return { md5: row.md5, sha256: row.sha256 }
}
