// How the parts of the service are, asked of each of them at the moment somebody wants to know; only the
// offers are counted as they happen.
import type { RecordedFact } from './core/facts.ts'
import type { EdgeStatus, SystemStatus } from './core/system-status.ts'
import type { Hotline } from './hotline.ts'
import type { KpiWatch } from './kpi-watch.ts'
import type { RecordingKeeper } from './recording-keeper.ts'
import type { SipEdge } from './sip/edge.ts'

export interface SystemWatchOptions {
  readonly hotline: Hotline
  readonly edge: SipEdge | null
  readonly keeper: RecordingKeeper
  readonly watch: KpiWatch
}

export class SystemWatch {
  readonly #options: SystemWatchOptions
  readonly #offers: Record<string, number> = {}

  constructor(options: SystemWatchOptions) {
    this.#options = options
  }

  onFacts(facts: readonly RecordedFact[]): void {
    for (const fact of facts) {
      if (fact.type === 'call.answered') this.#count('answered')
      else if (fact.type === 'offer.ended') this.#count(fact.outcome)
    }
  }

  status(): SystemStatus {
    const { hotline, edge, keeper, watch } = this.#options
    return {
      switches: hotline.pool.status(),
      edge: edge === null ? null : edgeStatus(edge),
      journal: hotline.journal.status(),
      archive: keeper.status(),
      figures: { differences: watch.differences, checkedDay: watch.checkedDay },
      offers: { ...this.#offers },
    }
  }

  #count(outcome: string): void {
    this.#offers[outcome] = (this.#offers[outcome] ?? 0) + 1
  }
}

function edgeStatus(edge: SipEdge): EdgeStatus {
  const { connections, nodes, trunks, registrations, bans, agentCalls, refusals } = edge.status()
  return {
    connections,
    nodes,
    trunks,
    registrations: registrations.length,
    bans: bans.length,
    agentCalls,
    refusals,
  }
}
