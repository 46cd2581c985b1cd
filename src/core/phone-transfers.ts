// A transfer that an agent asks for at the phone itself (REFER). What was dialled there names a colleague,
// a department of the directory or an outside number; from there on it is the console's own transfer.
import type { AgentId, UnitSettings } from './config.ts'
import type { LegId } from './inputs.ts'
import type { WantedTarget } from './party-inputs.ts'
import { agentIdOf, plainNumber } from './sip-names.ts'

export interface PhoneTransfer {
  readonly agentId: AgentId
  /** The leg whose phone asks; it must be the one on which the agent talks. */
  readonly legId: LegId
  readonly target: WantedTarget
}

/**
 * `dialled`: `agent-<id>`, a unit's id or the number of its duty phone, else an outside number, which must
 * still be permitted.
 */
export function transferTarget(dialled: string, units: Iterable<UnitSettings>): WantedTarget {
  const agentId = agentIdOf(dialled)
  if (agentId !== null) return { kind: 'agent', agentId }
  const number = plainNumber(dialled)
  let byNumber: UnitSettings | null = null
  for (const unit of units) {
    if (unit.unitId === dialled) return { kind: 'unit', unitId: unit.unitId }
    const [duty] = unit.phones
    if (duty !== undefined && plainNumber(duty.number) === number) byNumber ??= unit
  }
  return byNumber === null ? { kind: 'number', number } : { kind: 'unit', unitId: byNumber.unitId }
}
