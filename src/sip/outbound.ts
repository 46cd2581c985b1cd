// What agents' phones dial on their own (R-044). The phone proves whose it is, the class of service says
// whether the number may be dialled, and only then a node sees the call. A phone's blind transfer is a
// way to dial too and meets the same check. Every refusal is logged with its code.
import type { Clock } from '../clock.ts'
import { nodesInOrder } from '../core/admission.ts'
import { DIAL_REFUSALS, type DialVerdict, mayDial } from '../core/class-of-service.ts'
import type { AgentId, UnitSettings } from '../core/config.ts'
import type { LegId } from '../core/inputs.ts'
import { maskNumber } from '../core/masking.ts'
import { type PhoneTransfer, transferTarget } from '../core/phone-transfers.ts'
import type { Rejection } from '../core/rejections.ts'
import type { Log } from '../log.ts'
import { dial, IncomingCall } from './calls.ts'
import type { SipConnection, SipHeaders, SipReply, SipRequest } from './connection.ts'
import type { Gate } from './gate.ts'
import { copied, userOf, withoutTag } from './headers.ts'
import type { LiveCalls } from './live-calls.ts'
import { isNodeFault, type Nodes } from './nodes.ts'
import type { SipRecords } from './records.ts'
import { isAttended, type Refer, type ReferVerdict, type SipStatus, statusFor } from './refers.ts'
import type { Tally } from './tally.ts'

const NODE_SILENT_MS = 1_000

/** The hotline's part in a transfer that is asked for at a phone. */
export interface PhoneTransfers {
  units(): Iterable<UnitSettings>
  /** Null: under way. */
  begin(transfer: PhoneTransfer): Rejection | null
}

export interface AgentOnLeg {
  readonly agentId: AgentId
  readonly legId: LegId
}

export interface OutboundOptions {
  readonly transfers: PhoneTransfers
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

  /** Of a caller whom the hotline has given to the agent: colleagues and departments need no permit. */
  async judgeTransfer({ agentId, legId }: AgentOnLeg, request: SipRequest): Promise<ReferVerdict> {
    const { transfers, log } = this.#options
    const dialled = this.#blindTarget(agentId, request)
    if (typeof dialled !== 'string') return { kind: 'refused', ...dialled }
    const target = transferTarget(dialled, transfers.units())
    if (target.kind === 'number') {
      const refusal = await this.#refusalOf(agentId, target.number)
      if (refusal !== null) return { kind: 'refused', ...refusal }
    }
    const carryOut = () => {
      const refusal = transfers.begin({ agentId, legId, target })
      const code = refusal?.code ?? null
      log.info({ agentId, legId, to: target.kind, code }, 'transfer.asked_at_phone')
      return statusFor(refusal)
    }
    return { kind: 'taken', carryOut }
  }

  /** Of a call that the phone made itself, which only its node knows: headers for that. */
  async #judgeOwnCall(agentId: AgentId, request: SipRequest): Promise<ReferVerdict> {
    const dialled = this.#blindTarget(agentId, request)
    if (typeof dialled !== 'string') return { kind: 'refused', ...dialled }
    const refusal = await this.#refusalOf(agentId, dialled)
    if (refusal !== null) return { kind: 'refused', ...refusal }
    const referTo = `<sip:${encodeURIComponent(dialled)}@edge>`
    return { kind: 'passed', headers: { 'Refer-To': referTo, 'X-CC-Agent': agentId } }
  }

  #blindTarget(agentId: AgentId, request: SipRequest): string | SipStatus {
    const referTo = request.get('Refer-To')
    if (referTo === undefined) return { status: 400, reason: 'Refer-To Missing' }
    if (!isAttended(referTo)) return userOf(referTo)
    this.#options.refusals.add('attended_transfer')
    this.#options.log.info({ agentId }, 'transfer.attended_refused')
    return { status: 501, reason: 'Blind Transfers Only' }
  }

  async #refusalOf(agentId: AgentId, dialled: string): Promise<SipStatus | null> {
    const verdict = await this.#judge(agentId, dialled)
    if (!isVerdict(verdict)) return verdict
    return verdict.isAllowed ? null : { status: 403, reason: DIAL_REFUSALS[verdict.code] }
  }

  async #judge(agentId: AgentId, dialled: string): Promise<DialVerdict | SipStatus> {
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
        const judgeRefer = async ({ isFromCaller, request }: Refer): Promise<ReferVerdict> =>
          isFromCaller
            ? this.#judgeOwnCall(agentId, request)
            : { kind: 'passed', headers: copied(request, ['Refer-To', 'Referred-By']) }
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

function isVerdict(verdict: DialVerdict | SipStatus): verdict is DialVerdict {
  return 'isAllowed' in verdict
}
