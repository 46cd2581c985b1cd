// Skills: what queues may require of agents.
import { z } from 'zod'
import { createSkill, deleteSkill, listSkills, renameSkill } from '../store/skills.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import { idSchema, list, nameSchema } from './fields.ts'

const tags = ['skills']
const skillSchema = z.strictObject({ skillId: idSchema, name: nameSchema })
const replySchema = z.object({ skillId: z.string(), name: z.string() })
const paramsSchema = z.object({ skillId: idSchema })

export function skillRoutes(api: Api, { db, reloadConfig }: AppOptions): void {
  api.get(
    '/skills',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'All skills.',
        response: { 200: z.object({ skills: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ skills: await listSkills(db) }),
  )

  api.post(
    '/skills',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Add a skill.',
        body: skillSchema,
        response: { 201: replySchema, ...FAULTS },
      },
    },
    async ({ body }, reply) => {
      const skill = resultOf(await createSkill(db, body))
      return reply.code(201).send(skill)
    },
  )

  api.patch(
    '/skills/:skillId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Rename a skill.',
        params: paramsSchema,
        body: skillSchema.pick({ name: true }),
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params, body }) => resultOf(await renameSkill(db, params.skillId, body.name)),
  )

  api.delete(
    '/skills/:skillId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Delete a skill that no agent has and no queue requires.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      resultOf(await deleteSkill(db, params.skillId))
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )
}
