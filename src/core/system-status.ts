// How the parts of the service are, as whoever looks after it sees them: on the page for administrators and
// in the figures for Prometheus. Times are epoch ms.
import type { NodeId } from './inputs.ts'

export interface SwitchHealth {
  readonly nodeId: NodeId
  readonly isUp: boolean
  /** Of the connection that stands; null while none does. */
  readonly connectedAt: number | null
  /** When anything arrived last, were it a heartbeat; a switch sends one every 20 s. */
  readonly lastFrameAt: number | null
  readonly reconnects: number
  readonly events: number
  /** What arrived and could not be used. */
  readonly dropped: number
  readonly requestsPending: number
  readonly requestsFailed: number
}

export interface TrunkStatus {
  readonly trunkId: string
  readonly name: string
  readonly isEnabled: boolean
  /** Whether it answered when it was asked last; null where that is not known. */
  readonly isUp: boolean | null
  readonly answeredAt: number | null
  readonly latencyMs: number | null
  /** Both ways. */
  readonly calls: number
  readonly callsMax: number
}

export interface EdgeStatus {
  readonly connections: readonly { readonly edgeId: string; readonly isUp: boolean }[]
  /** The switches as the edge sees them. */
  readonly nodes: readonly {
    readonly nodeId: NodeId
    readonly isHealthy: boolean
    readonly latencyMs: number | null
    readonly calls: number
  }[]
  readonly trunks: readonly TrunkStatus[]
  readonly registrations: number
  readonly bans: number
  readonly agentCalls: number
  /** How often each was given since the start. */
  readonly refusals: Readonly<Record<string, number>>
}

export interface JournalHealth {
  readonly isDatabaseUp: boolean
  /** Facts not yet in the database, and the age of the oldest. */
  readonly pending: number
  readonly lagMs: number
  readonly spooledBytes: number
  readonly lost: number
  /** Refused by the database for themselves. */
  readonly rejected: number
}

export interface ArchiveHealth {
  readonly isDiskLow: boolean
  readonly archivingFault: string | null
  readonly copyingFault: string | null
  /** Null before the first look. */
  readonly freeBytes: number | null
  /** Checked recordings that still have to be moved or sealed; null where they stay as they are. */
  readonly backlog: number | null
}

export interface SystemStatus {
  readonly switches: readonly SwitchHealth[]
  /** Null where there is no SIP edge. */
  readonly edge: EdgeStatus | null
  readonly journal: JournalHealth
  readonly archive: ArchiveHealth
  /** Of the last nightly check; null before the first. */
  readonly figures: { readonly differences: number | null; readonly checkedDay: string | null }
  /** Phones rung for calls since the start, by how it came out. */
  readonly offers: Readonly<Record<string, number>>
}
