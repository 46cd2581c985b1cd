// What the administrators decide: queues, numbers, agents and their skills. The core receives it
// whole, at the start and after every change, and never reads it from anywhere itself.
import {
  type AgentRules,
  OFFER_DEFAULTS,
  type OfferPolicy,
  WRAP_UP_DEFAULTS,
  type WrapUpPolicy,
} from './agent-policy.ts'
import {
  ADMISSION_DEFAULTS,
  type AdmissionPolicy,
  type EmergencyMode,
  type NumberEntry,
} from './entry-policy.ts'
import type { Disposition } from './inputs.ts'
import type { KpiDefinition } from './kpi-definitions.ts'
import type { KpiTarget } from './kpi-targets.ts'
import type { SurveyScale, UnitId } from './party-facts.ts'
import { type Language, ROUTING_DEFAULTS, type RoutingPolicy } from './routing-policy.ts'
import type { StaffingAdvice } from './staffing.ts'
import { SUPERVISION_DEFAULTS, type SupervisionPolicy } from './supervision-policy.ts'
import { WAITING_DEFAULTS, type WaitingPolicy } from './waiting-policy.ts'

export type QueueId = string
export type AgentId = string
export type SkillId = string

/**
 * How a caller is kept on hold, beside the queue's `holdWarningMs` and `holdMsMax`. A hold
 * never drops its caller, however long it lasts.
 */
export interface HoldPolicy {
  /**
   * Who asks the caller to wait and who thanks them afterwards. `agent`: the switch stays silent, the
   * agent says the phrase and confirms it; until then it counts as missing.
   */
  readonly beginPromptBy: 'system' | 'agent'
  readonly endPromptBy: 'system' | 'agent'
  /** Name of the switch's stream of music. */
  readonly music: string
  /** The caller is reassured at `holdMsMax` and every such period after it. */
  readonly reassuranceMs: number
  /** A hold as long as this, and again after every such period, leads to `prolongedAction`. */
  readonly prolongedMs: number
  readonly prolongedAction: 'alarm' | 'suggest_callback' | 'none'
}

/** One queue of the hotline. Times are milliseconds. */
export interface QueueSettings {
  readonly queueId: QueueId
  readonly name: string
  /** An agent may take the queue's calls only with every one of these skills. Empty: everyone may. */
  readonly requiredSkills: readonly SkillId[]
  /** Higher is served first where an agent could take calls of several queues. */
  readonly priority: number
  /** A caller who finds this many waiting is refused with `queue_full`. */
  readonly waitingMax: number
  /** False: a caller who finds no agent of the right skills signed in is refused with `no_agent`. */
  readonly joinWhenEmpty: boolean
  /** How long one agent's phone rings: three rings of 5 s. */
  readonly ringMsMax: number
  /** The answer counts as timely up to and including this wait. */
  readonly answerMsMax: number
  /** The agent is warned when a hold has lasted this long. */
  readonly holdWarningMs: number
  /** A hold above this is exceeded; the shift leader is alarmed and the caller reassured then. */
  readonly holdMsMax: number
  readonly hold: HoldPolicy
  readonly recording: RecordingPolicy
  /** The agent becomes ready by itself after this much wrap-up. */
  readonly wrapUpMsMax: number
  readonly wrapUp: WrapUpPolicy
  readonly offering: OfferPolicy
  /** What callers hear and may press while they wait. */
  readonly waiting: WaitingPolicy
  /** Whom calls are offered to, and in which order. */
  readonly routing: RoutingPolicy
  /** Who may enter, and for how long. */
  readonly admission: AdmissionPolicy
  /** What the queue's agents are told of those who watch them. */
  readonly supervision: SupervisionPolicy
  readonly survey: SurveyPolicy
  readonly callback: CallbackPolicy
}

/** What callers are asked after the agent has left. */
export interface SurveyPolicy {
  readonly isOn: boolean
  readonly scale: SurveyScale
}

/** A department, an emergency service or another office that agents call on a citizen's behalf. */
export interface UnitSettings {
  readonly unitId: UnitId
  readonly name: string
  /** The duty phone first; the others are not tried by themselves. */
  readonly phones: readonly { readonly number: string; readonly label: string }[]
  /** On the list of one-click transfers. */
  readonly isEmergency: boolean
  readonly ringMsMax: number
  readonly retry: RetryPolicy
}

/** After an unanswered attempt. */
export interface RetryPolicy {
  readonly afterMs: number
  /** Further attempts that must be made while nobody answers. */
  readonly attemptsMin: number
}

/** A number that citizens dial and the queue it leads to. */
export interface NumberSettings {
  readonly number: string
  readonly queueId: QueueId
  /** What comes before the queue; left out: nothing. */
  readonly entry?: NumberEntry
}

/** Calling citizens back. Times are milliseconds. */
export interface CallbackPolicy {
  /** A waiting caller may leave the line and keep the place. */
  readonly isOffered: boolean
  /** From there to the first try: a line that still hears our last words is busy. */
  readonly pauseMs: number
  /** What an agent promises where no time is named. */
  readonly dueMs: number
  /** A promised callback that nobody has begun takes its place in the queue this long before it is due. */
  readonly leadMs: number
  readonly attemptsMax: number
  /** From an attempt that came to nothing to the next. */
  readonly retryMs: number
  /** How long the citizen's phone rings. */
  readonly ringMsMax: number
}

export const CALLBACK_DEFAULTS: CallbackPolicy = {
  isOffered: true,
  pauseMs: 10_000,
  dueMs: 1_800_000,
  leadMs: 300_000,
  attemptsMax: 3,
  retryMs: 600_000,
  ringMsMax: 35_000,
}

export interface AgentSettings {
  readonly agentId: AgentId
  readonly name: string
  readonly skills: readonly SkillId[]
  /** 1 … 5, of skills that the agent has; 3 where none is given. */
  readonly skillLevels?: Readonly<Record<SkillId, number>>
  /** 1 … 5 for each language that the agent speaks; left out: Mandarin. */
  readonly languages?: Readonly<Record<Language, number>>
}

/** What figures are counted and judged by, beyond the norms' own definition and targets. */
export interface KpiPolicy {
  readonly definitions: readonly KpiDefinition[]
  readonly targets: readonly KpiTarget[]
  /** Of today and tomorrow; none where no forecast could be made. */
  readonly advice?: readonly StaffingAdvice[]
}

export interface Config {
  /** IANA name; calendar days and recording folders follow it. */
  readonly timeZone: string
  readonly queues: readonly QueueSettings[]
  readonly numbers: readonly NumberSettings[]
  readonly emergency?: EmergencyMode | null
  readonly agents: readonly AgentSettings[]
  readonly units: readonly UnitSettings[]
  readonly agentRules: AgentRules
  /** Absent: the norms' own. */
  readonly kpi?: KpiPolicy
}

/** In which form a compressed copy is made. */
export const COPY_CODECS = ['opus', 'mp3'] as const
export type CopyCodec = (typeof COPY_CODECS)[number]

/** Compressed copies: none, or one beside the recording or in its place. */
export const COPY_WISHES = {
  none: null,
  opus_beside: { codec: 'opus', isInstead: false },
  opus_instead: { codec: 'opus', isInstead: true },
  mp3_beside: { codec: 'mp3', isInstead: false },
  mp3_instead: { codec: 'mp3', isInstead: true },
} as const satisfies Record<string, { codec: CopyCodec; isInstead: boolean } | null>
export type CopyWish = keyof typeof COPY_WISHES
export const RECORDING_COPIES = Object.keys(COPY_WISHES) as CopyWish[]

/** For how long recordings are kept, in days, and in which form. */
export interface RecordingPolicy {
  readonly retentionDays: number
  /** Where calls that ended so are kept for longer or shorter. */
  readonly retentionDaysByDisposition: Readonly<Partial<Record<Disposition, number>>>
  /** When the disk fills, recordings older than this may go before their time, the oldest first. */
  readonly retentionDaysMin: number
  readonly copies: CopyWish
}

export const RECORDING_DEFAULTS: RecordingPolicy = {
  retentionDays: 730,
  retentionDaysByDisposition: {},
  retentionDaysMin: 180,
  copies: 'none',
}

export const HOLD_DEFAULTS: HoldPolicy = {
  beginPromptBy: 'system',
  endPromptBy: 'system',
  music: 'moh',
  reassuranceMs: 30_000,
  prolongedMs: 180_000,
  prolongedAction: 'alarm',
}

/** The norms' own numbers; a new queue starts with them. */
export const QUEUE_DEFAULTS = {
  requiredSkills: [],
  priority: 0,
  waitingMax: 200,
  joinWhenEmpty: false,
  ringMsMax: 15_000,
  answerMsMax: 15_000,
  holdWarningMs: 20_000,
  holdMsMax: 30_000,
  hold: HOLD_DEFAULTS,
  recording: RECORDING_DEFAULTS,
  wrapUpMsMax: 60_000,
  wrapUp: WRAP_UP_DEFAULTS,
  offering: OFFER_DEFAULTS,
  waiting: WAITING_DEFAULTS,
  survey: { isOn: false, scale: 5 },
  routing: ROUTING_DEFAULTS,
  admission: ADMISSION_DEFAULTS,
  supervision: SUPERVISION_DEFAULTS,
  callback: CALLBACK_DEFAULTS,
} as const satisfies Omit<QueueSettings, 'queueId' | 'name'>

export const UNIT_DEFAULTS = {
  isEmergency: false,
  ringMsMax: 30_000,
  retry: { afterMs: 600_000, attemptsMin: 2 },
} as const satisfies Partial<UnitSettings>
