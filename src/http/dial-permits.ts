// What agents' phones may dial on their own (R-044): the directory and the shift leader for everybody,
// a callback for one agent and a while.
import { z } from 'zod'
import { DIAL_GROUNDS, type DialPermit } from '../core/class-of-service.ts'
import { isoTimeOrNull } from '../core/iso-times.ts'
import { maskNumber } from '../core/masking.ts'
import { grantDialPermit, listDialPermits, revokeDialPermit } from '../store/dial-permits.ts'
import { callerOf, seesNumbers } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import { idSchema, instantSchema, list, numberSchema, timeOrNull } from './fields.ts'

const tags = ['dial permits']
const newPermitSchema = z.strictObject({
  agentId: idSchema.nullable().describe('null: every agent.'),
  number: numberSchema,
  ground: z.enum(DIAL_GROUNDS),
  expiresAt: instantSchema.nullable().describe('null: until it is taken away.'),
})
const replySchema = z.object({
  permitId: z.int(),
  agentId: z.string().nullable(),
  number: z.string(),
  ground: z.enum(DIAL_GROUNDS),
  grantedBy: z.string(),
  expiresAt: timeOrNull,
})
const paramsSchema = z.object({
  permitId: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31),
})

export function dialPermitRoutes(api: Api, { db, clock, timeZone }: AppOptions): void {
  const viewOf = (permit: DialPermit, isWhole: boolean) => {
    const { permitId, agentId, number, ground, grantedBy, expiresAt } = permit
    // A department's number is nobody's secret; a citizen's who is called back is.
    const shown = isWhole || ground !== 'callback' ? number : maskNumber(number)
    const until = isoTimeOrNull(expiresAt, timeZone)
    return { permitId, agentId, number: shown, ground, grantedBy, expiresAt: until }
  }

  api.get(
    '/dial-permits',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'All permits, expired ones included.',
        response: { 200: z.object({ dialPermits: list(replySchema) }), ...FAULTS },
      },
    },
    async (request) => {
      const isWhole = seesNumbers(request)
      const permits = await listDialPermits(db)
      return { dialPermits: permits.map((permit) => viewOf(permit, isWhole)) }
    },
  )

  api.post(
    '/dial-permits',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Let one agent, or all, dial a number.',
        body: newPermitSchema,
        response: { 201: replySchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const { expiresAt, ...rest } = request.body
      const granted = await grantDialPermit(db, {
        ...rest,
        grantedBy: callerOf(request).username,
        grantedAt: clock.now(),
        expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
      })
      return reply.code(201).send(viewOf(resultOf(granted), true))
    },
  )

  api.delete(
    '/dial-permits/:permitId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Take a permit away.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      resultOf(await revokeDialPermit(db, params.permitId))
      return reply.code(204).send(null)
    },
  )
}
