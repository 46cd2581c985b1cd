// Everything that can reach the core. An input carries its own time (`at`, epoch ms; for what the
// switch reports, the switch's event clock) and says what occurred to us; it decides nothing.
import type { CallbackId, CallbackKind } from './callback-facts.ts'
import type { DialGround } from './class-of-service.ts'
import type { AgentId, Config, QueueId } from './config.ts'
import type { FloorInput } from './floor-inputs.ts'
import type { Counts } from './metrics.ts'
import type { PartyPurpose, PartyTarget } from './party-facts.ts'
import type { HelpAnswer, PartyRequest } from './party-inputs.ts'
import type { RememberedFact } from './remembered.ts'
import type { Language } from './routing-policy.ts'
import type { AfterCall, Seat } from './seats.ts'
import type { Channel, Stretch } from './sound.ts'
import type { EstimatesFact } from './waiting-facts.ts'

export type CallId = string
/** One channel on a switch: FreeSWITCH's Unique-ID. Agents' legs get theirs from the core. */
export type LegId = string
/** One FreeSWITCH, as named by the node pool. */
export type NodeId = string
/** Whose phone a leg is: the citizen's, the serving agent's, a third party's, or a supervisor's who watches. */
export type LegRole = 'caller' | 'agent' | 'party' | 'supervisor'

/** The reasons of every hotline; the administrators may add others (config.ts). */
export const NOT_READY_REASONS = [
  'break',
  'meal',
  'training',
  'meeting',
  'off_seat',
  'other',
] as const
/** A reason an agent may give: the id of one of the hotline's. */
export type ChosenNotReadyReason = string
/** Reasons that only the system gives: just signed in, did not answer, refused, phone not reachable, rest. */
export const SYSTEM_NOT_READY_REASONS = [
  'signed_in',
  'rona',
  'rejected',
  'unreachable',
  'rest',
] as const
export type SystemNotReadyReason = (typeof SYSTEM_NOT_READY_REASONS)[number]
export type NotReadyReason = ChosenNotReadyReason | SystemNotReadyReason

/** The keys of a telephone. */
export const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const
export type Digit = (typeof DIGITS)[number]

export const DISPOSITIONS = [
  'answered',
  'transferred',
  'out_of_scope_referred',
  'declined_with_explanation',
  'refused',
  'work_order',
  'silent',
  'wrong_number',
  'nuisance',
  'test',
  'dropped',
] as const
/** How the agent wrote the call up; the last five do not count as valid calls. */
export type Disposition = (typeof DISPOSITIONS)[number]

/** A live leg of ours as a switch shows it on resync; everything after `bridgedTo` was stamped on it by us. */
export interface LegSnapshot {
  readonly legId: LegId
  readonly role: LegRole
  readonly callId: CallId
  readonly from: string
  readonly to: string
  /** When the switch made the channel. */
  readonly createdAt: number
  readonly isAnswered: boolean
  /** The partner of a bridge that stands now; null for a parked, ringing or music-hearing leg. */
  readonly bridgedTo: LegId | null
  /** Something is played to the leg at the moment: music, or a prompt with music behind it. */
  readonly isPlaying: boolean
  readonly agentId: AgentId | null
  readonly queueId: QueueId | null
  readonly queuedAt: number | null
  readonly answeredAt: number | null
  readonly connectedAt: number | null
  readonly heldAt: number | null
  readonly recordingPath: string | null
  /** In the call's conference at this moment. */
  readonly isInConference?: boolean
  /** On a caller's leg: what the call has come to after the agent left. */
  readonly stage?: CallStage | null
  /** On a third party's leg: whom it rings and why. */
  readonly party?: { readonly target: PartyTarget; readonly purpose: PartyPurpose } | null
  /** When the waiting caller was last told something. */
  readonly promptedAt?: number | null
  /** As it stood when the leg was last stamped; absent: the queue's own. */
  readonly priority?: number
  readonly placeAt?: number | null
  readonly language?: Language | null
  /** Marked when it was dialled: a citizen whom we have called. */
  readonly outbound?:
    | { readonly ground: DialGround; readonly callbackId: CallbackId | null }
    | undefined
}

export const CALL_STAGES = ['transferred', 'surveying', 'closing'] as const
export type CallStage = (typeof CALL_STAGES)[number]

/**
 * An agent as last recorded, for a start after a stop or crash. One who was offered a call or on a call
 * is given as `ready`; the switch tells whether the call still lives.
 */
export interface RestoredAgent {
  readonly agentId: AgentId
  readonly phase: 'not_ready' | 'ready' | 'wrap_up'
  readonly reason: NotReadyReason | null
  readonly since: number
  /** The call that a wrap-up is for. */
  readonly callId: CallId | null
  /** Absent: nothing but the phase is known. */
  readonly seat?: Seat
}

/** A call that the records show as not ended. Only the switch can say whether it still lives. */
export interface RestoredCall {
  readonly callId: CallId
  readonly legId: LegId
  readonly nodeId: NodeId
  readonly from: string
  readonly to: string
  readonly arrivedAt: number
  readonly queueId: QueueId | null
  /** Where it counts; absent: `queueId`. */
  readonly enteredQueueId?: QueueId | null
  readonly queuedAt: number | null
  readonly offeredAt?: number | null
  readonly agentId: AgentId | null
  readonly answeredAt: number | null
  readonly connectedAt: number | null
  readonly holdMs: number
  readonly holdSegments: number
  /** Of a call that we make. */
  readonly outbound?: RestoredOutbound | undefined
}

export interface RestoredOutbound {
  readonly ground: DialGround
  readonly callbackId: CallbackId | null
  /** The citizen's phone was called. */
  readonly isDialled: boolean
}

/** An open callback. `callId` is the call under way for it. */
export interface RestoredCallback {
  readonly callbackId: CallbackId
  readonly kind: CallbackKind
  readonly originalCallId: CallId | null
  readonly from: string
  readonly to: string
  readonly queueId: QueueId
  readonly priority: number
  readonly queuedAt: number
  readonly requestedAt: number
  readonly requestedBy: string | null
  readonly dueAt: number | null
  readonly startAt: number
  readonly attempts: number
  readonly attemptsMax: number
  readonly assignedTo: AgentId | null
  readonly callId: CallId | null
}

/** A recording that was begun and never checked. */
export interface RestoredRecording {
  readonly callId: CallId
  readonly path: string
  readonly startedAt: number
}

/** Figures of a day so far; queue `*` is the whole hotline. */
export interface RestoredCounts {
  readonly day: string
  readonly queueId: QueueId | '*'
  readonly counts: Counts
}

/** The same of a quarter of an hour. */
export interface RestoredQuarter {
  readonly startAt: number
  readonly queueId: QueueId | '*'
  readonly counts: Counts
}

interface At {
  readonly at: number
}
interface OfLeg extends At {
  readonly legId: LegId
}
interface OfAgent extends At {
  readonly agentId: AgentId
}
/** Asked at one of the agent's consoles; absent where nobody but the agent's own program can ask. */
interface AtConsole extends OfAgent {
  readonly consoleId?: string
}

/** Of the outside world: switches, phones, the clock, the records, the administrators. */
export type WorldInput =
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
  | EstimatesFact
  | RememberedFact
  | (At & { readonly type: 'timer.fired'; readonly timerId: string })
  | (At & {
      readonly type: 'command.failed'
      readonly command: string
      readonly legId: LegId
      readonly reason: string
    })
  /** The connection to a switch is gone. Calls go on there; nothing more is decided for them until it is back. */
  | (At & { readonly type: 'switch.lost'; readonly nodeId: NodeId })
  /** All of our legs on that switch, asked for at `askedAt` (our clock, as `at`). */
  | (At & {
      readonly type: 'switch.synced'
      readonly nodeId: NodeId
      readonly askedAt: number
      readonly legs: readonly LegSnapshot[]
    })
  | (OfAgent & { readonly type: 'phone.registered' })
  | (OfAgent & { readonly type: 'phone.unregistered' })

/** Of a leg on the switch. Legs that are not ours, or no longer, are ignored by the core. */
export type LegInput =
  /** A caller's leg was parked by the dialplan for the first time; `to` is the number dialled. */
  | (OfLeg & {
      readonly type: 'call.parked'
      readonly nodeId: NodeId
      readonly callId: CallId
      readonly from: string
      readonly to: string
      readonly arrivedAt: number
    })
  | (OfLeg & { readonly type: 'leg.ringing' })
  | (OfLeg & { readonly type: 'leg.answered' })
  /** `collected`: the key that was pressed, where the leg had been asked for one and has been given one. */
  | (OfLeg & { readonly type: 'leg.parked'; readonly collected?: string })
  /** In the conference: hears and is heard. */
  | (OfLeg & { readonly type: 'leg.conference_joined' })
  | (OfLeg & { readonly type: 'leg.conference_left' })
  | (OfLeg & { readonly type: 'leg.bridged'; readonly otherLegId: LegId })
  | (OfLeg & { readonly type: 'leg.unbridged' })
  /** The phone itself put the call on hold or took it back (re-INVITE). */
  | (OfLeg & { readonly type: 'leg.held' })
  | (OfLeg & { readonly type: 'leg.unheld' })
  /** A prompt that was played to a caller has ended, or was broken off. */
  | (OfLeg & { readonly type: 'leg.prompt_ended' })
  /** Whoever is at the far end pressed a key; told when it was let go. */
  | (OfLeg & { readonly type: 'leg.digit_pressed'; readonly digit: Digit })
  /** First word of a hangup; the leg still exists. */
  | (OfLeg & { readonly type: 'leg.hung_up'; readonly cause: string })
  /** Last word of a leg; its phone may be rung again from now on. */
  | (OfLeg & {
      readonly type: 'leg.ended'
      readonly cause: string
      readonly sipStatus: number | null
    })
  /** An originate came to nothing; possibly no leg ever existed. */
  | (OfLeg & { readonly type: 'offer.failed'; readonly cause: string })

export type RecordingInput =
  | (At & { readonly type: 'recording.started'; readonly path: string })
  | (At & {
      readonly type: 'recording.stopped'
      readonly path: string
      readonly durationMs: number
      readonly cause: string
    })
  /** The file was read: its length, size and SHA-256 (lower-case hex). */
  | (At & {
      readonly type: 'recording.verified'
      readonly callId: CallId
      readonly path: string
      readonly durationMs: number
      readonly sizeBytes: number
      readonly sha256: string
      readonly gaps: readonly Stretch[]
      /** Channels on which there was never anything to be heard. */
      readonly silent: readonly Channel[]
    })
  | (At & {
      readonly type: 'recording.unverified'
      readonly callId: CallId
      readonly path: string
      readonly reason: string
    })

/** Of a hold: asking the caller to wait, and thanking them for having waited. */
export const PHRASES = ['begin', 'end'] as const
export type Phrase = (typeof PHRASES)[number]

/** How a supervisor takes part: hears both; is heard by the agent alone; is heard by both. */
export const MONITOR_MODES = ['listen', 'whisper', 'barge'] as const
export type MonitorMode = (typeof MONITOR_MODES)[number]

interface OfSupervisor extends At {
  /** The seat whose phone is rung; a supervisor has one like every agent. */
  readonly supervisorId: AgentId
  /** The user who asks, by name. */
  readonly by: string
}

/** What a supervisor asks for with their own phone. The answer may be a Rejection, and then nothing has changed. */
export type SupervisionInput =
  /** Of an agent on a call, or of another supervisor who watches one. */
  | (OfSupervisor & {
      readonly type: 'supervisor.monitor_requested'
      readonly agentId: AgentId
      readonly mode: MonitorMode
    })
  | (OfSupervisor & { readonly type: 'supervisor.mode_requested'; readonly mode: MonitorMode })
  | (OfSupervisor & { readonly type: 'supervisor.take_over_requested' })
  | (OfSupervisor & { readonly type: 'supervisor.end_requested' })
export const CHECK_RESULTS = ['passed', 'failed', 'skipped'] as const
export type CheckResult = (typeof CHECK_RESULTS)[number]

/** What an agent asks for. The answer may be a Rejection, and then nothing has changed. */
export type AgentInput =
  | (AtConsole & {
      readonly type: 'agent.sign_in_requested'
      /** The console that was signed in before is known to be gone: no policy needs to protect it. */
      readonly isFirstGone?: boolean
    })
  | (AtConsole & { readonly type: 'agent.sign_out_requested' })
  | (AtConsole & { readonly type: 'agent.ready_requested' })
  | (AtConsole & {
      readonly type: 'agent.not_ready_requested'
      readonly reason: ChosenNotReadyReason
    })
  /** To be done when the present call and its wrap-up are over. */
  | (AtConsole & { readonly type: 'agent.after_call_requested'; readonly plan: AfterCall })
  | (AtConsole & { readonly type: 'agent.after_call_cancel_requested' })
  | (AtConsole & { readonly type: 'agent.reject_requested' })
  | (AtConsole & { readonly type: 'agent.wrap_up_extend_requested' })
  | (AtConsole & {
      readonly type: 'agent.off_seat_requested'
      readonly requestId: string
      /** How long the agent wants to be away. */
      readonly durationMs: number
      readonly note: string
    })
  | (AtConsole & { readonly type: 'agent.off_seat_cancel_requested' })
  /** What the checks at the beginning of a shift gave; whether the phone is registered we know. */
  | (AtConsole & {
      readonly type: 'agent.checklist_reported'
      readonly echoCall: CheckResult
      readonly microphone: CheckResult
    })
  /** `phraseSaid`: the agent has asked the caller to wait already. */
  | (AtConsole & { readonly type: 'agent.hold_requested'; readonly phraseSaid?: boolean })
  | (AtConsole & { readonly type: 'agent.phrase_confirmed'; readonly phrase: Phrase })
  | (AtConsole & { readonly type: 'agent.retrieve_requested' })
  | (AtConsole & { readonly type: 'agent.recording_pause_requested' })
  | (AtConsole & { readonly type: 'agent.recording_resume_requested' })
  | (AtConsole & { readonly type: 'agent.hang_up_requested' })
  | (AtConsole & {
      readonly type: 'agent.wrap_up_done_requested'
      /** Null: the call's record is saved already, and the agent has nothing to add. */
      readonly disposition: Disposition | null
      readonly summary: string
    })

/** What others say to or about an agent. Refused like an agent's own request. */
export type AgentNewsInput =
  | (OfAgent & {
      readonly type: 'off_seat.decision_requested'
      readonly requestId: string
      readonly isApproved: boolean
      /** The user name of whoever decided. */
      readonly by: string
      readonly note: string
    })
  /** The call has a saved contact record; the agent wrote it. */
  | (OfAgent & {
      readonly type: 'contact_record.saved'
      readonly callId: CallId
      readonly disposition: Disposition
      readonly summary: string
    })

/** What people ask about callbacks; refused by a Rejection as agents' requests are. `by` is a user name. */
export type CallbackInput =
  /** Call a number, or serve a callback now. That the agent may was judged at the edge. */
  | (AtConsole & {
      readonly type: 'agent.dial_requested'
      readonly number: string
      readonly ground: DialGround
      readonly callbackId: CallbackId | null
    })
  /** A waiting caller wishes to be called back; null: at the number they call from. */
  | (At & {
      readonly type: 'callback.wished'
      readonly callId: CallId
      readonly number: string | null
    })
  | (At & {
      readonly type: 'callback.requested'
      readonly kind: Exclude<CallbackKind, 'queued'>
      /** The call that it comes from. */
      readonly callId: CallId | null
      readonly from: string
      readonly to: string
      readonly queueId: QueueId
      /** Null: as the queue's policy promises. */
      readonly dueAt: number | null
      readonly requestedBy: string
      readonly assignedTo: AgentId | null
    })
  | (At & {
      readonly type: 'callback.assign_requested'
      readonly callbackId: CallbackId
      readonly assignedTo: AgentId | null
      readonly by: string
    })
  | (At & {
      readonly type: 'callback.cancel_requested'
      readonly callbackId: CallbackId
      readonly by: string
    })

export type Input =
  | WorldInput
  | LegInput
  | RecordingInput
  | AgentInput
  | AgentNewsInput
  | PartyRequest
  | HelpAnswer
  | SupervisionInput
  | FloorInput
  | CallbackInput
