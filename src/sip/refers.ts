// Transfers that one side of a call asks for (REFER, RFC 3515): refused, passed to the other side, or
// carried out by the hotline itself. Then the phone is told at once how it went, because the hotline takes
// the agent out of the call before anybody is rung.
import type { Rejection, RejectionCode } from '../core/rejections.ts'
import type { Dialog, SipHeaders, SipReply, SipRequest } from './connection.ts'

export interface Refer {
  readonly isFromCaller: boolean
  readonly request: SipRequest
}

export interface SipStatus {
  readonly status: number
  readonly reason: string
}

export type ReferVerdict =
  | ({ readonly kind: 'refused' } & SipStatus)
  /** `headers`: for the other side. */
  | { readonly kind: 'passed'; readonly headers: SipHeaders }
  | { readonly kind: 'taken'; readonly carryOut: () => SipStatus }

const TRYING: SipStatus = { status: 100, reason: 'Trying' }
const FAULT: SipStatus = { status: 500, reason: 'Server Internal Error' }
const SUBSCRIPTION_SECONDS = 60

const STATUSES: { readonly [Code in RejectionCode]?: SipStatus } = {
  unknown_target: { status: 404, reason: 'Not Found' },
  target_unavailable: { status: 486, reason: 'Busy Here' },
  not_on_call: { status: 481, reason: 'Not In A Call' },
  not_connected: { status: 481, reason: 'Not In A Call' },
  consult_active: { status: 491, reason: 'Somebody Else Is Consulted' },
  in_conference: { status: 403, reason: 'Several Are On The Call' },
  switch_unavailable: { status: 503, reason: 'No Switch' },
}

/** What a phone is told of a transfer that the hotline has begun (null) or refused. */
export function statusFor(refusal: Rejection | null): SipStatus {
  if (refusal === null) return { status: 200, reason: 'OK' }
  return STATUSES[refusal.code] ?? { status: 403, reason: 'Forbidden' }
}

const DIAL_STATUSES: { readonly [Code in RejectionCode]?: SipStatus } = {
  signed_out: { status: 403, reason: 'Not Signed In' },
  in_wrap_up: { status: 486, reason: 'Finish The Last Call' },
  offer_pending: { status: 486, reason: 'A Call Is Ringing' },
  on_call: { status: 486, reason: 'In A Call' },
  switch_unavailable: { status: 503, reason: 'No Switch' },
  no_hotline_number: { status: 503, reason: 'No Hotline Number' },
}

/** What a phone is told of a call that it may dial and that cannot be made now. */
export function dialStatusFor({ code }: Rejection): SipStatus {
  return DIAL_STATUSES[code] ?? { status: 403, reason: 'Forbidden' }
}

/** An attended transfer names a dialog that only the phone and this edge know. */
export function isAttended(referTo: string): boolean {
  return /[?&]replaces=/i.test(referTo)
}

/** 202, then one NOTIFY that it is under way and one with the result; none to who wants none (RFC 4488). */
export function takeRefer(
  asker: Pick<Dialog, 'request'>,
  request: SipRequest,
  reply: SipReply,
  carryOut: () => SipStatus,
): void {
  const isQuiet = /^\s*false\b/i.test(request.get('Refer-Sub') ?? '')
  const id = /^\s*(\d+)/.exec(request.get('CSeq') ?? '')?.[1]
  const tell = ({ status, reason }: SipStatus, state: string) => {
    if (isQuiet) return
    const headers = {
      Event: id === undefined ? 'refer' : `refer;id=${id}`,
      'Subscription-State': state,
      'Content-Type': 'message/sipfrag;version=2.0',
    }
    const body = `SIP/2.0 ${status} ${reason}\r\n`
    // A phone that is gone by then needs no word.
    asker.request({ method: 'NOTIFY', headers, body }).catch(() => {})
  }
  reply.send(202, undefined, isQuiet ? { headers: { 'Refer-Sub': 'false' } } : {})
  tell(TRYING, `active;expires=${SUBSCRIPTION_SECONDS}`)
  let outcome = FAULT
  try {
    outcome = carryOut()
  } finally {
    tell(outcome, 'terminated;reason=noresource')
  }
}
