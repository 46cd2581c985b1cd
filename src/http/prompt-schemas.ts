// Prompts as the API shows them and takes their names.
import { z } from 'zod'
import { isoTime } from '../core/iso-times.ts'
import { DEFAULT_LANGUAGE, LANGUAGES, PROMPT_ID } from '../core/prompts.ts'
import type { PromptKey, PromptVersion } from '../store/prompts.ts'
import { count, timeSchema } from './fields.ts'

export const promptIdSchema = z
  .string()
  .regex(PROMPT_ID, 'a small letter, then up to 39 small letters, digits or _')
export const languageSchema = z
  .enum(LANGUAGES)
  .default(DEFAULT_LANGUAGE)
  .describe('cmn: Mandarin. yue: Cantonese. en: English.')

export const promptVersionSchema = z.object({
  promptId: z.string(),
  language: z.enum(LANGUAGES),
  version: count,
  isActive: z.boolean(),
  sha256: z.string(),
  sizeBytes: count,
  durationMs: count,
  uploadedBy: z.string(),
  uploadedAt: timeSchema,
  note: z.string().nullable(),
})

export function promptVersionView(row: PromptVersion, timeZone: string) {
  const { deletedAt: _, ...version } = row
  return { ...version, uploadedAt: isoTime(row.uploadedAt, timeZone) }
}

/** What the audit log knows it by. */
export function promptEntity({ promptId, language }: PromptKey) {
  return { entity: 'prompt', entityId: `${language}/${promptId}` }
}
