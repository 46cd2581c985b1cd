// Skills: what a queue may require of an agent. A skill that anybody has or any queue requires cannot
// be deleted.
import { arrayContains, asc, eq } from 'drizzle-orm'
import { type Changed, changed, conflict, refusing } from './conflicts.ts'
import type { Database, Queryable } from './database.ts'
import { agents, queues, skills } from './schema.ts'

export type Skill = typeof skills.$inferSelect

export async function listSkills(db: Queryable): Promise<Skill[]> {
  return db.select().from(skills).orderBy(asc(skills.skillId))
}

export async function createSkill(db: Queryable, skill: Skill): Promise<Changed<Skill>> {
  return refusing({ skills_pkey: 'duplicate' }, [skill.skillId], async () => {
    await db.insert(skills).values(skill)
    return changed(skill)
  })
}

/** Only the name can change: the id stands in agents and queues. */
export async function renameSkill(
  db: Queryable,
  skillId: string,
  name: string,
): Promise<Changed<Skill>> {
  const [row] = await db.update(skills).set({ name }).where(eq(skills.skillId, skillId)).returning()
  return row === undefined ? conflict('not_found', [skillId]) : changed(row)
}

export async function deleteSkill(db: Database, skillId: string): Promise<Changed<Skill>> {
  return db.transaction(async (tx) => {
    // The lock keeps away those who are about to use it, see `unknownSkills`.
    const [skill] = await tx.select().from(skills).where(eq(skills.skillId, skillId)).for('update')
    if (skill === undefined) return conflict('not_found', [skillId])
    const ofAgents = await tx
      .select({ id: agents.agentId })
      .from(agents)
      .where(arrayContains(agents.skills, [skillId]))
    const ofQueues = await tx
      .select({ id: queues.queueId })
      .from(queues)
      .where(arrayContains(queues.requiredSkills, [skillId]))
    const users = [...ofAgents, ...ofQueues].map(({ id }) => id)
    if (users.length > 0) return conflict('skill_in_use', users)
    await tx.delete(skills).where(eq(skills.skillId, skillId))
    return changed(skill)
  })
}
