// Addresses that the edge has banned for guessing or probing, and the way out for one banned by mistake.
import { z } from 'zod'
import { BAN_REASONS } from '../core/bans.ts'
import { isoTime } from '../core/iso-times.ts'
import { liftBan, listBans } from '../store/address-bans.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import { list, timeSchema } from './fields.ts'

const tags = ['bans']
const replySchema = z.object({
  address: z.string(),
  reason: z.enum(BAN_REASONS),
  failures: z.int(),
  bannedAt: timeSchema,
  expiresAt: timeSchema,
  isInForce: z.boolean(),
})
const paramsSchema = z.object({ address: z.union([z.ipv4(), z.ipv6()]) })

export function addressBanRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone, reloadConfig } = options

  api.get(
    '/bans',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'Bans in force and of the last day.',
        response: { 200: z.object({ bans: list(replySchema) }), ...FAULTS },
      },
    },
    async () => {
      const now = clock.now()
      const bans = await listBans(db, now)
      return {
        bans: bans.map((ban) => ({
          ...ban,
          bannedAt: isoTime(ban.bannedAt, timeZone),
          expiresAt: isoTime(ban.expiresAt, timeZone),
          isInForce: ban.expiresAt > now,
        })),
      }
    },
  )

  api.delete(
    '/bans/:address',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Lift a ban.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      resultOf(await liftBan(db, params.address))
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )
}
