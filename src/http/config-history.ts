// The history of the configuration over HTTP. Whatever a request changes is noted before it is answered,
// and in the audit log where its route has not done so. A change is rolled back through the same doors by
// which people make one, so everything that is checked then is checked now.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  CONFIG_ENTITIES,
  CONFIG_VERBS,
  type ConfigEntity,
  fieldChanges,
} from '../core/config-history.ts'
import { isoTime } from '../core/iso-times.ts'
import { isAllowed } from '../core/permissions.ts'
import {
  type ConfigVersion,
  findConfigVersion,
  latestVersion,
  listConfigVersions,
  noteConfigChanges,
} from '../store/config-history.ts'
import { reasonOf } from '../store/sql-errors.ts'
import { type Access, callerOf } from './access.ts'
import { audit } from './audit.ts'
import { entityBehind, isAuditedByRoute, rollBackOf } from './config-doors.ts'
import type { Api, AppOptions } from './context.ts'
import { ApiError, type errorReply, FAULTS, notFound } from './errors.ts'
import { instantSchema, limitSchema, list, textSchema, timeSchema } from './fields.ts'

const tags = ['config-history']
const versionIdSchema = z.coerce
  .number()
  .int()
  .positive()
  .max(2 ** 52)
/** Not `z.json()`: what refers to itself has no place in our OpenAPI document. */
const jsonSchema = z.unknown().describe('Any JSON.')
const versionSchema = z.object({
  versionId: z.int(),
  at: timeSchema,
  by: z.string(),
  entity: z.enum(CONFIG_ENTITIES),
  entityId: z.string(),
  verb: z.enum(CONFIG_VERBS),
  latestVersionId: z.int().describe('Of the entry; another one: it has been changed since.'),
  changes: list(z.object({ field: z.string(), before: jsonSchema, after: jsonSchema })),
})

export function configHistoryRoutes(api: Api, options: AppOptions): void {
  noteChanges(api, options)
  listRoute(api, options)
  previewRoute(api, options)
  rollBackRoute(api, options)
}

/** What was changed behind our back is noted first, so that it is not taken for this caller's doing. */
function noteChanges(api: Api, options: AppOptions): void {
  const { db, clock, log } = options
  const turns = new Turns()
  const note = async (entity: ConfigEntity, by: string | null) => {
    try {
      return await noteConfigChanges(db, entity, { by, at: clock.now() })
    } catch (cause) {
      // The change itself is made or refused by its route; the next look notes what this one could not.
      log.error({ entity, reason: reasonOf(cause) }, 'the configuration’s history has a gap')
      return []
    }
  }
  api.addHook('preHandler', async (request) => {
    const entity = entityChangedBy(request)
    if (entity === null) return
    await turns.begin(entity, request)
    await note(entity, null)
  })
  api.addHook('onSend', async (request, reply, payload) => {
    const entity = entityChangedBy(request)
    if (entity === null) return payload
    try {
      if (reply.statusCode >= 300 || request.signedIn === null) return payload
      const versions = await note(entity, request.signedIn.username)
      if (!isAuditedByRoute(entity, request.routeOptions.url ?? '')) {
        await auditChange(options, request, { entity, versions })
      }
      return payload
    } finally {
      turns.end(request)
    }
  })
}

/** One change of a kind at a time, or one caller's would be noted as another's. */
class Turns {
  readonly #last = new Map<ConfigEntity, Promise<void>>()
  readonly #ends = new WeakMap<FastifyRequest, () => void>()

  async begin(entity: ConfigEntity, request: FastifyRequest): Promise<void> {
    const before = this.#last.get(entity)
    const mine = new Promise<void>((resolve) => this.#ends.set(request, resolve))
    this.#last.set(entity, mine)
    await before
  }

  /** Does nothing where none has begun, as for a request that was refused at once. */
  end(request: FastifyRequest): void {
    this.#ends.get(request)?.()
  }
}

const CHANGING: readonly (Access | undefined)[] = ['config.write', 'users.write', 'floor.act']

function entityChangedBy({ method, routeOptions }: FastifyRequest): ConfigEntity | null {
  if (method === 'GET' || method === 'HEAD') return null
  if (!CHANGING.includes(routeOptions.config.permission)) return null
  return entityBehind(routeOptions.url ?? '')
}

/** A new password changes nothing that is shown, and is noted all the same. */
async function auditChange(
  options: AppOptions,
  request: FastifyRequest,
  { entity, versions }: { entity: ConfigEntity; versions: readonly ConfigVersion[] },
): Promise<void> {
  const route = `${request.method} ${request.routeOptions.url ?? ''}`
  if (versions.length === 0) {
    const [entityId = ''] = Object.values(request.params as Record<string, unknown>).map(String)
    const fields = Object.keys((request.body as object | null) ?? {})
    await audit(options, request, {
      action: `${entity}.changed`,
      entity,
      entityId,
      details: { route, fields },
    })
  }
  for (const { entityId, verb, before, after } of versions) {
    const fields = verb === 'changed' ? fieldChanges(before, after).map(({ field }) => field) : []
    await audit(options, request, {
      action: `${entity}.${verb}`,
      entity,
      entityId,
      details: { route, fields },
    })
  }
}

function listRoute(api: Api, { db, timeZone }: AppOptions): void {
  api.get(
    '/config-history',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'Changes of the configuration, newest first. Users are for those who keep them.',
        querystring: z.strictObject({
          entity: z.enum(CONFIG_ENTITIES).optional(),
          entityId: textSchema(200).min(1).optional().describe('Together with `entity`.'),
          by: textSchema(200).min(1).optional().describe('A username.'),
          from: instantSchema.optional().describe('At or after.'),
          to: instantSchema.optional().describe('Before.'),
          limit: limitSchema,
          cursor: versionIdSchema.optional().describe('`nextCursor` of the page before.'),
        }),
        response: {
          200: z.object({ versions: list(versionSchema), nextCursor: z.string().nullable() }),
          ...FAULTS,
        },
      },
    },
    async (request) => {
      const { from, to, limit, cursor, entity, entityId, by } = request.query
      const page = await listConfigVersions(
        db,
        {
          ...(entity !== undefined && { entity }),
          ...(entityId !== undefined && { entityId }),
          ...(by !== undefined && { by }),
          ...(from !== undefined && { from: Date.parse(from) }),
          ...(to !== undefined && { to: Date.parse(to) }),
          seesUsers: isAllowed(callerOf(request).role, 'users.write'),
        },
        { limit, before: cursor },
      )
      return {
        versions: page.versions.map(({ before, after, at, ...rest }) => ({
          ...rest,
          at: isoTime(at, timeZone),
          changes: fieldChanges(before, after),
        })),
        nextCursor: page.next === null ? null : String(page.next),
      }
    },
  )
}

/** How to bring the entry back to what it was before the version; throws where there is no way. */
async function wayBack({ db, clock }: AppOptions, request: FastifyRequest, versionId: number) {
  const version = await findConfigVersion(db, versionId)
  if (version === null || version.verb === 'found') throw notFound('No such change.')
  const { entity, before } = version
  if (entity === 'user' && !isAllowed(callerOf(request).role, 'users.write'))
    throw new ApiError(403, 'forbidden', 'Your role does not allow this.')
  await noteConfigChanges(db, entity, { by: null, at: clock.now() })
  const latest = (await latestVersion(db, version)) ?? version
  const door = await rollBackOf(db, version, latest.after)
  return { before, door, latestVersionId: latest.versionId, now: latest.after }
}

const NO_WAY = ['cannot_roll_back', 'The entry is so already, or has no way back.'] as const

function previewRoute(api: Api, options: AppOptions): void {
  api.get(
    '/config-history/:versionId/roll-back',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'What bringing an entry back to how it was before a change would change now.',
        params: z.object({ versionId: versionIdSchema }),
        response: {
          200: versionSchema.pick({ latestVersionId: true, changes: true }),
          ...FAULTS,
        },
      },
    },
    async (request) => {
      const way = await wayBack(options, request, request.params.versionId)
      if (way.door === null) throw new ApiError(409, ...NO_WAY)
      return {
        latestVersionId: way.latestVersionId,
        changes: fieldChanges(way.now, way.before),
      }
    },
  )
}

function rollBackRoute(api: Api, options: AppOptions): void {
  api.post(
    '/config-history/:versionId/roll-back',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary:
          'Bring an entry back to how it was before a change. Checked as any change, and itself one.',
        params: z.object({ versionId: versionIdSchema }),
        body: z.strictObject({
          latestVersionId: versionIdSchema.describe(
            'The latest version of the entry that the caller has seen; later changes go with it.',
          ),
        }),
        response: {
          200: z.object({
            rolledBackTo: jsonSchema,
            password: z
              .string()
              .nullable()
              .describe('New, of a trunk that signs in and is there again; shown this once.'),
          }),
          ...FAULTS,
        },
      },
    },
    async (request) => {
      const { params, body, ip } = request
      const way = await wayBack(options, request, params.versionId)
      if (way.latestVersionId !== body.latestVersionId)
        throw new ApiError(409, 'changed_since', 'The entry has been changed since; look again.')
      if (way.door === null) throw new ApiError(409, ...NO_WAY)
      const { cookie = '', host = '' } = request.headers
      const answer = await api.inject({
        ...way.door,
        url: `/api/v1${way.door.url}`,
        remoteAddress: ip,
        headers: { cookie, host },
      })
      if (answer.statusCode < 300) {
        const password = answer.statusCode === 201 ? (answer.json().password ?? null) : null
        return { rolledBackTo: way.before, password }
      }
      const { error } = answer.json<ReturnType<typeof errorReply>>()
      const status = answer.statusCode === 400 ? 409 : answer.statusCode
      throw new ApiError(status, error.code, error.message, error.details)
    },
  )
}
