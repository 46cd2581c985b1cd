// The rates of the norms by calendar day: of today from the live fold, of any day from the records. The
// two agree; today's are only quicker.
import { z } from 'zod'
import { isoTime } from '../core/iso-times.ts'
import { definitionOn } from '../core/kpi-definitions.ts'
import { liveHotline } from '../core/live.ts'
import { figures, NO_COUNTS } from '../core/metrics.ts'
import { serviceLevels } from '../core/service-levels.ts'
import { countsOfDay } from '../store/kpi.ts'
import { listDefinitions } from '../store/kpi-definitions.ts'
import { listTargets } from '../store/kpi-targets.ts'
import { listQueues } from '../store/queues.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS } from './errors.ts'
import { daySchema, list, timeSchema } from './fields.ts'
import { serviceLevelsSchema } from './kpi-schemas.ts'
import { figuresSchema } from './live-schemas.ts'

const tags = ['kpi']
const replySchema = z.object({
  day: z.string(),
  at: timeSchema.describe('When this was worked out.'),
  source: z.enum(['live', 'records']),
  total: figuresSchema,
  serviceLevels: serviceLevelsSchema,
  queues: list(
    z.object({
      queueId: z.string(),
      name: z.string().nullable().describe('Null for a queue that was deleted since.'),
      figures: figuresSchema,
    }),
  ),
})

export function kpiRoutes(api: Api, { db, engine, clock, timeZone }: AppOptions): void {
  api.get(
    '/kpi/today',
    {
      config: { permission: 'wallboard.read' },
      schema: {
        tags,
        summary: 'Today so far, in total and by queue.',
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async () => {
      const { at, day, today, queues } = liveHotline(engine.state, clock.now())
      return {
        day,
        at: isoTime(at, timeZone),
        source: 'live' as const,
        total: today,
        serviceLevels: serviceLevels(today.counts),
        queues: queues.map((queue) => ({
          queueId: queue.queueId,
          name: queue.name,
          figures: queue.today,
        })),
      }
    },
  )

  api.get(
    '/kpi',
    {
      config: { permission: 'calls.read' },
      schema: {
        tags,
        summary: 'Any day, from the recorded calls.',
        querystring: z.strictObject({ day: daySchema }),
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ query: { day } }) => {
      const definition = definitionOn(day, await listDefinitions(db))
      const counts = await countsOfDay(db, day, timeZone, definition)
      const total = counts.get('*') ?? NO_COUNTS
      const judge = { day, targets: await listTargets(db) }
      const queues = await listQueues(db)
      const names = new Map<string, string | null>(queues.map((q) => [q.queueId, q.name]))
      for (const queueId of counts.keys()) {
        if (queueId !== '*' && !names.has(queueId)) names.set(queueId, null)
      }
      return {
        day,
        at: isoTime(clock.now(), timeZone),
        source: 'records' as const,
        total: figures(total, judge),
        serviceLevels: serviceLevels(total),
        queues: [...names].map(([queueId, name]) => ({
          queueId,
          name,
          figures: figures(counts.get(queueId) ?? NO_COUNTS, judge),
        })),
      }
    },
  )
}
