// Whether agents' phones are still there. Nobody tells us when a browser's WebSocket closes or a cable is
// pulled, but a request to a dead contact fails at once. So every binding is asked by OPTIONS every 15
// seconds, and every 5 while its agent is in a call: a page that dies there must not leave a citizen
// talking to nobody. Any answer counts as life; the time it took is the phone's latency.
import type { Clock, Timer } from '../clock.ts'
import type { Binding } from '../core/bindings.ts'
import { sipUserOf } from '../core/sip-names.ts'
import type { SipConnection } from './connection.ts'
import { type Registrar, targetOf } from './registrar.ts'

const TICK_MS = 250
export const KEEP_ALIVE_MS = 15_000
export const IN_CALL_MS = 5_000
/** The stack itself would wait 32 s for a frozen browser. */
const ANSWER_MS_MAX = 3_000
const GONE = new Set([408, 410, 430, 481, 503])
/** After a lost connection to drachtio, browsers need a moment to come back themselves. */
const SETTLE_MS = 4_000

export class KeepAlive {
  readonly #registrar: Registrar
  readonly #connections: ReadonlyMap<string, SipConnection>
  readonly #isInCall: (binding: Binding) => boolean
  readonly #onVanished: (binding: Binding) => void
  readonly #random: () => number
  readonly #clock: Clock
  /** When each binding was last known to live, by agent and URI. */
  readonly #seenAt = new Map<string, number>()
  readonly #asking = new Set<string>()
  #timer: Timer | null = null
  #isStopped = true

  constructor(options: {
    readonly registrar: Registrar
    readonly connections: ReadonlyMap<string, SipConnection>
    readonly isInCall: (binding: Binding) => boolean
    readonly onVanished: (binding: Binding) => void
    readonly random: () => number
    readonly clock: Clock
  }) {
    this.#registrar = options.registrar
    this.#connections = options.connections
    this.#isInCall = options.isInCall
    this.#onVanished = options.onVanished
    this.#random = options.random
    this.#clock = options.clock
  }

  start(): void {
    this.#isStopped = false
    this.#tick()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.clear()
  }

  /** Asks all phones of that drachtio soon, and not all in the same moment. */
  hurry(edgeId: string): void {
    const now = this.#clock.now()
    for (const binding of this.#registrar.all()) {
      if (binding.edgeId !== edgeId) continue
      const dueInMs = SETTLE_MS + this.#random() * 1_000
      this.#seenAt.set(keyOf(binding), now - KEEP_ALIVE_MS + dueInMs)
    }
  }

  #tick(): void {
    const now = this.#clock.now()
    const bindings = this.#registrar.all()
    for (const binding of bindings) {
      const key = keyOf(binding)
      const seenAt = this.#seenAt.get(key)
      if (seenAt === undefined) {
        // The first time at a random moment: thousands that signed in at eight o'clock do not ask in step.
        this.#seenAt.set(key, now - this.#random() * KEEP_ALIVE_MS)
        continue
      }
      const everyMs = this.#isInCall(binding) ? IN_CALL_MS : KEEP_ALIVE_MS
      if (now - seenAt >= everyMs && !this.#asking.has(key)) void this.#ask(binding, 1)
    }
    if (this.#seenAt.size > bindings.length) this.#forget(bindings)
    this.#timer = this.#clock.after(TICK_MS, () => this.#tick())
  }

  async #ask(binding: Binding, attempt: number): Promise<void> {
    const key = keyOf(binding)
    const connection = this.#connections.get(binding.edgeId)
    if (connection === undefined || !connection.isUp) return
    this.#asking.add(key)
    const askedAt = this.#clock.now()
    const headers = { To: `<sip:${sipUserOf(binding.agentId)}@phone>` }
    const status = await connection.ask('OPTIONS', targetOf(binding), headers, ANSWER_MS_MAX)
    this.#asking.delete(key)
    if (this.#isStopped || !connection.isUp) return
    const isGone = status !== null && GONE.has(status)
    if (status === null && attempt === 1) return this.#ask(binding, 2)
    if (status === null || isGone) {
      if (!this.#registrar.stands(binding)) return
      this.#registrar.vanished(binding, status === null ? 'silent' : String(status))
      this.#onVanished(binding)
      return
    }
    this.#seenAt.set(key, this.#clock.now())
    this.#registrar.measured(binding, this.#clock.now() - askedAt)
  }

  #forget(bindings: readonly Binding[]): void {
    const keys = new Set(bindings.map(keyOf))
    for (const key of this.#seenAt.keys()) if (!keys.has(key)) this.#seenAt.delete(key)
  }
}

function keyOf({ agentId, uri }: Binding): string {
  return `${agentId} ${uri}`
}
