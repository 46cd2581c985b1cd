// What agents of a random world ask for about third parties: mostly what fits, sometimes what does not.
import type { PartyRequest, WantedTarget } from '../../src/core/party-inputs.ts'
import type { State } from '../../src/core/state.ts'

function one<T>(items: readonly T[], pick: number): T | undefined {
  return items[pick % Math.max(1, items.length)]
}

export function partyAsk(
  state: State,
  { agentId, at }: { readonly agentId: string; readonly at: number },
  pick: number,
): PartyRequest {
  const asked = { agentId, at }
  const { phase } = state.agents.get(agentId) ?? {}
  const call = phase?.name === 'on_call' ? state.calls.get(phase.callId) : undefined
  const legId = call === undefined ? '' : (one(call.parties, pick >> 6)?.legId ?? '')
  const agents = [...state.agents.keys()]
  const targets: WantedTarget[] = [
    { kind: 'agent', agentId: one(agents, pick >> 5) ?? '' },
    { kind: 'agent', agentId: one(agents, pick >> 7) ?? '' },
    { kind: 'unit', unitId: one([...state.units.keys()], pick >> 5) ?? 'nope' },
    { kind: 'number', number: '13900139000' },
  ]
  const target = one(targets, pick >> 3) ?? { kind: 'number', number: '10000' }
  const queueId = one([...state.queues.keys(), null], pick >> 5) ?? null
  const isBlind = pick % 3 === 0
  const requests: PartyRequest[] = [
    { ...asked, type: 'agent.transfer_requested', target },
    { ...asked, type: 'agent.return_requested', queueId, priority: pick % 2 ? null : 3 },
    { ...asked, type: 'agent.emergency_requested', unitId: 'fire', isBlind },
    { ...asked, type: 'agent.leave_requested' },
    { ...asked, type: 'agent.party_remove_requested', legId },
    { ...asked, type: 'agent.mute_requested' },
    { ...asked, type: 'agent.unmute_requested' },
    { ...asked, type: 'agent.digits_requested', digits: '1#' },
    { ...asked, type: 'agent.urgency_flag_requested' },
    { ...asked, type: 'agent.nuisance_flag_requested' },
    { ...asked, type: 'agent.help_requested' },
    { ...asked, type: 'agent.silent_close_requested' },
  ]
  const consulting: PartyRequest[] = [
    { ...asked, type: 'agent.consult_requested', target },
    { ...asked, type: 'agent.consult_swap_requested' },
    { ...asked, type: 'agent.conference_requested' },
    { ...asked, type: 'agent.consult_complete_requested' },
    { ...asked, type: 'agent.consult_cancel_requested' },
  ]
  const { parties = [] } = call ?? {}
  const isWaiting = parties.some(({ state: its }) => its === 'dialling' || its === 'answered')
  const isOpen = parties.some(({ state: its }) => its === 'joined' || its === 'aside')
  // What leads somewhere is asked for more often than chance would have it.
  const fitting: PartyRequest[] =
    call?.phase.name === 'talking' && !isOpen
      ? [...requests.slice(0, 1), ...requests.slice(5, 10)]
      : isWaiting
        ? [...requests.slice(5, 11)]
        : isOpen
          ? consulting.slice(1)
          : consulting.slice(0, 1)
  return one(pick % 8 === 0 ? [...requests, ...consulting] : fitting, pick >> 4) as PartyRequest
}
