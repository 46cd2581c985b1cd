// The numbers that citizens dial and the queues they lead to.
import { z } from 'zod'
import type { NumberSettings } from '../core/config.ts'
import { ENTRY_DEFAULTS } from '../core/entry-policy.ts'
import { createNumber, deleteNumber, listNumbers, updateNumber } from '../store/numbers.ts'
import type { Api, AppOptions } from './context.ts'
import { entrySchema } from './entry-schemas.ts'
import { FAULTS, resultOf } from './errors.ts'
import { idSchema, list, numberSchema } from './fields.ts'

const tags = ['numbers']
const newNumberSchema = z.strictObject({
  number: numberSchema,
  queueId: idSchema,
  entry: entrySchema.partial().optional().describe('What comes before the queue.'),
})
const replySchema = z.object({
  number: z.string(),
  queueId: z.string(),
  entry: entrySchema.optional(),
})
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
      const number = resultOf(await createNumber(db, settingsOf(body)))
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
        body: newNumberSchema.omit({ number: true }),
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params, body }) => {
      const number = resultOf(await updateNumber(db, settingsOf({ ...params, ...body })))
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

/** What is left out of `entry` has its default; an entry that is left out whole stays as it is. */
function settingsOf(body: z.infer<typeof newNumberSchema>): NumberSettings {
  const { number, queueId, entry } = body
  if (entry === undefined) return { number, queueId }
  const { hours = null, closedQueueId = null, languages = [] } = entry
  return { number, queueId, entry: { ...ENTRY_DEFAULTS, hours, closedQueueId, languages } }
}
