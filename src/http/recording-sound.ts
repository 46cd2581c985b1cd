// The sound of recordings: played with byte ranges, so that a player can seek, drawn as a waveform, and
// taken out as a copy that says who took it. Only a file that was checked is given; its hash is its ETag.
// Every time somebody listens there is an entry in the audit log before the first byte.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isoTime } from '../core/iso-times.ts'
import { recordAudit } from '../store/audit.ts'
import type { Queryable } from '../store/database.ts'
import { findRecording, type Recording } from '../store/recordings.ts'
import { callerOf } from './access.ts'
import type { Api, AppOptions, Sound } from './context.ts'
import { ApiError, FAULTS, notFound } from './errors.ts'
import { count, list, timeSchema } from './fields.ts'
import { rangeOf } from './ranges.ts'
import { pathOf, recordingIdSchema } from './recording-views.ts'
import { MARK_KINDS, marksOf, waveformOf } from './recording-waveform.ts'
import { watermarked } from './watermarks.ts'

const tags = ['recordings']
const paramsSchema = z.object({ recordingId: recordingIdSchema })
const soundSchema = z.string().meta({ format: 'binary' })
const sound = { content: { 'audio/wav': { schema: soundSchema } } }
const response = { 200: sound, 206: sound, ...FAULTS }
/** A link works that long: enough to begin, and to seek in a long call. */
const LINK_MS = 15 * 60_000

const linkSchema = z.object({ url: z.string(), expiresAt: timeSchema })
const tokenSchema = z.strictObject({
  by: z.string().min(1).max(100),
  expires: z.coerce.number().int().min(0),
  signature: z.string().regex(/^[\w-]{43}$/),
})
const waveformSchema = z.object({
  windowMs: z.number().describe('How long one point is.'),
  caller: list(z.number()).describe('Loudest sample of each point, 0 to 1.'),
  agent: list(z.number()),
  marks: list(z.object({ kind: z.enum(MARK_KINDS), fromMs: count, toMs: count.nullable() })),
})

export function recordingSoundRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options

  api.get(
    '/recordings/:recordingId/audio',
    {
      config: { permission: 'recordings.read' },
      schema: {
        tags,
        summary: 'The sound: caller left, agent right. Takes one byte range.',
        params: paramsSchema,
        response,
      },
    },
    async (request, reply) => {
      const recording = await existingRecording(db, request.params.recordingId)
      return playRecording(options, recording, { request, reply, by: callerOf(request).username })
    },
  )

  api.post(
    '/recordings/:recordingId/links',
    {
      config: { permission: 'recordings.read' },
      schema: {
        tags,
        summary:
          'An address that plays the recording for 15 minutes, for a player without cookies.',
        params: paramsSchema,
        response: { 201: linkSchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const { recordingId } = request.params
      await existingRecording(db, recordingId)
      const by = callerOf(request).username
      const expires = clock.now() + LINK_MS
      const signature = signatureOf(options, { recordingId, by, expires })
      const query = new URLSearchParams({ by, expires: String(expires), signature })
      const url = `/api/v1/recordings/${recordingId}/stream?${query.toString()}`
      return reply.code(201).send({ url, expiresAt: isoTime(expires, timeZone) })
    },
  )

  api.get(
    '/recordings/:recordingId/stream',
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: 'The sound, by a signed link.',
        params: paramsSchema,
        querystring: tokenSchema,
        response,
      },
    },
    async (request, reply) => {
      const { recordingId } = request.params
      const { by, expires, signature } = request.query
      const expected = signatureOf(options, { recordingId, by, expires })
      const isSame = timingSafeEqual(Buffer.from(signature), Buffer.from(expected))
      if (!isSame || clock.now() > expires) {
        throw new ApiError(403, 'link_not_valid', 'The link is not valid, or not any more.')
      }
      return playRecording(options, await existingRecording(db, recordingId), {
        request,
        reply,
        by,
      })
    },
  )
  copyRoutes(api, options)
}

/** Copies, and the shape of the sound. */
function copyRoutes(api: Api, options: AppOptions): void {
  const { db } = options

  api.get(
    '/recordings/:recordingId/export',
    {
      config: { permission: 'recordings.export' },
      schema: {
        tags,
        summary: 'A copy to take away; it carries who took it and when.',
        params: paramsSchema,
        response: { 200: sound, ...FAULTS },
      },
    },
    async (request, reply) => {
      const recording = await existingRecording(db, request.params.recordingId)
      return takeCopy(options, recording, { request, reply, by: callerOf(request).username })
    },
  )

  api.get(
    '/recordings/:recordingId/waveform',
    {
      config: { permission: 'recordings.read' },
      schema: {
        tags,
        summary: 'The shape of the sound, and what happened when.',
        params: paramsSchema,
        response: { 200: waveformSchema, ...FAULTS },
      },
    },
    async ({ params }) => {
      const recording = await existingRecording(db, params.recordingId)
      const waveform = await waveformOf(await opened(options, recording))
      return { ...waveform, marks: await marksOf(db, recording) }
    },
  )
}

export async function existingRecording(db: Queryable, recordingId: string): Promise<Recording> {
  const path = pathOf(recordingId)
  const recording = path === null ? null : await findRecording(db, path)
  if (recording === null) throw notFound('No such recording.')
  return recording
}

async function opened({ openSound }: AppOptions, recording: Recording): Promise<Sound> {
  const { status, deletedAt } = recording
  if (status !== 'verified' && status !== 'flawed') {
    throw new ApiError(409, 'recording_not_verified', `The recording is ${status}.`)
  }
  const found = deletedAt === null ? await openSound(recording) : null
  if (found === null) {
    throw new ApiError(404, 'recording_gone', 'The file of the recording is not there any more.')
  }
  return found
}

interface Playing {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** The user who listens. */
  readonly by: string
}

export async function playRecording(
  options: AppOptions,
  recording: Recording,
  { request, reply, by }: Playing,
) {
  const { sizeBytes, read } = await opened(options, recording)
  const etag = `"${recording.sha256}"`
  const { range: header, 'if-range': ifRange } = request.headers
  // A part of another version than the client has would be stitched to it.
  const range = ifRange === undefined || ifRange === etag ? rangeOf(header, sizeBytes) : 'whole'
  void reply.header('accept-ranges', 'bytes').header('etag', etag)
  void reply.header('cache-control', 'private, no-cache').header('content-disposition', 'inline')
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  if (range === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${sizeBytes}`)
    throw new ApiError(416, 'range_not_satisfiable', `The recording has ${sizeBytes} bytes.`)
  }
  const { first, last } = range === 'whole' ? { first: 0, last: sizeBytes - 1 } : range
  const part = range === 'whole' ? null : `${first}-${last}`
  await note(options, request, recording, { by, action: 'recording.played', range: part })
  if (range !== 'whole') {
    void reply.code(206).header('content-range', `bytes ${first}-${last}/${sizeBytes}`)
  }
  void reply.type('audio/wav').header('content-length', last - first + 1)
  return reply.send(read(first, last))
}

async function takeCopy(
  options: AppOptions,
  recording: Recording,
  { request, reply, by }: Playing,
) {
  const { callId, sha256 } = recording
  const at = isoTime(options.clock.now(), options.timeZone)
  const comment = `${by} ${at} ${callId} ${sha256}`
  const copy = watermarked(await opened(options, recording), { artist: by, comment })
  await note(options, request, recording, { by, action: 'recording.exported' })
  void reply.header('content-disposition', `attachment; filename="${callId}.wav"`)
  void reply.type('audio/wav').header('content-length', copy.sizeBytes)
  return reply.send(copy.bytes)
}

async function note(
  { db, clock }: AppOptions,
  request: FastifyRequest,
  { path, callId }: Recording,
  what: { readonly by: string; readonly action: string; readonly range?: string | null },
): Promise<void> {
  const { by: actor, action, ...more } = what
  const details = { callId, ...more }
  const entity = { entity: 'recording', entityId: path }
  await recordAudit(db, { actor, action, ...entity, ip: request.ip, at: clock.now(), details })
}

function signatureOf(
  { sessionSecret }: AppOptions,
  what: { readonly recordingId: string; readonly by: string; readonly expires: number },
): string {
  const text = JSON.stringify(['recording link', what.recordingId, what.by, what.expires])
  return createHmac('sha256', sessionSecret).update(text).digest('base64url')
}
