// Prometheus: the process, the requests, and the few figures of the floor an operator is woken up for.
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { z } from 'zod'
import { liveHotline } from '../core/live.ts'
import { AGENT_PHASES } from '../store/schema.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS } from './errors.ts'
import { measureFigures } from './kpi-metrics.ts'
import { measureSystem } from './system-metrics.ts'

/** Of the process, which is one however many apps it builds; each of these holds a timer for good. */
let ofProcess: Registry | null = null

function processRegistry(): Registry {
  if (ofProcess === null) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

export function metricsRoutes(app: Api, options: AppOptions): void {
  const register = new Registry()
  measureRequests(app, register)
  measureFloor(register, options)
  measureFigures(register, options)
  measureSystem(register, options)
  const all = Registry.merge([processRegistry(), register])
  app.get(
    '/metrics',
    {
      config: { permission: 'public' },
      schema: {
        tags: ['operation'],
        summary: 'Figures for Prometheus.',
        response: { 200: { content: { 'text/plain': { schema: z.string() } } }, ...FAULTS },
      },
    },
    async (_request, reply) => {
      // Text as it is: the reply's schema would put it into quotation marks.
      void reply.type(all.contentType).serializer((text) => text)
      return all.metrics()
    },
  )
}

function measureRequests(app: Api, register: Registry): void {
  const durations = new Histogram({
    name: 'yingda_http_request_duration_seconds',
    help: 'Time from request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [register],
  })
  app.addHook('onResponse', async (request, reply) => {
    // The route's pattern, not the address: ids would make a series each.
    const route = request.routeOptions.url ?? 'none'
    const labels = { method: request.method, route, status: reply.statusCode }
    durations.observe(labels, reply.elapsedTime / 1_000)
  })
}

function measureFloor(register: Registry, { engine, clock, gauges, archive }: AppOptions): void {
  const { state } = engine
  const gauge = (name: string, help: string, collect: (self: Gauge) => void) => {
    new Gauge({
      name,
      help,
      registers: [register],
      collect() {
        collect(this)
      },
    })
  }
  gauge('yingda_calls_waiting', 'Callers whom nobody has answered yet', (self) => {
    self.set(liveHotline(state, clock.now()).waiting)
  })
  gauge('yingda_calls_live', 'Calls that have not ended', (self) => self.set(state.calls.size))
  new Gauge({
    name: 'yingda_agents',
    help: 'Agents by phase',
    labelNames: ['phase'],
    registers: [register],
    collect() {
      for (const phase of AGENT_PHASES) this.set({ phase }, 0)
      for (const { phase } of state.agents.values()) this.inc({ phase: phase.name })
    },
  })
  new Gauge({
    name: 'yingda_switch_connected',
    help: '1 while the event connection to the switch stands',
    labelNames: ['node'],
    registers: [register],
    collect() {
      for (const [node, { isUp }] of state.nodes) this.set({ node }, isUp ? 1 : 0)
    },
  })
  new Gauge({
    name: 'yingda_switch_drifts_healed_total',
    help: 'Corrections that only the regular look at the switch led to, since the start',
    labelNames: ['node'],
    registers: [register],
    collect() {
      for (const [node, { driftsHealed }] of state.nodes) this.set({ node }, driftsHealed)
    },
  })
  if (archive !== undefined) {
    new Gauge({
      name: 'yingda_recordings_trouble',
      help: '1 while the disk for recordings fills up, or the last could not be archived or copied',
      labelNames: ['what'],
      registers: [register],
      collect() {
        const { isDiskLow, archivingFault, copyingFault } = archive()
        this.set({ what: 'disk_low' }, isDiskLow ? 1 : 0)
        this.set({ what: 'archiving' }, archivingFault === null ? 0 : 1)
        this.set({ what: 'copying' }, copyingFault === null ? 0 : 1)
      },
    })
  }
  if (gauges === undefined) return
  gauge('yingda_facts_total', 'Facts since the very first', (self) => self.set(gauges().facts))
  gauge('yingda_journal_pending', 'Facts not yet in the database', (self) => {
    self.set(gauges().journalPending)
  })
  gauge('yingda_journal_spooled_bytes', 'Bytes of facts spooled on disk', (self) => {
    self.set(gauges().journalSpooledBytes)
  })
}
