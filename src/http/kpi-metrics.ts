// The figures of the floor for Prometheus: today's and the rolling rates with their targets, the longest
// wait, holds, how today's calls and offers came out, and whether sums and records agree. Every alert rule
// in observability/alerts.yml reads one of these.
import { Gauge, type Registry } from 'prom-client'
import { rollingCounts } from '../core/counting.ts'
import { type LiveHotline, liveHotline } from '../core/live.ts'
import { type CallRateCode, figures, OUTCOMES, RATES } from '../core/metrics.ts'
import { staffedOf } from '../core/staffing.ts'
import type { AppOptions } from './context.ts'

const SECOND_MS = 1_000

export function measureFigures(
  register: Registry,
  { engine: { state }, clock, gauges }: AppOptions,
): void {
  const gauge = gaugesIn(register)
  const codes = Object.keys(RATES) as CallRateCode[]
  const hotline = () => liveHotline(state, clock.now())
  const judge = () => ({ day: hotline().day, targets: state.config.kpi?.targets ?? [] })

  gauge(
    'yingda_rate',
    'Rates of the norms; absent where nobody called',
    ['code', 'period'],
    (self) => {
      const { today } = hotline()
      const rolling = figures(rollingCounts(state, clock.now(), '*'), judge())
      for (const code of codes) {
        if (today[code].value !== null) self.set({ code, period: 'today' }, today[code].value)
        if (rolling[code].value !== null) self.set({ code, period: 'rolling' }, rolling[code].value)
      }
    },
  )
  gauge('yingda_rate_target', 'What the rate is judged by today', ['code'], (self) => {
    const { today } = hotline()
    for (const code of codes) {
      if (today[code].target !== null) self.set({ code }, today[code].target)
    }
  })
  gauge('yingda_longest_wait_seconds', 'Of those who wait now, by queue', ['queue'], (self) => {
    for (const { queueId, longestWaitSince } of hotline().queues) {
      const waitMs = longestWaitSince === null ? 0 : clock.now() - longestWaitSince
      self.set({ queue: queueId }, waitMs / SECOND_MS)
    }
  })
  measureStaffing(gauge, hotline)
  gauge('yingda_longest_hold_seconds', 'Of the callers on hold now', [], (self) => {
    const holds = [...state.calls.values()].map(({ phase }) =>
      phase.name === 'held' ? clock.now() - phase.since : 0,
    )
    self.set(Math.max(0, ...holds) / SECOND_MS)
  })
  gauge(
    'yingda_calls_today',
    'Calls that arrived today, by how they ended',
    ['outcome'],
    (self) => {
      const { counts } = hotline().today
      self.set({ outcome: 'inbound' }, counts.inbound)
      for (const outcome of new Set(Object.values(OUTCOMES))) self.set({ outcome }, counts[outcome])
    },
  )
  gauge('yingda_journal_lag_seconds', 'Age of the oldest fact not in the database', [], (self) => {
    self.set((gauges?.().journalLagMs ?? 0) / SECOND_MS)
  })
  gauge('yingda_facts_lost_total', 'Facts that no database and no disk took', [], (self) => {
    self.set(gauges?.().factsLost ?? 0)
  })
  gauge(
    'yingda_figures_differences',
    'Found by the last nightly check; absent before',
    [],
    (self) => {
      const found = gauges?.().figuresDifferences ?? null
      if (found !== null) self.set(found)
    },
  )
}

type Measure = ReturnType<typeof gaugesIn>

/** Makes gauges that are set anew each time they are read. */
function gaugesIn(register: Registry) {
  return (
    name: string,
    help: string,
    labelNames: string[],
    collect: (self: Gauge) => void,
  ): void => {
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

function measureStaffing(gauge: Measure, hotline: () => LiveHotline): void {
  gauge('yingda_agents_staffed', 'Signed in and not away, by queue', ['queue'], (self) => {
    for (const { queueId, agents } of hotline().queues)
      self.set({ queue: queueId }, staffedOf(agents))
  })
  gauge(
    'yingda_agents_advised',
    'By the forecast of this half hour, by queue; absent without one',
    ['queue'],
    (self) => {
      for (const { queueId, agentsAdvised } of hotline().queues)
        if (agentsAdvised !== null) self.set({ queue: queueId }, agentsAdvised)
    },
  )
}
