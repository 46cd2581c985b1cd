// A whole hotline on a clock that the test moves: the simulator with its callers and robot agents, the
// real ESL between it and the engine, and a real database. A day takes some seconds.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { RecordedFact } from '../../src/core/facts.ts'
import { Hotline } from '../../src/hotline.ts'
import { createLog } from '../../src/log.ts'
import { Agents } from '../../src/simulator/agents.ts'
import { Callers } from '../../src/simulator/callers.ts'
import type { CallHandle } from '../../src/simulator/calls.ts'
import { VirtualClock } from '../../src/simulator/clock.ts'
import { Simulator } from '../../src/simulator/server.ts'
import type { Database } from '../../src/store/database.ts'
import { seedDemo } from '../../src/store/demo.ts'

export const TIME_ZONE = 'Asia/Shanghai'
/** Turns of the event loop without any change before all counts as quiet. */
const QUIET_TURNS = 3
/** The event loop must turn now and then, or the journal could not work. */
const MOVES_BETWEEN_TURNS = 20

export interface PlayedOptions {
  readonly db: Database
  readonly startAt: number
  readonly seed: string
  readonly callsPerDay: number
  /** What recordings hold; by default files of the right length that take no room. */
  readonly audio?: 'speech' | 'silence'
  /** Told of each citizen's call. */
  readonly onCall?: (call: CallHandle) => void
  /** Told of the facts as whoever else listens. */
  readonly publish?: (facts: readonly RecordedFact[]) => void
}

export class PlayedHotline {
  readonly clock: VirtualClock
  readonly simulator: Simulator
  readonly callers: Callers
  readonly agents: Agents
  readonly facts: RecordedFact[] = []
  hotline: Hotline
  readonly #options: PlayedOptions
  readonly #folder: string
  #runs = 1
  #written = 0
  #moves = 0

  private constructor(
    options: PlayedOptions,
    clock: VirtualClock,
    simulator: Simulator,
    folder: string,
  ) {
    this.#options = options
    this.clock = clock
    this.simulator = simulator
    this.#folder = folder
    this.hotline = undefined as unknown as Hotline
    this.callers = new Callers({
      simulator,
      numbers: [
        { number: '12345', weight: 80 },
        { number: '123452', weight: 12 },
        { number: '123453', weight: 5 },
        { number: '123455', weight: 10 },
        { number: '99999', weight: 1 },
      ],
      callsPerDay: options.callsPerDay,
      timeZone: TIME_ZONE,
      ...(options.onCall === undefined ? {} : { onCall: options.onCall }),
    })
    this.agents = new Agents({
      agentIds: Array.from({ length: 24 }, (_, i) => String(1001 + i)),
      clock,
      random: simulator.random,
      phones: simulator.phones,
      timeZone: TIME_ZONE,
      act: (input) => this.hotline.engine.submit(input),
    })
    simulator.phones.onRegistration((agentId, isRegistered) => {
      const type = isRegistered ? 'phone.registered' : 'phone.unregistered'
      this.hotline.engine.submit({ type, at: clock.now(), agentId })
    })
  }

  static async start(options: PlayedOptions): Promise<PlayedHotline> {
    await seedDemo(options.db, { hash: async () => 'no password fits this', password: '' })
    const clock = new VirtualClock(options.startAt)
    const simulator = new Simulator({
      clock,
      seed: options.seed,
      audio: options.audio ?? 'silence',
    })
    await simulator.start()
    const folder = mkdtempSync(join(tmpdir(), 'yingda-played-'))
    const played = new PlayedHotline(options, clock, simulator, folder)
    await played.startService()
    played.agents.start()
    played.callers.start()
    return played
  }

  get recordingsDir(): string {
    return join(this.#folder, 'recordings')
  }

  /** A service process begins, for the first time or after `hotline.stop()`. */
  async startService(): Promise<void> {
    const { simulator, clock } = this
    this.hotline = await Hotline.start({
      db: this.#options.db,
      clock,
      log: createLog('silent', pino.destination({ dest: '/dev/null', sync: true })),
      random: () => simulator.random.next(),
      epoch: `run${this.#runs}`,
      timeZone: TIME_ZONE,
      nodes: [
        {
          nodeId: 'simulator',
          host: '127.0.0.1',
          port: simulator.port,
          password: simulator.password,
        },
      ],
      recordingsDir: this.recordingsDir,
      promptsDir: join(this.#folder, 'prompts'),
      spoolDir: join(this.#folder, 'spool'),
      isBrowser: () => false,
      publish: (facts) => {
        this.facts.push(...facts)
        this.agents.onFacts(facts)
        this.#options.publish?.(facts)
      },
    })
    this.#runs += 1
  }

  /** Plays until `at`, as fast as the machine can. */
  async playUntil(at: number): Promise<void> {
    await this.clock.run(at, () => this.#settle())
  }

  async stop(): Promise<void> {
    await this.hotline.stop()
    await this.simulator.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /**
   * Until nothing is under way on either side of the socket for some turns of the event loop. Where the
   * clock's last move made nobody speak, there is nothing to wait for.
   */
  async #settle(): Promise<void> {
    const { simulator } = this
    const isQuiet = (): boolean => {
      const [node] = this.hotline.pool.status()
      const isAllRead = node?.isUp !== true || node.bytesRead === simulator.bytesWritten
      return isAllRead && simulator.isQuiet() && this.hotline.pool.isQuiet()
    }
    this.#moves += 1
    const isSilent = isQuiet() && simulator.bytesWritten === this.#written
    if (isSilent && this.#moves % MOVES_BETWEEN_TURNS !== 0) return
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      await new Promise((resolve) => setImmediate(resolve))
      quiet = isQuiet() && simulator.bytesWritten === this.#written ? quiet + 1 : 0
      this.#written = simulator.bytesWritten
    }
  }
}
