// What happens to callers while they wait.
import type { QueueId } from './config.ts'
import type { Estimate, RestoredEstimate } from './estimates.ts'
import type { CallId, Digit } from './inputs.ts'
import type { PromptId } from './prompts.ts'
import type { WaitingKey } from './waiting-policy.ts'

interface At {
  readonly at: number
}
interface OfCall extends At {
  readonly callId: CallId
}

export type WaitingFact =
  /** The caller is told something, on top of the music. */
  | (OfCall & {
      readonly type: 'call.prompted'
      readonly kind: 'greeting' | 'comfort' | 'news' | 'answer'
      readonly prompts: readonly PromptId[]
      /** How many were said to be ahead; null if that was not said. */
      readonly ahead: number | null
    })
  | (OfCall & { readonly type: 'call.prompt_ended' })
  | (OfCall & {
      readonly type: 'call.key_pressed'
      readonly digit: Digit
      readonly action: WaitingKey['action']
    })
  /** By the caller's own key. The clock of the wait stands. */
  | (OfCall & {
      readonly type: 'call.changed_queue'
      readonly queueId: QueueId
      readonly fromQueueId: QueueId
      readonly priority: number
    })
  /** The caller would rather leave a message; the prompt plays. */
  | (OfCall & { readonly type: 'call.message_started' })
  /** What the caller says is on record from now on. */
  | (OfCall & {
      readonly type: 'call.message_recorded'
      readonly queueId: QueueId
      readonly path: string
    })
  /** The caller, or the limit, ended it; thanks and goodbye follow. */
  | (OfCall & { readonly type: 'call.message_finished' })
  /** How much longer the wait will be; `isSaid`: the caller was told. */
  | (OfCall &
      Estimate & {
        readonly type: 'call.estimated'
        readonly queueId: QueueId
        readonly isSaid: boolean
      })

/** What earlier runs have learned about waits. */
export type EstimatesFact = At & {
  readonly type: 'estimates.restored'
  readonly outcomes: readonly RestoredEstimate[]
  readonly talk: readonly { readonly queueId: QueueId; readonly talkMs: number }[]
  readonly wrapUpMs: number | null
}

const TYPES: ReadonlySet<string> = new Set<WaitingFact['type']>([
  'call.prompted',
  'call.prompt_ended',
  'call.key_pressed',
  'call.changed_queue',
  'call.message_started',
  'call.message_recorded',
  'call.message_finished',
  'call.estimated',
])

export function isWaitingFact<F extends { readonly type: string }>(
  fact: F,
): fact is Extract<F, { readonly type: WaitingFact['type'] }> {
  return TYPES.has(fact.type)
}
