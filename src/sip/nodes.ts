// The FreeSWITCH nodes behind the edge: who they are, whether they answer, how many calls each carries.
// A node is asked every two seconds; one that let an INVITE down counts as dead until it answers again.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Clock, Timer } from '../clock.ts'
import type { NodeSituation } from '../core/admission.ts'
import type { Log } from '../log.ts'
import type { SipConnection, SipRequest } from './connection.ts'
import { transportOf } from './headers.ts'

export interface EdgeNode {
  readonly nodeId: string
  /** `host:port` of the profile that takes callers, over UDP. */
  readonly callersAddress: string
  /** `host:port` of the profile that rings agents' phones. */
  readonly agentsAddress: string
  readonly weight?: number | undefined
}

const ASK_MS = 2_000
const ANSWER_MS_MAX = 1_500
const RESOLVE_MS = 30_000

const NODE_FAULTS = new Set([408, 410, 500, 502, 503])

/** Whether an INVITE that ended so is worth another node: null is no response at all. */
export function isNodeFault(status: number | null): boolean {
  return status === null || NODE_FAULTS.has(status)
}

interface Standing {
  readonly node: EdgeNode
  /** What its name stands for: calls of such a source may be the node's. */
  addresses: ReadonlySet<string>
  isHealthy: boolean
  misses: number
  isDraining: boolean
  calls: number
  latencyMs: number | null
}

export interface NodeStatus extends NodeSituation {
  /** Of its last answer; null before the first. */
  readonly latencyMs: number | null
}

export class Nodes {
  readonly #standings: Map<string, Standing>
  readonly #clock: Clock
  readonly #log: Log
  readonly #connection: () => SipConnection | null
  readonly #timers = new Set<Timer>()
  #isStopped = true

  constructor(options: {
    readonly nodes: readonly EdgeNode[]
    readonly clock: Clock
    readonly log: Log
    /** Any that is up. */
    readonly connection: () => SipConnection | null
  }) {
    this.#clock = options.clock
    this.#log = options.log
    this.#connection = options.connection
    this.#standings = new Map(
      options.nodes.map((node) => [
        node.nodeId,
        {
          node,
          addresses: new Set([hostOf(node.agentsAddress), hostOf(node.callersAddress)]),
          isHealthy: true,
          misses: 0,
          isDraining: false,
          calls: 0,
          latencyMs: null,
        },
      ]),
    )
  }

  async start(): Promise<void> {
    this.#isStopped = false
    await this.#resolve()
    for (const standing of this.#standings.values()) this.#ask(standing)
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) timer.clear()
    this.#timers.clear()
  }

  situations(): NodeStatus[] {
    return [...this.#standings.values()].map(
      ({ node, isHealthy, isDraining, calls, latencyMs }) => ({
        nodeId: node.nodeId,
        isHealthy,
        isDraining,
        calls,
        weight: node.weight ?? 1,
        latencyMs,
      }),
    )
  }

  node(nodeId: string): EdgeNode | null {
    return this.#standings.get(nodeId)?.node ?? null
  }

  /**
   * The node that sends this. Over TCP its port says nothing; over UDP it must be a profile's own. What
   * comes over a WebSocket is a browser's, also when it or its TLS proxy is on the node's host.
   */
  nodeOf(request: SipRequest): EdgeNode | null {
    if (/^wss?$/.test(transportOf(request) ?? '')) return null
    for (const { node, addresses } of this.#standings.values()) {
      if (!addresses.has(request.source_address)) continue
      const ports = [portOf(node.agentsAddress), portOf(node.callersAddress)]
      if (request.protocol !== 'udp' || ports.includes(request.source_port)) return node
    }
    return null
  }

  /** No new callers; those it has stay, and their agents are rung. */
  drain(nodeId: string, isDraining: boolean): void {
    const standing = this.#standings.get(nodeId)
    if (standing !== undefined) standing.isDraining = isDraining
  }

  /** An INVITE got no good answer there. */
  failed(nodeId: string): void {
    const standing = this.#standings.get(nodeId)
    if (standing !== undefined) this.#judge(standing, false)
  }

  carries(nodeId: string, by: 1 | -1): void {
    const standing = this.#standings.get(nodeId)
    if (standing !== undefined) standing.calls = Math.max(0, standing.calls + by)
  }

  #ask(standing: Standing): void {
    if (this.#isStopped) return
    const connection = this.#connection()
    const askedAt = this.#clock.now()
    this.#after(ASK_MS, () => this.#ask(standing))
    // Without an edge nobody can tell; what was known last stands.
    if (connection === null) return
    const uri = `sip:${standing.node.callersAddress}`
    void connection.ask('OPTIONS', { uri }, {}, ANSWER_MS_MAX).then((status) => {
      if (this.#isStopped || !connection.isUp) return
      if (status !== null && status < 500) {
        standing.latencyMs = this.#clock.now() - askedAt
        standing.misses = 0
        this.#judge(standing, true)
        return
      }
      // A lost packet is sent again by the stack; only silence twice, or a plain no, counts.
      standing.misses += 1
      if (status !== null || standing.misses > 1) this.#judge(standing, false)
    })
  }

  #judge(standing: Standing, isHealthy: boolean): void {
    if (standing.isHealthy === isHealthy) return
    standing.isHealthy = isHealthy
    this.#log.warn({ nodeId: standing.node.nodeId, isHealthy }, 'node.health')
  }

  async #resolve(): Promise<void> {
    for (const standing of this.#standings.values()) {
      const { agentsAddress, callersAddress } = standing.node
      const names = [hostOf(agentsAddress), hostOf(callersAddress)].filter(
        (host) => isIP(host) === 0,
      )
      for (const name of names) {
        const found = await lookup(name, { all: true }).catch(() => [])
        if (found.length === 0) continue
        standing.addresses = new Set([name, ...found.map(({ address }) => address)])
      }
    }
    if (!this.#isStopped) this.#after(RESOLVE_MS, () => void this.#resolve())
  }

  #after(ms: number, run: () => void): void {
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer)
      run()
    })
    this.#timers.add(timer)
  }
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '')
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1))
}
