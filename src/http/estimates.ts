// How good the estimates of waits were, day by day: of the ranges that promise four callers out of five,
// how many kept the promise.
import { z } from 'zod'
import { MISS_SHARE } from '../core/estimates.ts'
import { type EstimateErrors, estimateErrors } from '../store/estimates.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, invalid } from './errors.ts'
import { count, daySchema, list } from './fields.ts'

const DAY_MS = 86_400_000
const DAYS_MAX = 100
/** The share that should be right, and how far from it is still honest. */
const TARGET = { share: 1 - 2 * MISS_SHARE, tolerance: 0.05 }

const rowSchema = z.object({
  day: z.string(),
  queueId: z.string().describe('`*`: the whole hotline.'),
  made: count,
  said: count.describe('Told to the caller.'),
  answered: count.describe('Their truth is known.'),
  within: count,
  sooner: count.describe('Answered before the range.'),
  later: count.describe('Answered after the range.'),
  coverage: z.number().nullable().describe('within ÷ answered'),
  met: z.boolean().nullable().describe('Coverage is between 75 and 85 %.'),
  meanErrorMs: z.number().nullable().describe('Mean of truth − likely.'),
  meanAbsoluteErrorMs: z.number().nullable(),
  meanRangeMs: z.number().nullable(),
})

export function estimateRoutes(api: Api, { db, timeZone }: AppOptions): void {
  api.get(
    '/estimates/errors',
    {
      config: { permission: 'wallboard.read' },
      schema: {
        tags: ['estimates'],
        summary: 'Estimates of waits against what came true, by day and queue.',
        querystring: z.strictObject({
          from: daySchema,
          to: daySchema.describe('Included; 100 days at most.'),
        }),
        response: { 200: z.object({ days: list(rowSchema) }), ...FAULTS },
      },
    },
    async ({ query: { from, to } }) => {
      const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1
      if (days < 1 || days > DAYS_MAX) {
        throw invalid([{ path: 'query.to', message: `1 to ${DAYS_MAX} days from \`from\` on` }])
      }
      return { days: (await estimateErrors(db, { from, to, timeZone })).map(withCoverage) }
    },
  )
}

function withCoverage(row: EstimateErrors) {
  const coverage = row.answered === 0 ? null : row.within / row.answered
  const met = coverage === null ? null : Math.abs(coverage - TARGET.share) <= TARGET.tolerance
  return { ...row, coverage, met }
}
