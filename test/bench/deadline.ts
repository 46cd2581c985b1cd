// Deadline-aware routing against longest-idle, on the same load: the same callers with the same patience
// at the same moments, the same agents with the same habits. The load is a hotline's busy hours as the
// simulator's callers make them; agents differ from one another as people do. Several seeds, because one
// may be luck.
import { AGENT_RULES_DEFAULTS } from '../../src/core/agent-policy.ts'
import { type Config, QUEUE_DEFAULTS } from '../../src/core/config.ts'
import { Heap } from '../../src/core/heap.ts'
import type { Input } from '../../src/core/inputs.ts'
import { ROUTING_DEFAULTS, type RoutingPolicy } from '../../src/core/routing-policy.ts'
import { emptyState } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'
import { Random } from '../../src/simulator/random.ts'
import { percentile, print } from './figures.ts'

const AGENTS = 30
const HOURS = 8
const SEEDS = 10
/** Mean time between calls: the agents are busy about 80 % of the time. */
const CALL_EVERY_MS = 6_800
const START = Date.UTC(2026, 10, 23, 0)
const HOUR_MS = 3_600_000

interface Caller {
  readonly at: number
  readonly patienceMs: number
  readonly talkMs: number
}

/** One agent's habits at the phone, drawn once for each seed. */
interface Habits {
  readonly answerMs: number
  readonly missedShare: number
}

interface Event {
  readonly id: string
  readonly at: number
  readonly run: () => void
}

function callersOf(random: Random): Caller[] {
  const callers: Caller[] = []
  for (let at = START; at < START + HOURS * HOUR_MS; at += random.exponential(CALL_EVERY_MS)) {
    callers.push({
      at: Math.round(at),
      patienceMs: Math.round(random.skewed(75_000, 0.8)),
      talkMs: Math.round(random.skewed(110_000, 0.6)),
    })
  }
  return callers
}

/** Half of the agents pick up within 4 s; a few leave every third ring unanswered, most hardly any. */
function habitsOf(random: Random): Habits {
  return {
    answerMs: random.skewed(4_000, 0.5),
    missedShare: Math.min(0.35, random.exponential(0.08)),
  }
}

/** Plays the load against the real core; the share of all callers who were answered within 15 s. */
function play(seed: string, routing: RoutingPolicy): { timely: number; offers: number } {
  const random = new Random(seed)
  const callers = callersOf(random.fork('callers'))
  const ids = Array.from({ length: AGENTS }, (_, i) => `a${i}`)
  const habits = new Map(ids.map((id) => [id, habitsOf(random.fork(`habits/${id}`))]))
  const draws = new Map(ids.map((id) => [id, random.fork(`phone/${id}`)]))
  const config: Config = {
    timeZone: 'Asia/Shanghai',
    queues: [{ ...QUEUE_DEFAULTS, queueId: 'city', name: 'city', joinWhenEmpty: true, routing }],
    numbers: [{ number: '12345', queueId: 'city' }],
    agents: ids.map((agentId) => ({ agentId, name: agentId, skills: [] })),
    units: [],
    agentRules: AGENT_RULES_DEFAULTS,
  }
  const state = emptyState('bench')
  const events = new Heap<Event>(
    ({ id }) => id,
    (a, b) => (a.at !== b.at ? a.at < b.at : a.id < b.id),
  )
  let made = 0
  let now = START
  let timely = 0
  let offers = 0
  const plan = (at: number, run: () => void, timer?: string): void => {
    made += 1
    const id = timer ?? `e${String(made).padStart(9, '0')}`
    events.remove(id)
    events.add({ id, at, run })
  }
  const take = (input: Input): void => {
    const turn = step(state, input)
    for (const command of turn.commands) {
      if (command.type === 'set_timer') {
        const { timerId } = command
        plan(command.at, () => take({ type: 'timer.fired', at: now, timerId }), `t${timerId}`)
      } else if (command.type === 'clear_timer') events.remove(`t${command.timerId}`)
      else if (command.type === 'originate_agent') ring(command.agentId, command.legId)
      else if (command.type === 'hang_up') hangUp(command.legId, command.cause)
      else if (command.type === 'bridge') {
        const { legId, otherLegId } = command
        plan(now + 30, () => take({ type: 'leg.bridged', at: now, legId, otherLegId }))
      }
    }
    for (const fact of turn.facts) {
      if (fact.type === 'call.connected') {
        if (fact.isFirst && fact.isTimely) timely += 1
        const { legId = '' } = state.calls.get(fact.callId) ?? {}
        const talkMs = callers[Number(fact.callId)]?.talkMs ?? 0
        plan(now + talkMs, () => hangUp(legId, 'NORMAL_CLEARING'))
      } else if (fact.type === 'agent.wrap_up_started') {
        const { agentId } = fact
        const wrapUpMs = draws.get(agentId)?.whole(5_000, 40_000) ?? 0
        const done = { agentId, disposition: 'answered', summary: '' } as const
        plan(now + wrapUpMs, () => take({ type: 'agent.wrap_up_done_requested', at: now, ...done }))
      } else if (fact.type === 'agent.became_not_ready' && fact.reason !== 'signed_in') {
        const { agentId } = fact
        const absentMs = draws.get(agentId)?.whole(15_000, 60_000) ?? 0
        plan(now + absentMs, () => take({ type: 'agent.ready_requested', at: now, agentId }))
      }
    }
  }
  const hangUp = (legId: string, cause: string): void => {
    if (!state.legs.has(legId)) return
    plan(now + 10, () => take({ type: 'leg.hung_up', at: now, legId, cause }))
    plan(now + 20, () => take({ type: 'leg.ended', at: now, legId, cause, sipStatus: null }))
  }
  const ring = (agentId: string, legId: string): void => {
    offers += 1
    const { answerMs = 0, missedShare = 0 } = habits.get(agentId) ?? {}
    const draw = draws.get(agentId)
    if (draw === undefined || draw.chance(missedShare)) return
    plan(now + Math.round(draw.skewed(answerMs, 0.5)), () => {
      if (state.legs.get(legId)?.endingSince !== null) return
      take({ type: 'leg.answered', at: now, legId })
      plan(now + 20, () => take({ type: 'leg.parked', at: now, legId }))
    })
  }
  take({ type: 'config.loaded', at: now, config })
  take({ type: 'switch.synced', at: now, nodeId: 'fs1', askedAt: now, legs: [] })
  for (const agentId of ids) {
    take({ type: 'phone.registered', at: now, agentId })
    take({ type: 'agent.sign_in_requested', at: now, agentId })
    take({ type: 'agent.ready_requested', at: now, agentId })
  }
  callers.forEach(({ at, patienceMs }, i) => {
    const legId = `l${i}`
    const call = { legId, callId: String(i), nodeId: 'fs1', from: '', to: '12345' }
    plan(at, () => {
      take({ type: 'call.parked', at: now, ...call, arrivedAt: now })
      plan(now + patienceMs, () => {
        const phase = state.calls.get(String(i))?.phase.name
        if (phase === 'waiting' || phase === 'offered') hangUp(legId, 'NORMAL_CLEARING')
      })
    })
  })
  const end = START + HOURS * HOUR_MS
  for (let next = events.first(); next !== undefined && next.at < end; next = events.first()) {
    events.remove(next.id)
    now = next.at
    next.run()
  }
  return { timely: timely / callers.length, offers: offers / callers.length }
}

export function benchDeadline(): void {
  const deadline = { isOn: true, isSecondPhoneOn: true, answerShareMin: 0.9 }
  const policies = {
    longest_idle: ROUTING_DEFAULTS,
    deadline: { ...ROUTING_DEFAULTS, deadline: { ...deadline, isSecondPhoneOn: false } },
    deadline_second_phone: { ...ROUTING_DEFAULTS, deadline },
  }
  const shares: Record<string, number[]> = {}
  const phones: Record<string, number[]> = {}
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    for (const [name, routing] of Object.entries(policies)) {
      const { timely, offers } = play(`deadline/${seed}`, routing)
      shares[name] = [...(shares[name] ?? []), timely]
      phones[name] = [...(phones[name] ?? []), offers]
    }
  }
  const show = (name: string, value: number, unit: string, target: number | null = null): void =>
    print({ name, value, unit, target, isUpperBound: false })
  for (const [name, values] of Object.entries(shares)) {
    show(`answered_in_15s.${name}.median`, percentile(values, 0.5), 'share')
    show(`answered_in_15s.${name}.worst`, Math.min(...values), 'share')
    show(`answered_in_15s.${name}.best`, Math.max(...values), 'share')
    show(`phones_rung_per_call.${name}`, percentile(phones[name] ?? [], 0.5), 'phones')
  }
  for (const name of ['deadline', 'deadline_second_phone']) {
    const gains = (shares[name] ?? []).map((share, i) => share - (shares.longest_idle?.[i] ?? 0))
    show(`deadline_gain.${name}.median`, 100 * percentile(gains, 0.5), 'points', 5)
    show(`deadline_gain.${name}.worst`, 100 * Math.min(...gains), 'points')
  }
}
