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

export const SYSTEM_TROUBLES = [
  'switch_down',
  'switch_silent',
  'edge_down',
  'sip_down',
  'trunk_down',
  'database_down',
  'records_late',
  'facts_lost',
  'disk_low',
  'archiving_failed',
  'copying_failed',
  'figures_differ',
] as const
export type SystemTrouble = (typeof SYSTEM_TROUBLES)[number]

/** A switch sends a heartbeat every 20 s, and is given up after 45. */
const SILENCE_MS_MAX = 30_000
const LAG_MS_MAX = 30_000

export interface FoundTrouble {
  readonly code: SystemTrouble
  /** Which of several, by name; null where there is one. */
  readonly name: string | null
}

/** What somebody should look after now, the parts in the order of the list. */
export function troublesOf(status: SystemStatus, at: number): FoundTrouble[] {
  const { switches, edge, journal, archive, figures } = status
  const one = (code: SystemTrouble, isSo: boolean): FoundTrouble[] =>
    isSo ? [{ code, name: null }] : []
  const each = (code: SystemTrouble, names: readonly string[]) =>
    names.map((name): FoundTrouble => ({ code, name }))
  const silent = switches.filter(
    ({ isUp, lastFrameAt }) => isUp && lastFrameAt !== null && at - lastFrameAt > SILENCE_MS_MAX,
  )
  const drachtios = edge?.connections.filter(({ isUp }) => !isUp) ?? []
  const deaf = edge?.nodes.filter(({ isHealthy }) => !isHealthy) ?? []
  const trunks = edge?.trunks.filter(({ isUp }) => isUp === false) ?? []
  return [
    ...each(
      'switch_down',
      switches.flatMap(({ nodeId, isUp }) => (isUp ? [] : [nodeId])),
    ),
    ...each(
      'switch_silent',
      silent.map(({ nodeId }) => nodeId),
    ),
    ...each(
      'edge_down',
      drachtios.map(({ edgeId }) => edgeId),
    ),
    ...each(
      'sip_down',
      deaf.map(({ nodeId }) => nodeId),
    ),
    ...each(
      'trunk_down',
      trunks.map(({ name }) => name),
    ),
    ...one('database_down', !journal.isDatabaseUp),
    ...one('records_late', journal.lagMs > LAG_MS_MAX),
    ...one('facts_lost', journal.lost + journal.rejected > 0),
    ...one('disk_low', archive.isDiskLow),
    ...one('archiving_failed', archive.archivingFault !== null),
    ...one('copying_failed', archive.copyingFault !== null),
    ...one('figures_differ', (figures.differences ?? 0) > 0),
  ]
}
