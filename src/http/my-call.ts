// What an agent does within a call besides hold: consulting, handing over, taking others in, and the
// buttons for calls that go wrong. An outside number must be permitted before anything is rung.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { mayDial } from '../core/class-of-service.ts'
import { liveAgent, liveCall } from '../core/live.ts'
import { ownView } from '../core/live-supervision.ts'
import { wireAgent, wireCall } from '../core/live-wire.ts'
import type { PartyRequest, WantedTarget } from '../core/party-inputs.ts'
import { rejection } from '../core/rejections.ts'
import { dialPermitsOf } from '../store/dial-permits.ts'
import { callerOf, seesNumbers } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { REFUSALS, refused } from './errors.ts'
import { idSchema, numberSchema } from './fields.ts'
import { liveAgentSchema, liveCallSchema } from './live-schemas.ts'

const tags = ['my call']
const permission = 'agent.act'
const replySchema = z.object({ agent: liveAgentSchema, call: liveCallSchema.nullable() })
const response = { 200: replySchema, ...REFUSALS } as const

/** Requests that say nothing but themselves. */
const PLAIN = {
  'consult/cancel': [
    'agent.consult_cancel_requested',
    'Let the consulted party go; the caller stays on hold.',
  ],
  'consult/complete': [
    'agent.consult_complete_requested',
    'Hand the caller over to the consulted party; before its answer, leave the caller waiting for it.',
  ],
  'consult/swap': [
    'agent.consult_swap_requested',
    'Between caller and consulted party; whoever is left hears music.',
  ],
  conference: [
    'agent.conference_requested',
    'Caller, agent and the consulted party together; again to take another one in.',
  ],
  leave: [
    'agent.leave_requested',
    'Leave the call; the caller stays with the others, or waits for whoever is being rung.',
  ],
  mute: ['agent.mute_requested', 'Nobody hears the agent. Not a hold (R-048).'],
  unmute: ['agent.unmute_requested', 'The agent is heard again.'],
  'flag-urgent': [
    'agent.urgency_flag_requested',
    'An emergency: shift leaders are alerted (R-021).',
  ],
  'flag-nuisance': ['agent.nuisance_flag_requested', 'Mark the call as a nuisance.'],
  help: [
    'agent.help_requested',
    'Call a shift leader to the call; the caller must be on hold (R-019, R-048).',
  ],
  'silent-caller': [
    'agent.silent_close_requested',
    'Play the closing phrase to a caller who cannot be heard, write the call up as silent, end it (R-053).',
  ],
} as const

const targetSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('agent'), agentId: idSchema }),
    z.strictObject({ kind: z.literal('unit'), unitId: idSchema }),
    z.strictObject({ kind: z.literal('number'), number: numberSchema }),
  ])
  .describe(
    'A free colleague, a department’s duty phone, or an outside number that may be dialled.',
  )
const returnSchema = z.strictObject({
  queueId: idSchema.nullable().default(null).describe('null: the call’s own.'),
  priority: z
    .int()
    .min(-100)
    .max(300)
    .nullable()
    .default(null)
    .describe('null: ahead of everybody of the queue’s own priority.'),
})
const emergencySchema = z.strictObject({
  unitId: idSchema.describe('One of the emergency list.'),
  isBlind: z.boolean().default(false).describe('true: let go of the caller before the answer.'),
})
const digitsSchema = z.strictObject({
  digits: z.string().regex(/^[0-9A-D*#]{1,32}$/, '1 to 32 keys'),
})
const removalSchema = z.strictObject({ legId: z.string().regex(/^[A-Za-z0-9-]{1,64}$/) })

export function myCallRoutes(api: Api, options: AppOptions): void {
  const { clock } = options
  const submit = submitter(options)

  for (const [action, [type, summary]] of Object.entries(PLAIN)) {
    api.post(
      `/me/agent/${action}`,
      { config: { permission }, schema: { tags, summary, response } },
      async (request) => submit(request, { type, at: clock.now(), agentId: agentIdOf(request) }),
    )
  }

  for (const [action, type, summary] of [
    ['consult', 'agent.consult_requested', 'Ring somebody while the caller is on hold (R-048).'],
    ['transfer', 'agent.transfer_requested', 'Hand the caller over without speaking first.'],
  ] as const) {
    api.post(
      `/me/agent/${action}`,
      {
        config: { permission },
        schema: { tags, summary, body: z.strictObject({ target: targetSchema }), response },
      },
      async (request) => {
        const agentId = agentIdOf(request)
        const { target } = request.body
        await permitted(options, agentId, target)
        return submit(request, { type, at: clock.now(), agentId, target })
      },
    )
  }

  api.post(
    '/me/agent/return-to-queue',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Put the caller back into a queue, ahead of others.',
        body: returnSchema,
        response,
      },
    },
    async (request) => {
      const agentId = agentIdOf(request)
      const type = 'agent.return_requested'
      return submit(request, { type, at: clock.now(), agentId, ...request.body })
    },
  )

  api.post(
    '/me/agent/emergency-transfer',
    {
      config: { permission },
      schema: {
        tags,
        summary:
          'Ring an emergency service in one click; the agent stays until it answers (R-021).',
        body: emergencySchema,
        response,
      },
    },
    async (request) => {
      const agentId = agentIdOf(request)
      const type = 'agent.emergency_requested'
      return submit(request, { type, at: clock.now(), agentId, ...request.body })
    },
  )

  smallRoutes(api, options)
}

function smallRoutes(api: Api, options: AppOptions): void {
  const { clock } = options
  const submit = submitter(options)

  api.post(
    '/me/agent/digits',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Press keys for whoever was called last, else for the caller.',
        body: digitsSchema,
        response,
      },
    },
    async (request) => {
      const agentId = agentIdOf(request)
      const type = 'agent.digits_requested'
      return submit(request, { type, at: clock.now(), agentId, ...request.body })
    },
  )

  api.post(
    '/me/agent/remove-party',
    {
      config: { permission },
      schema: { tags, summary: 'Send one of the others away.', body: removalSchema, response },
    },
    async (request) => {
      const agentId = agentIdOf(request)
      const type = 'agent.party_remove_requested'
      return submit(request, { type, at: clock.now(), agentId, ...request.body })
    },
  )
}

function submitter({ engine, timeZone }: AppOptions) {
  return (request: FastifyRequest, input: PartyRequest): z.infer<typeof replySchema> => {
    const { consoleId } = callerOf(request)
    const refusal = engine.submit({ ...input, consoleId })
    if (refusal !== null) throw refused(refusal)
    const agent = liveAgent(engine.state, input.agentId)
    if (agent === null) throw refused(rejection('unknown_agent'))
    const call = agent.callId === null ? null : liveCall(engine.state, agent.callId)
    return {
      agent: wireAgent(ownView(engine.state, agent), timeZone),
      call: call === null ? null : wireCall(call, timeZone, seesNumbers(request)),
    }
  }
}

/** Colleagues and departments are always within the class of service; other numbers need a permit. */
async function permitted(
  { db, clock }: AppOptions,
  agentId: string,
  target: WantedTarget,
): Promise<void> {
  if (target.kind !== 'number') return
  const permits = await dialPermitsOf(db, agentId)
  const verdict = mayDial({ agentId, dialled: target.number, at: clock.now() }, permits)
  if (!verdict.isAllowed) throw refused(rejection('number_not_permitted'))
}

/** A user may have an agent's role and no agent. */
function agentIdOf(request: FastifyRequest): string {
  const { agentId } = callerOf(request)
  if (agentId === null) throw refused(rejection('unknown_agent'))
  return agentId
}
