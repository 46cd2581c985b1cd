// What agents' phones may dial on their own (R-044): one row per number and ground, for one agent or for
// all.
import { asc, eq, isNull, or } from 'drizzle-orm'
import type { DialPermit } from '../core/class-of-service.ts'
import type { AgentId } from '../core/config.ts'
import { type Changed, changed, conflict, refusing } from './conflicts.ts'
import type { Queryable } from './database.ts'
import { dialPermits } from './sip-schema.ts'

const AGENT_MISSING = { dial_permits_agent_id_agents_agent_id_fk: 'unknown_agent' } as const

export async function listDialPermits(db: Queryable): Promise<DialPermit[]> {
  return db.select().from(dialPermits).orderBy(asc(dialPermits.permitId))
}

/** The agent's own and everybody's, expired ones included. */
export async function dialPermitsOf(db: Queryable, agentId: AgentId): Promise<DialPermit[]> {
  return db
    .select()
    .from(dialPermits)
    .where(or(eq(dialPermits.agentId, agentId), isNull(dialPermits.agentId)))
    .orderBy(asc(dialPermits.permitId))
}

export async function grantDialPermit(
  db: Queryable,
  permit: Omit<DialPermit, 'permitId'> & { readonly grantedAt: number },
): Promise<Changed<DialPermit>> {
  return refusing(AGENT_MISSING, [permit.agentId ?? ''], async () => {
    const [row] = await db.insert(dialPermits).values(permit).returning()
    if (row === undefined) throw new Error('an inserted permit was not returned')
    return changed(row)
  })
}

export async function revokeDialPermit(
  db: Queryable,
  permitId: number,
): Promise<Changed<DialPermit>> {
  const [row] = await db.delete(dialPermits).where(eq(dialPermits.permitId, permitId)).returning()
  return row === undefined ? conflict('not_found', [String(permitId)]) : changed(row)
}
