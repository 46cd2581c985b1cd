// New versions of prompts, as WAV files. Whatever is wrong with one is told before anything is kept; what
// is kept is in the form that switches play.
import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { z } from 'zod'
import {
  PROMPT_HZ,
  promptWavOf,
  readPromptSound,
  resampled,
  type SoundFault,
} from '../core/prompt-sound.ts'
import { promptFileOf, removePromptFile, writePromptFile } from '../store/prompt-files.ts'
import { addPromptVersion, type NewPromptVersion, type PromptVersion } from '../store/prompts.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { ApiError, FAULTS, invalid } from './errors.ts'
import { textSchema } from './fields.ts'
import {
  languageSchema,
  promptEntity,
  promptIdSchema,
  promptVersionSchema,
  promptVersionView,
} from './prompt-schemas.ts'

const BYTES_MAX = 10 * 1_024 * 1_024
/** What browsers and programs call it. */
const WAV_TYPES = ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave']

const querySchema = z.strictObject({
  language: languageSchema,
  activate: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Whether callers hear it from now on.'),
  note: textSchema(500).optional(),
})
const soundSchema = z
  .unknown()
  .meta({ type: 'string', format: 'binary' })
  .describe(
    'A WAV file: PCM of 16 bits, A-law or µ-law; 1 or 2 channels; 8 to 48 kHz; up to 120 s.',
  )

export function promptUploadRoutes(api: Api, options: AppOptions): void {
  // Apart from the other routes, which take no sound.
  void api.register((sub: Api, _options, done) => {
    sub.removeAllContentTypeParsers()
    sub.addContentTypeParser(WAV_TYPES, { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body)
    })
    uploadRoute(sub, options)
    done()
  })
}

function uploadRoute(api: Api, options: AppOptions): void {
  const { clock, timeZone, reloadConfig } = options

  api.post(
    '/prompts/:promptId',
    {
      config: { permission: 'config.write' },
      bodyLimit: BYTES_MAX,
      schema: {
        tags: ['prompts'],
        summary: 'Upload a new version, up to 10 MiB.',
        consumes: ['audio/wav'],
        params: z.object({ promptId: promptIdSchema }),
        querystring: querySchema,
        body: soundSchema,
        response: { 201: promptVersionSchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const { language, activate, note = null } = request.query
      const wav = await convert(request.body)
      const isActive = activate === 'true'
      const uploadedAt = clock.now()
      const version = {
        ...{ ...request.params, language, isActive, note, uploadedAt },
        uploadedBy: callerOf(request).username,
      }
      const row = await keep(options, { ...version, ...describe(wav) }, wav, (tx, added) =>
        audit(
          options,
          request,
          {
            ...promptEntity(added),
            action: 'prompt.uploaded',
            details: { version: added.version, sha256: added.sha256, isActive },
          },
          tx,
        ),
      )
      if (isActive) await reloadConfig()
      return reply.code(201).send(promptVersionView(row, timeZone))
    },
  )
}

/** The file is there before the version is, and goes again if the version does not come about. */
async function keep(
  { db, promptsDir }: AppOptions,
  version: NewPromptVersion,
  wav: Uint8Array,
  also: Parameters<typeof addPromptVersion>[2],
): Promise<PromptVersion> {
  let file: string | null = null
  try {
    return await addPromptVersion(db, version, async (tx, row) => {
      file = promptFileOf(promptsDir, row)
      await writePromptFile(file, wav)
      await also(tx, row)
    })
  } catch (cause) {
    if (file !== null) await removePromptFile(file)
    throw cause
  }
}

const STATUSES: Readonly<Record<Exclude<SoundFault, 'malformed'>, [number, string]>> = {
  unsupported: [415, 'unsupported_sound'],
  too_long: [413, 'sound_too_long'],
}

async function convert(body: unknown): Promise<Uint8Array> {
  if (!(body instanceof Uint8Array)) {
    throw new ApiError(415, 'unsupported_media_type', 'Send a WAV file as audio/wav.')
  }
  const read = readPromptSound(body)
  if (!read.ok) {
    if (read.fault === 'malformed') throw invalid([{ path: 'body', message: read.message }])
    throw new ApiError(...STATUSES[read.fault], read.message)
  }
  const work = resampled(read.sound)
  for (;;) {
    const step = work.next()
    if (step.done === true) return promptWavOf(step.value)
    // Calls go first.
    await turn()
  }
}

const HEADER_BYTES = 44

function describe(wav: Uint8Array) {
  return {
    sha256: createHash('sha256').update(wav).digest('hex'),
    sizeBytes: wav.length,
    durationMs: Math.round(((wav.length - HEADER_BYTES) / 2 / PROMPT_HZ) * 1_000),
  }
}
