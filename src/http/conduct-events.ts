// What the floor itself shows of conduct: absences beyond their limit, seats left
// without leave, and the checks of the shift's beginning.
import { z } from 'zod'
import { CHECK_RESULTS } from '../core/inputs.ts'
import { isoTime } from '../core/iso-times.ts'
import { CONDUCT_TYPES } from '../store/agent-schema.ts'
import { listConductEvents, listSeatChecks } from '../store/conduct-events.ts'
import { agentPeriodSchema, periodOf } from './agent-periods.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS } from './errors.ts'
import { list, timeSchema } from './fields.ts'

const tags = ['agents']
const eventSchema = z.object({
  agentId: z.string(),
  type: z.enum(CONDUCT_TYPES),
  reason: z.string(),
  since: timeSchema,
  at: timeSchema,
  limitMs: z.int().nullable(),
})
const checkSchema = z.object({
  agentId: z.string(),
  at: timeSchema,
  isRegistered: z.boolean(),
  echoCall: z.enum(CHECK_RESULTS),
  microphone: z.enum(CHECK_RESULTS),
  isPassed: z.boolean(),
})

export function conductEventRoutes(api: Api, { db, clock, timeZone }: AppOptions): void {
  api.get(
    '/conduct-events',
    {
      config: { permission: 'conduct.read' },
      schema: {
        tags,
        summary: 'Absences beyond their limit and seats left without leave, newest first.',
        querystring: agentPeriodSchema,
        response: { 200: z.object({ events: list(eventSchema) }), ...FAULTS },
      },
    },
    async ({ query }) => {
      const events = await listConductEvents(db, periodOf(query, clock.now()))
      return {
        events: events.map(({ seq: _, ...one }) => ({
          ...one,
          since: isoTime(one.since, timeZone),
          at: isoTime(one.at, timeZone),
        })),
      }
    },
  )

  api.get(
    '/seat-checks',
    {
      config: { permission: 'conduct.read' },
      schema: {
        tags,
        summary: 'The checks that agents made when their shift began, newest first.',
        querystring: agentPeriodSchema,
        response: { 200: z.object({ checks: list(checkSchema) }), ...FAULTS },
      },
    },
    async ({ query }) => {
      const checks = await listSeatChecks(db, periodOf(query, clock.now()))
      return {
        checks: checks.map(({ seq: _, ...one }) => ({ ...one, at: isoTime(one.at, timeZone) })),
      }
    },
  )
}
