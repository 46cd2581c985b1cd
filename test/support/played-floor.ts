// A floor that plays by itself: a real engine on a virtual clock in front of a switch on paper, citizens who
// call as planned, and agents who finish their calls. A day takes a moment, and its facts are the engine's own.
import type { Config } from '../../src/core/config.ts'
import type { Fact, RecordedFact } from '../../src/core/facts.ts'
import type { AgentInput, Digit, Input } from '../../src/core/inputs.ts'
import type { PartyRequest } from '../../src/core/party-inputs.ts'
import type { Rejection } from '../../src/core/rejections.ts'
import { emptyState } from '../../src/core/state.ts'
import { Engine } from '../../src/engine.ts'
import type { VirtualClock } from '../../src/simulator/clock.ts'
import { silentLog } from './floor.ts'
import { PaperSwitch, type PhoneHabit } from './paper-switch.ts'

type OfAgent = AgentInput | PartyRequest
/** What an agent asks for, without who and when. */
export type Request = OfAgent extends infer Each
  ? Each extends OfAgent
    ? Omit<Each, 'at' | 'agentId'>
    : never
  : never

export interface PlannedCall {
  readonly callId: string
  readonly at: number
  readonly from: string
  readonly to: string
  /** The citizen gives up unless an agent was heard by then. */
  readonly patienceMs: number
  /** From the first word with an agent until the talk ends. */
  readonly talkMs: number
  readonly endsBy?: 'caller' | 'agent'
  /** Keys pressed while waiting, by how long after the arrival. */
  readonly keys?: readonly { readonly afterMs: number; readonly digit: Digit }[]
  /** Asked for by whoever serves the call, by how long after the first word. */
  readonly acts?: readonly { readonly afterMs: number; readonly request: Act }[]
}

/** `vanish`: the agent's phone drops off the network. The function is told who serves the call. */
type Act = Request | 'vanish' | ((agentId: string) => Request)

export interface PlayedFloorOptions {
  readonly clock: VirtualClock
  readonly config: Config
  readonly habitOf: (who: string) => PhoneHabit
  /** How long an agent writes the call up; null: until the time is over. */
  readonly wrapUpMsOf: (agentId: string) => number | null
}

export class PlayedFloor {
  readonly clock: VirtualClock
  readonly engine: Engine
  readonly switch: PaperSwitch
  readonly facts: RecordedFact[] = []
  readonly #options: PlayedFloorOptions
  readonly #plans = new Map<string, PlannedCall>()
  readonly #listeners: ((fact: Fact) => void)[] = []

  constructor(options: PlayedFloorOptions) {
    this.#options = options
    this.clock = options.clock
    this.switch = new PaperSwitch({
      clock: this.clock,
      submit: (input: Input) => void this.engine.submit(input),
      habitOf: options.habitOf,
    })
    this.engine = new Engine({
      state: emptyState('p1'),
      lastSeq: 0,
      clock: this.clock,
      log: silentLog,
      execute: (command) => this.switch.execute(command),
      publish: (facts) => this.#heed(facts),
      record: (facts) => void this.facts.push(...facts),
    })
    const at = this.clock.now()
    this.engine.submit({ type: 'config.loaded', at, config: options.config })
    this.switch.start()
  }

  /** Told of every fact, as the agents' consoles are. */
  onFact(listener: (fact: Fact) => void): void {
    this.#listeners.push(listener)
  }

  /** Phone on, signed in; not ready yet. */
  signIn(agentId: string): void {
    this.engine.submit({ type: 'phone.registered', at: this.clock.now(), agentId })
    this.ask(agentId, { type: 'agent.sign_in_requested' })
  }

  ask(agentId: string, request: Request): Rejection | null {
    return this.engine.submit({ ...request, at: this.clock.now(), agentId })
  }

  /** At that moment of the floor's clock. */
  at(moment: number, act: () => void): void {
    this.clock.after(moment - this.clock.now(), act)
  }

  plan(call: PlannedCall): void {
    const { callId, at, from, to, patienceMs, keys = [] } = call
    this.#plans.set(callId, call)
    this.at(at, () => this.switch.call(callId, from, to))
    for (const { afterMs, digit } of keys) {
      this.at(at + afterMs, () => this.switch.press(callId, digit))
    }
    this.at(at + patienceMs, () => {
      if (this.#plans.has(callId)) this.switch.hangUp(`${callId}-leg`)
    })
  }

  playUntil(at: number): void {
    this.clock.advanceTo(at)
  }

  #heed(facts: readonly RecordedFact[]): void {
    for (const fact of facts) {
      if (fact.type === 'call.connected' && fact.isFirst) this.#talk(fact.callId)
      if (fact.type === 'agent.wrap_up_started') this.#writeUp(fact.agentId, fact.callId)
      for (const listener of this.#listeners) listener(fact)
    }
  }

  /** The plan of a call that we make ourselves is that of the call it comes from. */
  #talk(callId: string): void {
    const plan = this.#plans.get(callId)
    if (plan === undefined) {
      this.clock.after(20_000, () => this.#actFor(callId, { type: 'agent.hang_up_requested' }))
      return
    }
    this.#plans.delete(callId)
    for (const { afterMs, request } of plan.acts ?? []) {
      this.clock.after(afterMs, () => this.#actFor(callId, request))
    }
    this.clock.after(plan.talkMs, () => {
      if (plan.endsBy === 'agent') this.#actFor(callId, { type: 'agent.hang_up_requested' })
      else this.switch.hangUp(`${callId}-leg`)
    })
  }

  #actFor(callId: string, request: Act): void {
    const phase = this.engine.state.calls.get(callId)?.phase
    if (phase === undefined || !('agentId' in phase) || !('legId' in phase)) return
    if (request === 'vanish') this.switch.lose(phase.legId)
    else if (typeof request === 'function') this.ask(phase.agentId, request(phase.agentId))
    else this.ask(phase.agentId, request)
  }

  #writeUp(agentId: string, callId: string): void {
    const wrapUpMs = this.#options.wrapUpMsOf(agentId)
    if (wrapUpMs === null) return
    this.clock.after(wrapUpMs, () => {
      const phase = this.engine.state.agents.get(agentId)?.phase
      if (phase?.name !== 'wrap_up' || phase.callId !== callId) return
      const written = { disposition: 'answered', summary: '路灯不亮' } as const
      this.ask(agentId, { type: 'agent.wrap_up_done_requested', ...written })
    })
  }
}
