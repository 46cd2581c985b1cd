// The waiting policy of a queue as requests and replies carry it. What is left out of a change stays.
import { z } from 'zod'
import { DIGITS } from '../core/inputs.ts'
import { LANGUAGES, PROMPT_ID } from '../core/prompts.ts'
import type { WaitingPolicy } from '../core/waiting-policy.ts'
import { idSchema, list, millisecondsSchema, numberSchema } from './fields.ts'

export const promptIdSchema = z.string().regex(PROMPT_ID, 'small letters, digits and _, at most 40')
export const languageSchema = z.enum(LANGUAGES)
const digit = z.enum(DIGITS)

const keySchema = z.discriminatedUnion('action', [
  z.strictObject({ digit, action: z.literal('callback') }),
  z.strictObject({ digit, action: z.literal('message') }),
  z.strictObject({ digit, action: z.literal('queue'), queueId: idSchema, prompt: promptIdSchema }),
  z.strictObject({
    digit,
    action: z.literal('number'),
    number: numberSchema,
    prompt: promptIdSchema,
  }),
])

/** No more than 30 s of music alone: a prompt that long apart begins in time. */
const PROMPT_EVERY_MS = { min: 5_000, max: 30_000 }

export const waitingPolicySchema = z.strictObject({
  language: languageSchema.nullable().describe('Of all prompts; null: the queue’s own.'),
  greeting: z.array(promptIdSchema).max(5).describe('Said once, before the music.'),
  comfort: z.array(promptIdSchema).min(1).max(10).describe('Said in turn.'),
  promptEveryMs: millisecondsSchema(PROMPT_EVERY_MS.min, PROMPT_EVERY_MS.max),
  newsEveryMs: millisecondsSchema(0, 600_000).describe('Place, estimate and keys, no oftener.'),
  saysPosition: z.boolean(),
  saysEstimate: z.boolean(),
  keysAfterMs: millisecondsSchema(0, 600_000),
  keys: z
    .array(keySchema)
    .max(DIGITS.length)
    .refine((keys) => new Set(keys.map((key) => key.digit)).size === keys.length, {
      message: 'no digit twice',
    }),
  messageMsMax: millisecondsSchema(5_000, 600_000),
})

export const waitingPolicyReply = z.object({
  ...waitingPolicySchema.shape,
  greeting: list(promptIdSchema),
  comfort: list(promptIdSchema),
  keys: list(keySchema),
}) satisfies z.ZodType<WaitingPolicy>
