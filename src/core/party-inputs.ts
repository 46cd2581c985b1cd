// What an agent asks for within a call besides hold: somebody else to be consulted, to take over or to
// join, and the buttons for calls that go wrong. The answer may be a Rejection; then nothing has changed.
import type { AgentId, QueueId } from './config.ts'
import type { CallId, LegId } from './inputs.ts'
import type { UnitId } from './party-facts.ts'

/** Whom the agent names. The number of a unit is looked up; an outside number has been permitted. */
export type WantedTarget =
  | { readonly kind: 'agent'; readonly agentId: AgentId }
  | { readonly kind: 'unit'; readonly unitId: UnitId }
  | { readonly kind: 'number'; readonly number: string }

interface OfAgent {
  readonly at: number
  readonly agentId: AgentId
  /** Asked at one of the agent's consoles; absent where nobody but the agent's own program can ask. */
  readonly consoleId?: string
}

export type PartyRequest =
  | (OfAgent & { readonly type: 'agent.consult_requested'; readonly target: WantedTarget })
  | (OfAgent & { readonly type: 'agent.consult_cancel_requested' })
  | (OfAgent & { readonly type: 'agent.consult_complete_requested' })
  | (OfAgent & { readonly type: 'agent.consult_swap_requested' })
  /** Caller, agent and whoever is consulted, together. */
  | (OfAgent & { readonly type: 'agent.conference_requested' })
  | (OfAgent & { readonly type: 'agent.party_remove_requested'; readonly legId: LegId })
  /** The agent leaves; the caller stays with the others, or with whoever is being rung. */
  | (OfAgent & { readonly type: 'agent.leave_requested' })
  | (OfAgent & { readonly type: 'agent.transfer_requested'; readonly target: WantedTarget })
  | (OfAgent & {
      readonly type: 'agent.return_requested'
      /** Null: the call's own queue. */
      readonly queueId: QueueId | null
      /** Null: ahead of everybody of the queue's own priority. */
      readonly priority: number | null
    })
  /** Ring an emergency number at once; `blind`: without waiting for the answer. */
  | (OfAgent & {
      readonly type: 'agent.emergency_requested'
      readonly unitId: UnitId
      readonly isBlind: boolean
    })
  | (OfAgent & { readonly type: 'agent.mute_requested' })
  | (OfAgent & { readonly type: 'agent.unmute_requested' })
  | (OfAgent & { readonly type: 'agent.digits_requested'; readonly digits: string })
  | (OfAgent & { readonly type: 'agent.urgency_flag_requested' })
  | (OfAgent & { readonly type: 'agent.nuisance_flag_requested' })
  | (OfAgent & { readonly type: 'agent.help_requested' })
  | (OfAgent & { readonly type: 'agent.silent_close_requested' })

/** Of a shift leader. */
export type HelpAnswer = {
  readonly at: number
  readonly type: 'call.help_answer_requested'
  readonly callId: CallId
  readonly userId: number
}

const PARTY_REQUESTS: ReadonlySet<string> = new Set([
  'agent.consult_requested',
  'agent.consult_cancel_requested',
  'agent.consult_complete_requested',
  'agent.consult_swap_requested',
  'agent.conference_requested',
  'agent.party_remove_requested',
  'agent.leave_requested',
  'agent.transfer_requested',
  'agent.return_requested',
  'agent.emergency_requested',
  'agent.mute_requested',
  'agent.unmute_requested',
  'agent.digits_requested',
  'agent.urgency_flag_requested',
  'agent.nuisance_flag_requested',
  'agent.help_requested',
  'agent.silent_close_requested',
] satisfies PartyRequest['type'][])

export function isPartyRequest<I extends { readonly type: string }>(
  input: I,
): input is Extract<I, { readonly type: PartyRequest['type'] }> {
  return PARTY_REQUESTS.has(input.type)
}
