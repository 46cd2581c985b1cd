// The passwords of agents' desk phones and consoles, as the two hashes that digest needs. The password
// itself is shown to whoever sets it, once, and is stored nowhere.
import { asc, eq } from 'drizzle-orm'
import type { AgentId } from '../core/config.ts'
import { type Changed, changed, conflict, refusing } from './conflicts.ts'
import type { Queryable } from './database.ts'
import { consolePhoneCredentials, sipCredentials } from './sip-schema.ts'
import type { DigestHashes } from './trunks.ts'

const AGENT_MISSING = { sip_credentials_agent_id_agents_agent_id_fk: 'unknown_agent' } as const
const CONSOLE_AGENT_MISSING = {
  console_phone_credentials_agent_id_agents_agent_id_fk: 'unknown_agent',
} as const

export interface CredentialsSet {
  readonly agentId: AgentId
  readonly setAt: number
}

export async function listSipCredentials(db: Queryable): Promise<CredentialsSet[]> {
  return db
    .select({ agentId: sipCredentials.agentId, setAt: sipCredentials.setAt })
    .from(sipCredentials)
    .orderBy(asc(sipCredentials.agentId))
}

/** Of the desk phone and of the console's; whichever was set. */
export async function findSipHashes(db: Queryable, agentId: AgentId): Promise<DigestHashes[]> {
  const hashesIn = (table: typeof sipCredentials | typeof consolePhoneCredentials) =>
    db
      .select({ md5: table.ha1Md5, sha256: table.ha1Sha256 })
      .from(table)
      .where(eq(table.agentId, agentId))
  return [...(await hashesIn(sipCredentials)), ...(await hashesIn(consolePhoneCredentials))]
}

/** The console that had the one before may stay registered until it must sign in again. */
export async function setConsolePhoneCredentials(
  db: Queryable,
  { agentId, setAt }: CredentialsSet,
  hashes: DigestHashes,
): Promise<Changed<CredentialsSet>> {
  return refusing(CONSOLE_AGENT_MISSING, [agentId], async () => {
    const values = { ha1Md5: hashes.md5, ha1Sha256: hashes.sha256, setAt }
    await db
      .insert(consolePhoneCredentials)
      .values({ agentId, ...values })
      .onConflictDoUpdate({ target: consolePhoneCredentials.agentId, set: values })
    return changed({ agentId, setAt })
  })
}

/** Replaces what was set before; phones that know the old password stay until they must sign in again. */
export async function setSipCredentials(
  db: Queryable,
  { agentId, setAt }: CredentialsSet,
  hashes: DigestHashes,
): Promise<Changed<CredentialsSet>> {
  return refusing(AGENT_MISSING, [agentId], async () => {
    const values = { ha1Md5: hashes.md5, ha1Sha256: hashes.sha256, setAt }
    await db
      .insert(sipCredentials)
      .values({ agentId, ...values })
      .onConflictDoUpdate({ target: sipCredentials.agentId, set: values })
    return changed({ agentId, setAt })
  })
}

export async function deleteSipCredentials(
  db: Queryable,
  agentId: AgentId,
): Promise<Changed<AgentId>> {
  const [row] = await db
    .delete(sipCredentials)
    .where(eq(sipCredentials.agentId, agentId))
    .returning({ agentId: sipCredentials.agentId })
  return row === undefined ? conflict('not_found', [agentId]) : changed(row.agentId)
}
