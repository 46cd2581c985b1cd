// Agents' phones sign in here. The rules are core/bindings.ts; this keeps what stands, answers phones,
// tells the engine when an agent's first phone comes or the last one goes, and has the records remember,
// so that a restart finds the phones where they were.
import type { Clock, Timer } from '../clock.ts'
import {
  type Binding,
  expired,
  isBrowser,
  REGISTRAR_LIMITS,
  type Registered,
  type RegistrarLimits,
  register,
  ringOrder,
} from '../core/bindings.ts'
import type { AgentId } from '../core/config.ts'
import type { Input } from '../core/inputs.ts'
import type { Log } from '../log.ts'
import type { SipConnection, SipHeaders, SipReply, SipRequest, Target } from './connection.ts'
import type { Gate } from './gate.ts'
import { contactsOf, cseqOf, secondsOf, transportOf } from './headers.ts'
import type { SipRecords } from './records.ts'

const SWEEP_MS = 500

export interface RegistrarOptions {
  readonly gate: Gate
  readonly records: Pick<SipRecords, 'saveBinding' | 'deleteBinding'>
  readonly submit: (input: Input) => void
  readonly clock: Clock
  readonly log: Log
  readonly limits?: RegistrarLimits | undefined
}

/** How a request reaches the phone: a browser by its own connection, others where they came from. */
export function targetOf(binding: Binding): Target {
  const { uri, address, port, transport } = binding
  if (isBrowser(binding)) return { uri }
  const host = address.includes(':') ? `[${address}]` : address
  return { uri, proxy: `sip:${host}:${port};transport=${transport}` }
}

export class Registrar {
  readonly #options: RegistrarOptions
  readonly #limits: RegistrarLimits
  readonly #byAgent = new Map<AgentId, readonly Binding[]>()
  readonly #sources = new Map<string, number>()
  #timer: Timer | null = null
  #writing: Promise<void> = Promise.resolve()

  constructor(options: RegistrarOptions) {
    this.#options = options
    this.#limits = options.limits ?? REGISTRAR_LIMITS
  }

  /** Takes over the bindings of an earlier run; those agents are registered from now on. */
  start(recorded: readonly Binding[]): void {
    for (const agentId of new Set(recorded.map((binding) => binding.agentId))) {
      const ours = recorded.filter((binding) => binding.agentId === agentId)
      this.#replace(agentId, ringOrder(ours, this.#options.clock.now()))
    }
    this.#sweep()
  }

  /** Resolves when the records have everything. */
  async stop(): Promise<void> {
    this.#timer?.clear()
    await this.#writing
  }

  all(): Binding[] {
    return [...this.#byAgent.values()].flat()
  }

  /** In the order in which they are to be rung. */
  bindingsOf(agentId: AgentId): Binding[] {
    return ringOrder(this.#byAgent.get(agentId) ?? [], this.#options.clock.now())
  }

  /** Whether some phone stands at just this source. */
  isPhone(request: Pick<SipRequest, 'source_address' | 'source_port'>): boolean {
    return this.#sources.has(`${request.source_address}:${request.source_port}`)
  }

  /** Whether that very binding, as of that registration, still stands. */
  stands(binding: Binding): boolean {
    return (this.#byAgent.get(binding.agentId) ?? []).some(
      ({ uri, registeredAt }) => uri === binding.uri && registeredAt === binding.registeredAt,
    )
  }

  async take(connection: SipConnection, request: SipRequest, reply: SipReply): Promise<void> {
    const contacts = contactsOf(request.get('Contact'))
    const transport = transportOf(request)
    const callId = request.get('Call-ID')
    if (contacts === null || transport === null || callId === undefined) {
      this.#options.gate.suspect(request, 'probing')
      return reply.send(400, 'Unreadable Registration')
    }
    const agentId = await this.#options.gate.agent(request, reply, 'register')
    if (agentId === null) return
    const before = this.#byAgent.get(agentId) ?? []
    const at = this.#options.clock.now()
    const outcome = register(
      before,
      {
        at,
        agentId,
        contacts,
        expiresSeconds: secondsOf(request.get('Expires')),
        callId,
        cseq: cseqOf(request),
        source: {
          transport,
          address: request.source_address,
          port: request.source_port,
          edgeId: connection.edgeId,
          userAgent: (request.get('User-Agent') ?? '').slice(0, 200),
        },
      },
      this.#limits,
    )
    if (!outcome.isAccepted) {
      const tooBrief = { 'Min-Expires': String(this.#limits.expiresSecondsMin) }
      return reply.send(outcome.status, outcome.reason, {
        headers: outcome.status === 423 ? tooBrief : {},
      })
    }
    reply.send(200, undefined, { headers: acceptance(outcome, request, at) })
    this.#replace(agentId, outcome.bindings)
    for (const binding of outcome.removed) this.#write(() => this.#delete(binding))
    for (const binding of outcome.saved) {
      this.#write(() => this.#options.records.saveBinding(binding))
    }
  }

  /** The phone does not answer any more. Harmless if it has registered anew meanwhile. */
  vanished(binding: Binding, why: string): void {
    if (!this.stands(binding)) return
    const { agentId, uri } = binding
    this.#options.log.info({ agentId, transport: binding.transport, why }, 'phone.vanished')
    const rest = (this.#byAgent.get(agentId) ?? []).filter((one) => one.uri !== uri)
    this.#replace(agentId, rest)
    this.#write(() => this.#delete(binding))
  }

  measured(binding: Binding, latencyMs: number): void {
    if (!this.stands(binding)) return
    const bindings = this.#byAgent.get(binding.agentId) ?? []
    this.#byAgent.set(
      binding.agentId,
      bindings.map((one) => (one.uri === binding.uri ? { ...one, latencyMs } : one)),
    )
  }

  #replace(agentId: AgentId, bindings: readonly Binding[]): void {
    const before = this.#byAgent.get(agentId) ?? []
    for (const one of before) this.#count(one, -1)
    for (const one of bindings) this.#count(one, 1)
    if (bindings.length > 0) this.#byAgent.set(agentId, bindings)
    else this.#byAgent.delete(agentId)
    const isRegistered = bindings.length > 0
    if (isRegistered === before.length > 0) return
    const type = isRegistered ? 'phone.registered' : 'phone.unregistered'
    this.#options.submit({ type, at: this.#options.clock.now(), agentId })
  }

  #count({ address, port }: Binding, by: number): void {
    const source = `${address}:${port}`
    const count = (this.#sources.get(source) ?? 0) + by
    if (count > 0) this.#sources.set(source, count)
    else this.#sources.delete(source)
  }

  #sweep(): void {
    const at = this.#options.clock.now()
    for (const [agentId, bindings] of this.#byAgent) {
      const over = expired(bindings, at)
      if (over.length === 0) continue
      this.#replace(
        agentId,
        bindings.filter((binding) => !over.includes(binding)),
      )
      for (const binding of over) this.#write(() => this.#delete(binding))
    }
    this.#timer = this.#options.clock.after(SWEEP_MS, () => this.#sweep())
  }

  /** Unless the agent has the same contact again by then. */
  async #delete(binding: Binding): Promise<void> {
    const bindings = this.#byAgent.get(binding.agentId) ?? []
    if (bindings.some(({ uri }) => uri === binding.uri)) return
    await this.#options.records.deleteBinding(binding)
  }

  /** One after the other: a save must not overtake the deletion that came before it. */
  #write(run: () => Promise<void>): void {
    this.#writing = this.#writing.then(run).catch((error: unknown) => {
      this.#options.log.warn({ error: String(error) }, 'bindings.unsaved')
    })
  }
}

function acceptance(
  outcome: Extract<Registered, { isAccepted: true }>,
  request: SipRequest,
  at: number,
): SipHeaders {
  // drachtio routes to a browser for as long as the first contact lasts, so the one that registered just
  // now must be the first; without any it forgets the browser at once.
  const contacts = outcome.bindings.map(
    ({ uri, expiresAt }) => `<${uri}>;expires=${Math.max(1, Math.round((expiresAt - at) / 1_000))}`,
  )
  const knowsOutbound = /\boutbound\b/.test(request.get('Supported') ?? '')
  const usesOutbound = knowsOutbound && outcome.saved.some(({ device }) => device !== null)
  return {
    ...(contacts.length > 0 ? { Contact: contacts.join(', ') } : {}),
    ...(usesOutbound ? { Require: 'outbound' } : {}),
  }
}
