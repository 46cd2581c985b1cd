// Whether the estimates of waits keep their promise: weeks of a hotline with a day's rhythm, too few
// agents at the peaks, callers who give up, and agents who come and go; every estimate against what came
// true. Events in virtual time, straight into the core; nothing of a switch.
import { type Config, QUEUE_DEFAULTS } from '../../src/core/config.ts'
import type { Fact } from '../../src/core/facts.ts'
import type { Input } from '../../src/core/inputs.ts'
import { emptyState } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'
import { HOURLY_WEIGHTS } from '../../src/simulator/callers.ts'
import { Random } from '../../src/simulator/random.ts'
import { SMALL_HOTLINE } from '../support/hotline.ts'
import { print } from './figures.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const START = Date.UTC(2026, 10, 1, 16)

export interface EstimateWorldOptions {
  readonly seed: string
  readonly days: number
  readonly callsPerDay: number
  readonly agents: number
  /** Mean; spread as log-normal. */
  readonly talkMs: number
  readonly patienceMs: number
  /** Half of the agents have both queues. */
  readonly isShared: boolean
}

export interface MadeAndTrue {
  readonly day: number
  readonly ahead: number
  readonly waitedMs: number
  readonly lowMs: number
  readonly likelyMs: number
  readonly highMs: number
}

interface Event {
  readonly at: number
  readonly order: number
  readonly act: () => void
}

export class EstimateWorld {
  readonly outcomes: MadeAndTrue[] = []
  abandoned = 0
  readonly #options: EstimateWorldOptions
  readonly #state = emptyState('bench')
  readonly #random: Random
  readonly #events: Event[] = []
  readonly #timers = new Map<string, number>()
  readonly #open = new Map<string, Extract<Fact, { type: 'call.estimated' }>[]>()
  #at = START
  #order = 0
  #calls = 0

  constructor(options: EstimateWorldOptions) {
    this.#options = options
    this.#random = new Random(options.seed)
    const queue = (queueId: string, skill: string) => ({
      ...QUEUE_DEFAULTS,
      ...{
        queueId,
        name: queueId,
        requiredSkills: [skill],
        joinWhenEmpty: true,
        waitingMax: 1_000,
      },
    })
    const config: Config = {
      ...SMALL_HOTLINE,
      queues: [queue('citizen', 'a'), queue('business', 'b')],
      numbers: [
        { number: '12345', queueId: 'citizen' },
        { number: '123455', queueId: 'business' },
      ],
      agents: Array.from({ length: options.agents }, (_, i) => ({
        agentId: `a${i}`,
        name: `a${i}`,
        skills: options.isShared && i % 2 === 0 ? ['a', 'b'] : i % 4 === 1 ? ['b'] : ['a'],
      })),
    }
    this.#take({ type: 'config.loaded', at: this.#at, config })
    this.#take({ type: 'switch.synced', at: this.#at, nodeId: 'fs1', askedAt: this.#at, legs: [] })
    for (const { agentId } of config.agents) {
      this.#take({ type: 'phone.registered', at: this.#at, agentId })
      this.#take({ type: 'agent.sign_in_requested', at: this.#at, agentId })
      this.#take({ type: 'agent.ready_requested', at: this.#at, agentId })
    }
  }

  run(): void {
    const end = START + this.#options.days * DAY_MS
    this.#nextArrival()
    while (this.#events.length > 0) {
      const event = this.#pop()
      if (event === undefined || event.at > end) return
      this.#at = event.at
      event.act()
    }
  }

  /** A day at the counter's own pace: candidates at the peak's rate, each hour lets its share through. */
  #nextArrival(): void {
    const { callsPerDay } = this.#options
    const peak = Math.max(...HOURLY_WEIGHTS)
    const total = HOURLY_WEIGHTS.reduce((sum, weight) => sum + weight, 0)
    this.#after(this.#random.exponential(HOUR_MS / ((callsPerDay * peak) / total)), () => {
      const hour = Math.floor(((this.#at + 8 * HOUR_MS) % DAY_MS) / HOUR_MS)
      if (this.#random.chance((HOURLY_WEIGHTS[hour] ?? 0) / peak)) this.#arrive()
      this.#nextArrival()
    })
  }

  #arrive(): void {
    this.#calls += 1
    const callId = `c${this.#calls}`
    const legId = `${callId}-leg`
    const to = this.#random.chance(0.25) ? '123455' : '12345'
    const at = this.#at
    this.#take({
      type: 'call.parked',
      at,
      nodeId: 'fs1',
      callId,
      legId,
      from: '',
      to,
      arrivedAt: at,
    })
    this.#after(this.#random.skewed(this.#options.patienceMs, 0.8), () => {
      if (this.#state.calls.get(callId)?.phase.name === 'waiting') this.#hangUp(legId)
    })
  }

  #hangUp(legId: string): void {
    const cause = 'NORMAL_CLEARING'
    this.#take({ type: 'leg.hung_up', at: this.#at, legId, cause })
    this.#take({ type: 'leg.ended', at: this.#at, legId, cause, sipStatus: null })
  }

  #take(input: Input): void {
    const turn = step(this.#state, input)
    for (const fact of turn.facts) this.#note(fact)
    for (const command of turn.commands) {
      if (command.type === 'set_timer') {
        this.#timers.set(command.timerId, command.at)
        const { timerId } = command
        this.#after(Math.max(0, command.at - this.#at), () => {
          if (this.#timers.get(timerId) !== command.at) return
          this.#timers.delete(timerId)
          this.#take({ type: 'timer.fired', at: this.#at, timerId })
        })
      } else if (command.type === 'clear_timer') this.#timers.delete(command.timerId)
      else if (command.type === 'announce') {
        this.#after(12_000, () =>
          this.#take({ type: 'leg.prompt_ended', at: this.#at, legId: command.legId }),
        )
      } else if (command.type === 'originate_agent') {
        const { legId } = command
        this.#after(this.#random.skewed(4_000, 0.4), () => {
          this.#take({ type: 'leg.answered', at: this.#at, legId })
          this.#take({ type: 'leg.parked', at: this.#at, legId })
        })
      } else if (command.type === 'bridge') this.#join(command.legId, command.otherLegId)
      else if (command.type === 'hang_up') {
        const { legId } = command
        this.#after(20, () => this.#hangUp(legId))
      }
    }
  }

  #join(legId: string, otherLegId: string): void {
    this.#after(80, () => {
      this.#take({ type: 'leg.bridged', at: this.#at, legId, otherLegId })
      this.#after(this.#random.skewed(this.#options.talkMs, 0.7), () => this.#hangUp(legId))
    })
  }

  #note(fact: Fact): void {
    if (fact.type === 'call.estimated') {
      this.#open.set(fact.callId, [...(this.#open.get(fact.callId) ?? []), fact])
    } else if (fact.type === 'call.connected' && fact.isFirst) {
      for (const made of this.#open.get(fact.callId) ?? []) {
        const { ahead, lowMs, likelyMs, highMs } = made
        const day = Math.floor((made.at - START) / DAY_MS)
        this.outcomes.push({
          day,
          ahead,
          lowMs,
          likelyMs,
          highMs,
          waitedMs: fact.answeredAt - made.at,
        })
      }
      this.#open.delete(fact.callId)
    } else if (fact.type === 'call.ended') {
      if (fact.ending.startsWith('abandoned')) this.abandoned += 1
      this.#open.delete(fact.callId)
    } else if (fact.type === 'agent.wrap_up_started') {
      const { agentId } = fact
      this.#after(this.#random.skewed(20_000, 0.6), () => {
        const phase = this.#state.agents.get(agentId)?.phase.name
        if (phase !== 'wrap_up') return
        const asked = { at: this.#at, agentId }
        this.#take({
          type: 'agent.wrap_up_done_requested',
          ...asked,
          disposition: 'answered',
          summary: '',
        })
        // Now and then a break: staffing is never what the roster says.
        if (this.#state.agents.get(agentId)?.phase.name !== 'ready' || !this.#random.chance(0.05))
          return
        this.#take({ type: 'agent.not_ready_requested', ...asked, reason: 'break' })
        this.#after(this.#random.skewed(600_000, 0.5), () =>
          this.#take({ type: 'agent.ready_requested', at: this.#at, agentId }),
        )
      })
    }
  }

  #after(ms: number, act: () => void): void {
    this.#order += 1
    this.#push({ at: this.#at + Math.round(ms), order: this.#order, act })
  }

  #push(event: Event): void {
    const events = this.#events
    events.push(event)
    for (let i = events.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1
      if (!isBefore(events[i], events[parent])) return
      swap(events, i, parent)
      i = parent
    }
  }

  #pop(): Event | undefined {
    const events = this.#events
    const first = events[0]
    const last = events.pop()
    if (events.length === 0 || last === undefined) return first
    events[0] = last
    for (let i = 0; ; ) {
      const left = 2 * i + 1
      const right = left + 1
      const next = isBefore(events[right], events[left]) ? right : left
      if (!isBefore(events[next], events[i])) return first
      swap(events, i, next)
      i = next
    }
  }
}

function isBefore(a: Event | undefined, b: Event | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined
  return a.at !== b.at ? a.at < b.at : a.order < b.order
}

function swap(events: Event[], i: number, j: number): void {
  const [a, b] = [events[i], events[j]]
  if (a === undefined || b === undefined) return
  events[i] = b
  events[j] = a
}

export function coverageOf(outcomes: readonly MadeAndTrue[]): number {
  const within = outcomes.filter((one) => one.waitedMs >= one.lowMs && one.waitedMs <= one.highMs)
  return within.length / outcomes.length
}

/** Busy, overloaded and shared: the same rule must do for all. */
export const ESTIMATE_WORLDS: Readonly<Record<string, EstimateWorldOptions>> = {
  busy: {
    ...{ seed: 'busy', days: 7, callsPerDay: 3_000, agents: 16, talkMs: 150_000 },
    ...{ patienceMs: 300_000, isShared: true },
  },
  overloaded: {
    ...{ seed: 'overloaded', days: 5, callsPerDay: 4_000, agents: 16, talkMs: 150_000 },
    ...{ patienceMs: 400_000, isShared: true },
  },
  small: {
    ...{ seed: 'small', days: 21, callsPerDay: 500, agents: 4, talkMs: 240_000 },
    ...{ patienceMs: 300_000, isShared: false },
  },
}

export function benchEstimates(): void {
  for (const [name, options] of Object.entries(ESTIMATE_WORLDS)) {
    const world = new EstimateWorld(options)
    world.run()
    const { outcomes } = world
    const coverage = coverageOf(outcomes)
    const inRange = Math.abs(coverage - 0.8) <= 0.05
    console.log(
      JSON.stringify({
        name: `estimates.${name}.coverage`,
        value: Number(coverage.toPrecision(4)),
        unit: '1',
        target: '0.75..0.85',
        met: inRange,
      }),
    )
    const byDay = new Map<number, MadeAndTrue[]>()
    for (const one of outcomes) byDay.set(one.day, [...(byDay.get(one.day) ?? []), one])
    const days = [...byDay.values()].filter((day) => day.length >= 50).map(coverageOf)
    const kept = days.filter((day) => Math.abs(day - 0.8) <= 0.05).length
    const mean = (of: (one: MadeAndTrue) => number) =>
      outcomes.reduce((sum, one) => sum + of(one), 0) / outcomes.length
    const figures: [string, number, string][] = [
      ['estimates', outcomes.length, '1'],
      ['days_within_target', kept / Math.max(1, days.length), '1'],
      ['worst_day', days.length === 0 ? Number.NaN : Math.min(...days), '1'],
      ['mean_wait', mean((one) => one.waitedMs), 'ms'],
      ['mean_absolute_error', mean((one) => Math.abs(one.waitedMs - one.likelyMs)), 'ms'],
      ['mean_range', mean((one) => one.highMs - one.lowMs), 'ms'],
    ]
    for (const [figure, value, unit] of figures) {
      const target = null
      print({ name: `estimates.${name}.${figure}`, value, unit, target, isUpperBound: true })
    }
  }
}
