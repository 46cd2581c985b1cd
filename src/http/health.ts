// For whatever looks after the process: is it alive, and can it do its work.
import { z } from 'zod'
import type { Api, AppOptions } from './context.ts'
import { ApiError, errorSchema, FAULTS } from './errors.ts'
import { list } from './fields.ts'

const tags = ['operation']

export function healthRoutes(app: Api, { health }: AppOptions): void {
  app.get(
    '/health/live',
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: 'The process answers.',
        response: { 200: z.object({ status: z.literal('live') }), ...FAULTS },
      },
    },
    async () => ({ status: 'live' as const }),
  )

  app.get(
    '/health/ready',
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: 'Everything it needs is there; 503 with what is not.',
        response: {
          200: z.object({ status: z.literal('ready'), checks: list(z.string()) }),
          ...FAULTS,
          503: errorSchema,
        },
      },
    },
    async () => {
      const checks = await health()
      const faults = checks
        .filter(({ isUp }) => !isUp)
        .map(({ name, reason }) => ({ path: name, message: reason ?? 'Not there.' }))
      if (faults.length > 0) throw new ApiError(503, 'not_ready', 'Not ready.', faults)
      return { status: 'ready' as const, checks: checks.map(({ name }) => name) }
    },
  )
}
