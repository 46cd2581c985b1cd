// The sound of recordings: played with byte ranges, so that a player can seek, drawn as a waveform, and
// taken out as a copy that says who took it. Only a file that was checked is given; its hash is its ETag.
// Every time somebody listens there is an entry in the audit log before the first byte.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isoTime } from '../core/iso-times.ts'
import { recordAudit } from '../store/audit.ts'
import type { Queryable } from '../store/database.ts'
import { copyBytesOf, findCopy, type SoundBytes, soundBytesOf } from '../store/recording-copies.ts'
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
const TYPES = { wav: 'audio/wav', opus: 'audio/ogg', mp3: 'audio/mpeg' } as const
const wavSound = { content: { 'audio/wav': { schema: soundSchema } } }
const sound = {
  content: Object.fromEntries(Object.values(TYPES).map((type) => [type, { schema: soundSchema }])),
}
const response = { 200: sound, 206: sound, ...FAULTS }
/** A link works that long: enough to begin, and to seek in a long call. */
const LINK_MS = 15 * 60_000

const formSchema = z.strictObject({
  form: z
    .enum(['recording', 'copy'])
    .default('recording')
    .describe(
      '`copy`: the compressed copy beside it. Where only that is left, it is played either way.',
    ),
})
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
        querystring: formSchema,
        response,
      },
    },
    async (request, reply) => {
      const recording = await existingRecording(db, request.params.recordingId)
      const isCopy = request.query.form === 'copy'
      const by = callerOf(request).username
      return playRecording(options, recording, { request, reply, by, isCopy })
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
        response: { 200: wavSound, ...FAULTS },
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
      const wav = await openedWav(options, recording)
      const waveform = await waveformOf(wav).finally(() => wav.dispose())
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

interface Opened extends Sound {
  readonly form: SoundBytes['form']
  readonly sha256: string | null
}

/** The recording, or what took its place; with `isCopy` its compressed copy. */
async function opened(
  { db, openSound }: AppOptions,
  recording: Recording,
  isCopy = false,
): Promise<Opened> {
  const { status, deletedAt } = recording
  if (status !== 'verified' && status !== 'flawed') {
    throw new ApiError(409, 'recording_not_verified', `The recording is ${status}.`)
  }
  const copy = isCopy ? copyBytesOf(await findCopy(db, recording.path)) : null
  if (isCopy && copy === null) throw notFound('The recording has no compressed copy.')
  const bytes = copy ?? (await soundBytesOf(db, recording))
  const found = deletedAt === null && bytes !== null ? await openSound(bytes.stored) : null
  if (found === null || bytes === null) {
    throw new ApiError(404, 'recording_gone', 'The file of the recording is not there any more.')
  }
  const { sizeBytes, read } = found
  return { sizeBytes, read, form: bytes.form, sha256: bytes.sha256 }
}

/** As a WAV file, whatever is left of it. */
async function openedWav(
  options: AppOptions,
  recording: Recording,
): Promise<Sound & { dispose(): Promise<void> }> {
  const { form, sizeBytes, read } = await opened(options, recording)
  if (form !== 'wav') return options.decodeSound({ sizeBytes, read })
  return { sizeBytes, read, dispose: async () => {} }
}

interface Playing {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** The user who listens. */
  readonly by: string
  readonly isCopy?: boolean
}

export async function playRecording(
  options: AppOptions,
  recording: Recording,
  { request, reply, by, isCopy }: Playing,
) {
  const { sizeBytes, read, form, sha256 } = await opened(options, recording, isCopy)
  const etag = `"${sha256}"`
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
  void reply.type(TYPES[form]).header('content-length', last - first + 1)
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
  const wav = await openedWav(options, recording)
  try {
    await note(options, request, recording, { by, action: 'recording.exported' })
  } catch (cause) {
    await wav.dispose()
    throw cause
  }
  const copy = watermarked(wav, { artist: by, comment })
  copy.bytes.on('close', () => void wav.dispose())
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
