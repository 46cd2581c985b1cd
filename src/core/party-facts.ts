// Third parties in a citizen's call: a colleague, a department or an outside number that is consulted,
// takes the call over or joins it; and what else an agent does within a call. Same rules as facts.ts.
import type { AgentId, QueueId } from './config.ts'
import type { CallId, LegId } from './inputs.ts'

export type UnitId = string

/** Whom a leg of a third party rings. A unit's number is the one that was dialled. */
export type PartyTarget =
  | { readonly kind: 'agent'; readonly agentId: AgentId }
  | { readonly kind: 'unit'; readonly unitId: UnitId; readonly number: string }
  | { readonly kind: 'number'; readonly number: string }

/** Where a caller may be handed on to: besides a party, a queue. */
export type TransferTarget = PartyTarget | { readonly kind: 'queue'; readonly queueId: QueueId }

export const PARTY_PURPOSES = ['consult', 'transfer', 'recall', 'emergency'] as const
/**
 * Why a third party is rung. `recall`: the agent who transferred, because nobody took the transfer.
 * `emergency`: caller and agent talk on while it rings, and all three are together at the answer.
 */
export type PartyPurpose = (typeof PARTY_PURPOSES)[number]

export const PARTY_OUTCOMES = [
  'left',
  'released',
  'cancelled',
  'no_answer',
  'busy',
  'unreachable',
  'failed',
  'call_ended',
] as const
/**
 * How a party's leg ended: it hung up, we hung up after it had answered, we stopped its ringing, it did
 * not take the call in one of three ways, our side could not join it, or the caller had gone.
 */
export type PartyOutcome = (typeof PARTY_OUTCOMES)[number]

export const TRANSFER_MODES = ['blind', 'consult', 'recall', 'conference', 'emergency'] as const
export type TransferMode = (typeof TRANSFER_MODES)[number]

/** What is asked of a party's leg and not yet confirmed: join the caller, come back to the agent, join all. */
export type PartyWish = 'caller' | 'agent' | 'conference'

export const SURVEY_SCALES = [3, 5] as const
/** Keys 1 to this. */
export type SurveyScale = (typeof SURVEY_SCALES)[number]

interface OfCall {
  readonly at: number
  readonly callId: CallId
}
interface OfParty extends OfCall {
  readonly legId: LegId
  readonly target: PartyTarget
}

export type PartyFact =
  /** `agentId` asked for it; null where nobody of ours is on the call any more. */
  | (OfParty & {
      readonly type: 'party.dialled'
      readonly agentId: AgentId | null
      readonly purpose: PartyPurpose
    })
  | (OfParty & { readonly type: 'party.answered'; readonly ringMs: number })
  /** After a restart: one that the switch shows with the call. */
  | (OfParty & {
      readonly type: 'party.adopted'
      readonly agentId: AgentId | null
      readonly purpose: PartyPurpose
      readonly state: 'joined' | 'aside' | 'conference'
    })
  | (OfParty & { readonly type: 'party.wanted'; readonly wish: PartyWish | null })
  /** Hears the agent (the caller is on hold) from now on. */
  | (OfParty & { readonly type: 'party.joined' })
  /** Hears music while the agent is with the caller. */
  | (OfParty & { readonly type: 'party.set_aside' })
  | (OfParty & {
      readonly type: 'party.ended'
      readonly purpose: PartyPurpose
      /** Who had it rung. */
      readonly agentId: AgentId | null
      readonly outcome: PartyOutcome
      readonly ringMs: number
      /** From the answer; null if there was none. */
      readonly talkMs: number | null
      readonly cause: string
    })
  /** The agent has left the call to somebody who has not answered, or has not been joined, yet. */
  | (OfCall & {
      readonly type: 'call.transfer_started'
      readonly agentId: AgentId
      readonly mode: TransferMode
      readonly target: TransferTarget
    })
  /** The caller hears the new party. `toAgentId` is responsible from now on; null: nobody of ours. */
  | (OfParty & {
      readonly type: 'call.transferred'
      readonly mode: TransferMode
      readonly agentId: AgentId | null
      readonly toAgentId: AgentId | null
      readonly queueId: QueueId | null
      /** From the flag of an emergency to here; null where none was flagged. */
      readonly sinceFlaggedMs: number | null
    })
  | (OfCall & {
      readonly type: 'call.transfer_failed'
      readonly mode: TransferMode
      readonly agentId: AgentId
      readonly target: PartyTarget
      readonly outcome: PartyOutcome
    })
  | (OfCall & { readonly type: 'call.conference_started'; readonly agentId: AgentId })
  /** One leg more hears and is heard; the caller's and the agent's are among them. */
  | (OfCall & { readonly type: 'call.conference_joined'; readonly legId: LegId })
  | (OfCall & { readonly type: 'call.conference_left'; readonly legId: LegId })
  | (OfCall & { readonly type: 'call.conference_ended' })
  /** After a restart: who is in it. */
  | (OfCall & { readonly type: 'call.conference_adopted'; readonly legIds: readonly LegId[] })
  | (OfCall & { readonly type: 'call.muted'; readonly agentId: AgentId })
  | (OfCall & {
      readonly type: 'call.unmuted'
      readonly agentId: AgentId
      readonly mutedMs: number
    })
  /** Muted for so long that hold is the proper way. */
  | (OfCall & { readonly type: 'call.mute_prolonged'; readonly agentId: AgentId })
  | (OfCall & {
      readonly type: 'call.digits_sent'
      readonly agentId: AgentId
      readonly legId: LegId
      /** How many; the digits themselves may be a secret. */
      readonly count: number
    })
  /** The caller hears the emergency service; the agent does too where it is warm. */
  | (OfParty & {
      readonly type: 'call.emergency_connected'
      readonly agentId: AgentId | null
      readonly isWarm: boolean
      readonly sinceFlaggedMs: number | null
    })
  | (OfCall & { readonly type: 'call.urgency_flagged'; readonly agentId: AgentId })
  | (OfCall & { readonly type: 'call.nuisance_flagged'; readonly agentId: AgentId })
  | (OfCall & { readonly type: 'call.help_requested'; readonly agentId: AgentId })
  /** A shift leader took notice; `userId` is theirs. */
  | (OfCall & {
      readonly type: 'call.help_answered'
      readonly agentId: AgentId
      readonly userId: number
      readonly responseMs: number
    })
  /** The agent could not hear the caller; the phrase of R-053 is played and ends the call. */
  | (OfCall & { readonly type: 'call.closed_silent'; readonly agentId: AgentId })
  | (OfCall & {
      readonly type: 'call.survey_started'
      readonly agentId: AgentId
      readonly queueId: QueueId
      readonly scale: SurveyScale
    })
  | (OfCall & { readonly type: 'call.survey_asked' })
  /** `score` is null where the caller pressed nothing valid in time, or hung up. */
  | (OfCall & {
      readonly type: 'call.surveyed'
      readonly agentId: AgentId | null
      readonly queueId: QueueId | null
      readonly scale: SurveyScale
      readonly score: number | null
    })

export const PARTY_FACTS: ReadonlySet<string> = new Set([
  'party.dialled',
  'party.answered',
  'party.adopted',
  'party.wanted',
  'party.joined',
  'party.set_aside',
  'party.ended',
  'call.transfer_started',
  'call.transferred',
  'call.transfer_failed',
  'call.conference_started',
  'call.conference_joined',
  'call.conference_left',
  'call.conference_ended',
  'call.conference_adopted',
  'call.muted',
  'call.unmuted',
  'call.mute_prolonged',
  'call.digits_sent',
  'call.emergency_connected',
  'call.urgency_flagged',
  'call.nuisance_flagged',
  'call.help_requested',
  'call.help_answered',
  'call.closed_silent',
  'call.survey_started',
  'call.survey_asked',
  'call.surveyed',
] satisfies PartyFact['type'][])

export function isPartyFact<F extends { readonly type: string }>(
  fact: F,
): fact is Extract<F, { readonly type: PartyFact['type'] }> {
  return PARTY_FACTS.has(fact.type)
}

/** Agents whom the fact is about besides its `agentId`: who is rung, takes over, or had asked. */
export function agentsOf(fact: PartyFact): readonly AgentId[] {
  const rung = 'target' in fact && fact.target.kind === 'agent' ? [fact.target.agentId] : []
  return fact.type === 'call.transferred' && fact.toAgentId !== null
    ? [...rung, fact.toAgentId]
    : rung
}
