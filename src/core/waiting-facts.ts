// What happens to callers while they wait.
import type { QueueId } from './config.ts'
import type { Estimate, RestoredEstimate } from './estimates.ts'
import type { CallId } from './inputs.ts'
import type { PromptId } from './prompts.ts'

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
      readonly kind: 'greeting' | 'comfort' | 'news'
      readonly prompts: readonly PromptId[]
      /** How many were said to be ahead; null if that was not said. */
      readonly ahead: number | null
    })
  | (OfCall & { readonly type: 'call.prompt_ended' })
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
