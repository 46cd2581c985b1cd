// The two ways of changing a call or an agent: both leave the routing index right behind them.
import type { CallId } from './inputs.ts'
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
  change(agent)
  indexAgent(state, agent)
}

export function setPhase(state: State, agentId: string, phase: AgentPhase): void {
  changeAgent(state, agentId, (agent) => {
    agent.phase = phase
  })
}
