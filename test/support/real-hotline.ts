// The engine and its switch pool on a real FreeSWITCH, with agents that a test signs in. The connection
// between the two runs through a relay that can be cut. Facts are kept in memory, as the only record.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { pino } from 'pino'
import { systemClock } from '../../src/clock.ts'
import { AGENT_RULES_DEFAULTS } from '../../src/core/agent-policy.ts'
import { QUEUE_DEFAULTS, type QueueSettings, type UnitSettings } from '../../src/core/config.ts'
import type { Fact, RecordedFact } from '../../src/core/facts.ts'
import type { RestoredAgent } from '../../src/core/inputs.ts'
import { emptyState } from '../../src/core/state.ts'
import { Engine } from '../../src/engine.ts'
import { createLog } from '../../src/log.ts'
import { SwitchPool } from '../../src/switch/pool.ts'
import type { FreeSwitch } from './freeswitch.ts'
import { MUSIC_ONLY } from './hotline.ts'
import { until } from './until.ts'

/** A TCP relay on loopback that can lose its connections and refuse new ones. */
export class CuttableRelay {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isCut = false

  private constructor(server: Server, targetPort: number) {
    this.#server = server
    server.on('connection', (near) => {
      if (this.#isCut) {
        near.destroy()
        return
      }
      const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true })
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket)
        socket.on('data', (bytes) => other.write(bytes))
        socket.on('error', () => {})
        socket.on('close', () => {
          this.#sockets.delete(socket)
          other.destroy()
        })
      }
    })
  }

  static async open(targetPort: number): Promise<CuttableRelay> {
    // Waiting to fill packets, as TCP does by default, would cost each command 40 ms.
    const server = createServer({ noDelay: true })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new CuttableRelay(server, targetPort)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  mend(): void {
    this.#isCut = false
  }

  close(): void {
    this.cut()
    this.#server.close()
  }
}

export const NUMBER = '12345'
export const QUEUE = 'citizens'

export interface RealHotlineOptions {
  readonly server: FreeSwitch
  readonly relay: CuttableRelay
  /** No two runs on one switch may have the same. */
  readonly epoch: string
  readonly agentIds: readonly string[]
  readonly units?: readonly UnitSettings[]
  readonly queue?: Partial<QueueSettings>
  /** Agents as the run before left them. */
  readonly restored?: readonly RestoredAgent[]
}

export class RealHotline {
  readonly engine: Engine
  readonly facts: RecordedFact[] = []
  readonly #pool: SwitchPool

  private constructor(options: RealHotlineOptions) {
    const { server, relay, epoch } = options
    const clock = systemClock
    const log = createLog('silent', pino.destination({ dest: '/dev/null', sync: true }))
    this.#pool = new SwitchPool({
      nodes: [{ nodeId: 'node', host: '127.0.0.1', port: relay.port, password: server.password }],
      clock,
      random: Math.random,
      submit: (input) => void this.engine.submit(input),
      log,
      recordingsDir: server.recordingsFolder,
      isBrowser: () => false,
    })
    this.engine = new Engine({
      state: emptyState(epoch),
      lastSeq: 0,
      clock,
      log,
      execute: (command) => this.#pool.execute(command),
      publish: (facts) => this.facts.push(...facts),
      record: () => {},
    })
  }

  /** Resolves when the switch has shown what it carries. */
  static async start(options: RealHotlineOptions): Promise<RealHotline> {
    const hotline = new RealHotline(options)
    const at = systemClock.now()
    hotline.engine.submit({
      type: 'config.loaded',
      at,
      config: {
        timeZone: 'Asia/Shanghai',
        agentRules: AGENT_RULES_DEFAULTS,
        queues: [
          {
            ...QUEUE_DEFAULTS,
            waiting: MUSIC_ONLY,
            queueId: QUEUE,
            name: QUEUE,
            joinWhenEmpty: true,
            ...options.queue,
          },
        ],
        numbers: [{ number: NUMBER, queueId: QUEUE }],
        agents: options.agentIds.map((agentId) => ({ agentId, name: agentId, skills: [] })),
        units: options.units ?? [],
      },
    })
    for (const agentId of options.agentIds) {
      hotline.engine.submit({ type: 'phone.registered', at, agentId })
    }
    hotline.engine.submit({
      type: 'history.restored',
      at,
      agents: options.restored ?? [],
      calls: [],
      recordings: [],
      counts: [],
    })
    hotline.#pool.start()
    await hotline.fact('switch.synced')
    return hotline
  }

  /** The first fact of that type, past or to come, from index `from` on, of which `is` holds. */
  fact<T extends Fact['type']>(
    type: T,
    is: (fact: Extract<RecordedFact, { type: T }>) => boolean = () => true,
    from = 0,
    msMax?: number,
  ): Promise<Extract<RecordedFact, { type: T }>> {
    const isIt = (fact: RecordedFact): fact is Extract<RecordedFact, { type: T }> =>
      fact.type === type && is(fact as Extract<RecordedFact, { type: T }>)
    return until(() => this.facts.slice(from).find(isIt), type, msMax)
  }

  ready(agentId: string): void {
    const at = systemClock.now()
    this.engine.submit({ type: 'agent.sign_in_requested', at, agentId })
    this.ask({ type: 'agent.ready_requested', agentId })
  }

  /** Throws what the engine refuses. */
  ask(request: {
    readonly type:
      | 'agent.ready_requested'
      | 'agent.hold_requested'
      | 'agent.retrieve_requested'
      | 'agent.hang_up_requested'
      | 'agent.sign_out_requested'
    readonly agentId: string
  }): void {
    const refusal = this.engine.submit({ ...request, at: systemClock.now() })
    if (refusal !== null) throw new Error(`${request.type}: ${refusal.code}`)
  }

  writeUp(agentId: string): void {
    this.engine.submit({
      type: 'agent.wrap_up_done_requested',
      at: systemClock.now(),
      agentId,
      disposition: 'answered',
      summary: '',
    })
  }

  /** Calls go on at the switch. */
  async stop(): Promise<void> {
    this.engine.stop()
    await this.#pool.stop()
  }
}
