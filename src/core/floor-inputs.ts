// What a shift leader asks for on the floor: for a call that waits or rings, for an agent, for any call.
import type { AgentId, QueueId } from './config.ts'
import type { CallId, ChosenNotReadyReason } from './inputs.ts'

interface OfFloor {
  readonly at: number
  /** The user who asks, by name. */
  readonly by: string
}
interface OfCall extends OfFloor {
  readonly callId: CallId
}
interface OfAgent extends OfFloor {
  readonly agentId: AgentId
  /** Why, in the leader's words. */
  readonly note: string
}

/** The answer may be a Rejection, and then nothing has changed. */
export type FloorInput =
  /** To another queue, priority or place; what is null stays. `position` counts from 1 within the queue. */
  | (OfCall & {
      readonly type: 'floor.reassign_requested'
      readonly queueId: QueueId | null
      readonly priority: number | null
      readonly position: number | null
    })
  /** To one agent, whatever their skills; a phone that rings for the call meanwhile is stopped. */
  | (OfCall & { readonly type: 'floor.move_requested'; readonly agentId: AgentId })
  /** Hang it up. */
  | (OfCall & { readonly type: 'floor.release_requested'; readonly note: string })
  | (OfAgent & { readonly type: 'floor.ready_requested' })
  | (OfAgent & {
      readonly type: 'floor.not_ready_requested'
      readonly reason: ChosenNotReadyReason
    })
  | (OfAgent & { readonly type: 'floor.sign_out_requested' })
  /** The new skills are in the configuration already, or will be in a moment. */
  | (OfAgent & { readonly type: 'floor.reskill_requested'; readonly skills: readonly string[] })

const TYPES: ReadonlySet<string> = new Set<FloorInput['type']>([
  'floor.reassign_requested',
  'floor.move_requested',
  'floor.release_requested',
  'floor.ready_requested',
  'floor.not_ready_requested',
  'floor.sign_out_requested',
  'floor.reskill_requested',
])

export function isFloorInput<I extends { readonly type: string }>(
  input: I,
): input is Extract<I, { readonly type: FloorInput['type'] }> {
  return TYPES.has(input.type)
}
