// Calls from a FreeSWITCH node to a number outside: a citizen who is called back, a department. The core
// has decided that they are made; here only the trunk is chosen. Trunks are tried in the order of their
// ids, each where it takes calls; one that is full, says nothing, or cannot, is left for the next. The
// carrier gets none of our own headers, and as caller the hotline's number that the node gives.
import type { Clock } from '../clock.ts'
import type { Trunk } from '../core/admission.ts'
import { maskNumber } from '../core/masking.ts'
import type { Log } from '../log.ts'
import { dial, IncomingCall } from './calls.ts'
import type { SipConnection, SipReply, SipRequest } from './connection.ts'
import { userOf } from './headers.ts'
import type { LiveCalls } from './live-calls.ts'
import { isNodeFault } from './nodes.ts'

/** A carrier far away is slower than a node beside us. */
const CARRIERS_DO_NOT_TRANSFER = {
  kind: 'refused',
  status: 403,
  reason: 'Carriers Do Not Transfer',
} as const
const TRUNK_SILENT_MS = 4_000

export interface OutgoingOptions {
  readonly trunks: () => readonly Trunk[]
  /** Counts one more call of the trunk until the result is called. Null: it carries all it may. */
  readonly occupy: (trunk: Trunk) => (() => void) | null
  readonly calls: LiveCalls
  readonly clock: Clock
  readonly log: Log
}

/** Where the trunk takes calls; null for one that is known by networks or a password only. */
export function outboundAddressOf(
  trunk: Pick<Trunk, 'addresses' | 'outboundAddress'>,
): string | null {
  return trunk.outboundAddress ?? trunk.addresses.find((entry) => !entry.includes('/')) ?? null
}

export class Outgoing {
  readonly #options: OutgoingOptions

  constructor(options: OutgoingOptions) {
    this.#options = options
  }

  async take(connection: SipConnection, request: SipRequest, reply: SipReply): Promise<void> {
    const call = new IncomingCall(connection, request, reply)
    const number = userOf(request.uri)
    if (!/^\+?[0-9*#]{2,32}$/.test(number)) return call.refuse(404, 'Not A Number')
    if (!request.has('X-CC-Call-Id')) return call.refuse(403, 'Not Of The Service')
    if (!request.body) return call.refuse(488, 'Offer Required')
    const { log, clock, calls } = this.#options
    const shown = userOf(request.get('From'))
    const callId = request.get('X-CC-Call-Id')
    for (const { trunk, address } of this.#ways()) {
      const { trunkId } = trunk
      const leave = this.#options.occupy(trunk)
      if (leave === null) continue
      const result = await dial(
        call,
        {
          connection,
          target: { uri: `sip:${encodeURIComponent(number)}@${address}` },
          headers: {
            From: `<sip:${shown}@hotline>`,
            'P-Asserted-Identity': `<sip:${shown}@hotline>`,
          },
          silentMsMax: TRUNK_SILENT_MS,
          answerMsMax: null,
        },
        clock,
      )
      if (result.outcome !== 'answered') leave()
      if (result.outcome === 'cancelled') return
      if (result.outcome === 'answered') {
        log.info({ callId, trunkId, number: maskNumber(number) }, 'outgoing.answered')
        const judgeRefer = async () => CARRIERS_DO_NOT_TRANSFER
        const options = { judgeRefer, onEnd: leave, callId }
        return calls.join(call, result.called, connection, options, (joined) => {
          if (joined === null) leave()
        })
      }
      const { status } = result
      log.info({ callId, trunkId, status, number: maskNumber(number) }, 'outgoing.failed')
      if (status !== null && !isNodeFault(status)) {
        return call.refuse(status, undefined, result.headers)
      }
    }
    call.refuse(503, 'No Trunk')
  }

  #ways(): { trunk: Trunk; address: string }[] {
    return this.#options.trunks().flatMap((trunk) => {
      const address = trunk.isEnabled ? outboundAddressOf(trunk) : null
      return address === null ? [] : [{ trunk, address }]
    })
  }
}
