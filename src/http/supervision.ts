// A shift leader's own phone on the floor: listening, whispering, joining in, taking over. Every verb
// leaves an entry in the audit log, beside the fact that says what came of it.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { MONITOR_MODES, type SupervisionInput } from '../core/inputs.ts'
import { liveAgent, liveCall } from '../core/live.ts'
import { wireAgent, wireCall } from '../core/live-wire.ts'
import { rejection } from '../core/rejections.ts'
import { callerOf, seesNumbers } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { REFUSALS, refused } from './errors.ts'
import { idSchema } from './fields.ts'
import { liveAgentSchema, liveCallSchema } from './live-schemas.ts'

const tags = ['floor']
const replySchema = z.object({
  agent: liveAgentSchema.describe('The leader’s own seat; `watching` says whom they watch.'),
  call: liveCallSchema
    .nullable()
    .describe('The call that is watched, or that they have taken over.'),
})
const response = { 200: replySchema, ...REFUSALS } as const
const modeSchema = z.strictObject({
  mode: z
    .enum(MONITOR_MODES)
    .describe('`listen`: heard by nobody; `whisper`: by the agent alone; `barge`: by both.'),
})

type Wish = SupervisionInput extends infer I
  ? I extends SupervisionInput
    ? Omit<I, 'at' | 'by' | 'supervisorId'>
    : never
  : never

export function supervisionRoutes(api: Api, options: AppOptions): void {
  const { engine, clock, timeZone } = options

  const act = async (
    request: FastifyRequest,
    wish: Wish,
    action: string,
  ): Promise<z.infer<typeof replySchema>> => {
    const { agentId: supervisorId, username } = callerOf(request)
    if (supervisorId === null) throw refused(rejection('no_seat'))
    const before = liveAgent(engine.state, supervisorId)?.watching
    const input = { ...wish, at: clock.now(), supervisorId, by: username } as SupervisionInput
    const refusal = engine.submit(input)
    if (refusal !== null) throw refused(refusal)
    const agent = liveAgent(engine.state, supervisorId)
    if (agent === null) throw refused(rejection('no_seat'))
    const watching = agent.watching ?? before ?? null
    const callId = watching?.callId ?? agent.callId
    const call = callId === null ? null : liveCall(engine.state, callId)
    await audit(options, request, {
      action,
      entity: 'agent',
      entityId: watching?.agentId ?? supervisorId,
      details: { ...('mode' in wish ? { mode: wish.mode } : {}), callId, supervisorId },
    })
    return {
      agent: wireAgent(agent, timeZone),
      call: call === null ? null : wireCall(call, timeZone, seesNumbers(request)),
    }
  }

  api.post(
    '/floor/agents/:agentId/monitor',
    {
      config: { permission: 'floor.monitor' },
      schema: {
        tags,
        summary:
          'Listen to an agent’s call, or to a supervisor who watches one: rings the leader’s phone, or takes it there at once if it watches already.',
        params: z.object({ agentId: idSchema }),
        body: modeSchema,
        response,
      },
    },
    async (request) => {
      const type = 'supervisor.monitor_requested'
      return act(request, { type, ...request.params, ...request.body }, 'agent.monitored')
    },
  )

  api.post(
    '/floor/monitor/mode',
    {
      config: { permission: 'floor.monitor' },
      schema: { tags, summary: 'Change who hears the leader.', body: modeSchema, response },
    },
    async (request) =>
      act(request, { type: 'supervisor.mode_requested', ...request.body }, 'agent.monitor_changed'),
  )

  api.post(
    '/floor/monitor/end',
    {
      config: { permission: 'floor.monitor' },
      schema: { tags, summary: 'Stop watching; hangs the leader’s phone up.', response },
    },
    async (request) => act(request, { type: 'supervisor.end_requested' }, 'agent.monitor_ended'),
  )

  api.post(
    '/floor/monitor/take-over',
    {
      config: { permission: 'floor.act' },
      schema: {
        tags,
        summary:
          'Take the watched call from its agent. The call is the leader’s when the switch has joined caller and leader.',
        response,
      },
    },
    async (request) =>
      act(request, { type: 'supervisor.take_over_requested' }, 'call.take_over_requested'),
  )
}
