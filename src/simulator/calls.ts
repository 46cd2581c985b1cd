// Citizens' calls as the switch receives them, and the far end of each: what the caller hears and when
// the caller gives up or says goodbye. One call is one handle.
import type { Digit } from '../core/inputs.ts'
import type { Channel, Heard } from './channel.ts'
import { stepsOfDestination } from './dialplan.ts'
import type { Exchange } from './exchange.ts'
import { press, sayGoodbye, vanish } from './far-end.ts'
import { proceed } from './legs.ts'

export interface CallPlan {
  /** The number dialled. */
  readonly to: string
  readonly from: string
  /** The caller gives up when no agent has spoken by then. Absent: never. */
  readonly patienceMs?: number
  /** The caller hangs up when this long has passed since an agent was first heard, and never on hold. */
  readonly talkMs?: number
  /** The caller says nothing. */
  readonly isMute?: boolean
}

export interface CallEnd {
  readonly at: number
  /** FreeSWITCH's name. */
  readonly cause: string
}

export interface CallHandle {
  readonly legId: string
  readonly plan: CallPlan
  /** Everything the caller has heard so far, from silence on; grows while the call lives. */
  heard(): readonly Heard[]
  /** The caller puts the phone down. Harmless when the call is over. */
  hangUp(): void
  /** The caller presses a key. Harmless when the call is over. */
  press(digit: Digit): void
  /** The far end drops off the network without a word. */
  vanish(): void
  /** Resolves when the switch has finished with the call. */
  readonly ended: Promise<CallEnd>
}

/** A caller on hold waits for the agent to come back, though not for ever. */
const HOLD_RECHECK_MS = 500
const HOLD_PATIENCE_MS = 300_000

export function placeCall(exchange: Exchange, plan: CallPlan): CallHandle {
  const legId = exchange.random.uuid()
  const { promise, resolve } = deferred<CallEnd>()
  const leg = exchange.open({
    legId,
    direction: 'inbound',
    callerName: plan.from,
    callerNumber: plan.from,
    destination: plan.to,
  })
  leg.isMute = plan.isMute ?? false
  // The edge in front of the switch gives every call its id.
  leg.variables.set('sip_h_X-CC-Call-Id', exchange.random.uuid())
  leg.variables.set('sip_from_user', plan.from)
  leg.variables.set('sip_to_user', plan.to)
  leg.onEnded = (cause) => resolve({ at: exchange.clock.now(), cause })
  const hangUpOnce = () => {
    if (!leg.isHangingUp) sayGoodbye(exchange, leg)
  }
  followPlan(exchange, leg, plan, hangUpOnce)
  arrive(exchange, leg)
  return {
    legId,
    plan,
    heard: () => leg.heard,
    hangUp: hangUpOnce,
    press: (digit) => press(exchange, leg, digit),
    vanish: () => vanish(exchange, leg),
    ended: promise,
  }
}

/** INVITE to CHANNEL_PARK takes about 25 ms. */
function arrive(exchange: Exchange, leg: Channel): void {
  exchange.soon(leg, 2, 4, () => {
    exchange.announce('CHANNEL_CREATE', leg)
    leg.setState('CS_ROUTING')
    exchange.announceCallState(leg, 'RINGING')
    leg.setState('CS_EXECUTE')
    leg.program = stepsOfDestination(leg, leg.destination, exchange.clock.now())
    proceed(exchange, leg)
  })
}

function followPlan(
  exchange: Exchange,
  leg: Channel,
  plan: CallPlan,
  hangUpOnce: () => void,
): void {
  const { clock } = exchange
  const isTalking = () => leg.heard.at(-1)?.source.startsWith('agent:') ?? false
  const patience = plan.patienceMs === undefined ? null : clock.after(plan.patienceMs, hangUpOnce)
  let isConnected = false
  leg.onHeard = () => {
    if (isConnected || !isTalking()) return
    isConnected = true
    patience?.clear()
    if (plan.talkMs === undefined) return
    const giveUpAt = clock.now() + plan.talkMs + HOLD_PATIENCE_MS
    const goodbye = () => {
      if (leg.isHangingUp) return
      if (isTalking() || clock.now() >= giveUpAt) hangUpOnce()
      else clock.after(HOLD_RECHECK_MS, goodbye)
    }
    clock.after(plan.talkMs, goodbye)
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
