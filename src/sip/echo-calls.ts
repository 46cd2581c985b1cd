// The echo call of a device check: a phone dials `ECHO_NUMBER` and hears itself, to the switch and back.
// It is nobody's call: not recorded, in no figure, and over after a minute (dialplan/callers.xml).
import type { Clock } from '../clock.ts'
import { nodesInOrder } from '../core/admission.ts'
import type { AgentId } from '../core/config.ts'
import type { Log } from '../log.ts'
import { dial, type IncomingCall } from './calls.ts'
import { withoutTag } from './headers.ts'
import type { LiveCalls } from './live-calls.ts'
import type { Nodes } from './nodes.ts'

const NODE_SILENT_MS = 1_000
const NODE_ANSWER_MS_MAX = 5_000
const NOWHERE_TO_GO = { kind: 'refused', status: 403, reason: 'An Echo Goes Nowhere' } as const

export interface EchoCallsOptions {
  readonly nodes: Nodes
  readonly calls: LiveCalls
  readonly clock: Clock
  readonly log: Log
}

export class EchoCalls {
  readonly #options: EchoCallsOptions

  constructor(options: EchoCallsOptions) {
    this.#options = options
  }

  /** The phone has shown whose it is, and makes an offer. */
  async take(call: IncomingCall, agentId: AgentId): Promise<void> {
    const { nodes, calls, clock, log } = this.#options
    const { connection, request } = call
    const nodeId = nodesInOrder(nodes.situations())[0]
    const node = nodeId === undefined ? null : nodes.node(nodeId)
    if (node === null) return call.refuse(503, 'No Switch', { 'Retry-After': '5' })
    const result = await dial(
      call,
      {
        connection,
        target: { uri: `sip:echo@${node.agentsAddress}` },
        headers: { From: withoutTag(request.get('From')) },
        silentMsMax: NODE_SILENT_MS,
        answerMsMax: NODE_ANSWER_MS_MAX,
      },
      clock,
    )
    if (result.outcome === 'cancelled') return
    if (result.outcome === 'failed') {
      log.warn({ agentId, nodeId, status: result.status }, 'echo_call.failed')
      return call.refuse(result.status ?? 503, undefined, result.headers)
    }
    const options = { judgeRefer: async () => NOWHERE_TO_GO, onEnd: () => {} }
    calls.join(call, result.called, connection, options, () => {})
  }
}
