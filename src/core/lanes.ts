// The index that routing reads: per queue, who waits and who is idle, each in serving order. Kept up
// to date by `evolve` alone, so that a decision costs O(log n) however many callers and agents there are.
import type { QueueId } from './config.ts'
import { Heap } from './heap.ts'
import type { Agent, Call, State } from './state.ts'

export interface Lane {
  readonly queueId: QueueId
  /** Waiting calls: higher priority first, then the longest waiting. */
  readonly waiting: Heap<Call>
  /** Agents with the queue's skills who could be offered a call now: the longest idle first. */
  readonly idle: Heap<Agent>
  /** Agents with the queue's skills who are signed in, whatever they do. */
  readonly signedIn: Set<string>
}

export function isCallBefore(a: Call, b: Call): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority
  const since = (a.queuedAt ?? a.arrivedAt) - (b.queuedAt ?? b.arrivedAt)
  return since !== 0 ? since < 0 : a.callId < b.callId
}

export function isAgentBefore(a: Agent, b: Agent): boolean {
  return a.readySince !== b.readySince ? a.readySince < b.readySince : a.agentId < b.agentId
}

export function newLane(queueId: QueueId): Lane {
  return {
    queueId,
    waiting: new Heap((call) => call.callId, isCallBefore),
    idle: new Heap((agent) => agent.agentId, isAgentBefore),
    signedIn: new Set(),
  }
}

/** Whether the agent has every skill that the queue asks for. */
export function hasSkills(agent: Agent, requiredSkills: readonly string[]): boolean {
  return requiredSkills.every((skill) => agent.settings.skills.includes(skill))
}

/** Whether the agent's phone may be rung now. A leg that the switch still has would make it say busy. */
export function isIdle(agent: Agent): boolean {
  return agent.phase.name === 'ready' && agent.isRegistered && agent.legId === null
}

/** Whether the call may be offered now. One on a switch that cannot be reached keeps its place and waits. */
export function isRoutable(state: State, call: Call): boolean {
  return call.phase.name === 'waiting' && state.nodes.get(call.nodeId)?.isUp === true
}

/** Puts the agent where its state says, in every lane it serves. Call after every change to it. */
export function indexAgent(state: State, agent: Agent): void {
  for (const queueId of agent.queueIds) {
    const lane = state.lanes.get(queueId)
    if (lane === undefined) continue
    // Out and in again: the place among the idle may have changed.
    lane.idle.remove(agent.agentId)
    if (isIdle(agent)) lane.idle.add(agent)
    if (agent.phase.name === 'signed_out') lane.signedIn.delete(agent.agentId)
    else lane.signedIn.add(agent.agentId)
    state.changedLanes.add(queueId)
  }
}

/** The same for a call. */
export function indexCall(state: State, call: Call): void {
  if (call.queueId === null) return
  const lane = state.lanes.get(call.queueId)
  if (lane === undefined) return
  if (isRoutable(state, call) && state.calls.has(call.callId)) lane.waiting.add(call)
  else lane.waiting.remove(call.callId)
  state.changedLanes.add(call.queueId)
}

/** Builds all lanes anew, after the administrators changed queues, skills or agents. */
export function indexAll(state: State): void {
  state.lanes.clear()
  for (const queueId of state.queues.keys()) state.lanes.set(queueId, newLane(queueId))
  for (const agent of state.agents.values()) {
    agent.queueIds = [...state.queues.values()]
      .filter((queue) => hasSkills(agent, queue.requiredSkills))
      .map((queue) => queue.queueId)
    indexAgent(state, agent)
  }
  for (const call of state.calls.values()) indexCall(state, call)
}
