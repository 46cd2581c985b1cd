// The shapes of figures in replies, for the API's description. They follow core/service-levels.ts and
// core/agent-counts.ts; the compiler refuses a route whose reply does not fit.
import { z } from 'zod'
import type { AgentFigures } from '../core/agent-counts.ts'
import { count } from './fields.ts'

export { figuresSchema } from './live-schemas.ts'

const namedRateSchema = z.object({
  value: z.number().nullable(),
  numerator: count,
  denominator: count,
})
export const serviceLevelsSchema = z
  .object({
    strict: namedRateSchema.describe('Answered in time ÷ offered.'),
    shortAbandonsOut: namedRateSchema.describe('The same without callers who gave up at once.'),
    connectStyle: namedRateSchema.describe('Out of the queue in time, however ÷ queued.'),
    appQueueStyle: namedRateSchema.describe('Answered or abandoned in time ÷ both.'),
    answeredOnly: namedRateSchema.describe('Answered in time ÷ answered.'),
  })
  .describe('What the industry calls service level, by formula; none is a rate of the norms.')

const share = z.number().nullable()
export const agentFiguresSchema = z.object({
  handled: count,
  averageHandleMs: share.describe('(talk + hold + wrap-up) ÷ handled.'),
  averageTalkMs: share,
  averageHoldMs: share,
  averageWrapUpMs: share,
  occupancy: share,
  offers: z.object({
    total: count,
    answered: count,
    late: count,
    missed: count,
    rejected: count,
    unreachable: count,
    callerAbandoned: count,
    answeredElsewhere: count,
    withdrawn: count,
    failed: count,
    answerRate: share,
    averageRingMs: share,
  }),
  holds: count,
  holdsExceeded: count,
  transferred: count,
  readyMs: count,
  ringingMs: count,
  talkMs: count,
  holdMs: count,
  wrapUpMs: count,
  notReadyMs: count,
  notReadyMsByReason: z.record(z.string(), count),
}) satisfies z.ZodType<AgentFigures>
