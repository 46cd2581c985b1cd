// Agents and their skills. What an agent does at the moment is live state: see live.ts and my-agent.ts.
import { z } from 'zod'
import type { AgentSettings } from '../core/config.ts'
import { LANGUAGE_DEFAULT, LEVEL_DEFAULT } from '../core/routing-policy.ts'
import { createAgent, deleteAgent, findAgent, listAgents, updateAgent } from '../store/agents.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, notFound, resultOf } from './errors.ts'
import { idSchema, list, nameSchema } from './fields.ts'
import { languagesSchema, skillLevelsSchema } from './routing-schemas.ts'

const tags = ['agents']
const newAgentSchema = z.strictObject({
  agentId: idSchema.describe('Also the name of the agent’s phone.'),
  name: nameSchema,
  skills: z.array(idSchema).max(50),
  skillLevels: skillLevelsSchema
    .optional()
    .describe('Of skills that the agent has; 3 if left out.'),
  languages: languagesSchema.optional().describe('Mandarin if left out.'),
})
const replySchema = z.object({
  agentId: z.string(),
  name: z.string(),
  skills: list(z.string()),
  skillLevels: z.record(z.string(), z.int()).optional(),
  languages: z.record(z.string(), z.int()).optional(),
})
const paramsSchema = z.object({ agentId: idSchema })

export function agentRoutes(api: Api, { db, reloadConfig }: AppOptions): void {
  api.get(
    '/agents',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'All agents.',
        response: { 200: z.object({ agents: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ agents: await listAgents(db) }),
  )

  api.get(
    '/agents/:agentId',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'One agent.',
        params: paramsSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params }) => existing(await findAgent(db, params.agentId)),
  )

  api.post(
    '/agents',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Add an agent.',
        body: newAgentSchema,
        response: { 201: replySchema, ...FAULTS },
      },
    },
    async ({ body }, reply) => {
      const { skillLevels = {}, languages = { [LANGUAGE_DEFAULT]: LEVEL_DEFAULT } } = body
      const agent = resultOf(await createAgent(db, { ...body, skillLevels, languages }))
      await reloadConfig()
      return reply.code(201).send(agent)
    },
  )

  api.patch(
    '/agents/:agentId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Change an agent; what is left out stays.',
        params: paramsSchema,
        body: newAgentSchema.omit({ agentId: true }).partial(),
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params, body }) => {
      const before = existing(await findAgent(db, params.agentId))
      const agent = resultOf(await updateAgent(db, changedBy(before, body)))
      await reloadConfig()
      return agent
    },
  )

  api.delete(
    '/agents/:agentId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Delete an agent no user is linked to. A last call is still theirs to finish.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      resultOf(await deleteAgent(db, params.agentId))
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )
}

export function changedBy(
  before: AgentSettings,
  changes: { readonly [Field in keyof AgentSettings]?: AgentSettings[Field] | undefined },
): AgentSettings {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  return { ...before, ...Object.fromEntries(given) }
}

function existing(agent: AgentSettings | null): AgentSettings {
  if (agent === null) throw notFound('No such agent.')
  return agent
}
