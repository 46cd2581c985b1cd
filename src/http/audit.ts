// The audit log over HTTP: written by the routes that show or change what matters, before they answer,
// and read by those who may. A request that its caller's role does not allow leaves an entry too.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isoTime } from '../core/iso-times.ts'
import { listAudit, type NewAuditEntry, recordAudit } from '../store/audit.ts'
import type { Queryable } from '../store/database.ts'
import { callerOf } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { FAULTS, invalid } from './errors.ts'
import { cursorSchema, instantSchema, limitSchema, list, textSchema, timeSchema } from './fields.ts'

/** Notes what the signed-in caller does. `tx`: within the transaction of the change itself. */
export async function audit(
  { db, clock }: Pick<AppOptions, 'db' | 'clock'>,
  request: FastifyRequest,
  entry: Pick<NewAuditEntry, 'action' | 'entity' | 'entityId' | 'details'>,
  tx: Queryable = db,
): Promise<void> {
  const { username } = callerOf(request)
  await recordAudit(tx, { ...entry, actor: username, ip: request.ip, at: clock.now() })
}

const PATH_LENGTH_MAX = 200

/** The route is named by its pattern; of the address only the path is kept, searches may hold numbers. */
export async function auditDenied(
  options: Pick<AppOptions, 'db' | 'clock'>,
  request: FastifyRequest,
): Promise<void> {
  const path = (request.url.split('?')[0] ?? '').slice(0, PATH_LENGTH_MAX)
  const entityId = `${request.method} ${request.routeOptions.url ?? ''}`
  await audit(options, request, {
    action: 'access.denied',
    entity: 'route',
    entityId,
    details: { path },
  })
}

const wordSchema = textSchema(200).min(1).optional()
const querySchema = z.strictObject({
  actor: wordSchema.describe('A username, or `system`.'),
  action: wordSchema.describe('E.g. `recording.played`.'),
  entity: wordSchema,
  entityId: wordSchema.describe('Together with `entity`.'),
  from: instantSchema.optional().describe('At or after.'),
  to: instantSchema.optional().describe('Before.'),
  limit: limitSchema,
  cursor: cursorSchema.optional().describe('`nextCursor` of the page before.'),
})
const entrySchema = z.object({
  auditId: z.int(),
  at: timeSchema,
  actor: z.string(),
  action: z.string(),
  entity: z.string(),
  entityId: z.string(),
  ip: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
})

export function auditRoutes(api: Api, options: AppOptions): void {
  const { db, timeZone } = options

  api.get(
    '/audit',
    {
      config: { permission: 'audit.read' },
      schema: {
        tags: ['audit'],
        summary: 'Who looked at or changed what, newest first.',
        querystring: querySchema,
        response: {
          200: z.object({ entries: list(entrySchema), nextCursor: z.string().nullable() }),
          ...FAULTS,
        },
      },
    },
    async ({ query }) => {
      const { limit, cursor } = query
      const page = await listAudit(db, filterOf(query), { limit, after: afterOf(cursor) })
      return {
        entries: page.entries.map((entry) => ({ ...entry, at: isoTime(entry.at, timeZone) })),
        nextCursor: cursorOf(page.next && { at: page.next.at, id: String(page.next.auditId) }),
      }
    },
  )
}

function filterOf(query: z.infer<typeof querySchema>) {
  const { actor, action, entity, entityId, from, to } = query
  return {
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(entity !== undefined && { entity }),
    ...(entityId !== undefined && { entityId }),
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  }
}

function afterOf(cursor: string | undefined) {
  const keys = keysOf(cursor)
  if (keys === undefined) return undefined
  const auditId = Number(keys.id)
  if (!Number.isSafeInteger(auditId))
    throw invalid([{ path: 'query.cursor', message: 'not a cursor' }])
  return { at: keys.at, auditId }
}
