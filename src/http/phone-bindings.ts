// Where agents' phones are registered at the moment, as the edge last wrote it.
import { z } from 'zod'
import { isBrowser, TRANSPORTS } from '../core/bindings.ts'
import { isoTime } from '../core/iso-times.ts'
import { listBindings } from '../store/phone-bindings.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS } from './errors.ts'
import { list, timeSchema } from './fields.ts'

const replySchema = z.object({
  agentId: z.string(),
  transport: z.enum(TRANSPORTS),
  isBrowser: z.boolean(),
  address: z.string(),
  port: z.int(),
  userAgent: z.string(),
  registeredAt: timeSchema,
  expiresAt: timeSchema,
  latencyMs: z.int().nullable().describe('Of the last keep-alive before it registered anew.'),
})

export function phoneBindingRoutes(api: Api, { db, clock, timeZone }: AppOptions): void {
  api.get(
    '/phone-bindings',
    {
      config: { permission: 'live.read' },
      schema: {
        tags: ['phones'],
        summary: 'Every registered phone.',
        response: { 200: z.object({ phoneBindings: list(replySchema) }), ...FAULTS },
      },
    },
    async () => {
      const bindings = await listBindings(db, clock.now())
      return {
        phoneBindings: bindings.map((binding) => ({
          agentId: binding.agentId,
          transport: binding.transport,
          isBrowser: isBrowser(binding),
          address: binding.address,
          port: binding.port,
          userAgent: binding.userAgent,
          registeredAt: isoTime(binding.registeredAt, timeZone),
          expiresAt: isoTime(binding.expiresAt, timeZone),
          latencyMs: binding.latencyMs,
        })),
      }
    },
  )
}
