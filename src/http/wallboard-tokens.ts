// Keys for screens on walls: made, listed and revoked here, used by the page at `/wallboard?token=…` and by
// the push namespace of the wallboards. The token itself is shown once.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import {
  createWallboardToken,
  listWallboardTokens,
  revokeWallboardToken,
  type WallboardToken,
} from '../store/wallboard-tokens.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import { idSchema, list, nameSchema, timeOrNull, timeSchema } from './fields.ts'

const tags = ['wallboard-tokens']
const QUEUES_MAX = 200
const queueIdsSchema = z
  .array(idSchema)
  .min(1)
  .max(QUEUES_MAX)
  .refine((ids) => new Set(ids).size === ids.length, 'each queue once')
  .nullable()
  .describe('The queues that are shown; null: the whole hotline.')
const replySchema = z.object({
  tokenId: z.int(),
  name: z.string(),
  queueIds: list(z.string()).nullable(),
  createdBy: z.string(),
  createdAt: timeSchema,
  revokedBy: z.string().nullable(),
  revokedAt: timeOrNull,
})
const paramsSchema = z.object({ tokenId: z.coerce.number().int().min(1).max(1e15) })

export function wallboardTokenRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options
  const viewOf = (token: WallboardToken) => ({
    ...token,
    createdAt: isoTime(token.createdAt, timeZone),
    revokedAt: isoTimeOrNull(token.revokedAt, timeZone),
  })

  api.get(
    '/wallboard-tokens',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'Tokens of wallboards, the revoked ones too. The tokens themselves are not kept.',
        response: { 200: z.object({ tokens: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ tokens: (await listWallboardTokens(db)).map(viewOf) }),
  )

  api.post(
    '/wallboard-tokens',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Make a token for a screen on a wall. Only this reply shows it.',
        description:
          'Open `/wallboard?token=…` on the screen; it needs no sign-in and can only look.',
        body: z.strictObject({ name: nameSchema, queueIds: queueIdsSchema }),
        response: { 201: replySchema.extend({ token: z.string() }), ...FAULTS },
      },
    },
    async (request, reply) => {
      const token = randomBytes(32).toString('base64url')
      const { username: createdBy } = callerOf(request)
      const made = await db.transaction(async (tx) => {
        const createdAt = clock.now()
        const asked = { ...request.body, token, createdBy, createdAt }
        const row = resultOf(await createWallboardToken(tx, asked))
        await audit(options, request, entryOf('created', row), tx)
        return row
      })
      return reply.code(201).send({ ...viewOf(made), token })
    },
  )

  api.delete(
    '/wallboard-tokens/:tokenId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Revoke a token. Screens that use it are cut off within seconds.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const { username: by } = callerOf(request)
      await db.transaction(async (tx) => {
        const revoked = { by, at: clock.now() }
        const row = resultOf(await revokeWallboardToken(tx, request.params.tokenId, revoked))
        await audit(options, request, entryOf('revoked', row), tx)
      })
      return reply.code(204).send(null)
    },
  )
}

function entryOf(verb: 'created' | 'revoked', { tokenId, name, queueIds }: WallboardToken) {
  const entity = 'wallboard_token'
  const details = { name, queueIds: queueIds?.join(' ') ?? null }
  return { action: `${entity}.${verb}`, entity, entityId: String(tokenId), details }
}
