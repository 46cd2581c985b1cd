// Our indexed routing against a slow one that anybody can check by reading: look at every pair.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Config, QUEUE_DEFAULTS } from '../../src/core/config.ts'
import { emptyState } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'

const SKILLS = ['mandarin', 'cantonese', 'english']
const AT = Date.UTC(2026, 10, 23, 2)

interface Plan {
  readonly queues: readonly { priority: number; skills: readonly string[] }[]
  readonly agents: readonly { readyAt: number; skills: readonly string[] }[]
  readonly calls: readonly { at: number; queue: number }[]
}

const someSkills = fc.uniqueArray(fc.constantFrom(...SKILLS), { maxLength: 2 })
const plan: fc.Arbitrary<Plan> = fc.record({
  queues: fc.array(fc.record({ priority: fc.nat(2), skills: someSkills }), {
    minLength: 1,
    maxLength: 4,
  }),
  agents: fc.array(fc.record({ readyAt: fc.nat(1_000), skills: someSkills }), {
    minLength: 1,
    maxLength: 8,
  }),
  calls: fc.array(fc.record({ at: fc.nat(1_000), queue: fc.nat(3) }), {
    minLength: 1,
    maxLength: 10,
  }),
})

/** Priority, then the longest wait, then the longest idle; the id decides between equals. */
function slowRouting({ queues, agents, calls }: Plan): string[] {
  const waiting = calls.map((call, i) => ({
    id: `c${i}`,
    ...call,
    queue: call.queue % queues.length,
  }))
  const idle = agents.map((agent, i) => ({ id: `a${i}`, ...agent }))
  const pairs: string[] = []
  for (;;) {
    const possible = waiting.flatMap((call) => {
      const queue = queues[call.queue]
      return idle
        .filter((agent) => queue?.skills.every((skill) => agent.skills.includes(skill)))
        .map((agent) => ({ call, agent, priority: queue?.priority ?? 0 }))
    })
    possible.sort(
      (a, b) =>
        b.priority - a.priority ||
        a.call.at - b.call.at ||
        (a.call.id < b.call.id ? -1 : a.call.id > b.call.id ? 1 : 0) ||
        a.agent.readyAt - b.agent.readyAt ||
        (a.agent.id < b.agent.id ? -1 : 1),
    )
    const best = possible[0]
    if (best === undefined) return pairs
    pairs.push(`${best.call.id} ${best.agent.id}`)
    waiting.splice(waiting.indexOf(best.call), 1)
    idle.splice(idle.indexOf(best.agent), 1)
  }
}

/** All calls wait and all agents are ready before the switch comes up; then everything is decided at once. */
function ourRouting({ queues, agents, calls }: Plan): string[] {
  const config: Config = {
    timeZone: 'Asia/Shanghai',
    queues: queues.map(({ priority, skills }, i) => ({
      ...QUEUE_DEFAULTS,
      queueId: `q${i}`,
      name: `q${i}`,
      priority,
      requiredSkills: skills,
      joinWhenEmpty: true,
    })),
    numbers: queues.map((_, i) => ({ number: `1${i}`, queueId: `q${i}` })),
    agents: agents.map(({ skills }, i) => ({ agentId: `a${i}`, name: `a${i}`, skills })),
    units: [],
  }
  const state = emptyState('r')
  step(state, { type: 'config.loaded', at: AT, config })
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
  agents.forEach(({ readyAt }, i) => {
    const agentId = `a${i}`
    const at = AT + readyAt
    step(state, { type: 'phone.registered', at, agentId })
    step(state, { type: 'agent.sign_in_requested', at, agentId })
    step(state, { type: 'agent.ready_requested', at, agentId })
  })
  const at = AT + 2_000
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
  }))
  const turn = step(state, { type: 'switch.synced', at, nodeId: 'fs1', askedAt: at, legs })
  return turn.facts.flatMap((fact) =>
    fact.type === 'call.offered' ? `${fact.callId} ${fact.agentId}` : [],
  )
}

it('offers exactly the pairs, in exactly the order, that looking at every pair would', () => {
  fc.assert(
    fc.property(plan, (given) => {
      expect(ourRouting(given)).toEqual(slowRouting(given))
    }),
    { numRuns: 1_000 },
  )
})
