// What agents' phones dial on their own (R-044). The phone proves whose it is, the class of service says
// whether the number may be dialled, and then the hotline makes the call as if it had been asked for at the
// console: recorded, with the hotline's number. The switch's leg for the agent finds the phone that dialled
// still waiting and is joined to it; a browser's cannot be, and is rung instead. A phone's blind transfer
// is a way to dial too and meets the same check. Every refusal is logged with its code.

import type { Clock, Timer } from '../clock.ts'
import {
  DIAL_REFUSALS,
  type DialGround,
  type DialVerdict,
  ECHO_NUMBER,
  mayDial,
} from '../core/class-of-service.ts'
import type { AgentId, UnitSettings } from '../core/config.ts'
import type { LegId } from '../core/inputs.ts'
import { maskNumber } from '../core/masking.ts'
import { type PhoneTransfer, transferTarget } from '../core/phone-transfers.ts'
import type { Rejection } from '../core/rejections.ts'
import type { Log } from '../log.ts'
import { IncomingCall } from './calls.ts'
import type { SipConnection, SipHeaders, SipReply, SipRequest } from './connection.ts'
import type { EchoCalls } from './echo-calls.ts'
import type { Gate } from './gate.ts'
import { userOf } from './headers.ts'
import type { SipRecords } from './records.ts'
import {
  dialStatusFor,
  isAttended,
  type ReferVerdict,
  type SipStatus,
  statusFor,
} from './refers.ts'
import type { Tally } from './tally.ts'

/** The switch asks for the agent's leg within milliseconds, or not at all. */
const LEG_MS_MAX = 5_000

/** The hotline's part in a transfer that is asked for at a phone. */
export interface PhoneTransfers {
  units(): Iterable<UnitSettings>
  /** Null: under way. */
  begin(transfer: PhoneTransfer): Rejection | null
}

export interface PhoneDial {
  readonly agentId: AgentId
  readonly number: string
  readonly ground: DialGround
}

/** Lets the hotline call the number for the agent, whose leg is asked for next. Null: under way. */
export type BeginDial = (wish: PhoneDial) => Rejection | null

/** A phone that has dialled and waits for the switch's leg of that call. */
interface WaitingPhone {
  readonly call: IncomingCall
  readonly timer: Timer
}

export interface AgentOnLeg {
  readonly agentId: AgentId
  readonly legId: LegId
  readonly callId?: string | undefined
}

export interface OutboundOptions {
  readonly transfers: PhoneTransfers
  readonly beginDial: BeginDial
  readonly echoCalls: EchoCalls
  readonly gate: Gate
  readonly records: Pick<SipRecords, 'findPermits'>
  readonly refusals: Tally
  readonly clock: Clock
  readonly log: Log
}

export class Outbound {
  readonly #options: OutboundOptions
  readonly #waiting = new Map<AgentId, WaitingPhone>()

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
    if (dialled === ECHO_NUMBER) return this.#options.echoCalls.take(call, agentId)
    const verdict = await this.#judge(agentId, dialled)
    if (!isVerdict(verdict)) return call.refuse(verdict.status, verdict.reason, RETRY)
    if (!verdict.isAllowed) return call.refuse(403, DIAL_REFUSALS[verdict.code])
    if (call.isCancelled) return
    if (this.#waiting.has(agentId)) return call.refuse(486, 'Dialling Already')
    const isBrowser = /^m=audio \d+ \S*SAVPF/m.test(request.body)
    // Before the hotline is asked, since its leg may come in the same breath.
    if (!isBrowser) this.#wait(agentId, call)
    const { permit } = verdict
    const refusal = this.#options.beginDial({ agentId, number: dialled, ground: permit.ground })
    if (refusal !== null) {
      this.#stopWaiting(agentId, call)
      this.#options.log.info({ agentId, code: refusal.code }, 'dial.not_now')
      const { status, reason } = dialStatusFor(refusal)
      return call.refuse(status, reason)
    }
    if (isBrowser) call.refuse(480, 'You Are Rung')
  }

  /** The phone with which the agent has dialled, for the leg that the switch asks for; once. */
  takeWaiting(agentId: AgentId): IncomingCall | null {
    const waiting = this.#waiting.get(agentId)
    if (waiting === undefined) return null
    this.#stopWaiting(agentId, waiting.call)
    return waiting.call
  }

  #wait(agentId: AgentId, call: IncomingCall): void {
    const timer = this.#options.clock.after(LEG_MS_MAX, () => {
      this.#waiting.delete(agentId)
      call.refuse(503, 'No Switch', RETRY)
    })
    this.#waiting.set(agentId, { call, timer })
  }

  #stopWaiting(agentId: AgentId, call: IncomingCall): void {
    const waiting = this.#waiting.get(agentId)
    if (waiting?.call !== call) return
    waiting.timer.clear()
    this.#waiting.delete(agentId)
  }

  /** Of a caller whom the hotline has given to the agent: colleagues and departments need no permit. */
  async judgeTransfer(
    { agentId, legId, callId }: AgentOnLeg,
    request: SipRequest,
  ): Promise<ReferVerdict> {
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
      log.info({ callId, agentId, legId, to: target.kind, code }, 'transfer.asked_at_phone')
      return statusFor(refusal)
    }
    return { kind: 'taken', carryOut }
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
}

const RETRY = { 'Retry-After': '5' }

function isVerdict(verdict: DialVerdict | SipStatus): verdict is DialVerdict {
  return 'isAllowed' in verdict
}
