// What agents' phones dial on their own (R-044). The phone proves whose it is, the class of service says
// whether the number may be dialled, and only then a node sees the call. A phone's blind transfer is a
// way to dial too and meets the same check. Every refusal is logged with its code.
import type { Clock } from '../clock.ts'
import { nodesInOrder } from '../core/admission.ts'
import { DIAL_REFUSALS, type DialVerdict, mayDial } from '../core/class-of-service.ts'
import type { AgentId } from '../core/config.ts'
import { maskNumber } from '../core/masking.ts'
import type { Log } from '../log.ts'
import { dial, IncomingCall, type ReferRefusal } from './calls.ts'
import type { SipConnection, SipHeaders, SipReply, SipRequest } from './connection.ts'
import type { Gate } from './gate.ts'
import { copied, userOf, withoutTag } from './headers.ts'
import type { LiveCalls } from './live-calls.ts'
import { isNodeFault, type Nodes } from './nodes.ts'
import type { SipRecords } from './records.ts'
import type { Tally } from './tally.ts'

const NODE_SILENT_MS = 1_000

export interface OutboundOptions {
  readonly gate: Gate
  readonly nodes: Nodes
  readonly calls: LiveCalls
  readonly records: Pick<SipRecords, 'findPermits'>
  readonly refusals: Tally
  readonly newId: () => string
  readonly clock: Clock
  readonly log: Log
}

export class Outbound {
  readonly #options: OutboundOptions

  constructor(options: OutboundOptions) {
    this.#options = options
  }

  async take(connection: SipConnection, request: SipRequest, reply: SipReply): Promise<void> {
    const call = new IncomingCall(connection, request, reply)
    const respond = {
      send: (status: number, reason?: string, options?: { headers?: SipHeaders }) =>
        call.refuse(status, reason, options?.headers),
    }
    const agentId = await this.#options.gate.agent(request, respond, 'call')
    if (agentId === null || call.isCancelled) return
    if (!request.body) return call.refuse(488, 'Offer Required')
    const dialled = userOf(request.uri)
    const verdict = await this.#judge(agentId, dialled)
    if (!isVerdict(verdict)) return call.refuse(verdict.status, verdict.reason, RETRY)
    if (!verdict.isAllowed) return call.refuse(403, DIAL_REFUSALS[verdict.code])
    await this.#place(call, agentId, verdict, dialled)
  }

  /** Headers for the node, which carries the transfer out; or why the phone may not. */
  async judgeRefer(agentId: AgentId, request: SipRequest): Promise<SipHeaders | ReferRefusal> {
    const referTo = request.get('Refer-To') ?? ''
    // The dialog it names is the phone's own with us, which no node knows.
    if (/[?&]replaces=/i.test(referTo)) return { status: 501, reason: 'Blind Transfers Only' }
    const dialled = userOf(referTo)
    const verdict = await this.#judge(agentId, dialled)
    if (!isVerdict(verdict)) return verdict
    if (!verdict.isAllowed) return { status: 403, reason: DIAL_REFUSALS[verdict.code] }
    return { 'Refer-To': `<sip:${encodeURIComponent(dialled)}@edge>`, 'X-CC-Agent': agentId }
  }

  async #judge(agentId: AgentId, dialled: string): Promise<DialVerdict | ReferRefusal> {
    const { records, clock, refusals, log } = this.#options
    try {
      const permits = await records.findPermits(agentId)
      const verdict = mayDial({ agentId, dialled, at: clock.now() }, permits)
      const number = maskNumber(dialled)
      if (verdict.isAllowed) {
        const { ground, permitId } = verdict.permit
        log.info({ agentId, number, ground, permitId }, 'dial.permitted')
      } else {
        refusals.add(verdict.code)
        log.info({ agentId, number, code: verdict.code }, 'dial.refused')
      }
      return verdict
    } catch (error) {
      // Without the records nothing is permitted: this rule is there to say no.
      log.warn({ agentId, error: String(error) }, 'dial.unjudged')
      return { status: 503, reason: 'Records Away' }
    }
  }

  async #place(
    call: IncomingCall,
    agentId: AgentId,
    verdict: Extract<DialVerdict, { isAllowed: true }>,
    dialled: string,
  ): Promise<void> {
    const { nodes, calls, clock, newId } = this.#options
    for (const nodeId of nodesInOrder(nodes.situations())) {
      const node = nodes.node(nodeId)
      if (node === null) continue
      const result = await dial(
        call,
        {
          connection: call.connection,
          target: { uri: `sip:${encodeURIComponent(dialled)}@${node.agentsAddress}` },
          headers: {
            ...copied(call.request, ['User-Agent']),
            From: withoutTag(call.request.get('From')),
            'X-CC-Call-Id': newId(),
            'X-CC-Agent': agentId,
            'X-CC-Ground': verdict.permit.ground,
          },
          silentMsMax: NODE_SILENT_MS,
          answerMsMax: null,
        },
        clock,
      )
      if (result.outcome === 'cancelled') return
      if (result.outcome === 'answered') {
        const judgeRefer = ({
          isFromCaller,
          request,
        }: {
          isFromCaller: boolean
          request: SipRequest
        }) =>
          isFromCaller
            ? this.judgeRefer(agentId, request)
            : Promise.resolve(copied(request, ['Refer-To', 'Referred-By']))
        const options = { judgeRefer, onEnd: () => {} }
        return calls.join(call, result.dialog, call.connection, options, () => {})
      }
      if (result.status !== null && !isNodeFault(result.status)) {
        return call.refuse(result.status, undefined, result.headers)
      }
      nodes.failed(nodeId)
    }
    call.refuse(503, 'No Switch', RETRY)
  }
}

const RETRY = { 'Retry-After': '5' }

function isVerdict(verdict: DialVerdict | ReferRefusal): verdict is DialVerdict {
  return 'isAllowed' in verdict
}
