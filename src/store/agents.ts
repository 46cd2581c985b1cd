// Agents with their skills. An agent whom a user is linked to cannot be deleted; their calls and states
// stay in the records whatever becomes of them.
import { asc, eq } from 'drizzle-orm'
import type { AgentId, AgentSettings } from '../core/config.ts'
import { type Changed, changed, conflict, refusing, unknownSkills } from './conflicts.ts'
import type { Database, Queryable } from './database.ts'
import { agents } from './schema.ts'

export async function listAgents(db: Queryable): Promise<AgentSettings[]> {
  return db.select().from(agents).orderBy(asc(agents.agentId))
}

export async function findAgent(db: Queryable, agentId: AgentId): Promise<AgentSettings | null> {
  const [row] = await db.select().from(agents).where(eq(agents.agentId, agentId))
  return row ?? null
}

export async function createAgent(
  db: Database,
  agent: AgentSettings,
): Promise<Changed<AgentSettings>> {
  return refusing({ agents_pkey: 'duplicate' }, [agent.agentId], () =>
    db.transaction(async (tx) => {
      const refusal = await unknownSkills(tx, agent.skills)
      if (refusal !== null) return refusal
      await tx.insert(agents).values(rowOf(agent))
      return changed(agent)
    }),
  )
}

/** Takes the agent as they shall be; only the id is fixed. */
export async function updateAgent(
  db: Database,
  agent: AgentSettings,
): Promise<Changed<AgentSettings>> {
  return db.transaction(async (tx) => {
    const refusal = await unknownSkills(tx, agent.skills)
    if (refusal !== null) return refusal
    const [row] = await tx
      .update(agents)
      .set(rowOf(agent))
      .where(eq(agents.agentId, agent.agentId))
      .returning()
    return row === undefined ? conflict('not_found', [agent.agentId]) : changed(row)
  })
}

export async function deleteAgent(
  db: Queryable,
  agentId: AgentId,
): Promise<Changed<AgentSettings>> {
  return refusing({ users_agent_id_agents_agent_id_fk: 'agent_in_use' }, [agentId], async () => {
    const [row] = await db.delete(agents).where(eq(agents.agentId, agentId)).returning()
    return row === undefined ? conflict('not_found', [agentId]) : changed(row)
  })
}

function rowOf(agent: AgentSettings): typeof agents.$inferInsert {
  return { ...agent, skills: [...new Set(agent.skills)] }
}
