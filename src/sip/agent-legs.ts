// Calls from a FreeSWITCH node to an agent's phone. The node knows only `agent-<id>`; the right binding is
// found and rung here. A phone that turns out to be gone is forgotten and the agent's next one is rung.
// Whatever a phone answers reaches the node as a status it can name; a vanished phone is 480, not 410.
import type { Clock } from '../clock.ts'
import { type Binding, isBrowser } from '../core/bindings.ts'
import type { AgentId } from '../core/config.ts'
import { sipUserOf } from '../core/sip-names.ts'
import type { Log } from '../log.ts'
import {
  type Called,
  dial,
  hangUp,
  IncomingCall,
  type JoinedCall,
  type JoinOptions,
} from './calls.ts'
import type { SipConnection, SipHeaders, SipReply, SipRequest } from './connection.ts'
import { copied, withoutTag } from './headers.ts'
import type { LiveCalls } from './live-calls.ts'
import type { AgentOnLeg } from './outbound.ts'
import type { Refer, ReferVerdict } from './refers.ts'
import { type Registrar, targetOf } from './registrar.ts'
import { silentAnswer } from './sdp.ts'

/** A frozen browser keeps its socket and says nothing. */
const PHONE_SILENT_MS = 4_000
/** A page that is reloaded, or whose network changed, comes back within two seconds or so. */
const RETURN_MS = 3_000
/** What a phone may say by itself; the rest is ours to explain. */
const PASSED = new Set([480, 486, 488, 600, 603, 606])
const GONE = new Set([408, 410, 430, 503])
const CALL_HEADERS = ['X-CC-Call-Id', 'X-CC-Leg', 'X-CC-Queue', 'X-CC-Agent', 'X-CC-Monitor']

interface AgentLeg {
  readonly agentId: AgentId
  readonly uri: string
  readonly callId: string | undefined
  readonly joined: JoinedCall
}

export interface AgentLegsOptions {
  readonly registrar: Registrar
  readonly connections: ReadonlyMap<string, SipConnection>
  readonly calls: LiveCalls
  /** The agent's phone that has dialled and waits for just this leg. */
  readonly takeWaiting: (agentId: AgentId) => IncomingCall | null
  readonly judgeTransfer: (asker: AgentOnLeg, request: SipRequest) => Promise<ReferVerdict>
  readonly clock: Clock
  readonly log: Log
}

export class AgentLegs {
  readonly #options: AgentLegsOptions
  readonly #legs = new Set<AgentLeg>()

  constructor(options: AgentLegsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#legs.size
  }

  isTalkingOn(binding: Binding): boolean {
    return [...this.#legs].some(
      ({ agentId, uri }) => agentId === binding.agentId && uri === binding.uri,
    )
  }

  async take(
    connection: SipConnection,
    request: SipRequest,
    reply: SipReply,
    agentId: AgentId,
  ): Promise<void> {
    const call = new IncomingCall(connection, request, reply)
    if (!request.body) return call.refuse(488, 'Offer Required')
    const dialler = this.#options.takeWaiting(agentId)
    if (dialler !== null) return this.#joinDialler(call, request.body, dialler, agentId)
    for (const binding of this.#options.registrar.bindingsOf(agentId)) {
      const isDone = await this.#ring(call, binding)
      if (isDone) return
    }
    call.refuse(480, 'Phone Not Registered')
  }

  /** The binding has gone. Its calls get a moment for the phone to come back with the same contact. */
  phoneVanished(binding: Binding): void {
    this.#options.clock.after(RETURN_MS, () => {
      const { registrar } = this.#options
      const isBack = registrar.bindingsOf(binding.agentId).some(({ uri }) => uri === binding.uri)
      if (isBack) return
      for (const leg of this.#legs) {
        if (leg.agentId !== binding.agentId || leg.uri !== binding.uri) continue
        const { agentId, callId } = leg
        this.#options.log.info({ callId, agentId }, 'phone.lost_in_call')
        leg.joined.end({ Reason: 'SIP;cause=410;text="Phone Vanished"' })
      }
    })
  }

  /** True: the call has its answer, or nobody waits for one any more. */
  async #ring(call: IncomingCall, binding: Binding): Promise<boolean> {
    const { connections, clock, registrar } = this.#options
    const connection = connections.get(binding.edgeId)
    if (connection === undefined || !connection.isUp) return false
    const result = await dial(
      call,
      {
        connection,
        target: targetOf(binding),
        headers: headersFor(call.request, binding),
        silentMsMax: PHONE_SILENT_MS,
        answerMsMax: null,
      },
      clock,
    )
    if (result.outcome === 'cancelled') return true
    if (result.outcome === 'failed') {
      const { status } = result
      if (status === null || GONE.has(status)) {
        registrar.vanished(binding, status === null ? 'silent' : String(status))
        return false
      }
      call.refuse(PASSED.has(status) ? status : 480, undefined, result.headers)
      return true
    }
    this.#join(call, binding, result.called, connection)
    return true
  }

  /**
   * Two that both call us: the phone is answered first, silent, and then offered what the switch offers;
   * its answer to that is the switch's (RFC 3725, flow I, from the other end).
   */
  #joinDialler(call: IncomingCall, offer: string, dialler: IncomingCall, agentId: AgentId): void {
    if (dialler.isCancelled) return call.refuse(603, 'Agent Gave Up')
    const { log } = this.#options
    dialler.answer(silentAnswer(dialler.request.body ?? '', offer), {}, (phone) => {
      if (phone === null) return call.refuse(603, 'Agent Gave Up')
      let isGone = false
      phone.on('destroy', () => {
        isGone = true
        call.refuse(603, 'Agent Gave Up')
      })
      call.whenCancelled(() => hangUp(phone, {}))
      phone.once('ack', () => {
        if (isGone || call.isCancelled) return
        phone
          .modify(offer)
          .then(() => {
            const uri = contactOf(dialler.request)
            if (!isGone) this.#join(call, { agentId, uri }, phone, dialler.connection)
          })
          .catch((error: unknown) => {
            const callId = call.request.get('X-CC-Call-Id')
            log.info({ callId, agentId, error: String(error) }, 'dial.phone_would_not')
            hangUp(phone, {})
            call.refuse(480, 'Phone Declines The Offer')
          })
      })
    })
  }

  #join(
    call: IncomingCall,
    binding: Pick<Binding, 'agentId' | 'uri'>,
    phone: Called,
    connection: SipConnection,
  ): void {
    const { agentId, uri } = binding
    let leg: AgentLeg | null = null
    const legId = call.request.get('X-CC-Leg') ?? ''
    const callId = call.request.get('X-CC-Call-Id')
    const options: JoinOptions = {
      callId,
      judgeRefer: async ({ isFromCaller, request }: Refer) =>
        isFromCaller
          ? { kind: 'passed', headers: copied(request, ['Refer-To', 'Referred-By']) }
          : this.#options.judgeTransfer({ agentId, legId, callId }, request),
      onEnd: () => {
        if (leg !== null) this.#legs.delete(leg)
      },
    }
    this.#options.calls.join(call, phone, connection, options, (joined) => {
      if (joined === null) return
      leg = { agentId, uri, callId, joined }
      this.#legs.add(leg)
    })
  }
}

/** As the binding of the same phone has it, so that its vanishing ends this call too. */
function contactOf(request: SipRequest): string {
  return /<([^>]+)>/.exec(request.get('Contact') ?? '')?.[1] ?? ''
}

function headersFor(request: SipRequest, binding: Binding): SipHeaders {
  const headers = copied(request, [...CALL_HEADERS, 'Alert-Info', 'Call-Info'])
  if (request.get('X-CC-Auto-Answer') === 'true') {
    // Desk phones read the one or the other; a page of ours reads the first.
    headers['Call-Info'] = '<sip:edge>;answer-after=0'
    headers['Alert-Info'] = '<http://edge>;info=alert-autoanswer;delay=0'
  }
  return {
    ...headers,
    // Without these the library would name the caller `sip:<number>@localhost`.
    From: withoutTag(request.get('From')),
    To: `<sip:${sipUserOf(binding.agentId)}@${isBrowser(binding) ? 'browser' : binding.address}>`,
  }
}
