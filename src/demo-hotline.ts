// The city that calls when no FreeSWITCH is named: a simulated switch, callers who arrive with a day's
// rhythm, and robots in most of the agents' chairs. The service in front of it is the real one; it
// reaches the simulator over the same protocol as any switch.
import type { Clock } from './clock.ts'
import type { RecordedFact } from './core/facts.ts'
import type { Input } from './core/inputs.ts'
import type { Rejection } from './core/rejections.ts'
import { Agents } from './simulator/agents.ts'
import { Callers } from './simulator/callers.ts'
import type { CallHandle } from './simulator/calls.ts'
import { Simulator } from './simulator/server.ts'
import type { SwitchAddress } from './switch/node.ts'

/** Agents who are left to people; their phones answer by themselves. */
const AGENTS_FOR_PEOPLE = ['1023', '1024'] as const
const PEOPLE_ANSWER_MS = 3_000
const ROBOTS = Array.from({ length: 22 }, (_, i) => String(1001 + i))

/** Keeps about a dozen of 22 robots busy at the peak. */
const CALLS_PER_DAY = 3_000
/** Whenever the demo is started, its day begins at the morning's peak. */
const FIRST_HOUR_OF_UTC = 9
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** The newest recordings of the demo, about nine hours of talk. */
const RECORDINGS_BYTES_MAX = 1 << 30

export interface DemoOptions {
  readonly clock: Clock
  readonly seed: string
  readonly submit: (input: Input) => Rejection | null
}

export class DemoHotline {
  readonly #simulator: Simulator
  readonly #callers: Callers
  readonly #robots: Agents
  readonly #options: DemoOptions
  readonly #calls = new Set<CallHandle>()

  constructor(options: DemoOptions) {
    const { clock, seed, submit } = options
    const timeZone = 'UTC'
    const rhythmShiftMs = FIRST_HOUR_OF_UTC * HOUR_MS - (clock.now() % DAY_MS)
    this.#options = options
    this.#simulator = new Simulator({ clock, seed, diskBudgetBytes: RECORDINGS_BYTES_MAX })
    this.#callers = new Callers({
      simulator: this.#simulator,
      numbers: [
        { number: '12345', weight: 78 },
        { number: '123452', weight: 11 },
        { number: '123453', weight: 4 },
        { number: '123455', weight: 7 },
      ],
      callsPerDay: CALLS_PER_DAY,
      timeZone,
      rhythmShiftMs,
      onCall: (call) => {
        this.#calls.add(call)
        void call.ended.then(() => this.#calls.delete(call))
      },
    })
    this.#robots = new Agents({
      agentIds: ROBOTS,
      clock,
      random: this.#simulator.random,
      phones: this.#simulator.phones,
      timeZone,
      rhythmShiftMs,
      act: submit,
    })
  }

  /** The simulated switch listens from here on; nobody calls yet. */
  async open(): Promise<SwitchAddress> {
    await this.#simulator.start()
    const { port, password } = this.#simulator
    return { nodeId: 'simulator', host: '127.0.0.1', port, password }
  }

  /** Phones register, robots sign in, citizens call. */
  start(): void {
    const { clock, submit } = this.#options
    const { phones } = this.#simulator
    phones.onRegistration((agentId, isRegistered) => {
      const type = isRegistered ? 'phone.registered' : 'phone.unregistered'
      submit({ type, at: clock.now(), agentId })
    })
    for (const agentId of AGENTS_FOR_PEOPLE) {
      phones.phone(agentId).register()
      phones.phone(agentId).behave({ kind: 'answer', afterMs: PEOPLE_ANSWER_MS })
    }
    this.#robots.start()
    this.#callers.start()
  }

  onFacts(facts: readonly RecordedFact[]): void {
    this.#robots.onFacts(facts)
  }

  /** Nobody calls or acts any more, and whoever is on the line hangs up. Resolves when the switch is empty. */
  async drain(): Promise<void> {
    this.#callers.stop()
    this.#robots.stop()
    const calls = [...this.#calls]
    for (const call of calls) call.hangUp()
    await Promise.all(calls.map((call) => call.ended))
  }

  async stop(): Promise<void> {
    await this.#simulator.stop()
  }
}
