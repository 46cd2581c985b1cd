// The agents' phones, as the edge in front of the switch would ring them: one call at a time, registered
// or not, each with a behaviour that can be set. A phone that is still busy with a leg that the switch
// has not quite ended answers 486, as a real one does.
import type { Clock } from '../clock.ts'
import type { AgentId } from '../core/config.ts'
import type { Channel } from './channel.ts'
import type { Exchange } from './exchange.ts'
import {
  hold,
  pickUp,
  refuse,
  ringing,
  type SipRefusal,
  sayGoodbye,
  unhold,
  vanish,
} from './far-end.ts'
import type { Random } from './random.ts'

/** What a phone does when it is rung. `vanish` answers and later drops off the network without a word. */
export type PhoneBehaviour =
  | { readonly kind: 'answer'; readonly afterMs: number }
  | { readonly kind: 'vanish'; readonly afterMs: number; readonly vanishAfterMs: number }
  /** 486: at once, or when somebody has pressed the button after `afterMs` of ringing. */
  | { readonly kind: 'busy'; readonly afterMs?: number }
  /** 603, after ringing for a while. */
  | { readonly kind: 'reject'; readonly afterMs: number }
  /** Rings and rings. */
  | { readonly kind: 'never' }
  /** Not even a 100 comes back. */
  | { readonly kind: 'silent' }
  /** 503, as from a closed port. */
  | { readonly kind: 'dead' }

/** The edge knows an agent's phone under this and the agent's id. */
const USER_PREFIX = 'agent-'

export class Phone {
  readonly agentId: AgentId
  readonly #behave: () => PhoneBehaviour
  readonly #clock: Clock
  readonly #onRegistration: (isRegistered: boolean) => void
  #isRegistered = false
  #behaviour: PhoneBehaviour | null = null
  #leg: Channel | null = null
  #exchange: Exchange | null = null

  constructor(
    agentId: AgentId,
    clock: Clock,
    behave: () => PhoneBehaviour,
    onRegistration: (isRegistered: boolean) => void,
  ) {
    this.agentId = agentId
    this.#clock = clock
    this.#behave = behave
    this.#onRegistration = onRegistration
  }

  get isRegistered(): boolean {
    return this.#isRegistered
  }

  /** Ringing or in a call. */
  get isBusy(): boolean {
    return this.#leg !== null
  }

  /** What comes out of its earpiece: `caller`, `silence`, … */
  hears(): string {
    return this.#leg?.heard.at(-1)?.source ?? 'silence'
  }

  /** From the next ring on; null gives it back to its own habits. */
  behave(behaviour: PhoneBehaviour | null): void {
    this.#behaviour = behaviour
  }

  register(): void {
    if (this.#isRegistered) return
    this.#isRegistered = true
    this.#onRegistration(true)
  }

  unregister(): void {
    if (!this.#isRegistered) return
    this.#isRegistered = false
    this.#onRegistration(false)
  }

  hold(): void {
    this.#act(hold)
  }

  unhold(): void {
    this.#act(unhold)
  }

  hangUp(): void {
    this.#act(sayGoodbye)
  }

  vanish(): void {
    this.#act(vanish)
    this.#leg = null
  }

  answer(): void {
    this.#act(pickUp)
  }

  /** Called by the edge with the switch's INVITE. */
  ring(exchange: Exchange, leg: Channel): void {
    if (this.#leg !== null) {
      refuse(exchange, leg, 486)
      return
    }
    leg.agentId = this.agentId
    this.#leg = leg
    this.#exchange = exchange
    leg.onEnded = () => {
      if (this.#leg === leg) this.#leg = null
    }
    this.#respond(exchange, leg, this.#behaviour ?? this.#behave())
  }

  #respond(exchange: Exchange, leg: Channel, behaviour: PhoneBehaviour): void {
    const later = (ms: number, act: () => void) => {
      this.#clock.after(ms, () => {
        if (this.#leg === leg && !leg.isHangingUp) act()
      })
    }
    switch (behaviour.kind) {
      case 'answer':
        ringing(exchange, leg)
        later(behaviour.afterMs, () => pickUp(exchange, leg))
        return
      case 'vanish':
        ringing(exchange, leg)
        later(behaviour.afterMs, () => pickUp(exchange, leg))
        later(behaviour.afterMs + behaviour.vanishAfterMs, () => this.vanish())
        return
      case 'busy':
        if (behaviour.afterMs === undefined) refuse(exchange, leg, 486)
        else {
          ringing(exchange, leg)
          later(behaviour.afterMs, () => refuse(exchange, leg, 486))
        }
        return
      case 'reject':
        ringing(exchange, leg)
        later(behaviour.afterMs, () => refuse(exchange, leg, 603))
        return
      case 'never':
        ringing(exchange, leg)
        return
      case 'silent':
        return
      case 'dead':
        refuse(exchange, leg, 503)
        return
    }
  }

  #act(what: (exchange: Exchange, leg: Channel) => void): void {
    if (this.#leg !== null && this.#exchange !== null) what(this.#exchange, this.#leg)
  }
}

export class Phones {
  readonly #clock: Clock
  readonly #random: Random
  readonly #phones = new Map<AgentId, Phone>()
  readonly #listeners: ((agentId: AgentId, isRegistered: boolean) => void)[] = []

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random.fork('phones')
  }

  /** Told of every phone that registers or ceases to be. */
  onRegistration(listener: (agentId: AgentId, isRegistered: boolean) => void): void {
    this.#listeners.push(listener)
  }

  /** The phone of an agent, made when first asked for and then not yet registered. */
  phone(agentId: AgentId): Phone {
    const known = this.#phones.get(agentId)
    if (known !== undefined) return known
    const random = this.#random.fork(agentId)
    const phone = new Phone(
      agentId,
      this.#clock,
      () => habit(random),
      (isRegistered) => {
        for (const listener of this.#listeners) listener(agentId, isRegistered)
      },
    )
    this.#phones.set(agentId, phone)
    return phone
  }

  isReachable(user: string): boolean {
    return this.#find(user)?.isRegistered ?? false
  }

  /** The edge: unknown users are 404, phones that are not registered 480. */
  ring(exchange: Exchange, leg: Channel, user: string): void {
    const phone = this.#find(user) ?? this.#line(user)
    const refusal: SipRefusal | null = phone === undefined ? 404 : phone.isRegistered ? null : 480
    if (refusal !== null) refuse(exchange, leg, refusal)
    else phone?.ring(exchange, leg)
  }

  /** A line outside: a department's or a citizen's phone, which picks up like any other. */
  line(number: string): Phone {
    const phone = this.phone(number)
    phone.register()
    return phone
  }

  #line(user: string): Phone | undefined {
    return /^\+?\d+$/.test(user) ? this.line(user) : undefined
  }

  #find(user: string): Phone | undefined {
    if (!user.startsWith(USER_PREFIX)) return undefined
    return this.#phones.get(user.slice(USER_PREFIX.length))
  }
}

/** Most agents pick up within two rings; some let it ring, few decline. */
function habit(random: Random): PhoneBehaviour {
  const draw = random.next()
  if (draw < 0.02) return { kind: 'never' }
  if (draw < 0.03) return { kind: 'reject', afterMs: random.whole(2_000, 6_000) }
  return { kind: 'answer', afterMs: Math.min(14_000, Math.round(random.skewed(3_500, 0.5))) }
}
