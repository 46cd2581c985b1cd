// The parts of the service for Prometheus: the connection to each switch, the SIP edge with its drachtio,
// trunks and phones, the database, what waits for it, the archive of recordings, and offers.
import { Gauge, type Registry } from 'prom-client'
import { ALARM_CODES } from '../core/alarms.ts'
import { OFFER_OUTCOMES } from '../core/facts.ts'
import { liveHotline } from '../core/live.ts'
import type { EdgeStatus, SwitchHealth, SystemStatus } from '../core/system-status.ts'
import type { AppOptions } from './context.ts'

const SECOND_MS = 1_000

type Collect<Part> = (self: Gauge, part: Part) => void

/** Adds a gauge that is made anew at every look, so that nothing stays of what is gone. */
function gaugesOf(register: Registry) {
  return (name: string, help: string, labelNames: string[], collect: (self: Gauge) => void) => {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [register],
      collect() {
        this.reset()
        collect(this)
      },
    })
  }
}

export function measureSystem(register: Registry, options: AppOptions): void {
  const { engine, clock, system } = options
  const gauge = gaugesOf(register)
  gauge('yingda_alarms', 'Alarms of the floor that stand now, by code', ['alarm'], (self) => {
    const { alarms, queues } = liveHotline(engine.state, clock.now())
    for (const alarm of ALARM_CODES) self.set({ alarm }, 0)
    for (const { code } of [...alarms, ...queues.flatMap((queue) => queue.alarms)]) {
      self.inc({ alarm: code })
    }
  })
  gauge('yingda_switch_calls', 'Calls under way, by the switch that has them', ['node'], (self) => {
    for (const node of engine.state.nodes.keys()) self.set({ node }, 0)
    for (const { nodeId } of engine.state.calls.values()) self.inc({ node: nodeId })
  })
  if (system === undefined) return
  measureSwitches(register, { now: () => clock.now(), system })
  measureEdge(register, system)
  measureRecords(register, system)
  gauge(
    'yingda_offers_total',
    'Phones rung for calls since the start, by how it came out',
    ['outcome'],
    (self) => {
      const { offers } = system()
      for (const outcome of OFFER_OUTCOMES) self.set({ outcome }, offers[outcome] ?? 0)
    },
  )
}

function measureSwitches(
  register: Registry,
  { now, system }: { readonly now: () => number; readonly system: () => SystemStatus },
): void {
  const gauge = gaugesOf(register)
  const each = (name: string, help: string, of: (one: SwitchHealth) => number | null) => {
    gauge(name, help, ['node'], (self) => {
      for (const one of system().switches) {
        const value = of(one)
        if (value !== null) self.set({ node: one.nodeId }, value)
      }
    })
  }
  each(
    'yingda_switch_silence_seconds',
    'Since anything arrived from the switch, were it a heartbeat; absent before the first',
    ({ lastFrameAt }) => (lastFrameAt === null ? null : (now() - lastFrameAt) / SECOND_MS),
  )
  each(
    'yingda_switch_reconnects_total',
    'Connections to the switch that were made again, since the start',
    ({ reconnects }) => reconnects,
  )
  each(
    'yingda_switch_events_total',
    'Events from the switch since the start',
    ({ events }) => events,
  )
  each(
    'yingda_switch_events_dropped_total',
    'What the switch sent and could not be used, since the start',
    ({ dropped }) => dropped,
  )
  each(
    'yingda_switch_requests_pending',
    'Requests that the switch has not replied to yet',
    ({ requestsPending }) => requestsPending,
  )
  each(
    'yingda_switch_requests_failed_total',
    'Requests whose connection was lost before the reply, since the start',
    ({ requestsFailed }) => requestsFailed,
  )
}

function measureEdge(register: Registry, system: () => SystemStatus): void {
  const gauge = gaugesOf(register)
  const edge = (name: string, help: string, labelNames: string[], collect: Collect<EdgeStatus>) => {
    gauge(name, help, labelNames, (self) => {
      const part = system().edge
      if (part !== null) collect(self, part)
    })
  }
  edge('yingda_edge_connected', '1 while drachtio can be reached', ['edge'], (self, part) => {
    for (const { edgeId, isUp } of part.connections) self.set({ edge: edgeId }, isUp ? 1 : 0)
  })
  edge('yingda_edge_node_healthy', '1 while the switch answers SIP', ['node'], (self, part) => {
    for (const { nodeId, isHealthy } of part.nodes) self.set({ node: nodeId }, isHealthy ? 1 : 0)
  })
  edge('yingda_edge_registrations', 'Phones that have signed in', [], (self, part) => {
    self.set(part.registrations)
  })
  edge('yingda_edge_bans', 'Addresses that are kept out', [], (self, part) => self.set(part.bans))
  edge('yingda_edge_agent_calls', 'Legs between switch and phones', [], (self, part) => {
    self.set(part.agentCalls)
  })
  edge(
    'yingda_edge_refusals_total',
    'Calls, transfers and dials that were refused since the start, by reason',
    ['reason'],
    (self, part) => {
      for (const [reason, count] of Object.entries(part.refusals)) self.set({ reason }, count)
    },
  )
  edge(
    'yingda_trunk_up',
    '1 while the carrier answers OPTIONS; absent where it cannot be asked',
    ['trunk'],
    (self, part) => {
      for (const { trunkId, isUp } of part.trunks) {
        if (isUp !== null) self.set({ trunk: trunkId }, isUp ? 1 : 0)
      }
    },
  )
  edge('yingda_trunk_calls', 'Calls of the trunk, both ways', ['trunk'], (self, part) => {
    for (const { trunkId, calls } of part.trunks) self.set({ trunk: trunkId }, calls)
  })
  edge('yingda_trunk_calls_max', 'What the trunk may carry', ['trunk'], (self, part) => {
    for (const { trunkId, callsMax } of part.trunks) self.set({ trunk: trunkId }, callsMax)
  })
}

function measureRecords(register: Registry, system: () => SystemStatus): void {
  const gauge = gaugesOf(register)
  gauge('yingda_database_up', '1 while the database takes facts', [], (self) => {
    self.set(system().journal.isDatabaseUp ? 1 : 0)
  })
  gauge(
    'yingda_facts_rejected_total',
    'Facts that the database refused for themselves, since the start',
    [],
    (self) => self.set(system().journal.rejected),
  )
  gauge(
    'yingda_recordings_backlog',
    'Checked recordings that still have to be archived; absent where they stay as they are',
    [],
    (self) => {
      const { backlog } = system().archive
      if (backlog !== null) self.set(backlog)
    },
  )
  gauge('yingda_recordings_free_bytes', 'Free on the disk for recordings', [], (self) => {
    const { freeBytes } = system().archive
    if (freeBytes !== null) self.set(freeBytes)
  })
}
