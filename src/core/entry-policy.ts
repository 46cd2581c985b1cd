// Who may enter a queue and how long they may stay: data that administrators edit. The rules are in
// queue-entry.ts. Nothing here closes anything by default.
import type { QueueId } from './config.ts'
import type { Digit } from './inputs.ts'
import type { OpeningHours } from './opening.ts'
import type { Language } from './routing-policy.ts'

/**
 * Where callers go who cannot be taken, each by its reason: another queue, such as the night's or the one
 * that takes the overflow. Null: they are told why, and the call ends.
 */
export interface AdmissionPolicy {
  readonly hours: OpeningHours | null
  readonly closedQueueId: QueueId | null
  /** When `waitingMax` callers wait. */
  readonly fullQueueId: QueueId | null
  /** When nobody of the right skills is signed in and `joinWhenEmpty` is off. */
  readonly emptyQueueId: QueueId | null
  /** Those who wait leave as well when the last agent signs out. */
  readonly leaveWhenEmpty: boolean
  /** Newcomers are deflected when so many wait, before the queue is full. */
  readonly overloadWaitingMin: number | null
  /** Newcomers are deflected when they would probably wait this long. */
  readonly overloadEstimateMsMin: number | null
  readonly overloadQueueId: QueueId | null
  /** The longest wait. */
  readonly waitMsMax: number | null
  readonly timedOutQueueId: QueueId | null
  /** Who gave up and calls again within this time regains the place in the queue; 0: nobody does. */
  readonly regainMsMax: number
}

export const ADMISSION_DEFAULTS: AdmissionPolicy = {
  hours: null,
  closedQueueId: null,
  fullQueueId: null,
  emptyQueueId: null,
  leaveWhenEmpty: false,
  overloadWaitingMin: null,
  overloadEstimateMsMin: null,
  overloadQueueId: null,
  waitMsMax: null,
  timedOutQueueId: null,
  regainMsMax: 0,
}

/** What a number does before its queue. */
export interface NumberEntry {
  readonly hours: OpeningHours | null
  /** Where callers go outside the hours; null: they are told, and the call ends. */
  readonly closedQueueId: QueueId | null
  /** One question, one key: the only menu there is. Empty: none, which is the rule (GB/T 33358). */
  readonly languages: readonly LanguageChoice[]
}

export interface LanguageChoice {
  readonly digit: Digit
  readonly language: Language
  /** Null: the number's own queue. */
  readonly queueId: QueueId | null
}

export const ENTRY_DEFAULTS: NumberEntry = { hours: null, closedQueueId: null, languages: [] }

/** An emergency of the whole hotline or of some queues, switched by the shift leader. */
export interface EmergencyMode {
  /** `announce`: callers hear the prompt and then wait as ever. `close`: they hear it, and the call ends. */
  readonly action: 'announce' | 'close'
  /** Null: all. */
  readonly queueIds: readonly QueueId[] | null
  readonly reason: string
  readonly since: number
  readonly by: string
}
