// What callers are told: all prompts with their texts, the recorded versions of each, and which of them
// is heard. Going back is making an older version active, or `default`, which is the one that ships.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BEEP, LANGUAGES, type Language, PROMPTS, type PromptId } from '../core/prompts.ts'
import type { Queryable } from '../store/database.ts'
import {
  promptFileOf,
  readPromptFile,
  removePromptFile,
  shippedPromptFile,
  shippedPromptTexts,
} from '../store/prompt-files.ts'
import {
  activatePromptVersion,
  deletePromptVersion,
  findPromptVersion,
  listPromptVersions,
  type PromptKey,
  type PromptVersion,
} from '../store/prompts.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { ApiError, FAULTS, notFound, resultOf } from './errors.ts'
import { count, list } from './fields.ts'
import {
  languageSchema,
  promptEntity,
  promptIdSchema,
  promptVersionSchema,
  promptVersionView,
} from './prompt-schemas.ts'
import { rangeOf } from './ranges.ts'

const tags = ['prompts']
const numberSchema = z.coerce.number().int().min(1).max(1_000_000)
const versionSchema = z
  .union([z.literal('default'), numberSchema])
  .describe('A number, or `default`: the one that ships.')
const querystring = z.strictObject({ language: languageSchema })
const soundSchema = z.string().meta({ format: 'binary' })
const sound = { content: { 'audio/wav': { schema: soundSchema } } }
const voiceSchema = z.object({
  language: z.enum(LANGUAGES),
  text: z.string().nullable().describe('Of the one that ships; null: none ships in the language.'),
  activeVersion: count.nullable().describe('null: the one that ships, or Mandarin if none does.'),
  versions: count.describe('How many were uploaded and are kept.'),
})
const replySchema = z.object({
  prompts: list(z.object({ promptId: z.string(), languages: list(voiceSchema) })),
})

export function promptRoutes(api: Api, options: AppOptions): void {
  const { db, timeZone, shippedPromptsDir } = options

  api.get(
    '/prompts',
    {
      config: { permission: 'config.read' },
      schema: { tags, summary: 'All prompts.', response: { 200: replySchema, ...FAULTS } },
    },
    async () => {
      const versions = await listPromptVersions(db)
      const texts = await shippedPromptTexts(shippedPromptsDir)
      const promptIds = new Set([...PROMPTS, ...versions.map(({ promptId }) => promptId)])
      return {
        prompts: [...promptIds].map((promptId) => ({
          promptId,
          languages: LANGUAGES.map((language) => voiceOf({ promptId, language }, versions, texts)),
        })),
      }
    },
  )

  api.get(
    '/prompts/:promptId/versions',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'The uploaded versions of a prompt, newest first.',
        params: z.object({ promptId: promptIdSchema }),
        querystring: z.strictObject({ language: z.enum(LANGUAGES).optional() }),
        response: { 200: z.object({ versions: list(promptVersionSchema) }), ...FAULTS },
      },
    },
    async ({ params: { promptId }, query: { language } }) => {
      const only = language === undefined ? { promptId } : { promptId, language }
      const versions = await listPromptVersions(db, only)
      if (versions.length === 0) await requireKnown(db, promptId)
      return { versions: versions.map((version) => promptVersionView(version, timeZone)) }
    },
  )
  changeRoutes(api, options)
  soundRoute(api, options)
}

function voiceOf(
  { promptId, language }: PromptKey,
  versions: readonly PromptVersion[],
  texts: ReadonlyMap<string, string>,
) {
  const own = versions.filter((row) => row.promptId === promptId && row.language === language)
  return {
    language,
    text: texts.get(`${language}/${promptId}`) ?? null,
    activeVersion: own.find(({ isActive }) => isActive)?.version ?? null,
    versions: own.length,
  }
}

async function requireKnown(db: Queryable, promptId: PromptId): Promise<void> {
  if (PROMPTS.includes(promptId) || promptId === BEEP) return
  if ((await listPromptVersions(db, { promptId })).length === 0) throw notFound('No such prompt.')
}

function changeRoutes(api: Api, options: AppOptions): void {
  const { db, clock, promptsDir, reloadConfig } = options

  api.post(
    '/prompts/:promptId/versions/:version/activate',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Let callers hear this version from the next time on.',
        params: z.object({ promptId: promptIdSchema, version: versionSchema }),
        querystring,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const { promptId, version } = request.params
      const key = { promptId, language: request.query.language }
      const wanted = version === 'default' ? null : version
      const outcome = await activatePromptVersion(db, key, wanted, (tx) =>
        audit(
          options,
          request,
          { ...promptEntity(key), action: 'prompt.activated', details: { version } },
          tx,
        ),
      )
      resultOf(outcome)
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )

  api.delete(
    '/prompts/:promptId/versions/:version',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Delete a version that callers do not hear.',
        params: z.object({ promptId: promptIdSchema, version: numberSchema }),
        querystring,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const { promptId, version } = request.params
      const key = { promptId, language: request.query.language }
      const gone = { version, at: clock.now() }
      const outcome = await deletePromptVersion(db, key, gone, (tx, { sha256 }) =>
        audit(
          options,
          request,
          { ...promptEntity(key), action: 'prompt.deleted', details: { version, sha256 } },
          tx,
        ),
      )
      await removePromptFile(promptFileOf(promptsDir, resultOf(outcome)))
      return reply.code(204).send(null)
    },
  )
}

function soundRoute(api: Api, options: AppOptions): void {
  api.get(
    '/prompts/:promptId/versions/:version/audio',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'The sound of a version. Takes one byte range.',
        params: z.object({ promptId: promptIdSchema, version: versionSchema }),
        querystring,
        response: { 200: sound, 206: sound, ...FAULTS },
      },
    },
    async (request, reply) => {
      const { promptId, version } = request.params
      const file = await fileOf(options, { promptId, language: request.query.language }, version)
      const bytes = file === null ? null : await readPromptFile(file)
      if (bytes === null) throw notFound('There is no such version of the prompt.')
      return play(bytes, request, reply)
    },
  )
}

async function fileOf(
  { db, promptsDir, shippedPromptsDir }: AppOptions,
  key: { readonly promptId: PromptId; readonly language: Language },
  version: number | 'default',
): Promise<string | null> {
  if (version === 'default') return shippedPromptFile(shippedPromptsDir, key.promptId, key.language)
  const row = await findPromptVersion(db, key, version)
  return row === null ? null : promptFileOf(promptsDir, row)
}

function play(bytes: Buffer, request: FastifyRequest, reply: FastifyReply) {
  const size = bytes.length
  const range = rangeOf(request.headers.range, size)
  void reply.header('accept-ranges', 'bytes').header('cache-control', 'private, no-cache')
  if (range === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${size}`)
    throw new ApiError(416, 'range_not_satisfiable', `The prompt has ${size} bytes.`)
  }
  void reply.type('audio/wav')
  if (range === 'whole') return reply.send(bytes)
  const { first, last } = range
  void reply.code(206).header('content-range', `bytes ${first}-${last}/${size}`)
  return reply.send(bytes.subarray(first, last + 1))
}
