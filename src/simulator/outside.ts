// The world beyond the trunks: numbers that the switch calls out of a leg by the `bridge` application. The
// leg hears whatever comes; when the number answers the two are joined, and when it does not the leg goes
// on with what its list names next.
import { bridge } from './bridges.ts'
import type { Channel } from './channel.ts'
import type { Exchange } from './exchange.ts'
import { dialOut, ring, targetOf, variablesOf } from './originate.ts'

export function callOutside(
  exchange: Exchange,
  leg: Channel,
  arg: string,
  unanswered: () => void,
): void {
  const parsed = variablesOf(arg)
  const target = parsed === null ? null : targetOf(exchange, parsed.rest)
  if (parsed === null || target === null || 'cause' in target) return unanswered()
  const legId = parsed.variables.get('origination_uuid') ?? exchange.random.uuid()
  const dialled = dialOut(exchange, legId, target.user, parsed.variables)
  let isJoined = false
  dialled.onAnswered = () => {
    if (leg.isHangingUp) return
    isJoined = true
    dialled.mode = 'executing'
    bridge(exchange, leg, dialled)
  }
  dialled.onHangUp = () => {
    if (!isJoined && !leg.isHangingUp) unanswered()
  }
  ring(exchange, dialled, target.user)
}
