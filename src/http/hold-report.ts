// The report of holds: by agent, queue or hour of the day.
import { z } from 'zod'
import { HOLD_GROUPS, reportHolds } from '../store/hold-report.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS } from './errors.ts'
import { count, instantSchema, list } from './fields.ts'

const rowSchema = z.object({
  key: z.string().nullable().describe('The agent, the queue or the hour, `00` to `23`.'),
  name: z.string().nullable().describe('Of the agent or the queue, where they are still there.'),
  holds: count,
  calls: count.describe('Calls with at least one hold.'),
  holdsPerCall: z.number().nullable(),
  holdMs: count,
  holdMsMax: count,
  exceeded: count,
  exceededShare: z.number().nullable().describe('Above the limit ÷ all.'),
  missingPrompts: count.describe('Without the phrase before it or the one after it.'),
})

export function holdReportRoutes(api: Api, { db, timeZone }: AppOptions): void {
  api.get(
    '/reports/holds',
    {
      config: { permission: 'calls.read' },
      schema: {
        tags: ['reports'],
        summary: 'Holds that began in a stretch of time.',
        querystring: z.strictObject({
          by: z.enum(HOLD_GROUPS),
          from: instantSchema.describe('Begun at or after.'),
          to: instantSchema.describe('Begun before.'),
        }),
        response: { 200: z.object({ rows: list(rowSchema) }), ...FAULTS },
      },
    },
    async ({ query: { by, from, to } }) => {
      const range = { from: Date.parse(from), to: Date.parse(to), timeZone }
      const rows = await reportHolds(db, by, range)
      return {
        rows: rows.map((row) => ({
          ...row,
          holdsPerCall: row.calls === 0 ? null : row.holds / row.calls,
          exceededShare: row.holds === 0 ? null : row.exceeded / row.holds,
        })),
      }
    },
  )
}
