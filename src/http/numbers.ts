// The numbers that citizens dial and the queues they lead to.
import { z } from 'zod'
import { createNumber, deleteNumber, listNumbers, updateNumber } from '../store/numbers.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import { idSchema, list, numberSchema } from './fields.ts'

const tags = ['numbers']
const newNumberSchema = z.strictObject({ number: numberSchema, queueId: idSchema })
const replySchema = z.object({ number: z.string(), queueId: z.string() })
const paramsSchema = z.object({ number: numberSchema })

export function numberRoutes(api: Api, { db, reloadConfig }: AppOptions): void {
  api.get(
    '/numbers',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'All numbers.',
        response: { 200: z.object({ numbers: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ numbers: await listNumbers(db) }),
  )

  api.post(
    '/numbers',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Lead a new number to a queue.',
        body: newNumberSchema,
        response: { 201: replySchema, ...FAULTS },
      },
    },
    async ({ body }, reply) => {
      const number = resultOf(await createNumber(db, body))
      await reloadConfig()
      return reply.code(201).send(number)
    },
  )

  api.patch(
    '/numbers/:number',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Lead a number to another queue.',
        params: paramsSchema,
        body: newNumberSchema.pick({ queueId: true }),
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params, body }) => {
      const number = resultOf(await updateNumber(db, { ...params, ...body }))
      await reloadConfig()
      return number
    },
  )

  api.delete(
    '/numbers/:number',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Take a number out of service.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      resultOf(await deleteNumber(db, params.number))
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )
}
