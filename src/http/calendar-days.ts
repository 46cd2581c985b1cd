// Days that are not what their weekday says: holidays, weekend days that are worked, events. Forecasts look
// for days like them.
import { z } from 'zod'
import { CALENDAR_KINDS } from '../core/forecast.ts'
import { deleteCalendarDay, listCalendarDays, saveCalendarDay } from '../store/calendar-days.ts'
import { adviseToday } from './advice.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, notFound } from './errors.ts'
import { daySchema, list, nameSchema } from './fields.ts'

const tags = ['forecasts']
const bodySchema = z.strictObject({
  kind: z
    .enum(CALENDAR_KINDS)
    .describe('`workday`: a weekend day that is worked; `event`: like no other day.'),
  name: nameSchema,
})
const replySchema = z.object({ day: z.string(), ...bodySchema.shape })
const paramsSchema = z.object({ day: daySchema })

export function calendarDayRoutes(api: Api, options: AppOptions): void {
  const { db } = options

  api.get(
    '/calendar-days',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'Days that are not what their weekday says, by date.',
        response: { 200: z.object({ days: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ days: await listCalendarDays(db) }),
  )

  api.put(
    '/calendar-days/:day',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Say what a day is. Forecasts follow at once.',
        params: paramsSchema,
        body: bodySchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params: { day }, body }) => {
      await saveCalendarDay(db, { day, ...body })
      await adviseToday(options)
      return { day, ...body }
    },
  )

  api.delete(
    '/calendar-days/:day',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Let the day be what its weekday says.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params: { day } }, reply) => {
      if (!(await deleteCalendarDay(db, day))) throw notFound()
      await adviseToday(options)
      return reply.code(204).send(null)
    },
  )
}
