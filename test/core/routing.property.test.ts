// Our indexed routing against a slow one that anybody can check by reading: look at every pair.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AGENT_RULES_DEFAULTS } from '../../src/core/agent-policy.ts'
import { type Config, QUEUE_DEFAULTS } from '../../src/core/config.ts'
import { hashOf } from '../../src/core/hash.ts'
import {
  ROUTING_DEFAULTS,
  type RoutingPolicy,
  STRATEGIES,
  type Strategy,
} from '../../src/core/routing-policy.ts'
import { emptyState, type State } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'

const SKILLS = ['tax', 'housing', 'traffic']
const AT = Date.UTC(2026, 10, 23, 2)
const DECIDED_AT = 2_000

type Levels = Readonly<Record<string, number>>

interface Queue {
  readonly priority: number
  readonly skills: Levels
  readonly preferred: readonly string[]
  readonly language: string
  readonly weight: number
  readonly ageingMs: number | null
  readonly tiers: readonly (readonly string[])[]
}
interface Agent {
  readonly readyAt: number
  readonly skills: Levels
  readonly languages: Levels
  readonly callsTaken: number
  readonly talkMs: number
  readonly lastOfferedAt: number
}
interface Plan {
  readonly queues: readonly Queue[]
  readonly agents: readonly Agent[]
  readonly calls: readonly { readonly at: number; readonly queue: number }[]
}

const levels = (keys: readonly string[], max = keys.length): fc.Arbitrary<Levels> =>
  fc.dictionary(fc.constantFrom(...keys), fc.integer({ min: 1, max: 5 }), { maxKeys: max })
const LANGUAGES = ['zh-CN', 'yue']

const plan: fc.Arbitrary<Plan> = fc.record({
  queues: fc.array(
    fc.record({
      priority: fc.nat(2),
      skills: levels(SKILLS, 2),
      preferred: fc.uniqueArray(fc.constantFrom(...SKILLS), { maxLength: 2 }),
      language: fc.constantFrom(...LANGUAGES),
      // Powers of two, so that the order of sums never depends on rounding.
      weight: fc.constantFrom(1, 1, 2, 4),
      ageingMs: fc.constantFrom(null, null, 1_024, 4_096),
      tiers: fc.array(fc.uniqueArray(fc.constantFrom('a0', 'a1', 'a2', 'a3')), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  agents: fc.array(
    fc.record({
      readyAt: fc.nat(1_000),
      skills: levels(SKILLS),
      languages: fc.oneof(levels(LANGUAGES), fc.constant({ 'zh-CN': 3 })),
      callsTaken: fc.nat(3),
      talkMs: fc.nat(3),
      lastOfferedAt: fc.nat(3),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  calls: fc.array(fc.record({ at: fc.nat(1_000), queue: fc.nat(3) }), {
    minLength: 1,
    maxLength: 10,
  }),
})

/** Negative where `a` comes first by the first number that differs, small ones first. */
function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const place = a.findIndex((value, i) => value !== b[i])
  if (place < 0) return 0
  return (a[place] ?? 0) < (b[place] ?? 0) ? -1 : 1
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** All pairs, looked at again for every single offer. */
function slowRouting({ queues, agents, calls }: Plan, strategy: Strategy): string[] {
  const queueOf = (call: { queue: number }) => queues[call.queue % queues.length] as Queue
  const idle = agents.map((agent, i) => ({ id: `a${i}`, ...agent }))
  const all = calls.map((call, i) => ({ id: `c${i}`, ...call, phones: 0 }))
  const pairs: string[] = []
  const mayServe = (agent: Agent, queue: Queue): boolean =>
    (agent.languages[queue.language] ?? 0) >= 1 &&
    Object.entries(queue.skills).every(([skill, min]) => (agent.skills[skill] ?? 0) >= min)
  const callOrder = (call: (typeof all)[number]) => {
    const { priority, ageingMs, weight } = queueOf(call)
    const waited = weight * (DECIDED_AT - call.at)
    return [-(priority + (ageingMs === null ? 0 : waited / ageingMs)), -waited, call.at, call.id]
  }
  for (;;) {
    const waiting = all.filter((call) => call.phones === 0)
    const ringing = all.filter((call) => call.phones > 0 && strategy === 'ring_all')
    const first = [waiting, ringing].flatMap((some) =>
      some
        .filter((call) => idle.some((agent) => mayServe(agent, queueOf(call))))
        .filter((call) => call.phones < ROUTING_DEFAULTS.ringAllMax)
        .sort((a, b) => compare(callOrder(a), callOrder(b)))
        .slice(0, 1),
    )[0]
    if (first === undefined) return pairs
    const queue = queueOf(first)
    const agentOrder = (agent: (typeof idle)[number]) => {
      const preferred = sum(queue.preferred.map((skill) => agent.skills[skill] ?? 0))
      const needed = sum(Object.keys(queue.skills).map((skill) => agent.skills[skill] ?? 0))
      const known = needed + (agent.languages[queue.language] ?? 0)
      const tier = queue.tiers.findIndex((tier) => tier.includes(agent.id))
      const keys: Partial<Record<Strategy, number>> = {
        most_skilled: -known,
        fewest_calls: agent.callsTaken,
        least_talk: agent.talkMs,
        round_robin: agent.lastOfferedAt,
        top_down: tier < 0 ? queue.tiers.length : tier,
        random: hashOf(`r ${pairs.length} ${first.id} ${agent.id}`),
      }
      const rank =
        strategy === 'most_skilled' ? [-preferred - known] : [-preferred, keys[strategy] ?? 0]
      return [...rank, agent.readyAt, agent.id]
    }
    const eligible = idle.filter((agent) => mayServe(agent, queue))
    const agent = eligible.sort((a, b) => compare(agentOrder(a), agentOrder(b)))[0]
    if (agent === undefined) throw new Error('somebody was eligible a moment ago')
    pairs.push(`${first.id} ${agent.id}`)
    first.phones += 1
    idle.splice(idle.indexOf(agent), 1)
  }
}

function configOf({ queues, agents }: Plan, strategy: Strategy): Config {
  return {
    timeZone: 'Asia/Shanghai',
    agentRules: AGENT_RULES_DEFAULTS,
    queues: queues.map((queue, i) => ({
      ...QUEUE_DEFAULTS,
      queueId: `q${i}`,
      name: `q${i}`,
      priority: queue.priority,
      requiredSkills: Object.keys(queue.skills),
      joinWhenEmpty: true,
      routing: {
        ...ROUTING_DEFAULTS,
        strategy,
        language: queue.language,
        skillLevels: queue.skills,
        preferredSkills: queue.preferred,
        weight: queue.weight,
        ageingMs: queue.ageingMs,
        tiers: queue.tiers,
      } satisfies RoutingPolicy,
    })),
    numbers: queues.map((_, i) => ({ number: `1${i}`, queueId: `q${i}` })),
    agents: agents.map(({ skills, languages }, i) => ({
      agentId: `a${i}`,
      name: `a${i}`,
      skills: Object.keys(skills),
      skillLevels: skills,
      languages,
    })),
    units: [],
  }
}

/** As if the agent had worked before: nothing of that is decided here. */
function remember(state: State, agentId: string, past: Agent): void {
  const agent = state.agents.get(agentId)
  if (agent === undefined) return
  agent.callsTaken = past.callsTaken
  agent.talkMs = past.talkMs
  agent.lastOfferedAt = past.lastOfferedAt
}

/** All calls wait and all agents are ready before the switch comes up; then everything is decided at once. */
function ourRouting(given: Plan, strategy: Strategy): string[] {
  const { queues, agents, calls } = given
  const state = emptyState('r')
  step(state, { type: 'config.loaded', at: AT, config: configOf(given, strategy) })
  step(state, { type: 'switch.lost', at: AT, nodeId: 'fs1' })
  calls.forEach(({ at, queue }, i) => {
    const to = `1${queue % queues.length}`
    step(state, {
      type: 'call.parked',
      at: AT + at,
      nodeId: 'fs1',
      callId: `c${i}`,
      legId: `l${i}`,
      from: '',
      to,
      arrivedAt: AT + at,
    })
  })
  agents.forEach((agent, i) => {
    const agentId = `a${i}`
    const at = AT + agent.readyAt
    step(state, { type: 'phone.registered', at, agentId })
    step(state, { type: 'agent.sign_in_requested', at, agentId })
    remember(state, agentId, agent)
    step(state, { type: 'agent.ready_requested', at, agentId })
  })
  const at = AT + DECIDED_AT
  const legs = calls.map((_, i) => ({
    legId: `l${i}`,
    role: 'caller' as const,
    callId: `c${i}`,
    from: '',
    to: '',
    createdAt: at,
    isAnswered: true,
    bridgedTo: null,
    isPlaying: true,
    agentId: null,
    queueId: null,
    queuedAt: null,
    answeredAt: null,
    connectedAt: null,
    heldAt: null,
    recordingPath: null,
    promptedAt: null,
  }))
  const turn = step(state, { type: 'switch.synced', at, nodeId: 'fs1', askedAt: at, legs })
  return turn.facts.flatMap((fact) =>
    fact.type === 'call.offered' ? `${fact.callId} ${fact.agentId}` : [],
  )
}

describe('offers exactly the pairs, in exactly the order, that looking at every pair would', () => {
  it.each(STRATEGIES)('%s', (strategy) => {
    fc.assert(
      fc.property(plan, (given) => {
        expect(ourRouting(given, strategy)).toEqual(slowRouting(given, strategy))
      }),
      { numRuns: 400 },
    )
  })
})

it('random spreads evenly over the idle', () => {
  const queue = { ...QUEUE_DEFAULTS, queueId: 'q', name: 'q', joinWhenEmpty: true }
  const chosen = new Map<string, number>()
  for (let run = 0; run < 1_000; run += 1) {
    const state = emptyState(`s${run}`)
    const agents = ['a0', 'a1', 'a2', 'a3'].map((agentId) => ({ agentId, name: '', skills: [] }))
    const routing = { ...ROUTING_DEFAULTS, strategy: 'random' as const }
    const config: Config = {
      timeZone: 'Asia/Shanghai',
      agentRules: AGENT_RULES_DEFAULTS,
      queues: [{ ...queue, routing }],
      numbers: [{ number: '1', queueId: 'q' }],
      agents,
      units: [],
    }
    step(state, { type: 'config.loaded', at: AT, config })
    for (const { agentId } of agents) {
      step(state, { type: 'phone.registered', at: AT, agentId })
      step(state, { type: 'agent.sign_in_requested', at: AT, agentId })
      step(state, { type: 'agent.ready_requested', at: AT, agentId })
    }
    const call = {
      at: AT,
      nodeId: 'fs1',
      callId: 'c',
      legId: 'l',
      from: '',
      to: '1',
      arrivedAt: AT,
    }
    const { facts } = step(state, { type: 'call.parked', ...call })
    const offer = facts.find((fact) => fact.type === 'call.offered')
    if (offer !== undefined) chosen.set(offer.agentId, (chosen.get(offer.agentId) ?? 0) + 1)
  }
  expect(chosen.size).toBe(4)
  // 250 each, and five standard deviations.
  for (const times of chosen.values()) expect(Math.abs(times - 250)).toBeLessThan(70)
})
