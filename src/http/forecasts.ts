// Forecasts of the days to come over HTTP, with the agents that they ask for and with what such forecasts
// have been wrong by.
import { z } from 'zod'
import { dayOf } from '../core/days.ts'
import { CALENDAR_KINDS, dayAfter } from '../core/forecast.ts'
import { isoTime } from '../core/iso-times.ts'
import { makeForecast } from '../store/forecasts.ts'
import { findQueue } from '../store/queues.ts'
import { calendarDayRoutes } from './calendar-days.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, invalid, notFound } from './errors.ts'
import { daySchema, idSchema, list, timeSchema } from './fields.ts'

const tags = ['forecasts']
const DAYS_MAX = 14

const halfHourSchema = z.object({
  startAt: timeSchema,
  calls: z.number().describe('A mean, not a whole number.'),
  low: z.number().describe('One time in ten fewer come.'),
  high: z.number().describe('One time in ten more come.'),
  agentsErlangC: z.int().nullable().describe('Supposes that callers wait for ever.'),
  agentsErlangA: z.int().nullable().describe('Supposes that callers give up as they do.'),
})
const replySchema = z.object({
  days: list(
    z.object({
      day: z.string(),
      kind: z.enum(CALENDAR_KINDS).nullable().describe('From the calendar.'),
      calls: z.number().nullable().describe('Null: there is too little to go by.'),
      basedOn: list(z.string()).describe('The days that it was taken from, the latest first.'),
      halfHours: list(halfHourSchema).nullable(),
    }),
  ),
  basis: z
    .object({ handleMs: z.number(), patienceMs: z.number(), answerMsMax: z.int() })
    .nullable()
    .describe('Of the last 28 days; null where no call was answered in them.'),
  pastError: z.object({
    days: list(
      z.object({
        day: z.string(),
        forecast: z.number(),
        actual: z.number(),
        error: z.number().describe('Calls by which the half hours were off ÷ calls that came.'),
      }),
    ).describe('As it would have been forecast on the day before, the latest first.'),
    error: z.number().nullable(),
    bias: z.number().nullable().describe('How much more was forecast than came ÷ what came.'),
  }),
})

export function forecastRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options
  calendarDayRoutes(api, options)
  api.get(
    '/kpi/forecast',
    {
      config: { permission: 'calls.read' },
      schema: {
        tags,
        summary: 'Calls of the days to come by half hour, and the agents that they ask for.',
        querystring: z.strictObject({
          from: daySchema.optional().describe('Not before today, which it is if left out.'),
          to: daySchema.optional().describe(`At most ${DAYS_MAX} days; a week if left out.`),
          queueId: idSchema.optional().describe('Left out: the whole hotline.'),
        }),
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ query }) => {
      const today = dayOf(clock.now(), timeZone)
      const from = query.from ?? today
      const to = query.to ?? dayAfter(from, 6)
      if (from < today) throw invalid([{ path: 'query.from', message: 'must not have passed' }])
      if (to < from || to > dayAfter(from, DAYS_MAX - 1)) {
        const message = `must be within ${DAYS_MAX} days from \`from\``
        throw invalid([{ path: 'query.to', message }])
      }
      const { queueId = null } = query
      if (queueId !== null && (await findQueue(db, queueId)) === null)
        throw notFound('No such queue.')
      const forecast = await makeForecast(db, { queueId, today, timeZone, from, to })
      const { days, past, pastError, workload: basis } = forecast
      const { error, bias } = pastError
      return {
        days: days.map(({ day, halfHours, basedOn }) => ({
          day,
          kind: past.calendar.get(day) ?? null,
          calls: halfHours?.reduce((sum, { calls }) => sum + calls, 0) ?? null,
          basedOn,
          halfHours:
            halfHours?.map(({ startAt, endAt: _, ...rest }) => ({
              startAt: isoTime(startAt, timeZone),
              ...rest,
            })) ?? null,
        })),
        basis,
        pastError: { days: pastError.days, error, bias },
      }
    },
  )
}
