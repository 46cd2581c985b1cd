// Recordings: lists that are searched by whatever one remembers of a call, and one entry.
import { z } from 'zod'
import { DISPOSITIONS } from '../core/inputs.ts'
import { isoTimeOrNull } from '../core/iso-times.ts'
import { maskNumber } from '../core/masking.ts'
import { listRecordings, type Recording } from '../store/recordings.ts'
import { RECORDING_STATUSES } from '../store/schema.ts'
import { seesNumbers } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { ApiError, FAULTS } from './errors.ts'
import {
  count,
  cursorSchema,
  idSchema,
  instantSchema,
  limitSchema,
  list,
  numberSchema,
  timeOrNull,
} from './fields.ts'
import { existingRecording } from './recording-sound.ts'
import { recordingIdSchema, recordingSchema, recordingView } from './recording-views.ts'

const tags = ['recordings']
const permission = 'recordings.read'
const paramsSchema = z.object({ recordingId: recordingIdSchema })
const lengthSchema = z.coerce.number().int().min(0).max(86_400_000).optional()

const scoreSchema = z.coerce.number().int().min(0).max(10).optional()
const flagSchema = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional()

const querySchema = z.strictObject({
  from: instantSchema.optional().describe('Begun at or after.'),
  to: instantSchema.optional().describe('Begun before.'),
  agentId: idSchema.optional(),
  queueId: idSchema.optional(),
  status: z.enum(RECORDING_STATUSES).optional(),
  durationMsMin: lengthSchema,
  durationMsMax: lengthSchema,
  number: numberSchema.optional().describe('The caller’s whole number; needs `pii.read`.'),
  disposition: z.enum(DISPOSITIONS).optional(),
  isHoldExceeded: flagSchema.describe('Whether some hold was above the limit.'),
  surveyScoreMin: scoreSchema,
  surveyScoreMax: scoreSchema,
  samplePercent: z.coerce
    .number()
    .min(0.01)
    .max(100)
    .optional()
    .describe('A fair sample, the same at every look.'),
  limit: limitSchema,
  cursor: cursorSchema.optional().describe('`nextCursor` of the page before.'),
})
const replySchema = recordingSchema.extend({
  queueId: z.string().nullable(),
  fromNumber: z.string().nullable().describe('Masked without `pii.read`.'),
  disposition: z.enum(DISPOSITIONS).nullable(),
  isHoldExceeded: z.boolean(),
  surveyScore: count.nullable(),
  isOnLegalHold: z.boolean(),
  deletedAt: timeOrNull,
})

export function recordingRoutes(api: Api, options: AppOptions): void {
  const { db, timeZone } = options

  api.get(
    '/recordings',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Recordings, newest first.',
        querystring: querySchema,
        response: {
          200: z.object({ recordings: list(replySchema), nextCursor: z.string().nullable() }),
          ...FAULTS,
        },
      },
    },
    async (request) => {
      const { query } = request
      const { limit, cursor } = query
      if (query.number !== undefined && !seesNumbers(request)) {
        throw new ApiError(403, 'forbidden', 'Your role does not allow searching by number.')
      }
      const keys = keysOf(cursor)
      const after = keys && { requestedAt: keys.at, path: keys.id }
      const page = await listRecordings(db, filterOf(query), { limit, after })
      const { recordings, next } = page
      return {
        recordings: recordings.map((recording) =>
          viewOf(recording, timeZone, seesNumbers(request)),
        ),
        nextCursor: cursorOf(next && { at: next.requestedAt, id: next.path }),
      }
    },
  )

  api.get(
    '/recordings/:recordingId',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'One recording.',
        params: paramsSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async (request) => {
      const recording = await existingRecording(db, request.params.recordingId)
      return viewOf(recording, timeZone, seesNumbers(request))
    },
  )
}

function viewOf(recording: Recording, timeZone: string, isWhole: boolean) {
  const { fromNumber, deletedAt } = recording
  return {
    ...recordingView(recording, timeZone),
    fromNumber: fromNumber === null || isWhole ? fromNumber : maskNumber(fromNumber),
    deletedAt: isoTimeOrNull(deletedAt, timeZone),
  }
}

function filterOf(query: z.infer<typeof querySchema>) {
  const { from, to, agentId, queueId, status, durationMsMin, durationMsMax } = query
  const { number, disposition, isHoldExceeded, surveyScoreMin, surveyScoreMax } = query
  const { samplePercent } = query
  return {
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
    ...(agentId !== undefined && { agentId }),
    ...(queueId !== undefined && { queueId }),
    ...(status !== undefined && { status }),
    ...(durationMsMin !== undefined && { durationMsMin }),
    ...(durationMsMax !== undefined && { durationMsMax }),
    ...(number !== undefined && { number }),
    ...(disposition !== undefined && { disposition }),
    ...(isHoldExceeded !== undefined && { isHoldExceeded }),
    ...(surveyScoreMin !== undefined && { surveyScoreMin }),
    ...(surveyScoreMax !== undefined && { surveyScoreMax }),
    ...(samplePercent !== undefined && { sample: Math.round(samplePercent * 100) }),
  }
}
