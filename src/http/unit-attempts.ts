// Attempts to reach departments and what is still owed after those that nobody answered. Ringing
// within a call is noted by itself; an attempt made in another way is entered here.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { RETRY_STATES, retryOf } from '../core/unit-retries.ts'
import {
  attemptsByCall,
  listUnitAttempts,
  recordUnitAttempt,
  type UnitAttemptRow,
} from '../store/unit-attempts.ts'
import { ATTEMPT_RESULTS } from '../store/unit-schema.ts'
import { listUnits } from '../store/units.ts'
import { callerOf } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import {
  callIdSchema,
  count,
  idSchema,
  list,
  numberSchema,
  timeOrNull,
  timeSchema,
} from './fields.ts'

const tags = ['units']
/** A promise to call again is not kept alive for ever. */
const DAYS_MS = 7 * 86_400_000

const attemptSchema = z.object({
  attemptId: z.string(),
  unitId: z.string(),
  callId: z.string().nullable(),
  agentId: z.string().nullable(),
  number: z.string().nullable(),
  startedAt: timeSchema,
  result: z.enum(ATTEMPT_RESULTS).nullable().describe('null while it rings.'),
  endedAt: timeOrNull,
  ringMs: count.nullable(),
  talkMs: count.nullable(),
})
const retrySchema = z.object({
  unitId: z.string(),
  unitName: z.string(),
  callId: z.string(),
  agentId: z.string().nullable().describe('Who tried last.'),
  state: z.enum(RETRY_STATES).describe('given_up: tried again as often as was asked.'),
  unanswered: count,
  lastAttemptAt: timeSchema,
  dueAt: timeOrNull,
})
const newAttemptSchema = z.strictObject({
  unitId: idSchema,
  callId: callIdSchema.nullable().default(null),
  number: numberSchema.nullable().default(null),
  result: z.enum(['answered', 'no_answer', 'busy', 'unreachable']),
})
const attemptsQuerySchema = z.strictObject({
  unitId: idSchema.optional(),
  callId: callIdSchema.optional(),
})
const retriesQuerySchema = z.strictObject({ state: z.enum(RETRY_STATES).optional() })
const retriesReply = z.object({ retries: list(retrySchema) })

export function unitAttemptRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options

  api.post(
    '/unit-attempts',
    {
      config: { permission: 'agent.act' },
      schema: {
        tags,
        summary: 'Enter an attempt that was made outside a call.',
        body: newAttemptSchema,
        response: { 201: attemptSchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const { agentId } = callerOf(request)
      const at = clock.now()
      const attemptId = `hand-${randomUUID()}`
      const attempt = { ...request.body, attemptId, agentId, startedAt: at, endedAt: at }
      const row = resultOf(await recordUnitAttempt(db, attempt))
      return reply.code(201).send(attemptView(row, timeZone))
    },
  )

  api.get(
    '/unit-attempts',
    {
      config: { permission: 'calls.read' },
      schema: {
        tags,
        summary: 'Attempts of the last seven days, oldest first.',
        querystring: attemptsQuerySchema,
        response: { 200: z.object({ attempts: list(attemptSchema) }), ...FAULTS },
      },
    },
    async ({ query }) => {
      const rows = await listUnitAttempts(db, { ...query, from: clock.now() - DAYS_MS })
      return { attempts: rows.map((row) => attemptView(row, timeZone)) }
    },
  )

  api.get(
    '/unit-retries',
    {
      config: { permission: 'calls.read' },
      schema: {
        tags,
        summary:
          'What is owed after attempts that nobody answered; `due` is what was not tried again.',
        querystring: retriesQuerySchema,
        response: { 200: retriesReply, ...FAULTS },
      },
    },
    async ({ query }) => ({ retries: await retries(options, query.state, null) }),
  )

  api.get(
    '/me/agent/unit-retries',
    {
      config: { permission: 'agent.act' },
      schema: {
        tags,
        summary: 'The same for one’s own attempts.',
        querystring: retriesQuerySchema,
        response: { 200: retriesReply, ...FAULTS },
      },
    },
    async (request) => {
      const { agentId } = callerOf(request)
      return { retries: await retries(options, request.query.state, agentId ?? '') }
    },
  )
}

async function retries(
  { db, clock, timeZone }: AppOptions,
  state: (typeof RETRY_STATES)[number] | undefined,
  agentId: string | null,
): Promise<z.infer<typeof retrySchema>[]> {
  const at = clock.now()
  const units = new Map((await listUnits(db)).map((unit) => [unit.unitId, unit]))
  const groups = await attemptsByCall(db, at - DAYS_MS)
  return [...groups.values()].flatMap((attempts) => {
    const last = attempts.at(-1)
    const unit = last === undefined ? undefined : units.get(last.unitId)
    if (last === undefined || last.callId === null || unit === undefined) return []
    const retry = retryOf(attempts, unit.retry, at)
    if (retry === null || (state !== undefined && retry.state !== state)) return []
    if (agentId !== null && last.agentId !== agentId) return []
    return {
      unitId: last.unitId,
      unitName: unit.name,
      callId: last.callId,
      agentId: last.agentId,
      state: retry.state,
      unanswered: retry.unanswered,
      lastAttemptAt: isoTime(retry.lastAttemptAt, timeZone),
      dueAt: isoTimeOrNull(retry.dueAt, timeZone),
    }
  })
}

function attemptView(row: UnitAttemptRow, timeZone: string): z.infer<typeof attemptSchema> {
  return {
    ...row,
    startedAt: isoTime(row.startedAt, timeZone),
    endedAt: isoTimeOrNull(row.endedAt, timeZone),
  }
}
