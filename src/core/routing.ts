// Who is offered what: first the call that comes first among all that could be served now, to the agent
// whom its queue's strategy asks first. Runs after every input, and only looks at the lanes in which
// something changed, so a decision costs O(log n).
import { mostLikely } from './deadline.ts'
import { hashOf } from './hash.ts'
import { type Lane, placeSince } from './lanes.ts'
import { offer } from './offers.ts'
import { knownCaller } from './repeat-callers.ts'
import type { Agent, Call } from './state.ts'
import type { Turn } from './turn.ts'

/** Offers calls until no waiting call has an idle agent, and then spare phones to calls that ring at all. */
export function route(turn: Turn): void {
  for (;;) {
    const lane = firstLane(turn, 'waiting') ?? firstLane(turn, 'ringing')
    if (lane === null) break
    const call = lane.waiting.first() ?? lane.ringing.first()
    const agent = call === undefined ? undefined : agentFor(turn, lane, call)
    if (call === undefined || agent === undefined) break
    offer(turn, call, agent)
  }
  turn.state.changedLanes.clear()
}

/** The lane whose first call comes before those of all other lanes that have somebody idle. */
function firstLane(turn: Turn, which: 'waiting' | 'ringing'): Lane | null {
  const { state, at } = turn
  let best: Lane | null = null
  for (const laneId of state.changedLanes) {
    const lane = state.lanes.get(laneId)
    if (lane === undefined || lane.idle.size === 0 || lane[which].size === 0) continue
    if (best === null || isLaneBefore(lane, best, which, at)) best = lane
  }
  return best
}

function isLaneBefore(a: Lane, b: Lane, which: 'waiting' | 'ringing', at: number): boolean {
  const one = a[which].first() as Call
  const other = b[which].first() as Call
  const lead = urgencyOf(one, a, at) - urgencyOf(other, b, at)
  if (lead !== 0) return lead > 0
  const waited = a.routing.weight * waitOf(one, at) - b.routing.weight * waitOf(other, at)
  if (waited !== 0) return waited > 0
  const since = placeSince(one) - placeSince(other)
  return since !== 0 ? since < 0 : one.callId < other.callId
}

/** The call's priority with what waiting has added to it. */
function urgencyOf(call: Call, { routing }: Lane, at: number): number {
  const { ageingMs, weight } = routing
  return call.priority + (ageingMs === null ? 0 : (weight * waitOf(call, at)) / ageingMs)
}

function waitOf(call: Call, at: number): number {
  return Math.max(0, at - placeSince(call))
}

function agentFor(turn: Turn, lane: Lane, call: Call): Agent | undefined {
  const last = lastAgent(turn, lane, call)
  if (last !== undefined) return last
  if (lane.routing.deadline.isOn) return mostLikely(turn.state, lane, call, turn.at)
  if (lane.routing.strategy === 'random') return randomAgent(turn, lane, call)
  return lane.idle.first()
}

/** Who served the caller last, if that was lately and they are idle. */
function lastAgent(turn: Turn, lane: Lane, call: Call): Agent | undefined {
  const { lastAgentMsMax } = lane.routing
  if (lastAgentMsMax === 0) return undefined
  const { lastAgentId = null, servedAt = null } = knownCaller(turn.state, call.from) ?? {}
  if (lastAgentId === null || turn.at - (servedAt ?? 0) > lastAgentMsMax) return undefined
  return lane.idle.get(lastAgentId)
}

/** Any of the idle of the highest rank; the run's epoch is the seed, so the same inputs choose the same. */
function randomAgent(turn: Turn, lane: Lane, call: Call): Agent | undefined {
  const rankMax = lane.ranks.get(lane.idle.first()?.agentId ?? '')
  let chosen: Agent | undefined
  let lowest = Number.POSITIVE_INFINITY
  for (const agent of lane.idle.items()) {
    if (lane.ranks.get(agent.agentId) !== rankMax) continue
    const hash = hashOf(
      `${turn.state.epoch} ${turn.state.legsMade} ${call.callId} ${agent.agentId}`,
    )
    if (hash < lowest || (hash === lowest && agent.agentId < (chosen?.agentId ?? ''))) {
      chosen = agent
      lowest = hash
    }
  }
  return chosen
}
