// What callers are told. A prompt is known by its name, in several languages and versions; which file
// that is at the moment, the switch adapter knows. The texts of those that a new hotline begins with are
// in `dialplan/prompts/prompts.txt`.
import type { State } from './state.ts'

/** Of prompts: espeak-ng's and ISO 639-3's names of Mandarin and Cantonese, and English. */
export const LANGUAGES = ['cmn', 'yue', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
export const DEFAULT_LANGUAGE: Language = 'cmn'

/** Numbers that can be said of people before one and of minutes to wait. */
export const SAID_NUMBERS = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
  ...[25, 30, 40, 50, 60],
] as const

/** The prompts that ship with the hotline, in Mandarin and in Cantonese; `whisper_…` is for agents' ears. */
export const PROMPTS: readonly string[] = [
  ...['unknown_number', 'queue_full', 'no_agent', 'hold_begin', 'hold_end', 'hold_reassurance'],
  ...['closed', 'deflected', 'timed_out', 'emergency', 'language_choice'],
  ...['reconnecting', 'greeting', 'recording_notice', 'comfort_1', 'comfort_2'],
  ...['position_next', 'position_before', 'position_after', 'position_many'],
  ...['estimate_short', 'estimate_before', 'estimate_to', 'estimate_after', 'estimate_over'],
  ...['key_callback', 'key_message', 'key_queue', 'callback_taken', 'key_unavailable'],
  ...['leave_message', 'message_saved'],
  ...LANGUAGES.map((language) => `whisper_${language}`),
  ...['transferring', 'silent_closing', 'survey_3', 'survey_5', 'survey_thanks'],
  ...SAID_NUMBERS.map((number) => `number_${number}`),
  ...['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'star', 'hash'].map(
    (key) => `digit_${key}`,
  ),
]

/** Says that a message can be spoken now; the same in every language, and of no text. */
export const BEEP = 'beep'

/** One of `PROMPTS`, or one that an administrator added: small letters, digits and `_`. */
export type PromptId = string
export const PROMPT_ID = /^[a-z][a-z0-9_]{0,39}$/

/** In which language to speak on a call's leg: the caller's choice, or the queue's. */
export function languageOf(state: State, callId: string): Language {
  const call = state.calls.get(callId)
  const queue = state.queues.get(call?.queueId ?? '')
  const said = queue?.waiting.language ?? null
  if (call !== undefined && call.language !== null) return languageOfTag(call.language)
  return said ?? languageOfTag(queue?.routing.language ?? '')
}

/** Routing names languages by BCP 47: `zh-CN`, `yue`, `en`. What we have no prompts in is said in Mandarin. */
function languageOfTag(tag: string): Language {
  return LANGUAGES.find((language) => tag.split('-')[0] === language) ?? DEFAULT_LANGUAGE
}
