// The files of recorded prompts, which the switch reads under the same name: a file a version, written
// whole or not at all and never again. And what ships: its texts and its sound.
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Language, PromptId } from '../core/prompts.ts'
import type { PromptVersion } from './prompts.ts'

type Named = Pick<PromptVersion, 'promptId' | 'language' | 'version'>

export function promptFileOf(promptsDir: string, { promptId, language, version }: Named): string {
  return join(promptsDir, language, `${promptId}.${version}.wav`)
}

/** The caller has seen to it that the version is new. */
export async function writePromptFile(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = join(dirname(path), `.${randomUUID()}.part`)
  await mkdir(dirname(path), { recursive: true })
  try {
    const file = await open(unfinished, 'wx', 0o644)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  } catch (cause) {
    await rm(unfinished, { force: true })
    throw cause
  }
}

export async function removePromptFile(path: string): Promise<void> {
  await rm(path, { force: true })
}

/** Null where it is not there. At 8 kHz two minutes are 2 MB, so it is read whole. */
export async function readPromptFile(path: string): Promise<Buffer | null> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw cause
  })
}

/** Null where a prompt does not ship in the language itself. */
export function shippedPromptFile(
  shippedDir: string,
  promptId: PromptId,
  language: Language,
): string | null {
  if (language === 'en') return null
  return join(shippedDir, language === 'cmn' ? '' : language, `${promptId}.wav`)
}

/** The spoken texts by `<language>/<promptId>`; empty where they do not lie with the service. */
export async function shippedPromptTexts(shippedDir: string): Promise<ReadonlyMap<string, string>> {
  const written = await readPromptFile(join(shippedDir, 'prompts.txt'))
  const lines = (written?.toString('utf8') ?? '').split('\n')
  const texts = lines.filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    texts.map((line) => {
      const [promptId = '', language = '', text = ''] = line.split('|')
      return [`${language}/${promptId}`, text]
    }),
  )
}
