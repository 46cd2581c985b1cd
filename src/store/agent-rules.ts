// What the administrators allow the agents: the reasons for being away with their limits, and one policy
// for all. The built-in reasons are in the list whether or not anybody has changed them.
import { asc } from 'drizzle-orm'
import {
  AGENT_RULES_DEFAULTS,
  type AgentPolicy,
  type AgentRules,
  BUILT_IN_REASONS,
  type NotReadyReasonSettings,
} from '../core/agent-policy.ts'
import { agentPolicies, notReadyReasons } from './agent-schema.ts'
import type { Queryable } from './database.ts'

export async function loadAgentRules(db: Queryable): Promise<AgentRules> {
  return { policy: await findAgentPolicy(db), notReadyReasons: await listNotReadyReasons(db) }
}

/** The built-in ones first, then the others by id. */
export async function listNotReadyReasons(db: Queryable): Promise<NotReadyReasonSettings[]> {
  const rows = await db.select().from(notReadyReasons).orderBy(asc(notReadyReasons.reasonId))
  const changed = new Map(rows.map((row) => [row.reasonId, row]))
  const builtIn = BUILT_IN_REASONS.map((reason) => changed.get(reason.reasonId) ?? reason)
  const ids = new Set(BUILT_IN_REASONS.map(({ reasonId }) => reasonId))
  return [...builtIn, ...rows.filter(({ reasonId }) => !ids.has(reasonId))]
}

/** Adds the reason, or changes it. */
export async function saveNotReadyReason(
  db: Queryable,
  reason: NotReadyReasonSettings,
): Promise<NotReadyReasonSettings> {
  const { reasonId: _, ...rest } = reason
  await db
    .insert(notReadyReasons)
    .values(reason)
    .onConflictDoUpdate({ target: notReadyReasons.reasonId, set: rest })
  return reason
}

/** A policy that an earlier version recorded gets the defaults of what was added since. */
export async function findAgentPolicy(db: Queryable): Promise<AgentPolicy> {
  const [row] = await db.select().from(agentPolicies)
  return { ...AGENT_RULES_DEFAULTS.policy, ...row?.policy }
}

export async function saveAgentPolicy(db: Queryable, policy: AgentPolicy): Promise<AgentPolicy> {
  await db
    .insert(agentPolicies)
    .values({ policyId: 1, policy })
    .onConflictDoUpdate({ target: agentPolicies.policyId, set: { policy } })
  return policy
}
