// What administrators may say of the way into a queue: the shapes of `AdmissionPolicy`, `NumberEntry` and
// `OpeningHours` with their bounds.
import { z } from 'zod'
import type { AdmissionPolicy, NumberEntry } from '../core/entry-policy.ts'
import { DIGITS } from '../core/inputs.ts'
import { daySchema, idSchema, millisecondsSchema, nameSchema } from './fields.ts'
import { languageSchema } from './routing-schemas.ts'

const timeSchema = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day such as 08:30, or 24:00')

const HOUR_MS = 3_600_000
const spanShape = { from: timeSchema, to: timeSchema }
const isForward = ({ from, to }: { from: string; to: string }): boolean => from < to
const forward = { path: ['to'], message: 'must be after from; what crosses midnight is two spans' }

export const hoursSchema = z.strictObject({
  week: z
    .array(
      z
        .strictObject({
          days: z.array(z.int().min(1).max(7)).min(1).max(7).readonly(),
          ...spanShape,
        })
        .refine(isForward, forward),
    )
    .max(50)
    .readonly()
    .describe('1 is Monday, 7 Sunday.'),
  exceptions: z
    .array(
      z.strictObject({
        date: daySchema,
        name: nameSchema,
        spans: z.array(z.strictObject(spanShape).refine(isForward, forward)).max(10).readonly(),
      }),
    )
    .max(400)
    .readonly()
    .describe('Days that do not follow the week; closed where there is no span.'),
})

const queueOrNull = idSchema.nullable()

export const admissionSchema = z.strictObject({
  hours: hoursSchema.nullable().describe('null: around the clock.'),
  closedQueueId: queueOrNull.describe('Where callers go outside the hours.'),
  fullQueueId: queueOrNull,
  emptyQueueId: queueOrNull,
  leaveWhenEmpty: z.boolean(),
  overloadWaitingMin: z.int().min(1).max(100_000).nullable(),
  overloadEstimateMsMin: millisecondsSchema(1_000, HOUR_MS).nullable(),
  overloadQueueId: queueOrNull,
  waitMsMax: millisecondsSchema(1_000).nullable(),
  timedOutQueueId: queueOrNull,
  regainMsMax: millisecondsSchema(0),
}) satisfies z.ZodType<AdmissionPolicy>

export const entrySchema = z.strictObject({
  hours: hoursSchema.nullable(),
  closedQueueId: queueOrNull,
  languages: z
    .array(
      z.strictObject({
        digit: z.enum(DIGITS),
        language: languageSchema,
        queueId: queueOrNull.default(null),
      }),
    )
    .max(9)
    .refine((choices) => new Set(choices.map(({ digit }) => digit)).size === choices.length, {
      message: 'each key once',
    })
    .readonly()
    .describe('Empty: no question is asked.'),
}) satisfies z.ZodType<NumberEntry>
