// What an agent's phone may dial on its own: nothing, unless a permit says so. A permit has a
// ground and perhaps an end, and is one agent's or everybody's. Calls from agent to agent are refused
// even where a permit is held for the number.
import type { AgentId } from './config.ts'
import { agentIdOf, plainNumber } from './sip-names.ts'

/** Any agent's phone may dial it, to hear itself. */
export const ECHO_NUMBER = '*43'

export const DIAL_GROUNDS = ['callback', 'directory', 'shift_leader'] as const
/** A citizen to be called back, a department, the shift leader. */
export type DialGround = (typeof DIAL_GROUNDS)[number]

export interface DialPermit {
  readonly permitId: number
  /** Null: every agent. */
  readonly agentId: AgentId | null
  readonly number: string
  readonly ground: DialGround
  readonly grantedBy: string
  /** Null: until it is taken away. */
  readonly expiresAt: number | null
}

export type DialVerdict =
  | { readonly isAllowed: true; readonly permit: DialPermit }
  | { readonly isAllowed: false; readonly code: DialRefusalCode }

export const DIAL_REFUSALS = {
  not_a_number: 'Not A Number',
  agent_to_agent: 'Agents Do Not Call Agents',
  not_permitted: 'Number Not Permitted',
  permit_expired: 'Permit Expired',
} as const
export type DialRefusalCode = keyof typeof DIAL_REFUSALS

export function mayDial(
  wish: { readonly agentId: AgentId; readonly dialled: string; readonly at: number },
  permits: readonly DialPermit[],
): DialVerdict {
  const { agentId, dialled, at } = wish
  if (agentIdOf(dialled) !== null) return { isAllowed: false, code: 'agent_to_agent' }
  const number = plainNumber(dialled)
  if (!/^\+?[0-9*#]{1,32}$/.test(number)) return { isAllowed: false, code: 'not_a_number' }
  const fitting = permits.filter(
    (permit) =>
      plainNumber(permit.number) === number &&
      (permit.agentId === null || permit.agentId === agentId),
  )
  const permit = fitting.find(({ expiresAt }) => expiresAt === null || expiresAt > at)
  if (permit !== undefined) return { isAllowed: true, permit }
  return { isAllowed: false, code: fitting.length > 0 ? 'permit_expired' : 'not_permitted' }
}
