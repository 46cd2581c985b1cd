// The category tree: read by everybody who writes or reads records, published by the administrators.
import { z } from 'zod'
import { categoryFaults, DEADLINE_CLASSES, HANDLING_MODES } from '../core/categories.ts'
import { currentCategories, findCategories, publishCategories } from '../store/categories.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, invalid, notFound, resultOf } from './errors.ts'
import { idSchema, list, nameSchema } from './fields.ts'

const tags = ['categories']
const versionSchema = z.int().min(0).max(1_000_000)
const nodeSchema = z.strictObject({
  categoryId: idSchema,
  parentId: idSchema.nullable().describe('null: at the top.'),
  name: nameSchema,
  unit: nameSchema.nullable().describe('Who normally handles it.'),
  handlingMode: z.enum(HANDLING_MODES),
  deadlineClass: z.enum(DEADLINE_CLASSES).describe('How soon an answer is due.'),
})
const bodySchema = z.strictObject({
  baseVersion: versionSchema.describe('The version that this one was made from.'),
  nodes: z.array(nodeSchema).min(1).max(2_000),
})
const replySchema = z.object({ version: z.int(), nodes: list(nodeSchema) })
const querySchema = z.strictObject({
  version: z.coerce.number().int().min(0).max(1_000_000).optional(),
})

export function categoryRoutes(api: Api, options: AppOptions): void {
  const { db, clock } = options
  api.get(
    '/categories',
    {
      config: { permission: 'signed_in' },
      schema: {
        tags,
        summary: 'The category tree, or an earlier version of it.',
        querystring: querySchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ query }) => {
      if (query.version === undefined) return currentCategories(db)
      const tree = await findCategories(db, query.version)
      if (tree === null) throw notFound('No such version.')
      return tree
    },
  )

  api.put(
    '/categories',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Publish a new version of the whole tree.',
        body: bodySchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async (request) => {
      const { baseVersion, nodes } = request.body
      const faults = categoryFaults(nodes)
      if (faults.length > 0) {
        throw invalid(
          faults.map(({ index, field, message }) => {
            return { path: `body.nodes.${index}.${field}`, message }
          }),
        )
      }
      const by = callerOf(request).username
      const tree = resultOf(
        await publishCategories(db, { baseVersion, nodes, at: clock.now(), by }),
      )
      await audit(options, request, {
        action: 'categories.published',
        entity: 'categories',
        entityId: String(tree.version),
      })
      return tree
    },
  )
}
