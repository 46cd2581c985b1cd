// Calling citizens back, and dialling at an agent's word: agents see what is open for them, promise and
// dial; shift leaders list, assign, cancel and read what was tried. Every number that is dialled goes
// through the one class of service, and who dialled what, or was refused, is in the audit log.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ATTEMPT_OUTCOMES, CALLBACK_KINDS } from '../core/callback-facts.ts'
import { callbackPermits } from '../core/callbacks.ts'
import { mayDial } from '../core/class-of-service.ts'
import type { CallbackInput } from '../core/inputs.ts'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { liveAgent, liveCall } from '../core/live.ts'
import { wireAgent, wireCall } from '../core/live-wire.ts'
import { maskNumber } from '../core/masking.ts'
import { rejection } from '../core/rejections.ts'
import { CALLBACK_STATUSES } from '../store/callback-schema.ts'
import {
  type CallbackAttemptRow,
  type CallbackRow,
  findCallback,
  listCallbacks,
} from '../store/callbacks.ts'
import { findCall } from '../store/calls.ts'
import { dialPermitsOf } from '../store/dial-permits.ts'
import { callerOf, seesNumbers } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { FAULTS, notFound, REFUSALS, refused } from './errors.ts'
import {
  callIdSchema,
  count,
  cursorSchema,
  idSchema,
  instantSchema,
  limitSchema,
  list,
  numberSchema,
  timeOrNull,
  timeSchema,
} from './fields.ts'
import { liveAgentSchema, liveCallSchema } from './live-schemas.ts'

const tags = ['callbacks']
const callbackIdSchema = z.string().regex(/^cb-[A-Za-z0-9-]{1,60}$/, 'not the id of a callback')
const params = z.object({ callbackId: callbackIdSchema })
const callbackSchema = z.object({
  callbackId: z.string(),
  kind: z.enum(CALLBACK_KINDS),
  status: z.enum(CALLBACK_STATUSES),
  originalCallId: z.string().nullable(),
  from: z.string().describe('The citizen’s number, masked without `pii.read`.'),
  to: z.string().describe('The number that the citizen is shown.'),
  queueId: z.string(),
  queuedAt: timeSchema.describe('The clock that it keeps.'),
  requestedAt: timeSchema,
  requestedBy: z.string().nullable().describe('null: the caller.'),
  dueAt: timeOrNull,
  startAt: timeSchema.describe('When it takes its place in the queue, or is tried again.'),
  attempts: count,
  attemptsMax: count,
  assignedTo: z.string().nullable(),
  callId: z.string().nullable().describe('The call that is, or was last, made for it.'),
  closedAt: timeOrNull,
  closedBy: z.string().nullable(),
})
const attemptSchema = z.object({
  attempt: count,
  callId: z.string(),
  agentId: z.string().nullable(),
  endedAt: timeSchema,
  outcome: z.enum(ATTEMPT_OUTCOMES),
  cause: z.string(),
})
const pageSchema = z.object({ callbacks: list(callbackSchema), nextCursor: z.string().nullable() })
const oneSchema = z.object({ callback: callbackSchema, attempts: list(attemptSchema) })
const mineSchema = z.object({ agent: liveAgentSchema, call: liveCallSchema.nullable() })
const newSchema = z.strictObject({
  number: numberSchema,
  queueId: idSchema,
  originalCallId: callIdSchema.nullable().default(null),
  dueAt: instantSchema.nullable().default(null).describe('null: as the queue’s policy promises.'),
  assignedTo: idSchema.nullable().default(null),
})
const dialSchema = z
  .union([
    z.strictObject({ callbackId: callbackIdSchema }),
    z.strictObject({ number: numberSchema }),
  ])
  .describe('Whom to call: a callback, whose number need not be known, or a number.')

export function callbackRoutes(api: Api, options: AppOptions): void {
  listRoutes(api, options)
  leadersVerbs(api, options)
  waitingCallersRoute(api, options)
  agentsRoutes(api, options)
}

function viewOf(row: CallbackRow, request: FastifyRequest, timeZone: string) {
  const { fromNumber, toNumber, priority: _, ...rest } = row
  return {
    ...rest,
    from: seesNumbers(request) ? fromNumber : maskNumber(fromNumber),
    to: toNumber,
    queuedAt: isoTime(row.queuedAt, timeZone),
    requestedAt: isoTime(row.requestedAt, timeZone),
    dueAt: isoTimeOrNull(row.dueAt, timeZone),
    startAt: isoTime(row.startAt, timeZone),
    closedAt: isoTimeOrNull(row.closedAt, timeZone),
  }
}

function attemptView({ callbackId: _, ...row }: CallbackAttemptRow, timeZone: string) {
  return { ...row, endedAt: isoTime(row.endedAt, timeZone) }
}

function submit({ engine }: AppOptions, input: CallbackInput): void {
  const refusal = engine.submit(input)
  if (refusal !== null) throw refused(refusal)
}

function listRoutes(api: Api, options: AppOptions): void {
  const { db, timeZone } = options

  api.get(
    '/callbacks',
    {
      config: { permission: 'calls.read' },
      schema: {
        tags,
        summary: 'Callbacks, newest first.',
        querystring: z.strictObject({
          status: z.enum(CALLBACK_STATUSES).optional(),
          queueId: idSchema.optional(),
          agentId: idSchema.optional().describe('Assigned to this agent, or to nobody.'),
          limit: limitSchema,
          cursor: cursorSchema.optional(),
        }),
        response: { 200: pageSchema, ...FAULTS },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query
      const keys = keysOf(cursor)
      const after = keys && { requestedAt: keys.at, callbackId: keys.id }
      const { callbacks, next } = await listCallbacks(db, filter, { limit, after })
      return {
        callbacks: callbacks.map((row) => viewOf(row, request, timeZone)),
        nextCursor: cursorOf(next && { at: next.requestedAt, id: next.callbackId }),
      }
    },
  )

  api.get(
    '/callbacks/:callbackId',
    {
      config: { permission: 'calls.read' },
      schema: {
        tags,
        summary: 'One callback and every time that the citizen’s phone was called.',
        params,
        response: { 200: oneSchema, ...FAULTS },
      },
    },
    async (request) => {
      const found = await findCallback(db, request.params.callbackId)
      if (found === null) throw notFound('No such callback.')
      return {
        callback: viewOf(found.callback, request, timeZone),
        attempts: found.attempts.map((row) => attemptView(row, timeZone)),
      }
    },
  )
}

function leadersVerbs(api: Api, options: AppOptions): void {
  const { clock, engine } = options
  const done = { 204: z.null(), ...REFUSALS } as const

  api.post(
    '/callbacks',
    {
      config: { permission: 'floor.act' },
      schema: { tags, summary: 'Have a citizen called.', body: newSchema, response: done },
    },
    async (request, reply) => {
      const { number, originalCallId, dueAt, ...rest } = request.body
      const to = [...engine.state.numbers.values()].find(({ queueId }) => queueId === rest.queueId)
      if (to === undefined) throw refused(rejection('no_hotline_number'))
      submit(options, {
        ...rest,
        type: 'callback.requested',
        at: clock.now(),
        kind: 'follow_up',
        callId: originalCallId,
        from: number,
        to: to.number,
        dueAt: dueAt === null ? null : Date.parse(dueAt),
        requestedBy: callerOf(request).username,
      })
      return reply.code(204).send(null)
    },
  )

  api.post(
    '/callbacks/:callbackId/assign',
    {
      config: { permission: 'floor.act' },
      schema: {
        tags,
        summary: 'Give a callback to one agent, or to everybody with the queue’s skills.',
        params,
        body: z.strictObject({ agentId: idSchema.nullable() }),
        response: done,
      },
    },
    async (request, reply) => {
      const { callbackId } = request.params
      const { agentId: assignedTo } = request.body
      const by = callerOf(request).username
      const at = clock.now()
      submit(options, { type: 'callback.assign_requested', at, callbackId, assignedTo, by })
      const entry = { action: 'callback.assigned', entity: 'callback', entityId: callbackId }
      await audit(options, request, { ...entry, details: { assignedTo } })
      return reply.code(204).send(null)
    },
  )

  api.post(
    '/callbacks/:callbackId/cancel',
    {
      config: { permission: 'floor.act' },
      schema: { tags, summary: 'Nobody is to call back any more.', params, response: done },
    },
    async (request, reply) => {
      const { callbackId } = request.params
      const by = callerOf(request).username
      submit(options, { type: 'callback.cancel_requested', at: clock.now(), callbackId, by })
      const entry = { action: 'callback.cancelled', entity: 'callback', entityId: callbackId }
      await audit(options, request, entry)
      return reply.code(204).send(null)
    },
  )
}

function waitingCallersRoute(api: Api, options: AppOptions): void {
  api.post(
    '/floor/calls/:callId/callback',
    {
      config: { permission: 'floor.act' },
      schema: {
        tags,
        summary: 'Let a waiting caller go, to be called back at the same place.',
        params: z.object({ callId: callIdSchema }),
        response: { 204: z.null(), ...REFUSALS },
      },
    },
    async (request, reply) => {
      const { callId } = request.params
      submit(options, { type: 'callback.wished', at: options.clock.now(), callId, number: null })
      const entry = { action: 'call.callback_taken', entity: 'call', entityId: callId }
      await audit(options, request, entry)
      return reply.code(204).send(null)
    },
  )
}

function agentsRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone, engine } = options
  const permission = 'agent.act'
  const agentIdOf = (request: FastifyRequest): string => {
    const { agentId } = callerOf(request)
    if (agentId === null) throw refused(rejection('unknown_agent'))
    return agentId
  }

  api.get(
    '/me/callbacks',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Open callbacks that one may serve: one’s own, and those given to nobody.',
        response: { 200: z.object({ callbacks: list(callbackSchema) }), ...FAULTS },
      },
    },
    async (request) => {
      const filter = { status: 'open', agentId: agentIdOf(request) } as const
      const { callbacks } = await listCallbacks(db, filter, { limit: 200 })
      return { callbacks: callbacks.map((row) => viewOf(row, request, timeZone)) }
    },
  )

  api.post(
    '/me/callbacks',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Promise the citizen of one’s present or last call a quick callback (R-018).',
        body: z.strictObject({
          dueAt: instantSchema.nullable().default(null),
          isMine: z.boolean().default(true).describe('false: any agent of the queue may call.'),
        }),
        response: { 204: z.null(), ...REFUSALS },
      },
    },
    async (request, reply) => {
      const agentId = agentIdOf(request)
      const callId = liveAgent(engine.state, agentId)?.callId ?? null
      if (callId === null) throw refused(rejection('not_on_call'))
      const citizen = engine.state.calls.get(callId) ?? (await recorded(options, callId))
      if (citizen === null || citizen.queueId === null) throw refused(rejection('not_on_call'))
      const { dueAt, isMine } = request.body
      submit(options, {
        type: 'callback.requested',
        at: clock.now(),
        kind: 'quick',
        callId,
        from: citizen.from,
        to: citizen.to,
        queueId: citizen.queueId,
        dueAt: dueAt === null ? null : Date.parse(dueAt),
        requestedBy: callerOf(request).username,
        assignedTo: isMine ? agentId : null,
      })
      return reply.code(204).send(null)
    },
  )

  api.post(
    '/me/agent/dial',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Call a citizen or a department; one’s own phone rings first.',
        body: dialSchema,
        response: { 200: mineSchema, ...REFUSALS },
      },
    },
    async (request) => {
      const agentId = agentIdOf(request)
      await dial(options, request, agentId)
      const agent = liveAgent(engine.state, agentId)
      if (agent === null) throw refused(rejection('unknown_agent'))
      const call = agent.callId === null ? null : liveCall(engine.state, agent.callId)
      return {
        agent: wireAgent(agent, timeZone),
        call: call === null ? null : wireCall(call, timeZone, seesNumbers(request)),
      }
    },
  )
}

/** The same check as for what the phone itself dials; a refusal is written down, whoever tried. */
async function dial(
  options: AppOptions,
  request: FastifyRequest<{ Body: z.infer<typeof dialSchema> }>,
  agentId: string,
): Promise<void> {
  const { db, engine, clock } = options
  const { body } = request
  const callbackId = 'callbackId' in body ? body.callbackId : null
  const known = callbackId === null ? undefined : engine.state.callbacks.get(callbackId)
  if (callbackId !== null && known === undefined) throw refused(rejection('unknown_callback'))
  const number = 'number' in body ? body.number : (known?.from ?? '')
  const at = clock.now()
  const permits = [...callbackPermits(engine.state, agentId), ...(await dialPermitsOf(db, agentId))]
  const verdict = mayDial({ agentId, dialled: number, at }, permits)
  const entity = { entity: 'number', entityId: maskNumber(number) }
  if (!verdict.isAllowed) {
    const details = { code: verdict.code }
    await audit(options, request, { ...entity, action: 'dial.refused', details })
    throw refused(rejection(verdict.code))
  }
  const { ground } = verdict.permit
  const { consoleId } = callerOf(request)
  const wish = { at, agentId, number, ground, callbackId, consoleId }
  submit(options, { type: 'agent.dial_requested', ...wish })
  await audit(options, request, { ...entity, action: 'dial.placed', details: { ground } })
}

async function recorded({ db }: AppOptions, callId: string) {
  const found = await findCall(db, callId)
  if (found === null) return null
  const { fromNumber, toNumber, queueId } = found.call
  return { from: fromNumber, to: toNumber, queueId }
}
