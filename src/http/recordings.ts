// Recordings: lists, one entry, and the sound itself with byte ranges, so that a player can seek. Only a
// file that was checked is played; its hash is its ETag. Nothing outside the recordings' folder is read,
// whatever a path or a link in it says.
import { constants, type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { findRecording, listRecordings, type Recording } from '../store/recordings.ts'
import { RECORDING_STATUSES } from '../store/schema.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { ApiError, FAULTS, notFound } from './errors.ts'
import { cursorSchema, idSchema, instantSchema, limitSchema, list } from './fields.ts'
import { rangeOf } from './ranges.ts'
import { pathOf, recordingIdSchema, recordingSchema, recordingView } from './recording-views.ts'

const tags = ['recordings']
const permission = 'recordings.read'
const paramsSchema = z.object({ recordingId: recordingIdSchema })
const lengthSchema = z.coerce.number().int().min(0).max(86_400_000).optional()

const querySchema = z.strictObject({
  from: instantSchema.optional().describe('Begun at or after.'),
  to: instantSchema.optional().describe('Begun before.'),
  agentId: idSchema.optional(),
  queueId: idSchema.optional(),
  status: z.enum(RECORDING_STATUSES).optional(),
  durationMsMin: lengthSchema,
  durationMsMax: lengthSchema,
  limit: limitSchema,
  cursor: cursorSchema.optional().describe('`nextCursor` of the page before.'),
})
const replySchema = recordingSchema.extend({ queueId: z.string().nullable() })
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
    async ({ query }) => {
      const { limit, cursor } = query
      const keys = keysOf(cursor)
      const after = keys && { requestedAt: keys.at, path: keys.id }
      const page = await listRecordings(db, filterOf(query), { limit, after })
      const { recordings, next } = page
      return {
        recordings: recordings.map((recording) => recordingView(recording, timeZone)),
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
    async ({ params }) => recordingView(await existing(options, params.recordingId), timeZone),
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
      return play(options, recording, request, reply)
    },
  )
}

function filterOf(query: z.infer<typeof querySchema>) {
  const { from, to, agentId, queueId, status, durationMsMin, durationMsMax } = query
  return {
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
    ...(agentId !== undefined && { agentId }),
    ...(queueId !== undefined && { queueId }),
    ...(status !== undefined && { status }),
    ...(durationMsMin !== undefined && { durationMsMin }),
    ...(durationMsMax !== undefined && { durationMsMax }),
  }
}

async function existing({ db }: AppOptions, recordingId: string): Promise<Recording> {
  const path = pathOf(recordingId)
  const recording = path === null ? null : await findRecording(db, path)
  if (recording === null) throw notFound('No such recording.')
  return recording
}

async function play(
  options: AppOptions,
  recording: Recording,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { recordingsDir } = options
  const { path, callId, status, sha256 } = recording
  if (status !== 'verified') {
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
