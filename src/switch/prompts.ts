// Which file a prompt is at the moment: the recorded version that is active, or the one that ships. The
// map is replaced as a whole while calls go on; what is played next is played from the new one.
import { DEFAULT_LANGUAGE, type Language, type PromptId } from '../core/prompts.ts'
import { shippedFileOf } from './commands.ts'
import { isPlayable } from './encoding.ts'

export interface RecordedPrompt {
  readonly promptId: PromptId
  readonly language: Language
  /** Absolute, and the same on the switch. */
  readonly file: string
}

export class PromptFiles {
  #files: ReadonlyMap<string, string> = new Map()

  replace(recorded: readonly RecordedPrompt[]): void {
    // One that cannot be played would leave the caller with nothing at all.
    const playable = recorded.filter(({ file }) => isPlayable(file))
    this.#files = new Map(playable.map((prompt) => [keyOf(prompt), prompt.file]))
  }

  /** What there is no voice for in a language, recorded or shipped, is said in Mandarin. */
  fileOf(promptId: PromptId, language: Language): string {
    const recorded = this.#files.get(keyOf({ promptId, language }))
    if (recorded !== undefined) return recorded
    const shipped = shippedFileOf(promptId, language)
    const isMandarin = shipped === shippedFileOf(promptId, DEFAULT_LANGUAGE)
    if (!isMandarin) return shipped
    return this.#files.get(keyOf({ promptId, language: DEFAULT_LANGUAGE })) ?? shipped
  }
}

function keyOf({ promptId, language }: Pick<RecordedPrompt, 'promptId' | 'language'>): string {
  return `${language}/${promptId}`
}
