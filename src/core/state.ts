// The live state of one hotline. Only `evolve` (evolve.ts) changes it, and only by facts.
import type {
  AgentId,
  AgentSettings,
  Config,
  NumberSettings,
  QueueId,
  QueueSettings,
} from './config.ts'
import type { RefusalReason } from './facts.ts'
import type { CallId, LegId, NodeId, NotReadyReason } from './inputs.ts'
import type { Lane } from './lanes.ts'
import type { Counts } from './metrics.ts'

export type CallPhase =
  | { readonly name: 'waiting'; readonly since: number }
  | {
      readonly name: 'offered'
      readonly agentId: AgentId
      readonly legId: LegId
      readonly since: number
    }
  /** The agent picked up; we wait for the legs to be joined. */
  | {
      readonly name: 'connecting'
      readonly agentId: AgentId
      readonly legId: LegId
      readonly since: number
    }
  | {
      readonly name: 'talking'
      readonly agentId: AgentId
      readonly legId: LegId
      readonly since: number
      readonly isHoldRequested: boolean
    }
  | {
      readonly name: 'held'
      readonly agentId: AgentId
      readonly legId: LegId
      readonly since: number
      readonly by: 'console' | 'phone'
      readonly isWarned: boolean
      readonly limitCount: number
      readonly isRetrieveRequested: boolean
    }
  | { readonly name: 'refused'; readonly reason: RefusalReason; readonly since: number }

export interface Call {
  readonly callId: CallId
  readonly legId: LegId
  readonly nodeId: NodeId
  readonly from: string
  readonly to: string
  readonly arrivedAt: number
  phase: CallPhase
  queueId: QueueId | null
  priority: number
  queuedAt: number | null
  /** First answer of the call. */
  answeredAt: number | null
  /** First moment at which caller and an agent heard each other. */
  connectedAt: number | null
  /** Since when the present stretch of talk lasts, and the sum of the earlier ones. */
  talkMs: number
  holdMs: number
  holdSegments: number
  lastAgentId: AgentId | null
  hangUpRequestedBy: AgentId | null
  recordingPath: string | null
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
  | {
      readonly name: 'wrap_up'
      readonly callId: CallId
      readonly since: number
      readonly until: number
    }

export interface Agent {
  readonly agentId: AgentId
  settings: AgentSettings
  phase: AgentPhase
  isRegistered: boolean
  /** The agent's place among the idle; kept through an offer that its caller abandoned. */
  readySince: number
  /** The agent's leg that the switch still has. No offer before it is gone: the phone would say busy. */
  legId: LegId | null
}

export interface Leg {
  readonly legId: LegId
  readonly nodeId: NodeId
  readonly role: 'caller' | 'agent'
  readonly callId: CallId
  readonly agentId: AgentId | null
  /** When we first knew of it; a snapshot asked for before cannot deny it. */
  readonly since: number
  /** We asked the switch to end it; nothing more may be asked of it. */
  isHangUpSent: boolean
}

export interface PendingRecording {
  readonly callId: CallId
  readonly path: string
  readonly startedAt: number
}

export interface State {
  /** Marks the legs made by this run of the service; a new run never reuses an id. */
  readonly epoch: string
  legsMade: number
  config: Config
  readonly queues: Map<QueueId, QueueSettings>
  readonly numbers: Map<string, NumberSettings>
  readonly agents: Map<AgentId, Agent>
  readonly calls: Map<CallId, Call>
  readonly legs: Map<LegId, Leg>
  /** By path: begun and not yet checked. */
  readonly recordings: Map<string, PendingRecording>
  /** Calls the records show as open and no switch has confirmed or denied yet. */
  readonly unconfirmed: Map<CallId, import('./inputs.ts').RestoredCall>
  readonly nodes: Map<NodeId, { isUp: boolean }>
  /** Who may serve what, and who waits: see lanes.ts. */
  readonly lanes: Map<QueueId, Lane>
  /** Counts of the day of `day` and of the day before, by queue and in total. */
  readonly counts: Map<string, Map<QueueId | '*', Counts>>
}
