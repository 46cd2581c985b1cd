// What the other side of a leg may do to it over SIP: ring, answer, refuse, hold, take back, say goodbye,
// or vanish. Phones and callers act on legs through nothing else.
import type { Digit } from '../core/inputs.ts'
import type { Channel } from './channel.ts'
import type { Exchange } from './exchange.ts'
import { answer, enqueueApp, hangUp, hearKey, stopBroadcast } from './legs.ts'

/** A SIP refusal, and what FreeSWITCH makes of it. */
const REFUSALS = {
  404: { cause: 'UNALLOCATED_NUMBER', q850: 1 },
  480: { cause: 'NO_USER_RESPONSE', q850: 18 },
  486: { cause: 'USER_BUSY', q850: 17 },
  503: { cause: 'NORMAL_TEMPORARY_FAILURE', q850: 41 },
  603: { cause: 'CALL_REJECTED', q850: 21 },
} as const
export type SipRefusal = keyof typeof REFUSALS

export function ringing(exchange: Exchange, leg: Channel): void {
  exchange.soon(leg, 10, 22, () => {
    if (leg.mode !== 'dialling' || leg.answeredAt !== null) return
    leg.progressAt = exchange.clock.now()
    exchange.announce('CHANNEL_PROGRESS', leg)
    exchange.announceCallState(leg, 'RINGING')
  })
}

export function pickUp(exchange: Exchange, leg: Channel): void {
  exchange.soon(leg, 1, 8, () => {
    if (leg.mode !== 'dialling' || leg.answeredAt !== null) return
    leg.variables.set('endpoint_disposition', 'ANSWER')
    answer(exchange, leg)
    leg.onAnswered?.()
  })
}

export function refuse(exchange: Exchange, leg: Channel, status: SipRefusal): void {
  exchange.soon(leg, 1, 4, () => {
    const { cause, q850 } = REFUSALS[status]
    leg.variables.set('sip_hangup_disposition', 'recv_refuse')
    leg.variables.set('sip_invite_failure_status', String(status))
    leg.variables.set('sip_term_status', String(status))
    leg.variables.set('proto_specific_hangup_cause', `sip:${status}`)
    leg.variables.set('sip_term_cause', String(q850))
    hangUp(exchange, leg, cause, 'switch')
  })
}

/** BYE. FreeSWITCH announces it 5 to 25 ms later. */
export function sayGoodbye(exchange: Exchange, leg: Channel): void {
  exchange.clock.after(exchange.random.whole(5, 25), () => {
    if (leg.isHangingUp) return
    leg.variables.set('sip_hangup_disposition', 'recv_bye')
    leg.variables.set('sip_term_status', '200')
    leg.variables.set('proto_specific_hangup_cause', 'sip:200')
    leg.variables.set('sip_term_cause', '16')
    hangUp(exchange, leg, 'NORMAL_CLEARING', 'far_end')
  })
}

/** re-INVITE sendonly. FreeSWITCH plays the leg's `hold_music` to the partner within the bridge. */
export function hold(exchange: Exchange, leg: Channel): void {
  exchange.clock.after(exchange.random.whole(18, 28), () => {
    if (leg.isHangingUp || leg.answeredAt === null || leg.isHeldByPhone) return
    leg.isHeldByPhone = true
    exchange.announceCallState(leg, 'HELD')
    leg.lastHoldAt = exchange.clock.now()
    exchange.announce('CHANNEL_HOLD', leg)
    const { partner } = leg
    if (partner === null) return
    exchange.listen(partner)
    const music = leg.variables.get('hold_music') ?? 'local_stream://moh'
    if (music === 'silence') return
    const appUuid = exchange.appUuid()
    enqueueApp(exchange, partner, { app: 'playback', arg: music, appUuid, kind: 'broadcast' })
  })
}

/** re-INVITE sendrecv. Nothing comes of it where FreeSWITCH has taken the hold back by itself. */
export function unhold(exchange: Exchange, leg: Channel): void {
  exchange.clock.after(exchange.random.whole(25, 120), () => {
    if (leg.isHangingUp || !leg.isHeldByPhone) return
    leg.isHeldByPhone = false
    if (leg.partner !== null) stopBroadcast(exchange, leg.partner)
    exchange.announceCallState(leg, 'UNHELD')
    exchange.announce('CHANNEL_UNHOLD', leg)
    exchange.announceCallState(leg, 'ACTIVE')
    if (leg.partner !== null) exchange.listen(leg.partner)
  })
}

/** A key of the far end's telephone, as RFC 4733 carries it: FreeSWITCH tells when it is let go. */
export function press(exchange: Exchange, leg: Channel, digit: Digit): void {
  exchange.clock.after(exchange.random.whole(195, 215), () => {
    if (leg.isHangingUp || leg.isVanished || leg.answeredAt === null || leg.mode === 'limbo') return
    if (leg.top?.app === 'endless_playback') leg.unheardKeys.push(digit)
    else hearKey(exchange, leg, digit)
  })
}

/** No more media and no BYE. Only a `media_timeout` (ms) on the leg ever notices. */
export function vanish(exchange: Exchange, leg: Channel): void {
  leg.isVanished = true
  if (leg.partner !== null) exchange.listen(leg.partner)
  const limitMs = Number(leg.variables.get('media_timeout') ?? 0)
  if (!(limitMs > 0)) return
  exchange.clock.after(limitMs + exchange.random.whole(0, 60), () => {
    if (!leg.isHangingUp) hangUp(exchange, leg, 'MEDIA_TIMEOUT', 'switch')
  })
}
