// Hold over HTTP: the policy of a queue, and what an agent asks and confirms about a hold at the console.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { HoldPolicy } from '../core/config.ts'
import { PHRASES, type Phrase } from '../core/inputs.ts'
import type { Api } from './context.ts'
import { REFUSALS } from './errors.ts'
import { millisecondsSchema } from './fields.ts'
import { myAgentSchema } from './live-schemas.ts'

const SECOND_MS = 1_000
const promptBySchema = z.enum(['system', 'agent'])

/** What is left out of a change stays. */
export const holdPolicySchema = z.strictObject({
  beginPromptBy: promptBySchema.describe('Who asks the caller to wait.'),
  endPromptBy: promptBySchema.describe('Who thanks the caller for having waited.'),
  music: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'the name of a stream of music: a-z, 0-9, - or _')
    .describe('A stream of the switch.'),
  reassuranceMs: millisecondsSchema(5 * SECOND_MS).describe('From the limit on, again and again.'),
  prolongedMs: millisecondsSchema(SECOND_MS).describe('When the hold has become a wait.'),
  prolongedAction: z.enum(['alarm', 'suggest_callback', 'none']),
}) satisfies z.ZodType<HoldPolicy>

const requestSchema = z
  .strictObject({ phraseSaid: z.boolean().default(false) })
  .nullish()
  .describe('`phraseSaid`: the agent has asked the caller to wait already. May be left out.')
const phraseSchema = z.strictObject({ phrase: z.enum(PHRASES) })

type Ask =
  | { readonly type: 'agent.hold_requested'; readonly phraseSaid: boolean }
  | { readonly type: 'agent.phrase_confirmed'; readonly phrase: Phrase }

/** Of one's own agent; `submit` answers with what the agent's console shows then. */
export function holdRoutes(
  api: Api,
  submit: (request: FastifyRequest, ask: Ask) => z.input<typeof myAgentSchema>,
): void {
  const response = { 200: myAgentSchema, ...REFUSALS }
  const tags = ['my agent']
  const config = { permission: 'agent.act' } as const

  api.post(
    '/me/agent/hold',
    {
      config,
      schema: {
        tags,
        summary: 'Put the caller on hold: prompt, then music.',
        body: requestSchema,
        response,
      },
    },
    async (request) => {
      const phraseSaid = request.body?.phraseSaid ?? false
      return submit(request, { type: 'agent.hold_requested', phraseSaid })
    },
  )

  api.post(
    '/me/agent/hold-phrases',
    {
      config,
      schema: {
        tags,
        summary: 'Confirm having asked the caller to wait, or having thanked for it.',
        body: phraseSchema,
        response,
      },
    },
    async (request) =>
      submit(request, { type: 'agent.phrase_confirmed', phrase: request.body.phrase }),
  )
}
