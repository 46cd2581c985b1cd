// The floor as people see it: what consoles, supervisors and wallboards show, taken from the live
// state and the day's figures. Times are ISO strings only at the edges; here they are epoch ms.
import type { AgentId, QueueId } from './config.ts'
import type { CallId, NotReadyReason } from './inputs.ts'
import type { Figures } from './metrics.ts'

export interface LiveAgent {
  readonly agentId: AgentId
  readonly name: string
  readonly skills: readonly string[]
  readonly phase: 'signed_out' | 'not_ready' | 'ready' | 'offered' | 'on_call' | 'wrap_up'
  readonly reason: NotReadyReason | null
  /** Since when the phase stands; null when signed out. */
  readonly since: number | null
  readonly isRegistered: boolean
  readonly callId: CallId | null
  /** End of the wrap-up if nobody ends it before. */
  readonly until: number | null
}

export interface LiveCall {
  readonly callId: CallId
  readonly queueId: QueueId | null
  /** The caller's number, unmasked: edges mask it for those without `pii.read`. */
  readonly from: string
  readonly to: string
  readonly phase: 'waiting' | 'offered' | 'connecting' | 'talking' | 'held' | 'refused'
  readonly since: number
  readonly arrivedAt: number
  readonly queuedAt: number | null
  readonly answeredAt: number | null
  readonly agentId: AgentId | null
  /** For `held`: who put it there, whether the 20 s warning stands, how often the limit was reached. */
  readonly hold: {
    readonly by: 'console' | 'phone'
    readonly isWarned: boolean
    readonly limitCount: number
  } | null
}

export interface LiveQueue {
  readonly queueId: QueueId
  readonly name: string
  readonly waiting: number
  /** Start of the longest wait; null if nobody waits. */
  readonly longestWaitSince: number | null
  /** Agents with the queue's skills, by phase; an agent of several queues is in each. */
  readonly agents: {
    readonly ready: number
    readonly offered: number
    readonly onCall: number
    readonly onHold: number
    readonly wrapUp: number
    readonly notReady: number
  }
  /** The calendar day so far. */
  readonly today: Figures
}

/** What a wallboard shows: no caller, no agent by name. */
export interface LiveHotline {
  readonly at: number
  /** The calendar day of the figures, `YYYY-MM-DD` in the hotline's time zone. */
  readonly day: string
  readonly waiting: number
  readonly longestWaitSince: number | null
  readonly agents: LiveQueue['agents']
  readonly today: Figures
  readonly queues: readonly LiveQueue[]
  /** Names of switches that cannot be reached at the moment. */
  readonly switchesLost: readonly string[]
}
