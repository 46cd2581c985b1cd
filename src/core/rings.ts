// The phones that ring for one call. Usually one; several where the queue rings them all, or where a
// second is rung because the first may not answer in time. The first to pick up has the call.
import type { LegId } from './inputs.ts'
import type { Call, Ring } from './state.ts'

/** Empty unless the call is offered. In the order in which they were rung. */
export function ringsOf(call: Pick<Call, 'phase'>): readonly Ring[] {
  return call.phase.name === 'offered' ? call.phase.rings : []
}

export function ringOf(call: Pick<Call, 'phase'>, legId: LegId): Ring | undefined {
  return ringsOf(call).find((ring) => ring.legId === legId)
}

/** Whether the leg is an agent's on this call: ringing, being joined, talking or on hold. */
export function hasAgentLeg(call: Pick<Call, 'phase'>, legId: LegId): boolean {
  if (call.phase.name === 'offered') return ringOf(call, legId) !== undefined
  return 'legId' in call.phase && call.phase.legId === legId
}

/** Every agent's leg on the call. */
export function agentLegsOf({ phase }: Pick<Call, 'phase'>): readonly LegId[] {
  if (phase.name === 'offered') return phase.rings.map(({ legId }) => legId)
  return 'legId' in phase ? [phase.legId] : []
}
