// The live state of one hotline. Only `evolve` (evolve.ts) changes it, and only by facts.

import { AGENT_RULES_DEFAULTS } from './agent-policy.ts'
import type { AnswerTime } from './answering.ts'
import type { CallbackId, CallbackKind } from './callback-facts.ts'
import type { DialGround } from './class-of-service.ts'
import type {
  AgentId,
  AgentSettings,
  Config,
  NumberSettings,
  QueueId,
  QueueSettings,
  UnitSettings,
} from './config.ts'
import { type Estimation, type MadeEstimate, noEstimation } from './estimates.ts'
import type { PromptedBy, RefusalReason } from './facts.ts'
import type {
  CallId,
  LegId,
  LegRole,
  MonitorMode,
  NodeId,
  NotReadyReason,
  RestoredCall,
} from './inputs.ts'
import type { Lane, LaneId } from './lanes.ts'
import type { Counts } from './metrics.ts'
import type {
  PartyPurpose,
  PartyTarget,
  PartyWish,
  SurveyScale,
  TransferMode,
  TransferTarget,
  UnitId,
} from './party-facts.ts'
import type { KnownCaller } from './repeat-callers.ts'
import type { Language } from './routing-policy.ts'
import type { Seat } from './seats.ts'
import type { Told } from './told.ts'

/** One agent's phone ringing for a call. */
export interface Ring {
  readonly agentId: AgentId
  readonly legId: LegId
  readonly since: number
}

export type CallPhase =
  | { readonly name: 'waiting'; readonly since: number }
  /** At least one phone rings; `since` the first of them did. */
  | {
      readonly name: 'offered'
      readonly rings: readonly Ring[]
      readonly since: number
      /** The deadline is near: a second phone may ring. */
      readonly isHurried: boolean
    }
  /** The agent picked up; we wait for the legs to be joined. */
  | {
      readonly name: 'connecting'
      readonly agentId: AgentId
      readonly legId: LegId
      readonly since: number
      /** Set once the agent has been told, or is being told, what kind of call comes. */
      readonly whisperedAt?: number
    }
  | {
      readonly name: 'talking'
      readonly agentId: AgentId
      readonly legId: LegId
      readonly since: number
      /** When the agent asked for hold and the switch has not confirmed it yet. */
      readonly holdRequestedAt: number | null
    }
  | {
      readonly name: 'held'
      readonly agentId: AgentId
      readonly legId: LegId
      readonly since: number
      readonly by: 'console' | 'phone'
      readonly isWarned: boolean
      readonly limitCount: number
      readonly prolongedCount: number
      readonly retrieveRequestedAt: number | null
    }
  /** The agent has handed the caller on; somebody else is being rung, or joined, meanwhile. */
  | { readonly name: 'transferring'; readonly since: number }
  /** The caller talks with an outside party and no agent of ours. */
  | { readonly name: 'transferred'; readonly since: number }
  /** The agent has left; the caller is asked how it was. */
  | {
      readonly name: 'surveying'
      readonly since: number
      readonly scale: SurveyScale
      readonly state: 'starting' | 'asked' | 'done'
    }
  /** A last phrase is played to a caller who could not be heard. */
  | { readonly name: 'closing'; readonly since: number }
  /** The caller speaks on record, since `recordingSince`; before it a prompt, and when finished a goodbye. */
  | {
      readonly name: 'leaving_message'
      readonly since: number
      readonly recordingSince: number | null
      readonly isFinished: boolean
    }
  | { readonly name: 'refused'; readonly reason: RefusalReason; readonly since: number }
  /** A call of ours: the agent is there, the citizen's phone is being called. */
  | {
      readonly name: 'dialling'
      readonly agentId: AgentId
      readonly legId: LegId
      readonly since: number
    }
  /** The caller has chosen to leave the line and hears a last phrase. */
  | { readonly name: 'leaving'; readonly ending: 'callback_taken'; readonly since: number }

/** What makes a call one of ours. */
export interface Outbound {
  readonly ground: DialGround
  readonly callbackId: CallbackId | null
  /** The agent who asked to make it, and nobody else is asked; null: it is offered like any other. */
  readonly agentId: AgentId | null
  readonly reasonBefore: NotReadyReason | null
}

/** A citizen who is to be called back; forgotten when that is done or given up. */
export interface Callback {
  readonly callbackId: CallbackId
  readonly kind: CallbackKind
  readonly originalCallId: CallId | null
  /** The citizen's number. */
  readonly from: string
  /** The hotline's number that the citizen is shown. */
  readonly to: string
  readonly queueId: QueueId
  readonly priority: number
  readonly queuedAt: number
  readonly requestedAt: number
  readonly requestedBy: string | null
  readonly dueAt: number | null
  startAt: number
  attempts: number
  readonly attemptsMax: number
  assignedTo: AgentId | null
  /** The call that is made for it at the moment. */
  callId: CallId | null
}

export interface HoldPhrases {
  readonly segment: number
  readonly begin: PromptedBy | null
  readonly end: PromptedBy | null
}

/** A third party of a call and its leg. `aside`: hears music; `joined`: hears the agent, or the caller. */
export interface Party {
  readonly legId: LegId
  readonly target: PartyTarget
  readonly purpose: PartyPurpose
  readonly requestedBy: AgentId | null
  readonly state: 'dialling' | 'answered' | 'joined' | 'aside' | 'conference'
  readonly wish: PartyWish | null
  /** Since when the state stands. */
  readonly since: number
  readonly dialledAt: number
  readonly answeredAt: number | null
}

/** Who handed the caller on, and to whom. Stays after a failure, until somebody is with the caller. */
export interface Transfer {
  readonly agentId: AgentId
  readonly mode: TransferMode
  readonly target: TransferTarget
  readonly hasFailed: boolean
}

export interface Call {
  readonly callId: CallId
  readonly legId: LegId
  readonly nodeId: NodeId
  /** The citizen's number, whichever side has called. */
  readonly from: string
  /** The hotline's. */
  readonly to: string
  readonly arrivedAt: number
  /** Null for a call that the citizen makes. */
  outbound: Outbound | null
  phase: CallPhase
  queueId: QueueId | null
  /** The queue that the call entered first and for which it counts, wherever it goes. */
  enteredQueueId: QueueId | null
  priority: number
  queuedAt: number | null
  /** When the first phone was rung for it. */
  offeredAt: number | null
  /** First answer of the call. */
  answeredAt: number | null
  /** First moment at which caller and an agent heard each other. */
  connectedAt: number | null
  /** Sums of the finished stretches of talk and hold. */
  talkMs: number
  holdMs: number
  holdSegments: number
  /** By whom the phrases of the latest hold, or of the one asked for, were spoken. */
  phrases: HoldPhrases | null
  lastAgentId: AgentId | null
  hangUpRequestedBy: AgentId | null
  recordingPath: string | null
  told: Told
  /** Estimates of this wait, until it is known what came true. */
  estimates: readonly MadeEstimate[]
  /** At most one of them is not in the conference: whoever is rung or consulted at the moment. */
  parties: readonly Party[]
  transfer: Transfer | null
  /** Caller and agent hear each other there instead of by a bridge. `legIds`: who is in it. */
  conference: { readonly since: number; readonly legIds: readonly LegId[] } | null
  mutedSince: number | null
  /** When it was flagged as an emergency. */
  urgentSince: number | null
  isNuisance: boolean
  helpRequestedAt: number | null
  /** What the caller chose to speak; null: the queue's language. */
  language: Language | null
  /** The queue's step of widening that holds for the call, from 1; 0: the queue's own criteria. */
  step: number
  /** The caller is asked which language to speak, and is in no queue yet. */
  isAskedLanguage: boolean
  /** The place in the queue that the call has, where that is not `queuedAt`: regained, or set by a shift leader. */
  placeAt: number | null
  /** Where the call stands in the routing index. */
  laneId: LaneId | null
  /** A supervisor is about to take the call from its agent; the switch has not joined them yet. */
  takeOver: TakeOver | null
  /** The shift leader who hangs it up. */
  releasedBy: string | null
}

export interface TakeOver {
  readonly agentId: AgentId
  readonly legId: LegId
  readonly by: string
}

/** A supervisor's phone on one agent's part in a call, or on another supervisor's phone. */
export interface Monitor {
  /** Of the supervisor's phone. */
  readonly legId: LegId
  readonly supervisorId: AgentId
  /** Who is watched. */
  agentId: AgentId
  targetLegId: LegId
  callId: CallId
  mode: MonitorMode
  /** False while the supervisor's own phone rings. */
  isAnswered: boolean
  since: number
}

export type AgentPhase =
  | { readonly name: 'signed_out' }
  | { readonly name: 'not_ready'; readonly reason: NotReadyReason; readonly since: number }
  | { readonly name: 'ready'; readonly since: number }
  | {
      readonly name: 'offered'
      readonly callId: CallId
      readonly legId: LegId
      readonly since: number
    }
  | {
      readonly name: 'on_call'
      readonly callId: CallId
      readonly legId: LegId
      readonly since: number
    }
  /** Rung for, or part of, a call that is another agent's. */
  | {
      readonly name: 'consulted'
      readonly callId: CallId
      readonly legId: LegId
      readonly since: number
    }
  | {
      readonly name: 'wrap_up'
      readonly callId: CallId
      readonly since: number
      readonly until: number
    }

export interface Agent {
  readonly agentId: AgentId
  settings: AgentSettings
  /** The queues whose own criteria the agent meets. */
  queueIds: readonly QueueId[]
  phase: AgentPhase
  isRegistered: boolean
  /** The agent's place among the idle; kept through an offer that its caller abandoned. */
  readySince: number
  /** What goes with the phase and outlives it; a fold of the agent's facts (seats.ts). */
  seat: Seat
  /** The agent's leg that the switch still has. No offer before it is gone: the phone would say busy. */
  legId: LegId | null
  /** A call of the run before, whose switch has not been heard of yet: the phone may well be busy with it. */
  awaitedCallId: CallId | null
  /** Where the agent stands in the routing index. */
  readonly laneIds: Set<LaneId>
  /** Calls picked up, and time spent on them, since signing in. */
  callsTaken: number
  talkMs: number
  /** How the last rings came out, the newest last. */
  answers: readonly AnswerTime[]
  /** When the agent's phone was last rung; 0: not in this run. */
  lastOfferedAt: number
}

export interface Leg {
  readonly legId: LegId
  readonly nodeId: NodeId
  role: LegRole
  readonly callId: CallId
  readonly agentId: AgentId | null
  /** When we first knew of it; a snapshot asked for before cannot deny it. */
  readonly since: number
  /** Since when it is hung up, by its phone or at our word; nothing more may be asked of it. */
  endingSince: number | null
}

export interface PendingRecording {
  readonly callId: CallId
  readonly path: string
  /** When it was asked for; once the switch has said so, when it began. */
  readonly startedAt: number
  readonly stoppedAt?: number
  readonly isInterrupted?: boolean
  /** Pauses, in time; the last one may be open. */
  readonly pauses?: readonly { readonly from: number; readonly to: number | null }[]
  /** Of a call that has ended: how long its caller talked with agents, holds left out. */
  readonly talkMs?: number
}

export interface State {
  /** Marks the legs made by this run of the service; a new run never reuses an id. */
  readonly epoch: string
  legsMade: number
  config: Config
  readonly queues: Map<QueueId, QueueSettings>
  readonly numbers: Map<string, NumberSettings>
  readonly units: Map<UnitId, UnitSettings>
  readonly agents: Map<AgentId, Agent>
  readonly calls: Map<CallId, Call>
  readonly legs: Map<LegId, Leg>
  /** By the supervisor's leg. */
  readonly monitors: Map<LegId, Monitor>
  /** By path: begun and not yet checked. */
  readonly recordings: Map<string, PendingRecording>
  /** Calls the records show as open and no switch has confirmed or denied yet. */
  readonly unconfirmed: Map<CallId, RestoredCall>
  /** `driftsHealed`: corrections since the start that only a look at the switch led to. */
  readonly nodes: Map<NodeId, { isUp: boolean; driftsHealed: number }>
  /** How long waits will be, and how far that was from the truth. */
  readonly estimation: Estimation
  readonly callbacks: Map<CallbackId, Callback>
  callbacksMade: number
  /** Who has called lately, by number; the oldest first. */
  readonly callers: Map<string, KnownCaller>
  /** Share of the calls that were answered in time lately, by queue. */
  readonly answeredShares: Map<QueueId, number>
  /** Who may serve what, and who waits: see lanes.ts. */
  readonly lanes: Map<LaneId, Lane>
  /** Lanes in which somebody came or went since routing last looked. */
  readonly changedLanes: Set<LaneId>
  /** Counts by day and then by queue; `*` is the whole hotline. Only the last days are kept. */
  readonly counts: Map<string, Map<QueueId | '*', Counts>>
  /** The same by quarter of an hour (its start), for the last 24 hours. */
  readonly quarters: Map<number, Map<QueueId | '*', Counts>>
}

/** `epoch` must differ from that of every earlier run: letters, digits and hyphens, at most 20. */
export function emptyState(epoch: string): State {
  return {
    epoch,
    legsMade: 0,
    config: {
      timeZone: 'Asia/Shanghai',
      queues: [],
      numbers: [],
      agents: [],
      units: [],
      agentRules: AGENT_RULES_DEFAULTS,
    },
    queues: new Map(),
    numbers: new Map(),
    units: new Map(),
    agents: new Map(),
    calls: new Map(),
    legs: new Map(),
    monitors: new Map(),
    recordings: new Map(),
    unconfirmed: new Map(),
    nodes: new Map(),
    estimation: noEstimation(),
    callbacks: new Map(),
    callbacksMade: 0,
    callers: new Map(),
    answeredShares: new Map(),
    lanes: new Map(),
    changedLanes: new Set(),
    counts: new Map(),
    quarters: new Map(),
  }
}
