// From a decision's cause to the switch's hands, over the real protocol: an agent becomes ready while
// callers wait, and the switch makes the channel that rings the agent's phone. No database, no pushes.
import { tmpdir } from 'node:os'
import { systemClock } from '../../src/clock.ts'
import { AGENT_RULES_DEFAULTS } from '../../src/core/agent-policy.ts'
import { type Config, QUEUE_DEFAULTS } from '../../src/core/config.ts'
import { emptyState } from '../../src/core/state.ts'
import { Engine } from '../../src/engine.ts'
import { createLog } from '../../src/log.ts'
import { Simulator } from '../../src/simulator/server.ts'
import { SwitchPool } from '../../src/switch/pool.ts'
import { until } from '../support/until.ts'
import { printSpread } from './figures.ts'

const WAITING = 300
const TURNS = 300

export async function benchDispatch(): Promise<void> {
  const simulator = new Simulator({ clock: systemClock, seed: 'bench', audio: 'silence' })
  await simulator.start()
  const log = createLog('silent')
  let engine: Engine | undefined
  const { port, password } = simulator
  const pool = new SwitchPool({
    nodes: [{ nodeId: 'fs1', host: '127.0.0.1', port, password }],
    clock: systemClock,
    random: Math.random,
    submit: (input) => void engine?.submit(input),
    log,
    recordingsDir: tmpdir(),
    isBrowser: () => false,
  })
  engine = new Engine({
    state: emptyState('bench'),
    lastSeq: 0,
    clock: systemClock,
    log,
    execute: (command) => pool.execute(command),
    publish: () => {},
    record: () => {},
  })
  const agents = Array.from({ length: TURNS }, (_, i) => `a${i}`)
  const config: Config = {
    timeZone: 'Asia/Shanghai',
    agentRules: AGENT_RULES_DEFAULTS,
    queues: [
      { ...QUEUE_DEFAULTS, queueId: 'city', name: 'city', waitingMax: 10_000, joinWhenEmpty: true },
    ],
    numbers: [{ number: '12345', queueId: 'city' }],
    agents: agents.map((agentId) => ({ agentId, name: agentId, skills: [] })),
    units: [],
  }
  engine.submit({ type: 'config.loaded', at: systemClock.now(), config })
  pool.start()
  for (let i = 0; i < WAITING + TURNS; i += 1) simulator.call({ to: '12345', from: '13800138000' })
  const { calls } = engine.state
  await until(() => calls.size === WAITING + TURNS, 'everybody to wait', 60_000)
  await until(() => simulator.isQuiet() && pool.isQuiet(), 'the music to play', 60_000)

  let ringing: ((at: number) => void) | null = null
  simulator.dropEvents((event) => {
    if (event.name === 'CHANNEL_CREATE') ringing?.(performance.now())
    return false
  })
  const durations: number[] = []
  for (const agentId of agents) {
    simulator.phones.phone(agentId).register()
    simulator.phones.phone(agentId).behave({ kind: 'never' })
    engine.submit({ type: 'phone.registered', at: systemClock.now(), agentId })
    engine.submit({ type: 'agent.sign_in_requested', at: systemClock.now(), agentId })
    const rung = new Promise<number>((resolve) => {
      ringing = resolve
    })
    const before = performance.now()
    engine.submit({ type: 'agent.ready_requested', at: systemClock.now(), agentId })
    durations.push((await rung) - before)
  }
  printSpread(`dispatch.ready_to_channel_with_${WAITING}_waiting`, durations, 50)
  engine.stop()
  await pool.stop()
  await simulator.stop()
}
