// Joining two legs, with the two ways in which a real FreeSWITCH fails at it. `+OK` means queued; only
// CHANNEL_BRIDGE means done.
import type { Channel } from './channel.ts'
import type { Exchange } from './exchange.ts'
import { hangUp, leaveBridge, redirect, startQueued, unwind } from './legs.ts'

/** 10 of 650 bridges ordered before the agent's leg had parked were lost: silence, and an end after 20 s. */
const LOST_SHARE = 10 / 650
const LOST_MS = 20_000

/** False where FreeSWITCH answers `-ERR Invalid uuid`: it bridges only what is answered. */
export function bridge(exchange: Exchange, first: Channel, second: Channel): boolean {
  if (first.answeredAt === null && second.answeredAt === null) return false
  const isEarly = first.mode === 'dialling' || second.mode === 'dialling'
  const isLost = isEarly && exchange.random.chance(LOST_SHARE)
  // An answered leg still goes through its park first, which takes it up to 20 ms.
  const [minMs, maxMs] = isEarly ? [21, 28] : [12, 22]
  redirect(first)
  redirect(second)
  const legs: [Channel, Channel] = exchange.random.chance(0.5) ? [first, second] : [second, first]
  for (const leg of legs)
    exchange.soon(leg, minMs, maxMs, () => letGo(exchange, leg, [first, second]))
  const joinMs = maxMs + exchange.random.whole(2, 40)
  exchange.clock.after(joinMs, () => {
    if (isLost) lose(exchange, first, second)
    else join(exchange, first, second)
  })
  return true
}

/** The leg leaves what it is doing, possibly another bridge, and waits for the other. */
function letGo(exchange: Exchange, leg: Channel, pair: readonly [Channel, Channel]): void {
  leg.nextState = 'CS_RESET'
  if (leg.mode === 'bridged') {
    leaveBridge(exchange, leg)
    leg.setState('CS_SOFT_EXECUTE')
  }
  unwind(exchange, leg, leg.mode === 'parked')
  leg.mode = 'bridging'
  leg.otherLeg = pair[0] === leg ? pair[1] : pair[0]
  leg.isFirstOfBridge = pair[0] === leg
  leg.setState('CS_RESET')
  exchange.listen(leg)
}

function join(exchange: Exchange, first: Channel, second: Channel): void {
  const isPair = (leg: Channel, other: Channel) => leg.mode === 'bridging' && leg.otherLeg === other
  if (!isPair(first, second) || !isPair(second, first)) {
    abandon(exchange, first, second)
    return
  }
  const now = exchange.clock.now()
  for (const [leg, other] of [
    [first, second],
    [second, first],
  ] as const) {
    leg.mode = 'bridged'
    leg.partner = other
    leg.bridgedAt = now
    leg.setState('CS_SOFT_EXECUTE')
    leg.variables.set('current_application', 'uuid_bridge')
    leg.variables.set('current_application_data', other.legId)
    for (const name of ['bridge_to', 'last_bridge_to', 'bridge_uuid', 'signal_bond']) {
      leg.variables.set(name, other.legId)
    }
    leg.variables.set('bridge_channel', other.name)
    exchange.announce('CHANNEL_EXECUTE', leg, {
      Application: 'uuid_bridge',
      'Application-Data': other.legId,
    })
  }
  second.variables.set('call_uuid', first.legId)
  exchange.announce('CHANNEL_BRIDGE', first, {
    'Bridge-A-Unique-ID': first.legId,
    'Bridge-B-Unique-ID': second.legId,
  })
  exchange.announce('CALL_UPDATE', first, { Direction: 'SEND' })
  second.setState('CS_EXCHANGE_MEDIA')
  exchange.announce('CALL_UPDATE', second, { Direction: 'SEND' })
  exchange.listen(first)
  exchange.listen(second)
  // What was broadcast to the leg before and not yet begun is played into the bridge.
  startQueued(exchange, first)
  startQueued(exchange, second)
}

/**
 * One of the two has gone in the meantime. Where it was the first, the second stays up without another
 * event (12 of 12 tries). Where it was the second, the first parks: not measured, the kinder guess.
 */
function abandon(exchange: Exchange, first: Channel, second: Channel): void {
  if (second.mode === 'bridging' && second.otherLeg === first) second.mode = 'limbo'
  if (first.mode === 'bridging' && first.otherLeg === second) {
    first.mode = 'parked'
    first.setState('CS_PARK')
    exchange.announce('CHANNEL_PARK', first)
    exchange.listen(first)
  }
}

function lose(exchange: Exchange, first: Channel, second: Channel): void {
  for (const leg of [first, second]) {
    if (leg.mode !== 'bridging') continue
    leg.mode = 'limbo'
    exchange.soon(leg, LOST_MS, LOST_MS + 900, () => {
      hangUp(exchange, leg, 'NORMAL_CLEARING', 'switch')
    })
  }
}
