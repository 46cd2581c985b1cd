// Which agents' doings of which time a list shows: the same question for requests, events and checks.
import { z } from 'zod'
import { idSchema, instantSchema, limitSchema } from './fields.ts'

const DAY_MS = 86_400_000

export const agentPeriodSchema = z.strictObject({
  from: instantSchema.optional().describe('Left out: a day ago.'),
  to: instantSchema.optional(),
  agentId: idSchema.optional(),
  limit: limitSchema,
})

export function periodOf(query: z.output<typeof agentPeriodSchema>, now: number) {
  const { from, to, agentId, limit } = query
  return {
    from: from === undefined ? now - DAY_MS : Date.parse(from),
    // What happens in this very moment belongs to it.
    to: to === undefined ? now + 1 : Date.parse(to),
    agentId,
    limit,
  }
}
