// What a queue's callers hear and may press while they wait; the administrators decide it per queue.
import type { QueueId } from './config.ts'
import type { Digit } from './inputs.ts'
import type { Language, PromptId } from './prompts.ts'

/** What a key does. `queue` and `number` are the ways out: to another queue, or to what another number leads to. */
export type WaitingKey =
  | { readonly digit: Digit; readonly action: 'callback' }
  | { readonly digit: Digit; readonly action: 'message' }
  | {
      readonly digit: Digit
      readonly action: 'queue'
      readonly queueId: QueueId
      /** Says where the key leads, up to the key's own name. */
      readonly prompt: PromptId
    }
  | {
      readonly digit: Digit
      readonly action: 'number'
      readonly number: string
      readonly prompt: PromptId
    }

/** Times are milliseconds. */
export interface WaitingPolicy {
  /** Of everything that the queue's callers are told, in hold and farewell too; null: the queue's own. */
  readonly language: Language | null
  /** Said once, before the music: who answers, and that the call is recorded. */
  readonly greeting: readonly PromptId[]
  /** Said in turn where there is nothing new to say. */
  readonly comfort: readonly PromptId[]
  /** From the beginning of one prompt to that of the next. No more than 30 s of music alone. */
  readonly promptEveryMs: number
  /** Place, estimate and keys are news: said at least this far apart, with comfort in between. */
  readonly newsEveryMs: number
  readonly saysPosition: boolean
  readonly saysEstimate: boolean
  /** The keys are told of from this wait on. They work from the first moment. */
  readonly keysAfterMs: number
  readonly keys: readonly WaitingKey[]
  /** The longest message that is taken. */
  readonly messageMsMax: number
}

export const WAITING_DEFAULTS: WaitingPolicy = {
  language: null,
  greeting: ['greeting', 'recording_notice'],
  comfort: ['comfort_1', 'comfort_2'],
  promptEveryMs: 25_000,
  newsEveryMs: 45_000,
  saysPosition: true,
  saysEstimate: true,
  keysAfterMs: 20_000,
  keys: [
    { digit: '1', action: 'callback' },
    { digit: '2', action: 'message' },
  ],
  messageMsMax: 120_000,
}
