// The two ways of changing a call or an agent: both leave the routing index right behind them.
import type { CallId, LegId } from './inputs.ts'
import { indexAgent, indexCall } from './lanes.ts'
import type { Agent, AgentPhase, Call, CallPhase, State } from './state.ts'

export function changeCall(state: State, callId: CallId, change: (call: Call) => void): void {
  const call = state.calls.get(callId)
  if (call === undefined) return
  change(call)
  indexCall(state, call)
}

export function setCallPhase(state: State, callId: CallId, phase: CallPhase): void {
  changeCall(state, callId, (call) => {
    call.phase = phase
  })
}

export function changeAgent(state: State, agentId: string, change: (agent: Agent) => void): void {
  const agent = state.agents.get(agentId)
  if (agent === undefined) return
  const before = agent.phase
  change(agent)
  tally(agent, before)
  indexAgent(state, agent)
}

/** What the agent has done since signing in: strategies that spread the work look at it. */
function tally(agent: Agent, before: AgentPhase): void {
  const { phase } = agent
  if (before.name !== 'on_call' && phase.name === 'on_call') agent.callsTaken += 1
  if (before.name === 'on_call' && phase.name !== 'on_call' && 'since' in phase) {
    agent.talkMs += Math.max(0, phase.since - before.since)
  }
  if (before.name !== 'signed_out') return
  agent.callsTaken = 0
  agent.talkMs = 0
}

export function setPhase(state: State, agentId: string, phase: AgentPhase): void {
  changeAgent(state, agentId, (agent) => {
    agent.phase = phase
  })
}

/** Nothing more may be asked of the leg. */
export function endLeg(state: State, legId: LegId, at: number): void {
  const leg = state.legs.get(legId)
  if (leg !== undefined) leg.endingSince ??= at
}
