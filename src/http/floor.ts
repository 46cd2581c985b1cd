// The shift leader's verbs on waiting calls and on agents. Every verb leaves an entry in the audit log,
// beside the fact that says what came of it.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { FloorInput } from '../core/floor-inputs.ts'
import { liveAgent, liveCall } from '../core/live.ts'
import { wireAgent, wireCall } from '../core/live-wire.ts'
import { rejection } from '../core/rejections.ts'
import { findAgent, updateAgent } from '../store/agents.ts'
import { callerOf, seesNumbers } from './access.ts'
import { changedBy } from './agents.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { notFound, REFUSALS, refused, resultOf } from './errors.ts'
import { callIdSchema, idSchema, textSchema } from './fields.ts'
import { liveAgentSchema, liveCallSchema } from './live-schemas.ts'
import { languagesSchema, skillLevelsSchema } from './routing-schemas.ts'

const tags = ['floor']
const config = { permission: 'floor.act' } as const
const callParams = z.object({ callId: callIdSchema })
const agentParams = z.object({ agentId: idSchema })
const callReply = { 200: z.object({ call: liveCallSchema.nullable() }), ...REFUSALS } as const
const agentReply = { 200: z.object({ agent: liveAgentSchema }), ...REFUSALS } as const
const noteSchema = textSchema(200)
  .default('')
  .describe('Why; kept with the fact and in the audit log.')

const reassignSchema = z
  .strictObject({
    queueId: idSchema.optional(),
    priority: z.int().min(-1_000).max(1_000).optional(),
    position: z.int().min(1).max(100_000).optional().describe('Within the queue, from 1.'),
  })
  .refine((body) => Object.keys(body).length > 0, { message: 'nothing to change' })

const stateSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('ready'), note: noteSchema }),
  z.strictObject({
    state: z.literal('not_ready'),
    reason: idSchema.describe('One of `/not-ready-reasons`.'),
    note: noteSchema,
  }),
])

const reskillSchema = z.strictObject({
  skills: z.array(idSchema).max(50),
  skillLevels: skillLevelsSchema.optional(),
  languages: languagesSchema.optional(),
  note: noteSchema,
})

/** What a route says of its verb; the rest is in the address, the clock and the session. */
type Wish<I, Given extends string> = I extends FloorInput ? Omit<I, 'at' | 'by' | Given> : never
type CallWish = Wish<Extract<FloorInput, { callId: string }>, 'callId'>
type AgentWish = Wish<Exclude<FloorInput, { callId: string }>, 'agentId'>

export function floorRoutes(api: Api, options: AppOptions): void {
  callVerbs(api, options)
  agentVerbs(api, options)
}

function callVerbs(api: Api, options: AppOptions): void {
  const { engine, clock, timeZone } = options
  const act = async (
    request: FastifyRequest<{ Params: { callId: string } }>,
    wish: CallWish,
    action: string,
  ) => {
    const { callId } = request.params
    const input = { ...wish, callId, at: clock.now(), by: callerOf(request).username } as FloorInput
    const refusal = engine.submit(input)
    if (refusal !== null) throw refused(refusal)
    const { type: _type, ...details } = wish
    await audit(options, request, { action, entity: 'call', entityId: callId, details })
    const call = liveCall(engine.state, callId)
    return { call: call === null ? null : wireCall(call, timeZone, seesNumbers(request)) }
  }

  api.post(
    '/floor/calls/:callId/reassign',
    {
      config,
      schema: {
        tags,
        summary: 'Give a waiting call another queue, priority or place; its clock stands.',
        params: callParams,
        body: reassignSchema,
        response: callReply,
      },
    },
    async (request) => {
      const { queueId = null, priority = null, position = null } = request.body
      const type = 'floor.reassign_requested'
      return act(request, { type, queueId, priority, position }, 'call.reassigned')
    },
  )

  api.post(
    '/floor/calls/:callId/move',
    {
      config,
      schema: {
        tags,
        summary: 'Ring a waiting or ringing call at an agent of choice, whatever their skills.',
        params: callParams,
        body: z.strictObject({ agentId: idSchema }),
        response: callReply,
      },
    },
    async (request) =>
      act(request, { type: 'floor.move_requested', ...request.body }, 'call.moved'),
  )

  api.post(
    '/floor/calls/:callId/release',
    {
      config,
      schema: {
        tags,
        summary: 'Hang a call up.',
        params: callParams,
        body: z.strictObject({ note: noteSchema }),
        response: callReply,
      },
    },
    async (request) =>
      act(request, { type: 'floor.release_requested', ...request.body }, 'call.released'),
  )
}

function agentVerbs(api: Api, options: AppOptions): void {
  const { db, engine, clock, timeZone, reloadConfig } = options
  const act = async (
    request: FastifyRequest<{ Params: { agentId: string } }>,
    wish: AgentWish,
    action: string,
  ) => {
    const { agentId } = request.params
    const input = { ...wish, agentId, at: clock.now(), by: callerOf(request).username }
    const refusal = engine.submit(input as FloorInput)
    if (refusal !== null) throw refused(refusal)
    const { type: _type, ...details } = wish
    await audit(options, request, { action, entity: 'agent', entityId: agentId, details })
    const agent = liveAgent(engine.state, agentId)
    if (agent === null) throw refused(rejection('unknown_agent'))
    return { agent: wireAgent(agent, timeZone) }
  }

  api.post(
    '/floor/agents/:agentId/state',
    {
      config,
      schema: {
        tags,
        summary:
          'Set an agent ready or not ready. A ring is withdrawn; one who talks is not touched.',
        params: agentParams,
        body: stateSchema,
        response: agentReply,
      },
    },
    async (request) => {
      const { body } = request
      const { note } = body
      const wish: AgentWish =
        body.state === 'ready'
          ? { type: 'floor.ready_requested', note }
          : { type: 'floor.not_ready_requested', reason: body.reason, note }
      return act(request, wish, 'agent.state_forced')
    },
  )

  api.post(
    '/floor/agents/:agentId/sign-out',
    {
      config,
      schema: {
        tags,
        summary: 'Sign an agent out.',
        params: agentParams,
        body: z.strictObject({ note: noteSchema }),
        response: agentReply,
      },
    },
    async (request) =>
      act(request, { type: 'floor.sign_out_requested', ...request.body }, 'agent.signed_out'),
  )

  api.post(
    '/floor/agents/:agentId/skills',
    {
      config,
      schema: {
        tags,
        summary: 'Change an agent’s skills; routing goes by them at once.',
        params: agentParams,
        body: reskillSchema,
        response: agentReply,
      },
    },
    async (request) => {
      const { note, ...change } = request.body
      const before = await findAgent(db, request.params.agentId)
      if (before === null) throw notFound('No such agent.')
      resultOf(await updateAgent(db, changedBy(before, change)))
      await reloadConfig()
      const { skills } = change
      const type = 'floor.reskill_requested'
      return act(request, { type, skills, note }, 'agent.reskilled')
    },
  )
}
