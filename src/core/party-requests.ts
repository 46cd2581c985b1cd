// An agent's requests about third parties, led to the file that answers them.
import { buttonPressed } from './call-buttons.ts'
import {
  requestCancel,
  requestComplete,
  requestConference,
  requestConsult,
  requestRemoval,
  requestSwap,
} from './consult.ts'
import type { PartyRequest } from './party-inputs.ts'
import type { Agent } from './state.ts'
import { requestEmergency, requestLeave, requestReturn, requestTransfer } from './transfers.ts'
import type { Turn } from './turn.ts'

export function partyRequested(turn: Turn, agent: Agent, input: PartyRequest): void {
  const call = agent.phase.name === 'on_call' ? turn.state.calls.get(agent.phase.callId) : undefined
  if (call === undefined) return turn.refuse('not_on_call')
  if (turn.state.nodes.get(call.nodeId)?.isUp !== true) return turn.refuse('switch_unavailable')
  if (call.takeOver !== null) return turn.refuse('take_over_pending')
  switch (input.type) {
    case 'agent.consult_requested':
      return requestConsult(turn, agent, call, input)
    case 'agent.consult_cancel_requested':
      return requestCancel(turn, call)
    case 'agent.consult_complete_requested':
      return requestComplete(turn, call)
    case 'agent.consult_swap_requested':
      return requestSwap(turn, call)
    case 'agent.conference_requested':
      return requestConference(turn, call)
    case 'agent.party_remove_requested':
      return requestRemoval(turn, call, input.legId)
    case 'agent.leave_requested':
      return requestLeave(turn, call)
    case 'agent.transfer_requested':
      return requestTransfer(turn, agent, call, input)
    case 'agent.return_requested':
      return requestReturn(turn, agent, call, input)
    case 'agent.emergency_requested':
      return requestEmergency(turn, agent, call, input)
    default:
      return buttonPressed(turn, agent, call, input)
  }
}
