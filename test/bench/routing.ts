// How long one decision takes on a large floor: 2,000 agents, 500 waiting callers, 50 queues.
import { AGENT_RULES_DEFAULTS } from '../../src/core/agent-policy.ts'
import { type Config, QUEUE_DEFAULTS } from '../../src/core/config.ts'
import { emptyState } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'
import { print, printSpread } from './figures.ts'

const AGENTS = 2_000
const WAITING = 500
const QUEUES = 50
const TURNS = 20_000

export function benchRouting(): void {
  const config: Config = {
    timeZone: 'Asia/Shanghai',
    agentRules: AGENT_RULES_DEFAULTS,
    queues: Array.from({ length: QUEUES }, (_, i) => ({
      ...QUEUE_DEFAULTS,
      queueId: `q${i}`,
      name: `q${i}`,
      requiredSkills: [`s${i}`],
      waitingMax: WAITING,
    })),
    numbers: Array.from({ length: QUEUES }, (_, i) => ({ number: `1${i}`, queueId: `q${i}` })),
    // Every agent serves four queues, so that each decision touches several of them.
    agents: Array.from({ length: AGENTS }, (_, i) => ({
      agentId: `a${i}`,
      name: `a${i}`,
      skills: [0, 7, 19, 31].map((more) => `s${(i + more) % QUEUES}`),
    })),
    units: [],
  }
  const state = emptyState('bench')
  let at = Date.UTC(2026, 0, 1)
  step(state, { type: 'config.loaded', at, config })
  step(state, { type: 'switch.synced', at, nodeId: 'fs1', askedAt: at, legs: [] })
  for (const { agentId } of config.agents) {
    step(state, { type: 'phone.registered', at, agentId })
    step(state, { type: 'agent.sign_in_requested', at, agentId })
  }
  let calls = 0
  const arrive = (): void => {
    calls += 1
    const to = `1${calls % QUEUES}`
    step(state, {
      type: 'call.parked',
      at,
      nodeId: 'fs1',
      callId: `c${calls}`,
      legId: `l${calls}`,
      from: '',
      to,
      arrivedAt: at,
    })
  }
  for (let i = 0; i < WAITING; i += 1) arrive()

  const durations: number[] = []
  for (let i = 0; i < TURNS; i += 1) {
    at += 1
    const agentId = `a${(i * 37) % AGENTS}`
    const before = performance.now()
    const turn = step(state, { type: 'agent.ready_requested', at, agentId })
    durations.push(performance.now() - before)
    const offer = turn.facts.find((fact) => fact.type === 'call.offered')
    if (offer === undefined) continue
    // The caller gives up at once: the agent is free for the next turn and a new caller takes the place.
    const legId = `l${offer.callId.slice(1)}`
    step(state, { type: 'leg.hung_up', at, legId, cause: 'NORMAL_CLEARING' })
    step(state, { type: 'agent.not_ready_requested', at, agentId, reason: 'break' })
    step(state, { type: 'leg.ended', at, legId, cause: 'NORMAL_CLEARING', sipStatus: null })
    step(state, {
      type: 'leg.ended',
      at,
      legId: offer.legId,
      cause: 'NORMAL_CLEARING',
      sipStatus: null,
    })
    arrive()
  }
  printSpread('routing.decision', durations, 10)
  const total = durations.reduce((sum, ms) => sum + ms, 0)
  print({
    name: 'routing.decisions_per_second',
    value: (TURNS / total) * 1_000,
    unit: '1/s',
    target: 1_000,
    isUpperBound: false,
  })
}
