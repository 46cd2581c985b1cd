// What an agent does at the console: each request becomes one input of the core, and its refusal the
// answer. Only one's own agent can be acted for.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type AgentInput, DISPOSITIONS, NOT_READY_REASONS } from '../core/inputs.ts'
import { liveAgent, liveCall } from '../core/live.ts'
import { wireAgent, wireCall } from '../core/live-wire.ts'
import { rejection } from '../core/rejections.ts'
import { callerOf, seesNumbers } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, refused } from './errors.ts'
import { holdRoutes } from './hold.ts'
import { myAgentSchema } from './live-schemas.ts'

const tags = ['my agent']
const permission = 'agent.act'
const response = { 200: myAgentSchema, ...FAULTS } as const

/** Requests that say nothing but themselves. */
const PLAIN = {
  'sign-in': ['agent.sign_in_requested', 'Sign in; not ready at first.'],
  'sign-out': ['agent.sign_out_requested', 'Sign out.'],
  ready: ['agent.ready_requested', 'Take calls from now on; the phone must be registered.'],
  retrieve: ['agent.retrieve_requested', 'Take the caller back from hold.'],
  'hang-up': ['agent.hang_up_requested', 'End the call.'],
} as const

const notReadySchema = z.strictObject({ reason: z.enum(NOT_READY_REASONS) })
const wrapUpDoneSchema = z.strictObject({
  disposition: z.enum(DISPOSITIONS),
  summary: z
    .string()
    .trim()
    .max(4_000)
    // Lines are welcome here, other control characters are not.
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, 'no control characters')
    .default(''),
})

export function myAgentRoutes(api: Api, { engine, clock, timeZone }: AppOptions): void {
  const viewOf = (request: FastifyRequest): z.infer<typeof myAgentSchema> => {
    const agent = liveAgent(engine.state, agentIdOf(request))
    if (agent === null) throw refused(rejection('unknown_agent'))
    const call = agent.callId === null ? null : liveCall(engine.state, agent.callId)
    return {
      agent: wireAgent(agent, timeZone),
      call: call === null ? null : wireCall(call, timeZone, seesNumbers(request)),
    }
  }
  const submit = (request: FastifyRequest, input: AgentInput) => {
    const refusal = engine.submit(input)
    if (refusal !== null) throw refused(refusal)
    return viewOf(request)
  }

  api.get(
    '/me/agent',
    {
      config: { permission },
      schema: { tags, summary: 'One’s own agent and the call they are on.', response },
    },
    async (request) => viewOf(request),
  )

  for (const [action, [type, summary]] of Object.entries(PLAIN)) {
    api.post(
      `/me/agent/${action}`,
      { config: { permission }, schema: { tags, summary, response } },
      async (request) => submit(request, { type, at: clock.now(), agentId: agentIdOf(request) }),
    )
  }

  holdRoutes(api, (request, ask) =>
    submit(request, { at: clock.now(), agentId: agentIdOf(request), ...ask }),
  )

  api.post(
    '/me/agent/not-ready',
    {
      config: { permission },
      schema: { tags, summary: 'Take no calls, for a reason.', body: notReadySchema, response },
    },
    async (request) => {
      const agentId = agentIdOf(request)
      const { reason } = request.body
      return submit(request, {
        type: 'agent.not_ready_requested',
        at: clock.now(),
        agentId,
        reason,
      })
    },
  )

  api.post(
    '/me/agent/wrap-up-done',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Write the call up and be ready again.',
        body: wrapUpDoneSchema,
        response,
      },
    },
    async (request) => {
      const agentId = agentIdOf(request)
      const type = 'agent.wrap_up_done_requested'
      return submit(request, { type, at: clock.now(), agentId, ...request.body })
    },
  )
}

/** A user may have an agent's role and no agent. */
function agentIdOf(request: FastifyRequest): string {
  const { agentId } = callerOf(request)
  if (agentId === null) throw refused(rejection('unknown_agent'))
  return agentId
}
