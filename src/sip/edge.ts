// The SIP edge: everything that speaks SIP to the world, through one or more drachtio. It sorts what
// arrives by where it comes from (a node, a trunk, a phone) and hands it on; the rules are in core/ and
// the doing in the files beside this one. Nothing that arrives can throw out of here, and nothing here
// waits for the records before it answers a caller.
import type { Clock, Timer } from '../clock.ts'
import type { CallerLimits, Trunk } from '../core/admission.ts'
import { BAN_RULES, type Ban, type BanRules, emptyBans } from '../core/bans.ts'
import { type Binding, isBrowser, type RegistrarLimits } from '../core/bindings.ts'
import type { AgentId } from '../core/config.ts'
import type { Input } from '../core/inputs.ts'
import { agentIdOf, SIP_REALM } from '../core/sip-names.ts'
import type { Log } from '../log.ts'
import { AgentLegs } from './agent-legs.ts'
import {
  type DrachtioAddress,
  SipConnection,
  type SipReply,
  type SipRequest,
} from './connection.ts'
import { Digest } from './digest.ts'
import { EchoCalls } from './echo-calls.ts'
import { Gate } from './gate.ts'
import { userOf } from './headers.ts'
import { KeepAlive } from './keep-alive.ts'
import { LiveCalls } from './live-calls.ts'
import { type EdgeNode, type NodeStatus, Nodes } from './nodes.ts'
import { type BeginDial, Outbound, type PhoneTransfers } from './outbound.ts'
import { Outgoing } from './outgoing.ts'
import type { SipRecords } from './records.ts'
import { Registrar } from './registrar.ts'
import { Tally } from './tally.ts'
import { type TrunkAnswer, TrunkHealth } from './trunk-health.ts'
import { Trunks } from './trunks.ts'

const RELOAD_MS = 10_000

export interface SipEdgeOptions {
  readonly drachtio: readonly DrachtioAddress[]
  readonly nodes: readonly EdgeNode[]
  readonly records: SipRecords
  /** Takes `phone.registered` and `phone.unregistered`. */
  readonly submit: (input: Input) => void
  readonly transfers: PhoneTransfers
  readonly beginDial: BeginDial
  readonly clock: Clock
  /** Unguessable and never the same twice: a UUID. */
  readonly newId: () => string
  /** From 0 up to 1. */
  readonly random: () => number
  /** Seals the nonces; phones ask again after a change. */
  readonly nonceSecret: string
  readonly log: Log
  readonly callerLimits?: CallerLimits
  readonly registrarLimits?: RegistrarLimits
  readonly banRules?: BanRules
}

export interface SipEdgeStatus {
  readonly connections: readonly { readonly edgeId: string; readonly isUp: boolean }[]
  readonly nodes: readonly NodeStatus[]
  readonly registrations: readonly Binding[]
  readonly bans: readonly Ban[]
  /** How often each refusal was given since the start. */
  readonly refusals: Readonly<Record<string, number>>
  readonly trunks: readonly (Pick<Trunk, 'trunkId' | 'name' | 'isEnabled' | 'callsMax'> &
    TrunkAnswer & { readonly calls: number })[]
  readonly trunkCalls: number
  readonly agentCalls: number
  readonly isDraining: boolean
}

export class SipEdge {
  readonly #options: SipEdgeOptions
  readonly #connections = new Map<string, SipConnection>()
  readonly #refusals = new Tally()
  readonly #gate: Gate
  readonly #registrar: Registrar
  readonly #nodes: Nodes
  readonly #calls: LiveCalls
  readonly #trunks: Trunks
  readonly #agentLegs: AgentLegs
  readonly #outbound: Outbound
  readonly #outgoing: Outgoing
  readonly #keepAlive: KeepAlive
  readonly #trunkHealth: TrunkHealth
  #isDraining = false
  #isStopped = false
  #timer: Timer | null = null

  constructor(options: SipEdgeOptions) {
    this.#options = options
    const { clock, log, records, newId, random } = options
    const connections = this.#connections
    const refusals = this.#refusals
    const gate: Gate = new Gate({
      bans: emptyBans(options.banRules ?? BAN_RULES),
      digest: new Digest({ realm: SIP_REALM, secret: options.nonceSecret, newId }),
      isPhone: (request) => registrar.isPhone(request),
      ...{ records, clock, log },
    })
    const registrar: Registrar = new Registrar({
      limits: options.registrarLimits,
      submit: options.submit,
      ...{ gate, records, clock, log },
    })
    const connection = () => [...connections.values()].find(({ isUp }) => isUp) ?? null
    const nodes = new Nodes({
      nodes: options.nodes,
      connection,
      ...{ clock, log },
    })
    const calls = new LiveCalls({
      connectionOf: (edgeId) => connections.get(edgeId),
      ...{ records, clock, log },
    })
    this.#calls = calls
    const { transfers, beginDial } = options
    const echoCalls = new EchoCalls({ nodes, calls, clock, log })
    const outbound = new Outbound({
      ...{ echoCalls, gate, records, transfers, beginDial, refusals, clock, log },
    })
    this.#outbound = outbound
    this.#agentLegs = new AgentLegs({
      takeWaiting: (agentId) => outbound.takeWaiting(agentId),
      judgeTransfer: (asker, request) => outbound.judgeTransfer(asker, request),
      ...{ registrar, connections, calls, clock, log },
    })
    this.#keepAlive = new KeepAlive({
      isInCall: (binding) => this.#agentLegs.isTalkingOn(binding),
      onVanished: (binding) => this.#agentLegs.phoneVanished(binding),
      ...{ registrar, connections, random, clock },
    })
    const limits = options.callerLimits
    this.#trunks = new Trunks({ gate, nodes, calls, refusals, limits, newId, clock, log })
    const all = this.#trunks
    this.#trunkHealth = new TrunkHealth({ trunks: () => all.known, connection, clock, log })
    this.#outgoing = new Outgoing({
      trunks: () => all.known,
      occupy: (trunk) => all.occupy(trunk),
      ...{ calls, clock, log },
    })
    this.#gate = gate
    this.#registrar = registrar
    this.#nodes = nodes
    for (const address of options.drachtio) this.#addConnection(address)
  }

  /** Resolves when the records were asked; the connections come up by themselves, now or later. */
  async start(): Promise<void> {
    const { records, clock, log } = this.#options
    const bindings = await records.loadBindings(clock.now()).catch((error: unknown) => {
      log.warn({ error: String(error) }, 'bindings.unread')
      return []
    })
    this.#registrar.start(bindings)
    await this.#calls.start()
    await this.reload()
    this.#scheduleReload()
    await this.#nodes.start()
    this.#keepAlive.start()
    for (const connection of this.#connections.values()) connection.start()
    this.#trunkHealth.start()
  }

  /** New callers are refused with 503 from now on; calls in progress and agents' phones go on. */
  drain(): void {
    this.#isDraining = true
    this.#trunks.drain()
  }

  /** Ends the connections. Calls that still talk keep their media, and FreeSWITCH keeps their legs. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.clear()
    this.#keepAlive.stop()
    this.#trunkHealth.stop()
    this.#nodes.stop()
    this.#calls.stop()
    for (const connection of this.#connections.values()) connection.stop()
    await this.#registrar.stop()
  }

  /** Takes over what the administrators have changed. Without the records the last known stands. */
  async reload(): Promise<void> {
    try {
      const settings = await this.#options.records.readSettings()
      this.#trunks.use(settings)
      this.#gate.restore(settings.bans)
    } catch (error) {
      this.#options.log.warn({ error: String(error) }, 'edge.settings_unread')
    }
  }

  drainNode(nodeId: string, isDraining: boolean): void {
    this.#nodes.drain(nodeId, isDraining)
  }

  /** Whether the phone that would be rung now is a browser, which needs another kind of offer. */
  isBrowser(agentId: AgentId): boolean {
    const [binding] = this.#registrar.bindingsOf(agentId)
    return binding !== undefined && isBrowser(binding)
  }

  status(): SipEdgeStatus {
    return {
      connections: [...this.#connections.values()].map(({ edgeId, isUp }) => ({ edgeId, isUp })),
      nodes: this.#nodes.situations(),
      registrations: this.#registrar.all(),
      bans: this.#gate.bans(),
      refusals: this.#refusals.counts(),
      trunks: this.#trunks.known.map(({ trunkId, name, isEnabled, callsMax }) => {
        const calls = this.#trunks.callsOf(trunkId)
        return { trunkId, name, isEnabled, callsMax, calls, ...this.#trunkHealth.of(trunkId) }
      }),
      trunkCalls: this.#trunks.count,
      agentCalls: this.#agentLegs.count,
      isDraining: this.#isDraining,
    }
  }

  #addConnection(address: DrachtioAddress): void {
    const connection: SipConnection = new SipConnection({
      address,
      clock: this.#options.clock,
      log: this.#options.log,
      onRequest: (request, reply) => this.#take(connection, request, reply),
      onUp: () => {
        this.#keepAlive.hurry(connection.edgeId)
        this.#trunkHealth.hurry()
      },
      onDown: () => this.#calls.connectionLost(connection),
    })
    this.#connections.set(connection.edgeId, connection)
  }

  #take(connection: SipConnection, request: SipRequest, reply: SipReply): void {
    const node = this.#nodes.nodeOf(request)
    const isTrunk = node === null && this.#trunks.isTrunk(request)
    if (node === null && !isTrunk && this.#gate.turnsAway(request, reply)) return
    const work = this.#handle(connection, request, reply, { isNode: node !== null, isTrunk })
    work.catch((error: unknown) => {
      this.#options.log.warn({ error: String(error), method: request.method }, 'sip.fault')
      if (!reply.finalResponseSent) reply.send(500, undefined)
    })
  }

  async #handle(
    connection: SipConnection,
    request: SipRequest,
    reply: SipReply,
    from: { readonly isNode: boolean; readonly isTrunk: boolean },
  ): Promise<void> {
    switch (request.method) {
      case 'INVITE':
        return this.#invite(connection, request, reply, from)
      case 'REGISTER':
        return this.#registrar.take(connection, request, reply)
      case 'OPTIONS': {
        if (from.isNode || from.isTrunk || this.#registrar.isPhone(request)) {
          return reply.send(200, undefined)
        }
        this.#gate.suspect(request, 'probing')
        return reply.send(404, undefined)
      }
      default:
        return reply.send(405, undefined, { headers: { Allow: 'INVITE, REGISTER, OPTIONS' } })
    }
  }

  #invite(
    connection: SipConnection,
    request: SipRequest,
    reply: SipReply,
    from: { readonly isNode: boolean; readonly isTrunk: boolean },
  ): Promise<void> {
    if (!request.has('Contact') || !request.has('From')) {
      return Promise.resolve(reply.send(400, 'Contact Missing'))
    }
    if (from.isNode) {
      const agentId = agentIdOf(userOf(request.uri))
      if (agentId === null) return this.#outgoing.take(connection, request, reply)
      return this.#agentLegs.take(connection, request, reply, agentId)
    }
    const isAgent = agentIdOf(userOf(request.get('From'))) !== null
    if (!from.isTrunk && isAgent && !this.#trunks.signsIn(request)) {
      return this.#outbound.take(connection, request, reply)
    }
    return this.#trunks.take(connection, request, reply)
  }

  #scheduleReload(): void {
    if (this.#isStopped) return
    this.#timer = this.#options.clock.after(RELOAD_MS, () => {
      void this.reload().then(() => this.#scheduleReload())
    })
  }
}
