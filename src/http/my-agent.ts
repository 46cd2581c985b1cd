// What an agent does at the console: each request becomes one input of the core, and its refusal the
// answer. Only one's own agent can be acted for, and only from the console that signed in last.
import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type AgentInput, CHECK_RESULTS, DISPOSITIONS } from '../core/inputs.ts'
import { liveAgent, liveCall } from '../core/live.ts'
import { ownView } from '../core/live-supervision.ts'
import { wireAgent, wireCall } from '../core/live-wire.ts'
import { REJECTIONS, rejection } from '../core/rejections.ts'
import { isSessionAlive } from '../store/sessions.ts'
import { callerOf, seesNumbers } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { invalid, REFUSALS, refused } from './errors.ts'
import { idSchema, linesSchema, millisecondsSchema, textSchema } from './fields.ts'
import { holdRoutes } from './hold.ts'
import { myAgentSchema } from './live-schemas.ts'

const tags = ['my agent']
const permission = 'agent.act'
const response = { 200: myAgentSchema, ...REFUSALS } as const

/** Requests that say nothing but themselves. */
const PLAIN = {
  'sign-out': ['agent.sign_out_requested', 'Sign out.'],
  ready: ['agent.ready_requested', 'Take calls from now on; the phone must be registered.'],
  reject: ['agent.reject_requested', 'Turn the ringing call away, where its queue allows it.'],
  'pause-recording': [
    'agent.recording_pause_requested',
    'Keep what follows off the recording, a card number for instance; three minutes at most.',
  ],
  'resume-recording': ['agent.recording_resume_requested', 'Record again.'],
  retrieve: ['agent.retrieve_requested', 'Take the caller back from hold.'],
  'hang-up': ['agent.hang_up_requested', 'End the call.'],
  'wrap-up-extend': ['agent.wrap_up_extend_requested', 'More time to write the call up.'],
} as const

const notReadySchema = z.strictObject({
  reason: idSchema.describe('One of `/not-ready-reasons`; `off_seat` needs an approved request.'),
})
const afterCallSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.literal('not_ready'), reason: idSchema }),
    z.strictObject({ action: z.literal('sign_out') }),
  ])
  .describe('What shall happen when the present call and its wrap-up are over.')
const offSeatSchema = z.strictObject({
  durationMs: millisecondsSchema(60_000, 4 * 3_600_000).describe('How long, at most four hours.'),
  note: textSchema(500).default(''),
})
const checklistSchema = z.strictObject({
  echoCall: z.enum(CHECK_RESULTS).describe('A call to oneself came back as it went out.'),
  microphone: z.enum(CHECK_RESULTS),
})
const wrapUpDoneSchema = z.strictObject({
  disposition: z
    .enum(DISPOSITIONS)
    .nullable()
    .describe('null: the contact record is saved and says it.'),
  summary: linesSchema(4_000).default(''),
})

type Submit = (request: FastifyRequest, input: AgentRequest) => z.infer<typeof myAgentSchema>

export function myAgentRoutes(api: Api, { db, engine, clock, timeZone }: AppOptions): void {
  const viewOf = (request: FastifyRequest): z.infer<typeof myAgentSchema> => {
    const agent = liveAgent(engine.state, agentIdOf(request))
    if (agent === null) throw refused(rejection('unknown_agent'))
    const call = agent.callId === null ? null : liveCall(engine.state, agent.callId)
    return {
      agent: wireAgent(ownView(engine.state, agent), timeZone),
      call: call === null ? null : wireCall(call, timeZone, seesNumbers(request)),
    }
  }
  /** `input` without what every request has: when, whose and from which console. */
  const submit: Submit = (request, input) => {
    const { consoleId } = callerOf(request)
    const refusal = engine.submit({
      ...input,
      at: clock.now(),
      agentId: agentIdOf(request),
      consoleId,
    })
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

  api.post(
    '/me/agent/sign-in',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Sign in; not ready at first. Takes over from another console, or is refused.',
        response,
      },
    },
    async (request) => {
      const first = engine.state.agents.get(agentIdOf(request))?.seat.consoleId ?? null
      const isFirstGone = first !== null && !(await isSessionAlive(db, first, clock.now()))
      return submit(request, { type: 'agent.sign_in_requested', isFirstGone })
    },
  )

  for (const [action, [type, summary]] of Object.entries(PLAIN)) {
    api.post(
      `/me/agent/${action}`,
      { config: { permission }, schema: { tags, summary, response } },
      async (request) => submit(request, { type }),
    )
  }

  for (const [action, type, summary] of [
    ['after-call', 'agent.after_call_cancel_requested', 'Forget the plan; work goes on.'],
    ['off-seat', 'agent.off_seat_cancel_requested', 'Take the request for leave back.'],
  ] as const) {
    api.delete(
      `/me/agent/${action}`,
      { config: { permission }, schema: { tags, summary, response } },
      async (request) => submit(request, { type }),
    )
  }
  holdRoutes(api, submit)
  requestsWithDetails(api, submit, (reason) => {
    const { notReadyReasons } = engine.state.config.agentRules
    if (notReadyReasons.some(({ reasonId, isActive }) => isActive && reasonId === reason)) return
    throw invalid([{ path: 'body.reason', message: REJECTIONS.unknown_reason }])
  })
}

/** `checkReason` throws for one that the hotline does not have. */
function requestsWithDetails(
  api: Api,
  submit: Submit,
  checkReason: (reason: string) => void,
): void {
  const taking = <Body extends z.ZodType>(
    action: string,
    summary: string,
    body: Body,
    inputOf: (body: z.infer<Body>) => AgentRequest,
  ): void => {
    api.post(
      `/me/agent/${action}`,
      { config: { permission }, schema: { tags, summary, body, response } },
      async (request) => submit(request, inputOf(request.body as z.infer<Body>)),
    )
  }
  taking('not-ready', 'Take no calls, for a reason.', notReadySchema, ({ reason }) => {
    checkReason(reason)
    return { type: 'agent.not_ready_requested', reason }
  })
  taking('after-call', 'Plan something for after the call.', afterCallSchema, (plan) => {
    if (plan.action === 'not_ready') checkReason(plan.reason)
    return { type: 'agent.after_call_requested', plan }
  })
  taking('off-seat', 'Ask for leave from the seat.', offSeatSchema, (leave) => {
    return { type: 'agent.off_seat_requested', requestId: randomUUID(), ...leave }
  })
  taking('checklist', 'Report the checks of the shift’s beginning.', checklistSchema, (checks) => {
    return { type: 'agent.checklist_reported', ...checks }
  })
  taking(
    'wrap-up-done',
    'End the wrap-up; where the call has no record yet, write it up in short.',
    wrapUpDoneSchema,
    (writeUp) => ({ type: 'agent.wrap_up_done_requested', ...writeUp }),
  )
}

type AgentRequest = AgentInput extends infer Each
  ? Each extends AgentInput
    ? Omit<Each, 'at' | 'agentId' | 'consoleId'>
    : never
  : never

/** A user may have an agent's role and no agent. */
function agentIdOf(request: FastifyRequest): string {
  const { agentId } = callerOf(request)
  if (agentId === null) throw refused(rejection('unknown_agent'))
  return agentId
}
