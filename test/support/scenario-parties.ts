// How a scenario says what agents ask for about third parties: `agent a1 consults a2`, `agent a1 transfers
// to water`, `agent a1 swaps`. A target is an agent's id, `unit:<id>` or a number.
import type { LegSnapshot } from '../../src/core/inputs.ts'
import type { PartyRequest, WantedTarget } from '../../src/core/party-inputs.ts'

const PLAIN = {
  'cancels the consultation': 'agent.consult_cancel_requested',
  'completes the transfer': 'agent.consult_complete_requested',
  swaps: 'agent.consult_swap_requested',
  confers: 'agent.conference_requested',
  leaves: 'agent.leave_requested',
  mutes: 'agent.mute_requested',
  unmutes: 'agent.unmute_requested',
  'flags an emergency': 'agent.urgency_flag_requested',
  'flags a nuisance': 'agent.nuisance_flag_requested',
  'asks for help': 'agent.help_requested',
  'closes as silent': 'agent.silent_close_requested',
} as const

function targetOf(text: string): WantedTarget {
  if (text.startsWith('unit:')) return { kind: 'unit', unitId: text.slice(5) }
  return /^\d{3,}$/.test(text) ? { kind: 'number', number: text } : { kind: 'agent', agentId: text }
}

/** Null for what is said about something else. */
export function partyRequestOf(agentId: string, said: string, at: number): PartyRequest | null {
  const asked = { agentId, at }
  const type = PLAIN[said as keyof typeof PLAIN]
  if (type !== undefined) return { ...asked, type }
  const [verb = '', ...more] = said.split(' ')
  const last = more.at(-1) ?? ''
  switch (verb) {
    case 'consults':
      return { ...asked, type: 'agent.consult_requested', target: targetOf(last) }
    case 'transfers':
      return { ...asked, type: 'agent.transfer_requested', target: targetOf(last) }
    case 'returns':
      return {
        ...asked,
        type: 'agent.return_requested',
        queueId: more[1] ?? null,
        priority: more[3] === undefined ? null : Number(more[3]),
      }
    case 'rings':
      return {
        ...asked,
        type: 'agent.emergency_requested',
        unitId: more[0] ?? '',
        isBlind: more[1] === 'blindly',
      }
    case 'removes':
      return { ...asked, type: 'agent.party_remove_requested', legId: last }
    case 'keys':
      return { ...asked, type: 'agent.digits_requested', digits: last }
    default:
      return null
  }
}

/** `c1/e1-2@water`: the leg e1-2 of call c1 rings the unit; `+e1-1` bridged with that leg, `*` conferred. */
export function partySnapshotOf(text: string, at: number): LegSnapshot {
  const [, callId = '', legId = '', unitId = '', other, star] =
    /^([^/]+)\/([^@]+)@(\w+)(?:\+([\w-]+))?(\*)?$/.exec(text) ?? []
  return {
    legId,
    role: 'party',
    callId,
    from: '12345',
    to: unitId,
    createdAt: at,
    isAnswered: true,
    bridgedTo: other ?? null,
    isPlaying: false,
    isInConference: star !== undefined,
    party: { target: { kind: 'unit', unitId, number: '87654321' }, purpose: 'consult' },
    agentId: null,
    queueId: null,
    queuedAt: null,
    answeredAt: null,
    connectedAt: null,
    heldAt: null,
    recordingPath: null,
  }
}
