// What administrators may say of a queue's routing: the shape of `RoutingPolicy` with its bounds.
import { z } from 'zod'
import { LEVEL_MAX, type RoutingPolicy, STEP_DEFAULTS, STRATEGIES } from '../core/routing-policy.ts'
import { idSchema, millisecondsSchema } from './fields.ts'

export const languageSchema = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language such as zh-CN or yue')

/** Of skills and languages that somebody has. */
export const levelSchema = z.int().min(1).max(LEVEL_MAX)
export const skillLevelsSchema = z.record(idSchema, levelSchema)
export const languagesSchema = z.record(languageSchema, levelSchema)

const HOUR_MS = 3_600_000
const waitSchema = millisecondsSchema(0, HOUR_MS)
const idsSchema = z.array(idSchema).max(50).readonly()

const stepSchema = z.strictObject({
  afterMs: waitSchema.default(STEP_DEFAULTS.afterMs),
  estimateMsMin: waitSchema.nullable().default(null).describe('Begins at this expected wait.'),
  serviceLevelMin: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe('Begins while the queue answers less than this share in time.'),
  expiresMs: millisecondsSchema(1_000, HOUR_MS).nullable().default(null),
  dropSkills: idsSchema.default([]),
  levelMax: z.int().min(0).max(LEVEL_MAX).default(LEVEL_MAX),
  isAnyLanguage: z.boolean().default(false),
  addSkills: idsSchema.default([]).describe('Agents with any of these skills join.'),
  addQueueIds: idsSchema.default([]).describe('Agents of any of these queues join.'),
})

export const routingSchema = z.strictObject({
  strategy: z.enum(STRATEGIES),
  language: languageSchema,
  languageLevelMin: z.int().min(0).max(LEVEL_MAX),
  skillLevels: skillLevelsSchema,
  preferredSkills: idsSchema,
  tiers: z.array(z.array(idSchema).max(500).readonly()).max(20).readonly(),
  weight: z.number().min(0.01).max(100),
  ageingMs: millisecondsSchema(1_000, HOUR_MS).nullable(),
  steps: z
    .array(stepSchema)
    .max(10)
    .refine((steps) => steps.every((step, i) => step.afterMs >= (steps[i - 1]?.afterMs ?? 0)), {
      message: 'in the order in which they begin',
    })
    .readonly(),
  ringAllMax: z.int().min(1).max(50),
  deadline: z.strictObject({
    isOn: z.boolean(),
    isSecondPhoneOn: z.boolean(),
    answerShareMin: z.number().min(0).max(1),
  }),
  lastAgentMsMax: millisecondsSchema(0).describe('Who served the caller so lately is asked first.'),
}) satisfies z.ZodType<RoutingPolicy>
