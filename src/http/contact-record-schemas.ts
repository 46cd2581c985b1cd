// The shapes of contact records in requests and replies, and a record as its readers see it: times in the
// hotline's zone, the phone masked without `pii.read`.
import { z } from 'zod'
import {
  ANSWER_BASES,
  APPEAL_TYPES,
  type ContactRecordFields,
  lacksBasis,
  QUESTION_STATUSES,
  RECORD_STATUSES,
  SALUTATIONS,
} from '../core/contact-records.ts'
import { DISPOSITIONS } from '../core/inputs.ts'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { maskNumber } from '../core/masking.ts'
import type { StoredRecord } from '../store/contact-records.ts'
import {
  idSchema,
  linesSchema,
  list,
  numberSchema,
  textSchema,
  timeOrNull,
  timeSchema,
} from './fields.ts'

const shortText = textSchema(200).nullable()
const longText = linesSchema(4_000).nullable()
const questionSchema = z.strictObject({
  question: linesSchema(1_000).min(1),
  answer: longText.default(null),
  basis: z.enum(ANSWER_BASES).nullable().default(null),
  status: z.enum(QUESTION_STATUSES).nullable().default(null),
})

const fields = {
  callerName: shortText,
  callerSurname: textSchema(20).nullable(),
  salutation: z.enum(SALUTATIONS).nullable().describe('mr: 先生, ms: 女士.'),
  nameRefusedReason: shortText.describe('Why no name was given.'),
  callerUnitOrAddress: shortText,
  addressRefusedReason: shortText,
  contactPhone: numberSchema.nullable().describe('Begins as the caller’s number.'),
  content: longText,
  appealType: z.enum(APPEAL_TYPES).nullable(),
  categoryId: idSchema.nullable(),
  questions: z.array(questionSchema).max(20),
  disposition: z.enum(DISPOSITIONS).nullable(),
  answerBasis: z.enum(ANSWER_BASES).nullable(),
  answerSource: shortText.describe('The article, the bulletin, who was asked.'),
  questionSummary: longText,
  referredDepartment: shortText,
  advice: longText,
  explanation: longText,
  promiseTold: z.boolean().nullable().describe('The caller was told how it goes on and by when.'),
} satisfies Record<keyof ContactRecordFields, z.ZodType>

const changes = z.strictObject(z.object(fields).partial().shape).describe('What is left out stays.')
const version = z.int().min(0).describe('The version that was read; 0: there is none yet.')

export const draftBody = z.strictObject({ version, changes })
export const saveBody = z.strictObject({
  version,
  changes: changes.default({}),
  endWrapUp: z.boolean().default(false).describe('Ready again at once.'),
})
export const correctionBody = z.strictObject({
  version,
  changes,
  reason: textSchema(500).min(1),
  apologyGiven: z.boolean().default(false),
})

export const recordSchema = z.object({
  callId: z.string(),
  agentId: z.string(),
  status: z.enum(RECORD_STATUSES),
  version: z.int(),
  calledAt: timeSchema,
  updatedAt: timeOrNull,
  savedAt: timeOrNull.describe('First saved.'),
  saveDelayMs: z.int().nullable().describe('From the end of the call to the first save.'),
  categoryVersion: z.int().nullable(),
  lacksBasis: z.boolean().describe('Answered on no grounds: for QA.'),
  ...fields,
  contactPhone: z.string().nullable().describe('Masked without `pii.read`.'),
  questions: list(questionSchema),
})
export const oneRecordSchema = z.object({
  record: recordSchema,
  categoryPath: list(z.string()),
  handling: z
    .object({ unit: z.string().nullable(), mode: z.string(), deadlineClass: z.string() })
    .nullable()
    .describe('How matters of the category are handled, to be told to the caller.'),
  repeats: list(
    z.object({
      callId: z.string(),
      calledAt: timeSchema,
      agentId: z.string(),
      content: z.string().nullable(),
      disposition: z.enum(DISPOSITIONS).nullable(),
    }),
  ).describe('Same phone, same category, within 30 days before.'),
  corrections: list(
    z.object({
      version: z.int(),
      at: timeSchema,
      by: z.string(),
      reason: z.string(),
      apologyGiven: z.boolean(),
      before: z.record(z.string(), z.unknown()),
      after: z.record(z.string(), z.unknown()),
    }),
  ),
})
export const pageSchema = z.object({
  records: list(recordSchema),
  nextCursor: z.string().nullable(),
})
export const unrecordedSchema = z.object({
  calls: list(
    z.object({
      callId: z.string(),
      agentId: z.string().nullable(),
      from: z.string().describe('Masked without `pii.read`.'),
      arrivedAt: timeSchema,
      endedAt: timeOrNull,
    }),
  ),
})

export interface RecordReader {
  readonly timeZone: string
  readonly seesNumbers: boolean
}

/** What is shown of a record that stands, or of one that would be begun. */
export type ShownRecord = Pick<
  StoredRecord,
  | 'callId'
  | 'agentId'
  | 'status'
  | 'version'
  | 'calledAt'
  | 'savedAt'
  | 'categoryVersion'
  | 'fields'
> & { readonly updatedAt: number | null }

export function recordView(
  record: ShownRecord,
  endedAt: number | null,
  { timeZone, seesNumbers }: RecordReader,
): z.output<typeof recordSchema> {
  const { callId, agentId, status, version, savedAt, categoryVersion, fields } = record
  return {
    callId,
    agentId,
    status,
    version,
    calledAt: isoTime(record.calledAt, timeZone),
    updatedAt: isoTimeOrNull(record.updatedAt, timeZone),
    savedAt: isoTimeOrNull(savedAt, timeZone),
    saveDelayMs: savedAt === null || endedAt === null ? null : Math.max(0, savedAt - endedAt),
    categoryVersion,
    lacksBasis: lacksBasis(fields),
    ...fields,
    contactPhone: shownPhone(fields.contactPhone, seesNumbers),
  }
}

/** Corrections too may hold a phone number. */
export function shownFields(
  values: Partial<ContactRecordFields>,
  seesNumbers: boolean,
): Record<string, unknown> {
  const { contactPhone } = values
  if (contactPhone === undefined) return values
  return { ...values, contactPhone: shownPhone(contactPhone, seesNumbers) }
}

function shownPhone(phone: string | null, seesNumbers: boolean): string | null {
  return phone === null || seesNumbers ? phone : maskNumber(phone)
}
