// Whether carriers answer: every trunk that is enabled and takes calls at a known place is asked by OPTIONS
// every 30 seconds. Any answer counts, a refusal too: somebody is there. It is for people to look at and
// decides nothing about calls; those find out by themselves.
import type { Clock, Timer } from '../clock.ts'
import type { Trunk } from '../core/admission.ts'
import type { Log } from '../log.ts'
import type { SipConnection } from './connection.ts'
import { isNodeFault } from './nodes.ts'
import { outboundAddressOf } from './outgoing.ts'

export const TRUNK_ASK_MS = 30_000
const ANSWER_MS_MAX = 4_000
/** A lost packet is sent again by the stack; only silence twice counts. */
const MISSES_MAX = 2

export interface TrunkAnswer {
  /** Null before it is known, and where nobody can be asked. */
  readonly isUp: boolean | null
  readonly answeredAt: number | null
  readonly latencyMs: number | null
}

const UNKNOWN: TrunkAnswer = { isUp: null, answeredAt: null, latencyMs: null }

export interface TrunkHealthOptions {
  readonly trunks: () => readonly Trunk[]
  /** Any that is up. */
  readonly connection: () => Pick<SipConnection, 'ask' | 'isUp'> | null
  readonly clock: Clock
  readonly log: Log
}

export class TrunkHealth {
  readonly #options: TrunkHealthOptions
  readonly #answers = new Map<string, TrunkAnswer & { readonly misses: number }>()
  #timer: Timer | null = null
  #isStopped = true

  constructor(options: TrunkHealthOptions) {
    this.#options = options
  }

  /** The trunks are known. */
  start(): void {
    this.#isStopped = false
    this.#look()
  }

  /** Asks at once: there is a drachtio again to ask through. */
  hurry(): void {
    if (this.#isStopped) return
    this.#timer?.clear()
    this.#look()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.clear()
  }

  of(trunkId: string): TrunkAnswer {
    const { isUp, answeredAt, latencyMs } = this.#answers.get(trunkId) ?? UNKNOWN
    return { isUp, answeredAt, latencyMs }
  }

  #look(): void {
    const places = this.#options
      .trunks()
      .flatMap((trunk) => (trunk.isEnabled ? [[trunk.trunkId, outboundAddressOf(trunk)]] : []))
    const asked = new Map(places.filter(([, address]) => address !== null) as [string, string][])
    for (const trunkId of this.#answers.keys()) {
      if (!asked.has(trunkId)) this.#answers.delete(trunkId)
    }
    for (const [trunkId, address] of asked) void this.#ask(trunkId, address)
    this.#timer = this.#options.clock.after(TRUNK_ASK_MS, () => this.#look())
  }

  async #ask(trunkId: string, address: string): Promise<void> {
    const { clock, log } = this.#options
    const connection = this.#options.connection()
    // Without a drachtio nobody can tell; what was known last stands.
    if (connection === null) return
    const askedAt = clock.now()
    const status = await connection.ask('OPTIONS', { uri: `sip:${address}` }, {}, ANSWER_MS_MAX)
    if (this.#isStopped || !connection.isUp) return
    const before = this.#answers.get(trunkId) ?? { ...UNKNOWN, misses: 0 }
    const at = clock.now()
    const isMissed = isNodeFault(status)
    const misses = isMissed ? before.misses + 1 : 0
    const isUp = isMissed ? (misses < MISSES_MAX ? before.isUp : false) : true
    const times = isMissed ? {} : { answeredAt: at, latencyMs: at - askedAt }
    this.#answers.set(trunkId, { ...before, ...times, isUp, misses })
    if (before.isUp !== isUp) log.warn({ trunkId, isUp, status }, 'trunk.health')
  }
}
