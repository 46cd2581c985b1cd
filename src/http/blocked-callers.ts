// Nuisance callers who are turned away before anybody's phone rings. Whoever blocks one is on record as
// having approved it.
import { z } from 'zod'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { maskNumber } from '../core/masking.ts'
import { plainNumber } from '../core/sip-names.ts'
import {
  type Block,
  blockCaller,
  listBlockedCallers,
  unblockCaller,
} from '../store/blocked-callers.ts'
import { callerOf, seesNumbers } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import { instantSchema, list, numberSchema, textSchema, timeOrNull, timeSchema } from './fields.ts'

const tags = ['blocked callers']
const newBlockSchema = z.strictObject({
  number: numberSchema,
  reason: textSchema(500).min(1),
  expiresAt: instantSchema.nullable().describe('null: until it is lifted.'),
})
const replySchema = z.object({
  number: z.string(),
  reason: z.string(),
  approvedBy: z.string(),
  blockedAt: timeSchema,
  expiresAt: timeOrNull,
})
const paramsSchema = z.object({ number: numberSchema })

export function blockedCallerRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone, reloadConfig } = options
  const viewOf = (block: Block, isWhole: boolean) => ({
    ...block,
    number: isWhole ? block.number : maskNumber(block.number),
    blockedAt: isoTime(block.blockedAt, timeZone),
    expiresAt: isoTimeOrNull(block.expiresAt, timeZone),
  })

  api.get(
    '/blocked-callers',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'All blocked callers, expired blocks included.',
        response: { 200: z.object({ blockedCallers: list(replySchema) }), ...FAULTS },
      },
    },
    async (request) => {
      const isWhole = seesNumbers(request)
      const blocks = await listBlockedCallers(db)
      return { blockedCallers: blocks.map((block) => viewOf(block, isWhole)) }
    },
  )

  api.post(
    '/blocked-callers',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Block a caller, or renew the block.',
        body: newBlockSchema,
        response: { 201: replySchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const { number, reason, expiresAt } = request.body
      const block = await blockCaller(db, {
        number: plainNumber(number),
        reason,
        approvedBy: callerOf(request).username,
        blockedAt: clock.now(),
        expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
      })
      await reloadConfig()
      return reply.code(201).send(viewOf(block, true))
    },
  )

  api.delete(
    '/blocked-callers/:number',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Lift a block.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      resultOf(await unblockCaller(db, plainNumber(params.number)))
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )
}
