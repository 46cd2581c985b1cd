// The buttons an agent has beside hold and transfer: mute, keys, flags, help, and the phrase for a caller
// who cannot be heard.
import { freeAgent } from './agents.ts'
import { endHold } from './hold.ts'
import type { LegId } from './inputs.ts'
import { openParty } from './parties.ts'
import type { HelpAnswer, PartyRequest } from './party-inputs.ts'
import type { Agent, Call } from './state.ts'
import type { Turn } from './turn.ts'

/** Muted for longer, the agent is told that hold is the proper way. */
const MUTE_MS_MAX = 10_000
/** The phrase of R-053 and a margin. */
const CLOSING_MS_MAX = 15_000

export type Button = Extract<
  PartyRequest,
  {
    type:
      | 'agent.mute_requested'
      | 'agent.unmute_requested'
      | 'agent.digits_requested'
      | 'agent.urgency_flag_requested'
      | 'agent.nuisance_flag_requested'
      | 'agent.help_requested'
      | 'agent.silent_close_requested'
  }
>

export function buttonPressed(turn: Turn, agent: Agent, call: Call, input: Button): void {
  const { at } = turn
  const { callId, phase } = call
  const { agentId } = agent
  if (phase.name !== 'talking' && phase.name !== 'held') return turn.refuse('not_connected')
  switch (input.type) {
    case 'agent.mute_requested':
      if (call.mutedSince !== null) return turn.refuse('already_muted')
      turn.send({ type: 'mute', legId: phase.legId })
      turn.emit({ type: 'call.muted', at, callId, agentId })
      turn.setTimer(`muted:${callId}`, at + MUTE_MS_MAX)
      return
    case 'agent.unmute_requested': {
      if (call.mutedSince === null) return turn.refuse('not_muted')
      const mutedMs = Math.max(0, at - call.mutedSince)
      turn.send({ type: 'unmute', legId: phase.legId })
      turn.clearTimer(`muted:${callId}`)
      turn.emit({ type: 'call.unmuted', at, callId, agentId, mutedMs })
      return
    }
    case 'agent.digits_requested': {
      const legId = earOf(call)
      const { digits } = input
      turn.send({ type: 'send_digits', legId, digits })
      turn.emit({ type: 'call.digits_sent', at, callId, agentId, legId, count: digits.length })
      return
    }
    case 'agent.urgency_flag_requested':
      if (call.urgentSince !== null) return turn.refuse('already_flagged')
      turn.emit({ type: 'call.urgency_flagged', at, callId, agentId })
      return
    case 'agent.nuisance_flag_requested':
      if (call.isNuisance) return turn.refuse('already_flagged')
      turn.emit({ type: 'call.nuisance_flagged', at, callId, agentId })
      return
    case 'agent.help_requested':
      if (phase.name !== 'held') return turn.refuse('not_held')
      if (call.helpRequestedAt !== null) return turn.refuse('help_pending')
      turn.emit({ type: 'call.help_requested', at, callId, agentId })
      return
    case 'agent.silent_close_requested':
      closeSilent(turn, agent, call)
      return
  }
}

/** Keys are for whoever was called last; else for the caller. */
function earOf(call: Call): LegId {
  const open = openParty(call)
  if (open !== null && open.state !== 'dialling') return open.legId
  return call.parties.findLast(({ state }) => state === 'conference')?.legId ?? call.legId
}

export function muteProlonged(turn: Turn, call: Call): void {
  const { phase, callId, mutedSince } = call
  if (phase.name !== 'talking' || mutedSince === null || turn.at - mutedSince < MUTE_MS_MAX) return
  turn.emit({ type: 'call.mute_prolonged', at: turn.at, callId, agentId: phase.agentId })
}

/** The phrase, the disposition and the end in one; there is nothing else to write up. */
function closeSilent(turn: Turn, agent: Agent, call: Call): void {
  const { phase, callId } = call
  const { agentId } = agent
  const { at } = turn
  if (phase.name !== 'talking' && phase.name !== 'held') return
  if (call.parties.length > 0) return turn.refuse('consult_active')
  if (phase.name === 'held') endHold(turn, call, null)
  turn.hangUp(phase.legId, 'NORMAL_CLEARING')
  turn.emit({ type: 'call.closed_silent', at, callId, agentId })
  const cause = 'NORMAL_CLEARING'
  turn.send({ type: 'refuse', legId: call.legId, prompt: 'silent_closing', cause })
  turn.setTimer(`survey:${callId}`, at + CLOSING_MS_MAX)
  const disposition = 'silent'
  turn.emit({ type: 'call.written_up', at, callId, agentId, disposition, summary: '' })
  freeAgent(turn, agent, at)
}

/** A shift leader has taken notice. */
export function helpAnswered(turn: Turn, input: HelpAnswer): void {
  const call = turn.state.calls.get(input.callId)
  if (call === undefined || call.helpRequestedAt === null || call.lastAgentId === null) {
    return turn.refuse('no_help_pending')
  }
  const { callId, helpRequestedAt, lastAgentId: agentId } = call
  const responseMs = Math.max(0, turn.at - helpRequestedAt)
  const { userId } = input
  turn.emit({ type: 'call.help_answered', at: turn.at, callId, agentId, userId, responseMs })
}
