// What we decided has happened. State changes only by facts; rows, pushes, figures and reports are
// all made from them. Facts are past tense, immutable once recorded, and carry what a reader years
// later needs, so that no projection ever has to ask the live state.
import type { CallbackFact, OutboundFact } from './callback-facts.ts'
import type { AgentId, Config, QueueId } from './config.ts'
import type { FloorFact } from './floor-facts.ts'
import type {
  CallId,
  Digit,
  Disposition,
  LegId,
  LegSnapshot,
  MonitorMode,
  NodeId,
  NotReadyReason,
  Phrase,
  RestoredAgent,
  RestoredCall,
  RestoredCallback,
  RestoredCounts,
  RestoredQuarter,
  RestoredRecording,
} from './inputs.ts'
import type { PartyFact } from './party-facts.ts'
import type { PromptId } from './prompts.ts'
import type { RememberedFact } from './remembered.ts'
import type { Language } from './routing-policy.ts'
import type { AbsenceLimit, AfterCall, Checklist } from './seats.ts'
import type { Stretch } from './sound.ts'
import type { EstimatesFact, WaitingFact } from './waiting-facts.ts'

export const REFUSALS = [
  'unknown_number',
  'queue_full',
  'no_agent',
  'closed',
  'deflected',
  'timed_out',
  'emergency',
] as const
export type RefusalReason = (typeof REFUSALS)[number]

export const OFFER_OUTCOMES = [
  'answered',
  'rejected',
  'rona',
  'unreachable',
  'caller_abandoned',
  'withdrawn',
  'answered_elsewhere',
  'failed',
] as const
/**
 * How one ringing of one phone came out. `rona`: rang to its limit. `rejected`: the phone said busy or
 * declined. `answered_elsewhere`: another phone that rang for the call was picked up first. `unreachable`: the phone could not be rung. `failed`: our side could not join the two legs.
 */
export type OfferOutcome = (typeof OFFER_OUTCOMES)[number]

export const ENDINGS = [
  'served',
  'abandoned_waiting',
  'abandoned_ringing',
  ...REFUSALS,
  'lost_in_transfer',
  'message_left',
  'failed',
  'callback_taken',
  'not_reached',
  'withdrawn',
] as const
/**
 * How a call ended, one of a closed list; every call gets exactly one. `lost_in_transfer`: had been
 * answered, and hung up on the way to somebody else. `not_reached` and `withdrawn` are of calls that we
 * make: nobody answered there, or it was taken back before anybody was dialled.
 */
export type Ending = (typeof ENDINGS)[number]

/** Who spoke a phrase of a hold to the caller. */
export type PromptedBy = 'system' | 'agent'

/** `party`: the department or outside number that had taken the call over. */
export type HangupBy = 'caller' | 'agent' | 'party' | 'supervisor' | 'system' | 'unknown'

/**
 * What is wrong with a recording that is there. `stopped_early`: before its call ended. `wrong_length`:
 * more than a second off what the switch said it recorded.
 */
export const RECORDING_FLAWS = [
  'stopped_early',
  'wrong_length',
  'silent_caller',
  'silent_agent',
] as const
export type RecordingFlaw = (typeof RECORDING_FLAWS)[number]

interface At {
  readonly at: number
}
interface OfCall extends At {
  readonly callId: CallId
}
interface OfAgentLeg extends OfCall {
  readonly agentId: AgentId
  readonly legId: LegId
}

export type CallFact =
  | (OfCall & {
      readonly type: 'call.arrived'
      readonly legId: LegId
      readonly nodeId: NodeId
      readonly from: string
      readonly to: string
      /** When the switch made the caller's channel; calls belong to the calendar day of this moment. */
      readonly arrivedAt: number
    })
  | (OfCall & {
      readonly type: 'call.queued'
      readonly queueId: QueueId
      readonly priority: number
      /** The clock of R-003. It keeps this value when the call returns to its queue. */
      readonly queuedAt: number
      /** A place that the caller had given up before and regained; the clock is not that place's. */
      readonly placeAt?: number
    })
  /** One question, one key; see `NumberEntry`. */
  | (OfCall & { readonly type: 'call.language_asked' })
  /** Null: no key was pressed in time, and the queue's own language stands. */
  | (OfCall & {
      readonly type: 'call.language_chosen'
      readonly language: Language | null
      readonly digit: Digit | null
    })
  /** On to another queue, because the first cannot take the call or has kept it too long. */
  | (OfCall & {
      readonly type: 'call.diverted'
      readonly fromQueueId: QueueId
      readonly queueId: QueueId
      readonly priority: number
      readonly reason: RefusalReason
    })
  | (OfCall & {
      readonly type: 'call.refused'
      readonly reason: RefusalReason
      readonly queueId: QueueId | null
    })
  | (OfAgentLeg & { readonly type: 'call.offered'; readonly queueId: QueueId })
  /** The phone confirmed that it rings. */
  | (OfAgentLeg & { readonly type: 'call.ringing' })
  /** The agent's phone was picked up; caller and agent do not hear each other yet. */
  | (OfAgentLeg & {
      readonly type: 'call.answered'
      readonly queueId: QueueId
      readonly ringMs: number
      /** Whole ring cycles begun before the answer, from 1. */
      readonly rings: number
      readonly isLate: boolean
    })
  /** The agent alone is told which queue the call is from; the caller still hears music. */
  | (OfAgentLeg & { readonly type: 'call.whispered'; readonly prompts: readonly PromptId[] })
  /** The offer came to nothing. Answered offers end with `call.answered`, unless joining the legs failed. */
  | (OfAgentLeg & {
      readonly type: 'offer.ended'
      readonly queueId: QueueId
      readonly outcome: Exclude<OfferOutcome, 'answered'>
      readonly ringMs: number
      readonly rings: number
      readonly cause: string
    })
  /** Caller and agent hear each other for the first time with this agent. */
  | (OfAgentLeg & {
      readonly type: 'call.connected'
      readonly queueId: QueueId
      readonly arrivedAt: number
      readonly queuedAt: number
      readonly answeredAt: number
      /** answeredAt − queuedAt. */
      readonly waitMs: number
      /** waitMs is at most the queue's `answerMsMax`. */
      readonly isTimely: boolean
      /** False for the second and later agents of one call, which no rate counts again. */
      readonly isFirst: boolean
    })
  /** From now on the call may be offered to whom this step of its queue's policy names; 0: no step. */
  | (OfCall & {
      readonly type: 'call.widened'
      readonly queueId: QueueId
      readonly step: number
      readonly waitMs: number
    })
  /** It will probably not be answered in time: a second phone may ring beside the first. */
  | (OfCall & { readonly type: 'call.hurried'; readonly queueId: QueueId })
  /** Back at the head of its queue; `queuedAt` stands. */
  | (OfCall & {
      readonly type: 'call.requeued'
      readonly queueId: QueueId
      readonly reason: 'offer_ended' | 'phone_vanished' | 'returned' | 'transfer_failed'
      /** Absent: as it was. */
      readonly priority?: number
    })
  /** `beginPrompt`: who will have asked the caller to wait; null where nobody has yet. */
  | (OfAgentLeg & { readonly type: 'call.hold_requested'; readonly beginPrompt: PromptedBy | null })
  | (OfAgentLeg & {
      readonly type: 'call.held'
      readonly by: 'console' | 'phone'
      /** From 1 within the call. */
      readonly segment: number
      readonly beginPrompt: PromptedBy | null
    })
  | (OfAgentLeg & { readonly type: 'call.hold_warned' })
  | (OfAgentLeg & { readonly type: 'call.hold_limit_reached'; readonly count: number })
  | (OfAgentLeg & { readonly type: 'call.retrieve_requested' })
  | (OfAgentLeg & {
      readonly type: 'call.retrieved'
      readonly segment: number
      readonly holdMs: number
      /** holdMs is above the queue's `holdMsMax`; exactly the limit is not exceeded. */
      readonly isExceeded: boolean
      readonly endPrompt: PromptedBy | null
    })
  /** Longer than the queue's `prolongedMs`, for the `count`th time. */
  | (OfAgentLeg & {
      readonly type: 'call.hold_prolonged'
      readonly count: number
      readonly action: 'alarm' | 'suggest_callback'
    })
  /** The agent says to have spoken the phrase of that hold; `end` is said after the hold. */
  | (OfAgentLeg & {
      readonly type: 'call.phrase_confirmed'
      readonly segment: number
      readonly phrase: Phrase
    })
  | (OfCall & { readonly type: 'call.hang_up_requested'; readonly agentId: AgentId })
  | (OfCall & {
      readonly type: 'call.ended'
      readonly ending: Ending
      readonly queueId: QueueId | null
      /** The last agent on the call; null if nobody was. */
      readonly agentId: AgentId | null
      readonly hangupBy: HangupBy
      /** FreeSWITCH's name of the Q.850 cause. */
      readonly cause: string
      readonly arrivedAt: number
      /**
       * queuedAt → first answer; where there was none, → leaving the line for a callback, a message or a
       * refusal, or else → end. Null if the call was never queued, or if it ended unseen, during an outage.
       */
      readonly waitMs: number | null
      /** Conversation without hold; null if nobody was connected. */
      readonly talkMs: number | null
      /** All holds of the call, the open one included. */
      readonly holdMs: number
      /** The hold that the end of the call ended. */
      readonly openHold: {
        readonly segment: number
        readonly holdMs: number
        readonly isExceeded: boolean
      } | null
    })
  /** After a restart or an outage: a live call as the switch shows it. Replaces whatever was known of it. */
  | (OfCall & {
      readonly type: 'call.adopted'
      readonly nodeId: NodeId
      readonly caller: LegSnapshot
      readonly agent: LegSnapshot | null
      readonly queueId: QueueId
      readonly priority: number
      readonly arrivedAt: number
      readonly queuedAt: number
    })
  | (OfCall & {
      readonly type: 'call.written_up'
      readonly agentId: AgentId
      readonly disposition: Disposition
      readonly summary: string
    })
  /** Wrap-up ran out and nobody wrote the call up. */
  | (OfCall & { readonly type: 'call.left_unrecorded'; readonly agentId: AgentId })

export const MONITOR_ENDS = [
  'ended',
  'call_over',
  'not_answered',
  'hung_up',
  'taken_over',
  'failed',
] as const
/**
 * Why a supervisor's watching ended: asked for, the watched leg ended, their phone was not answered, their
 * phone hung up, they serve the call themselves now, or the switch could not do it.
 */
export type MonitorEnd = (typeof MONITOR_ENDS)[number]

interface OfMonitor extends OfCall {
  /** Who is watched: the agent on the call, or another supervisor. */
  readonly agentId: AgentId
  readonly supervisorId: AgentId
  /** Of the supervisor's phone. */
  readonly legId: LegId
  readonly mode: MonitorMode
}

export type SupervisionFact =
  /** The supervisor's phone rings. `by` is the user's name. */
  | (OfMonitor & {
      readonly type: 'monitor.requested'
      readonly targetLegId: LegId
      readonly by: string
    })
  | (OfMonitor & { readonly type: 'monitor.started' })
  /** The phone that is up already hears somebody else now; `agentId` and `callId` are the new ones. */
  | (OfMonitor & {
      readonly type: 'monitor.moved'
      readonly targetLegId: LegId
      readonly by: string
    })
  | (OfMonitor & { readonly type: 'monitor.mode_changed'; readonly by: string })
  | (OfMonitor & { readonly type: 'monitor.ended'; readonly reason: MonitorEnd })
  | (OfAgentLeg & {
      readonly type: 'call.take_over_requested'
      readonly fromAgentId: AgentId
      readonly by: string
    })
  /** Caller and supervisor hear each other; the call is the supervisor's, and `fromAgentId` has left it. */
  | (OfAgentLeg & {
      readonly type: 'call.taken_over'
      readonly fromAgentId: AgentId
      readonly fromLegId: LegId
      readonly by: string
    })
  /** The switch did not join them; the agent has the call as before. */
  | (OfAgentLeg & { readonly type: 'call.take_over_failed'; readonly reason: string })

/** What became of a leg; kept apart from calls because legs outlive them by some milliseconds. */
export type LegFact = At & {
  readonly type: 'leg.ended'
  readonly legId: LegId
  readonly callId: CallId
  readonly agentId: AgentId | null
  readonly cause: string
  readonly sipStatus: number | null
}

export type RecordingFact =
  | (OfCall & {
      readonly type: 'recording.requested'
      readonly path: string
      readonly legId: LegId
      /** Null for a message, which no agent takes. */
      readonly agentId: AgentId | null
    })
  | (OfCall & { readonly type: 'recording.started'; readonly path: string })
  | (OfCall & {
      readonly type: 'recording.stopped'
      readonly path: string
      readonly durationMs: number
    })
  | (OfCall & {
      readonly type: 'recording.verified'
      readonly path: string
      readonly durationMs: number
      readonly sizeBytes: number
      readonly sha256: string
      /** Where neither spoke for long, outside holds and pauses. Absent in facts of earlier versions. */
      readonly gaps?: readonly Stretch[]
    })
  /** There is a file, and it is not what it should be: an alarm like a missing one. */
  | (OfCall & {
      readonly type: 'recording.flawed'
      readonly path: string
      readonly durationMs: number
      readonly sizeBytes: number
      readonly sha256: string
      readonly gaps: readonly Stretch[]
      readonly flaws: readonly RecordingFlaw[]
    })
  /** It stopped while its call went on; another one was begun. */
  | (OfCall & { readonly type: 'recording.interrupted'; readonly path: string })
  /** Nothing of the call can be heard on it from here on, for something nobody else may hear. */
  | (OfCall & {
      readonly type: 'recording.paused'
      readonly path: string
      readonly agentId: AgentId
    })
  | (OfCall & {
      readonly type: 'recording.resumed'
      readonly path: string
      readonly reason: 'agent' | 'time_over' | 'not_masked'
    })
  /** No usable file exists: an alarm for the shift leader. */
  | (OfCall & {
      readonly type: 'recording.missing'
      readonly path: string
      readonly reason: string
    })

interface OfAgent extends At {
  readonly agentId: AgentId
}

export type AgentFact =
  /** `consoleId`: whose requests count from now on; absent for one without a console. */
  | (OfAgent & { readonly type: 'agent.signed_in'; readonly consoleId?: string })
  | (OfAgent & { readonly type: 'agent.signed_out' })
  /** `since` orders the idle: an offer that its caller abandoned does not send the agent to the end of the line. */
  | (OfAgent & { readonly type: 'agent.became_ready'; readonly since: number })
  /** `limit` only where the reason has one, or the agent comes back by themselves. */
  | (OfAgent & {
      readonly type: 'agent.became_not_ready'
      readonly reason: NotReadyReason
      readonly limit?: AbsenceLimit
    })
  | (OfAgent & {
      readonly type: 'agent.wrap_up_started'
      readonly callId: CallId
      /** Whose policy says how the wrap-up may end. */
      readonly queueId: QueueId | null
      readonly until: number
    })
  | (OfAgent & {
      readonly type: 'agent.wrap_up_extended'
      readonly callId: CallId
      readonly until: number
      /** How many this wrap-up has had, this one included. */
      readonly extensions: number
    })
  /** Held wrap-up: the limit is past and the call has no record yet. */
  | (OfAgent & { readonly type: 'agent.wrap_up_overran'; readonly callId: CallId })
  /** The reason's or the leave's limit is past and the agent is still away. */
  | (OfAgent & {
      readonly type: 'agent.absence_overran'
      readonly reason: NotReadyReason
      readonly since: number
      readonly limitMs: number
    })
  /** Not to be reached for longer than allowed, without leave: a conduct event. */
  | (OfAgent & {
      readonly type: 'agent.left_seat'
      readonly reason: NotReadyReason
      readonly since: number
    })
  | (OfAgent & { readonly type: 'agent.after_call_planned'; readonly plan: AfterCall })
  | (OfAgent & { readonly type: 'agent.after_call_cancelled' })
  /** Another console of the same agent signed in; the first is told and may ask for nothing more. */
  | (OfAgent & {
      readonly type: 'agent.console_changed'
      readonly consoleId: string
      readonly previousConsoleId: string
    })
  | (OfAgent & { readonly type: 'agent.checklist_done' } & Checklist)
  | (OfAgent & { readonly type: 'agent.phone_registered' })
  | (OfAgent & { readonly type: 'agent.phone_unregistered' })

interface OfLeave extends OfAgent {
  readonly requestId: string
}

/** Leave from the seat: asked for, given or not, and what became of it. */
export type OffSeatFact =
  | (OfLeave & {
      readonly type: 'off_seat.requested'
      readonly durationMs: number
      readonly note: string
    })
  /** `by` is null where the hotline's policy gave it by itself. */
  | (OfLeave & { readonly type: 'off_seat.approved'; readonly by: string | null })
  | (OfLeave & { readonly type: 'off_seat.refused'; readonly by: string; readonly note: string })
  /** By the agent, before or after the decision. */
  | (OfLeave & { readonly type: 'off_seat.cancelled' })
  /** Approved and not taken in time. */
  | (OfLeave & { readonly type: 'off_seat.expired' })

export type SystemFact =
  | (At & { readonly type: 'config.loaded'; readonly config: Config })
  | (At & {
      readonly type: 'history.restored'
      readonly agents: readonly RestoredAgent[]
      readonly calls: readonly RestoredCall[]
      readonly recordings: readonly RestoredRecording[]
      readonly counts: readonly RestoredCounts[]
      readonly quarters?: readonly RestoredQuarter[]
      readonly callbacks?: readonly RestoredCallback[] | undefined
    })
  | RememberedFact
  | (At & { readonly type: 'switch.lost'; readonly nodeId: NodeId })
  | (At & { readonly type: 'switch.synced'; readonly nodeId: NodeId })
  /**
   * The regular look at a switch that had been up all the time showed what no event had told, and it was put
   * right: `corrections` of ours and commands to the switch.
   */
  | (At & {
      readonly type: 'switch.drift_healed'
      readonly nodeId: NodeId
      readonly corrections: number
    })

export type Fact =
  | CallFact
  | PartyFact
  | SupervisionFact
  | FloorFact
  | LegFact
  | RecordingFact
  | AgentFact
  | OffSeatFact
  | SystemFact
  | WaitingFact
  | EstimatesFact
  | CallbackFact
  | OutboundFact

/** A fact with its place in the one order in which everything happened; gapless from 1. */
export type RecordedFact = Fact & { readonly seq: number }
