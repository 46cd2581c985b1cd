// Recordings: lists, one entry, and the sound itself with byte ranges, so that a player can seek. Only a
// file that was checked is played; its hash is its ETag. Nothing outside the recordings' folder is read,
// whatever a path or a link in it says.
import { constants, type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DISPOSITIONS } from '../core/inputs.ts'
import { isoTimeOrNull } from '../core/iso-times.ts'
import { maskNumber } from '../core/masking.ts'
import { findRecording, listRecordings, type Recording } from '../store/recordings.ts'
import { RECORDING_STATUSES } from '../store/schema.ts'
import { seesNumbers } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { ApiError, FAULTS, notFound } from './errors.ts'
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
import { rangeOf } from './ranges.ts'
import { pathOf, recordingIdSchema, recordingSchema, recordingView } from './recording-views.ts'

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
const soundSchema = z.string().meta({ format: 'binary' })
const sound = { content: { 'audio/wav': { schema: soundSchema } } }

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
      const recording = await existing(options, request.params.recordingId)
      return viewOf(recording, timeZone, seesNumbers(request))
    },
  )

  api.get(
    '/recordings/:recordingId/audio',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'The sound: caller left, agent right. Takes one byte range.',
        params: paramsSchema,
        response: { 200: sound, 206: sound, ...FAULTS },
      },
    },
    async (request, reply) => {
      const recording = await existing(options, request.params.recordingId)
      return playRecording(options, recording, request, reply)
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

async function existing({ db }: AppOptions, recordingId: string): Promise<Recording> {
  const path = pathOf(recordingId)
  const recording = path === null ? null : await findRecording(db, path)
  if (recording === null) throw notFound('No such recording.')
  return recording
}

export async function playRecording(
  options: AppOptions,
  recording: Recording,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { recordingsDir } = options
  const { path, callId, status, sha256 } = recording
  if (status !== 'verified' && status !== 'flawed') {
    throw new ApiError(409, 'recording_not_verified', `The recording is ${status}.`)
  }
  const file = await openWithin(recordingsDir, path)
  try {
    const { size } = await file.stat()
    const etag = `"${sha256}"`
    const { range: header, 'if-range': ifRange } = request.headers
    // A part of another version than the client has would be stitched to it.
    const range = ifRange === undefined || ifRange === etag ? rangeOf(header, size) : 'whole'
    void reply.header('accept-ranges', 'bytes').header('etag', etag)
    void reply.header('cache-control', 'private, no-cache')
    if (request.headers['if-none-match'] === etag) {
      await file.close()
      return reply.code(304).send()
    }
    if (range === 'unsatisfiable') {
      void reply.header('content-range', `bytes */${size}`)
      throw new ApiError(416, 'range_not_satisfiable', `The recording has ${size} bytes.`)
    }
    await audit(options, request, {
      action: 'recording.played',
      entity: 'recording',
      entityId: path,
      details: { callId, range: partOf(range) },
    })
    const { first, last } = range === 'whole' ? { first: 0, last: size - 1 } : range
    if (range !== 'whole') {
      void reply.code(206).header('content-range', `bytes ${first}-${last}/${size}`)
    }
    void reply.type('audio/wav').header('content-length', last - first + 1)
    return await reply.send(file.createReadStream({ start: first, end: last }))
  } catch (error) {
    await file.close()
    throw error
  }
}

/** What was played, for the audit log; null for the whole. */
function partOf(range: ReturnType<typeof rangeOf>): string | null {
  return typeof range === 'string' ? null : `${range.first}-${range.last}`
}

async function openWithin(folder: string, path: string): Promise<FileHandle> {
  try {
    const root = await realpath(folder)
    const real = await realpath(join(root, path))
    if (real.startsWith(root + sep)) return await open(real, constants.O_RDONLY)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
  }
  throw new ApiError(404, 'recording_gone', 'The file of the recording is not there any more.')
}
