// The index that routing reads: who waits and who is idle, each in serving order. A lane holds the calls
// of one queue that ask the same of an agent: the queue's own criteria, or a language that the caller
// chose, or a step of widening. Kept up to date by `evolve` alone, so that a decision costs O(log n)
// however many callers and agents there are.
import type { AgentId, QueueId, QueueSettings } from './config.ts'
import { type Criteria, canServe, isEligible, rankOf } from './eligibility.ts'
import { Heap } from './heap.ts'
import { ringsOf } from './rings.ts'
import type { RoutingPolicy } from './routing-policy.ts'
import type { Agent, Call, State } from './state.ts'

export type LaneId = string

export interface Lane {
  readonly laneId: LaneId
  readonly queueId: QueueId
  readonly criteria: Criteria
  readonly routing: RoutingPolicy
  /** Calls nobody is asked for yet: higher priority first, then the longest waiting. */
  readonly waiting: Heap<Call>
  /** Calls that ring already and may ring at more phones, in the same order. */
  readonly ringing: Heap<Call>
  /** Eligible agents who could be offered a call now, in the order of the queue's strategy. */
  readonly idle: Heap<Agent>
  /** Eligible agents who are signed in, whatever they do. */
  readonly signedIn: Set<AgentId>
  /** Of every eligible agent; see `rankOf`. */
  readonly ranks: Map<AgentId, number>
}

/** When the call's place in the queue began: the queue's clock, unless an earlier place was regained. */
export function placeSince(call: Pick<Call, 'placeAt' | 'queuedAt' | 'arrivedAt'>): number {
  return call.placeAt ?? call.queuedAt ?? call.arrivedAt
}

/**
 * The order within one lane: higher priority first, then the longest waiting. Ageing makes them one:
 * the order of any two calls never changes with time, because both age alike.
 */
export function isCallBefore(a: Call, b: Call, ageing: Ageing = NO_AGEING): boolean {
  const { ageingMs, weight } = ageing
  if (ageingMs === null) {
    if (a.priority !== b.priority) return a.priority > b.priority
  } else {
    const lead = (a.priority - b.priority) * ageingMs + weight * (placeSince(b) - placeSince(a))
    if (lead !== 0) return lead > 0
  }
  const since = placeSince(a) - placeSince(b)
  return since !== 0 ? since < 0 : a.callId < b.callId
}

type Ageing = Pick<RoutingPolicy, 'ageingMs' | 'weight'>
const NO_AGEING: Ageing = { ageingMs: null, weight: 1 }

export function laneIdOf(queue: QueueSettings, { language, step }: Criteria): LaneId {
  const isOwn = step === 0 && language === queue.routing.language
  return isOwn ? queue.queueId : `${queue.queueId}/${language}/${step}`
}

/** What the strategy looks at; the smaller comes first. */
function keyOf(agent: Agent, { strategy, tiers }: RoutingPolicy): number {
  switch (strategy) {
    case 'fewest_calls':
      return agent.callsTaken
    case 'least_talk':
      return agent.talkMs
    case 'round_robin':
      return agent.lastOfferedAt
    case 'top_down': {
      const tier = tiers.findIndex((agentIds) => agentIds.includes(agent.agentId))
      return tier < 0 ? tiers.length : tier
    }
    case 'longest_idle':
    case 'most_skilled':
    case 'random':
    case 'ring_all':
      return 0
  }
}

/** Rank, then the strategy, then the longest idle. */
export function isAgentBefore(a: Agent, b: Agent, routing: RoutingPolicy): boolean {
  const key = keyOf(a, routing) - keyOf(b, routing)
  if (key !== 0) return key < 0
  return a.readySince !== b.readySince ? a.readySince < b.readySince : a.agentId < b.agentId
}

function newLane(state: State, queue: QueueSettings, criteria: Criteria): Lane {
  const { queueId, routing } = queue
  const ranks = new Map<AgentId, number>()
  const isBefore = (a: Call, b: Call): boolean => isCallBefore(a, b, routing)
  const lane: Lane = {
    laneId: laneIdOf(queue, criteria),
    queueId,
    criteria,
    routing,
    waiting: new Heap((call) => call.callId, isBefore),
    ringing: new Heap((call) => call.callId, isBefore),
    idle: new Heap(
      (agent) => agent.agentId,
      (a, b) => {
        const rank = (ranks.get(b.agentId) ?? 0) - (ranks.get(a.agentId) ?? 0)
        return rank !== 0 ? rank < 0 : isAgentBefore(a, b, routing)
      },
    ),
    signedIn: new Set(),
    ranks,
  }
  state.lanes.set(lane.laneId, lane)
  for (const agent of state.agents.values()) admit(state, lane, agent)
  return lane
}

/** Lets the agent into the lane if they are eligible. */
function admit(state: State, lane: Lane, agent: Agent): void {
  const queue = state.queues.get(lane.queueId)
  if (queue === undefined || !isEligible(state, agent, queue, lane.criteria)) return
  lane.ranks.set(agent.agentId, rankOf(agent, queue, lane.criteria.language))
  agent.laneIds.add(lane.laneId)
  enter(state, lane, agent)
}

/** Whether the agent's phone may be rung now. A leg that the switch still has would make it say busy. */
export function isIdle(agent: Agent): boolean {
  if (agent.phase.name !== 'ready' || agent.awaitedCallId !== null) return false
  return agent.isRegistered && agent.legId === null
}

/** Whether the call may be offered now. One on a switch that cannot be reached keeps its place and waits. */
export function isRoutable(state: State, call: Call): boolean {
  return call.phase.name === 'waiting' && state.nodes.get(call.nodeId)?.isUp === true
}

/** Whether one more phone may ring for a call that rings already. */
export function wantsPhone(state: State, call: Call): boolean {
  if (call.phase.name !== 'offered' || state.nodes.get(call.nodeId)?.isUp !== true) return false
  const queue = call.queueId === null ? undefined : state.queues.get(call.queueId)
  const isAll = queue?.routing.strategy === 'ring_all'
  const phonesMax = isAll ? queue.routing.ringAllMax : call.phase.isHurried ? 2 : 1
  return ringsOf(call).length < phonesMax
}

/** The lane in which the call waits; made when the first call needs it. Null for one in no queue. */
function laneOf(state: State, call: Call): Lane | null {
  const queue = call.queueId === null ? undefined : state.queues.get(call.queueId)
  if (queue === undefined) return null
  const { language } = queue.routing
  const criteria: Criteria = { language: call.language ?? language, step: call.step }
  return state.lanes.get(laneIdOf(queue, criteria)) ?? newLane(state, queue, criteria)
}

/** Puts the agent where their state says. Call after every change to them. */
export function indexAgent(state: State, agent: Agent): void {
  for (const laneId of agent.laneIds) {
    const lane = state.lanes.get(laneId)
    if (lane !== undefined) enter(state, lane, agent)
  }
}

function enter(state: State, lane: Lane, agent: Agent): void {
  // Out and in again: the place among the idle may have changed.
  lane.idle.remove(agent.agentId)
  if (isIdle(agent)) lane.idle.add(agent)
  if (agent.phase.name === 'signed_out') lane.signedIn.delete(agent.agentId)
  else lane.signedIn.add(agent.agentId)
  state.changedLanes.add(lane.laneId)
}

/** The same for a call. */
export function indexCall(state: State, call: Call): void {
  const lane = laneOf(state, call)
  if (call.laneId !== null && call.laneId !== lane?.laneId) {
    const left = state.lanes.get(call.laneId)
    left?.waiting.remove(call.callId)
    left?.ringing.remove(call.callId)
    state.changedLanes.add(call.laneId)
  }
  call.laneId = lane?.laneId ?? null
  if (lane === null) return
  // Out and in again: priority and place may have changed.
  lane.waiting.remove(call.callId)
  lane.ringing.remove(call.callId)
  if (state.calls.has(call.callId)) {
    if (isRoutable(state, call)) lane.waiting.add(call)
    else if (wantsPhone(state, call)) lane.ringing.add(call)
  }
  state.changedLanes.add(lane.laneId)
}

/** Callers of the queue whom nobody is asked for at the moment, whatever they ask of an agent. */
export function waitingIn(state: State, queueId: QueueId): number {
  let waiting = 0
  for (const lane of state.lanes.values())
    if (lane.queueId === queueId) waiting += lane.waiting.size
  return waiting
}

/** Takes the agent through all lanes anew, after their skills or languages have changed. */
export function placeAgent(state: State, agent: Agent): void {
  for (const laneId of agent.laneIds) {
    const lane = state.lanes.get(laneId)
    lane?.idle.remove(agent.agentId)
    lane?.signedIn.delete(agent.agentId)
    lane?.ranks.delete(agent.agentId)
  }
  agent.laneIds.clear()
  agent.queueIds = queueIdsOf(state, agent)
  for (const lane of state.lanes.values()) admit(state, lane, agent)
}

function queueIdsOf(state: State, agent: Agent): QueueId[] {
  const served = [...state.queues.values()].filter((queue) => canServe(agent, queue))
  return served.map(({ queueId }) => queueId)
}

/** Builds all lanes anew, after the administrators changed queues, skills or agents. */
export function indexAll(state: State): void {
  state.lanes.clear()
  for (const agent of state.agents.values()) {
    agent.laneIds.clear()
    agent.queueIds = queueIdsOf(state, agent)
  }
  for (const queue of state.queues.values()) {
    newLane(state, queue, { language: queue.routing.language, step: 0 })
  }
  for (const call of state.calls.values()) indexCall(state, call)
}
