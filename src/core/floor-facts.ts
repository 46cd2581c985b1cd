// What shift leaders did on the floor; each with who did it. What follows from it, a new state or an offer,
// is a fact of its own like any other.
import type { AgentId, QueueId } from './config.ts'
import type { CallId } from './inputs.ts'

interface By {
  readonly at: number
  readonly by: string
}
interface OfCall extends By {
  readonly callId: CallId
}

export type FloorFact =
  | (OfCall & {
      readonly type: 'call.reassigned'
      readonly queueId: QueueId
      readonly fromQueueId: QueueId
      readonly priority: number
      /** What its place among equals goes by from now on; the clock `queuedAt` stands. */
      readonly placeAt: number
    })
  /** It rings at `agentId` next; `fromAgentIds` are those whose phones were stopped for it. */
  | (OfCall & {
      readonly type: 'call.moved'
      readonly agentId: AgentId
      readonly fromAgentIds: readonly AgentId[]
    })
  | (OfCall & { readonly type: 'call.release_requested'; readonly note: string })
  | (By & {
      readonly type: 'agent.state_forced'
      readonly agentId: AgentId
      readonly fromPhase: 'not_ready' | 'ready' | 'offered' | 'wrap_up'
      readonly toPhase: 'ready' | 'not_ready' | 'signed_out'
      readonly note: string
    })
  | (By & {
      readonly type: 'agent.reskilled'
      readonly agentId: AgentId
      readonly skills: readonly string[]
      readonly note: string
    })

const TYPES: ReadonlySet<string> = new Set<FloorFact['type']>([
  'call.reassigned',
  'call.moved',
  'call.release_requested',
  'agent.state_forced',
  'agent.reskilled',
])

export function isFloorFact<F extends { readonly type: string }>(
  fact: F,
): fact is Extract<F, { readonly type: FloorFact['type'] }> {
  return TYPES.has(fact.type)
}
