// What things are called in SIP: an agent's phone is `agent-<id>` to the switch, to the phone itself and
// in its password's hash, and numbers are compared by one spelling. Nothing else may spell them.
import type { AgentId } from './config.ts'

/** Part of every stored password hash: changing it makes all of them useless. */
export const SIP_REALM = 'yingda'

const AGENT_PREFIX = 'agent-'

export function sipUserOf(agentId: AgentId): string {
  return `${AGENT_PREFIX}${encodeURIComponent(agentId)}`
}

/** Null for a user part that is no agent's. */
export function agentIdOf(sipUser: string): AgentId | null {
  if (!sipUser.startsWith(AGENT_PREFIX) || sipUser.length === AGENT_PREFIX.length) return null
  try {
    return decodeURIComponent(sipUser.slice(AGENT_PREFIX.length))
  } catch {
    return null
  }
}

/**
 * One spelling for a telephone number: separators dropped and China's own country code with them, so
 * that +86 138-0000-1234 and 13800001234 are the same caller.
 */
export function plainNumber(text: string): string {
  const bare = text.replace(/[\s().-]/g, '')
  return bare.replace(/^(\+|00)86(?=\d{5})/, '')
}
