// The only mutable heart. It takes one input at a time through the core, then lets the effects out in
// a fixed order: commands first (a caller never waits for anything of ours), then the push, then the
// record. It knows no call and no agent; every rule is in core/.
import type { Clock, Timer } from './clock.ts'
import type { ClockCommand, RecordingCommand, SwitchCommand } from './core/commands.ts'
import type { RecordedFact } from './core/facts.ts'
import type { Input } from './core/inputs.ts'
import type { Rejection } from './core/rejections.ts'
import type { State } from './core/state.ts'
import { step } from './core/step.ts'
import type { Log } from './log.ts'

export interface EngineOptions {
  readonly state: State
  /** Number of the last fact recorded before this run; the next one gets this + 1. */
  readonly lastSeq: number
  readonly clock: Clock
  readonly log: Log
  /** Must not throw; failures come back as inputs. */
  readonly execute: (command: SwitchCommand | RecordingCommand) => void
  readonly publish: (facts: readonly RecordedFact[]) => void
  readonly record: (facts: readonly RecordedFact[]) => void
}

export class Engine {
  readonly state: Readonly<State>
  readonly #options: EngineOptions
  readonly #state: State
  readonly #timers = new Map<string, Timer>()
  readonly #waiting: Input[] = []
  #isStepping = false
  #isStopped = false
  #seq: number

  constructor(options: EngineOptions) {
    this.#options = options
    this.#state = options.state
    this.state = options.state
    this.#seq = options.lastSeq
  }

  /**
   * Takes one input to its end. Returns why an agent's request was refused, or null. An input submitted
   * from within an effect waits its turn, and its refusal, if any, is only logged.
   */
  submit(input: Input): Rejection | null {
    if (this.#isStopped) return null
    if (this.#isStepping) {
      this.#waiting.push(input)
      return null
    }
    const rejection = this.#take(input)
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#take(next)
    }
    return rejection
  }

  /** Number of the last fact. */
  get seq(): number {
    return this.#seq
  }

  /** No input is taken and no timer fires after this. */
  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers.values()) timer.clear()
    this.#timers.clear()
  }

  #take(input: Input): Rejection | null {
    this.#isStepping = true
    try {
      const turn = step(this.#state, input)
      for (const command of turn.commands) {
        if (command.type === 'set_timer' || command.type === 'clear_timer') this.#time(command)
        else this.#options.execute(command)
      }
      if (turn.facts.length > 0) {
        const facts = turn.facts.map((fact): RecordedFact => {
          this.#seq += 1
          return { ...fact, seq: this.#seq }
        })
        this.#options.publish(facts)
        this.#options.record(facts)
        for (const fact of facts) this.#options.log.fact(fact)
      }
      if (turn.rejection !== null)
        this.#options.log.debug({ input, code: turn.rejection.code }, 'refused')
      return turn.rejection
    } finally {
      this.#isStepping = false
    }
  }

  #time(command: ClockCommand): void {
    const { timerId } = command
    this.#timers.get(timerId)?.clear()
    this.#timers.delete(timerId)
    if (command.type === 'clear_timer') return
    const { clock } = this.#options
    const timer = clock.after(command.at - clock.now(), () => {
      this.#timers.delete(timerId)
      this.submit({ type: 'timer.fired', at: clock.now(), timerId })
    })
    this.#timers.set(timerId, timer)
  }
}
