// The whole configuration in the shape that the core takes at the start and after every change.
import type { Config } from '../core/config.ts'
import { loadAgentRules } from './agent-rules.ts'
import { listAgents } from './agents.ts'
import type { Database } from './database.ts'
import { loadEmergencyMode } from './emergency-mode.ts'
import { listAdvice } from './forecasts.ts'
import { listDefinitions } from './kpi-definitions.ts'
import { listTargets } from './kpi-targets.ts'
import { listNumbers } from './numbers.ts'
import { listQueues } from './queues.ts'
import { listUnits } from './units.ts'

/** One moment's configuration: no change is seen half. */
export async function loadConfig(db: Database, timeZone: string, at: number): Promise<Config> {
  return db.transaction(async (tx) => ({
    timeZone,
    queues: await listQueues(tx),
    numbers: await listNumbers(tx),
    agents: await listAgents(tx),
    emergency: await loadEmergencyMode(tx),
    units: await listUnits(tx),
    agentRules: await loadAgentRules(tx),
    kpi: {
      definitions: await listDefinitions(tx),
      targets: await listTargets(tx),
      advice: await listAdvice(tx, at),
    },
  }))
}
