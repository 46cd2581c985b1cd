// Callers from carriers' trunks. Each is put before the chain of core/admission.ts and, once admitted,
// given its call id and taken to a node; a node that says nothing for a second, or cannot, is left for the
// next. Of what the carrier sent only the listed headers go on, so that nothing of ours can be forged. A
// caller who gives up is given up on whichever node has the call.
import type { Clock } from '../clock.ts'
import {
  ADMISSION_REFUSALS,
  admit,
  type BlockedCaller,
  CALLER_LIMITS,
  type CallerLimits,
  type Trunk,
  trunkOf,
} from '../core/admission.ts'
import { maskNumber } from '../core/masking.ts'
import { plainNumber } from '../core/sip-names.ts'
import { countOf, emptyWindows, note } from '../core/windows.ts'
import type { Log } from '../log.ts'
import { dial, IncomingCall } from './calls.ts'
import type { SipConnection, SipHeaders, SipReply, SipRequest } from './connection.ts'
import type { Gate } from './gate.ts'
import { copied, userOf, withoutTag } from './headers.ts'
import type { LiveCalls } from './live-calls.ts'
import { type EdgeNode, isNodeFault, type Nodes } from './nodes.ts'
import type { EdgeSettings } from './records.ts'
import type { Tally } from './tally.ts'

const CALLERS_DO_NOT_TRANSFER = {
  kind: 'refused',
  status: 403,
  reason: 'Callers Do Not Transfer',
} as const
const PASSED_HEADERS = [
  ...['P-Asserted-Identity', 'Privacy', 'Diversion', 'History-Info', 'User-to-User'],
]
/** A node that lives answers 100 within milliseconds. */
const NODE_SILENT_MS = 1_000
/** Our dialplan answers at once; a node that has not by then never will. */
const NODE_ANSWER_MS_MAX = 5_000
const NODES_TRIED_MAX = 3
const CALLERS_MAX = 50_000

export interface TrunksOptions {
  readonly gate: Gate
  readonly nodes: Nodes
  readonly calls: LiveCalls
  readonly refusals: Tally
  readonly limits?: CallerLimits | undefined
  readonly newId: () => string
  readonly clock: Clock
  readonly log: Log
}

interface TrunkCall {
  readonly callId: string
  readonly trunkId: string
  readonly caller: string
  readonly arrivedAt: number
}

export class Trunks {
  readonly #options: TrunksOptions
  #trunks: readonly Trunk[] = []
  #numbers: ReadonlySet<string> | null = null
  #blocked: ReadonlyMap<string, BlockedCaller> = new Map()
  #isDraining = false
  readonly #live = new Set<TrunkCall>()
  readonly #ofTrunk = new Map<string, number>()
  readonly #ofCaller = new Map<string, number>()
  readonly #lastSecond = emptyWindows(1_000, 1_000)
  readonly #lastMinute = emptyWindows(60_000, CALLERS_MAX)

  constructor(options: TrunksOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#live.size
  }

  /** As the administrators have them, in the order of their ids. */
  get known(): readonly Trunk[] {
    return this.#trunks
  }

  /** How many it carries, both ways. */
  callsOf(trunkId: string): number {
    return this.#ofTrunk.get(trunkId) ?? 0
  }

  /** One more call of the trunk, going out, until the result is called. Null: it carries all it may. */
  occupy({ trunkId, callsMax }: Trunk): (() => void) | null {
    if ((this.#ofTrunk.get(trunkId) ?? 0) >= callsMax) return null
    add(this.#ofTrunk, trunkId, 1)
    return once(() => add(this.#ofTrunk, trunkId, -1))
  }

  use(settings: EdgeSettings): void {
    this.#trunks = settings.trunks
    this.#numbers = new Set(settings.numbers.map(plainNumber))
    this.#blocked = new Map(settings.blocked.map((entry) => [plainNumber(entry.number), entry]))
  }

  drain(): void {
    this.#isDraining = true
  }

  isTrunk(request: SipRequest): boolean {
    return this.#at(request) !== null
  }

  /** Whether the INVITE claims to be of a trunk that signs in by digest. */
  signsIn(request: SipRequest): boolean {
    const user = userOf(request.get('From'))
    return user !== '' && this.#trunks.some(({ username }) => username === user)
  }

  async take(connection: SipConnection, request: SipRequest, reply: SipReply): Promise<void> {
    const call = new IncomingCall(connection, request, reply)
    const trunk = await this.#trunkOf(call)
    if (trunk === 'answered' || call.isCancelled) return
    const { gate, nodes, log, clock, newId, limits = CALLER_LIMITS } = this.#options
    const at = clock.now()
    const caller = userOf(request.get('P-Asserted-Identity') ?? request.get('From'))
    const dialled = userOf(request.uri)
    const plain = plainNumber(caller)
    const admission = admit({
      at,
      trunk,
      caller,
      dialled,
      isDraining: this.#isDraining,
      numbers: this.#numbers,
      blocked: this.#blocked,
      limits,
      live: {
        callsOfTrunk: this.#ofTrunk.get(trunk?.trunkId ?? '') ?? 0,
        callsOfTrunkLastSecond: countOf(this.#lastSecond, trunk?.trunkId ?? '', at),
        callsOfCaller: this.#ofCaller.get(plain) ?? 0,
        callsOfCallerLastMinute: countOf(this.#lastMinute, plain, at),
      },
      nodes: nodes.situations(),
    })
    if (!admission.isAdmitted) {
      const { code } = admission
      const { status, reason, retryAfterSeconds } = ADMISSION_REFUSALS[code]
      this.#options.refusals.add(code)
      const trunkId = trunk?.trunkId ?? null
      const from = { address: request.source_address, caller: maskNumber(caller), trunkId }
      const sipCallId = request.get('Call-ID')
      log.info({ code, status, dialled, sipCallId, ...from }, 'trunk.refused')
      if (code === 'unknown_trunk') gate.suspect(request, 'unknown_source')
      return call.refuse(status, reason, {
        Reason: `SIP;cause=${status};text="${code}"`,
        ...(retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      })
    }
    const { trunkId } = admission.trunk
    note(this.#lastSecond, trunkId, at)
    // An anonymous caller is nobody in particular and shares no limit with others.
    if (plain !== '' && plain !== 'anonymous') note(this.#lastMinute, plain, at)
    await this.#bringIn(
      call,
      { callId: newId(), trunkId, caller: plain, arrivedAt: at },
      admission.nodeIds,
    )
  }

  /** Null: the source is no trunk. */
  async #trunkOf(call: IncomingCall): Promise<Trunk | null | 'answered'> {
    const trunk = this.#at(call.request)
    if (trunk !== null || !this.signsIn(call.request)) return trunk
    const respond = {
      send: (status: number, reason?: string, options?: { headers?: SipHeaders }) =>
        call.refuse(status, reason, options?.headers),
    }
    const username = await this.#options.gate.trunk(call.request, respond)
    if (username === null) return 'answered'
    return this.#trunks.find((one) => one.username === username) ?? null
  }

  #at(request: SipRequest): Trunk | null {
    const { source_address: address, source_port: port } = request
    return trunkOf(this.#trunks, { address, port })
  }

  async #bringIn(
    call: IncomingCall,
    trunkCall: TrunkCall,
    nodeIds: readonly string[],
  ): Promise<void> {
    const { nodes, calls, clock, log } = this.#options
    const { callId, arrivedAt } = trunkCall
    this.#count(trunkCall, 1)
    let end = () => this.#count(trunkCall, -1)
    for (const nodeId of nodeIds.slice(0, NODES_TRIED_MAX)) {
      const node = nodes.node(nodeId)
      if (node === null) continue
      nodes.carries(nodeId, 1)
      const leave = () => nodes.carries(nodeId, -1)
      const result = await dial(call, this.#attempt(call, trunkCall, node), clock)
      if (result.outcome === 'answered') {
        end = once(() => {
          leave()
          this.#count(trunkCall, -1)
        })
        log.debug({ callId, nodeId, tookMs: clock.now() - arrivedAt }, 'trunk.admitted')
        const judgeRefer = async () => CALLERS_DO_NOT_TRANSFER
        return calls.join(
          call,
          result.called,
          call.connection,
          { judgeRefer, onEnd: end, callId },
          (joined) => {
            if (joined === null) end()
          },
        )
      }
      leave()
      if (result.outcome === 'cancelled') return end()
      if (result.status !== null && !isNodeFault(result.status)) {
        call.refuse(result.status, undefined, result.headers)
        return end()
      }
      nodes.failed(nodeId)
      const tookMs = clock.now() - arrivedAt
      log.warn({ callId, nodeId, status: result.status, tookMs }, 'node.failed_over')
    }
    this.#options.refusals.add('nodes_failed')
    call.refuse(503, 'No Switch Answers', { 'Retry-After': '5' })
    end()
  }

  #attempt(call: IncomingCall, { callId, trunkId, caller }: TrunkCall, node: EdgeNode) {
    const { request } = call
    return {
      connection: call.connection,
      target: { uri: `sip:${encodeURIComponent(userOf(request.uri))}@${node.callersAddress}` },
      headers: {
        ...copied(request, PASSED_HEADERS),
        From: withoutTag(request.get('From')),
        'X-CC-Call-Id': callId,
        'X-CC-Trunk': trunkId,
        'X-CC-Ani': caller,
        'X-CC-Trunk-Src': `${request.source_address}:${request.source_port}`,
      },
      silentMsMax: NODE_SILENT_MS,
      answerMsMax: NODE_ANSWER_MS_MAX,
    }
  }

  #count(call: TrunkCall, by: 1 | -1): void {
    if (by === 1) this.#live.add(call)
    else if (!this.#live.delete(call)) return
    add(this.#ofTrunk, call.trunkId, by)
    if (call.caller !== '' && call.caller !== 'anonymous') add(this.#ofCaller, call.caller, by)
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}

function once(run: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) run()
    isDone = true
  }
}
