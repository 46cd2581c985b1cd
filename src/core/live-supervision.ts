// Who watches whom, as supervisors and agents see it. Agents see of their own watchers what the policy of
// the call's queue lets them.
import type { AgentId } from './config.ts'
import type { CallId, MonitorMode } from './inputs.ts'
import type { LiveAgent } from './live.ts'
import type { Monitor, State } from './state.ts'

export interface LiveWatcher {
  readonly supervisorId: AgentId
  readonly mode: MonitorMode
  /** False while the supervisor's own phone still rings. */
  readonly isAnswered: boolean
  readonly since: number
}

export interface LiveWatching extends Omit<LiveWatcher, 'supervisorId'> {
  readonly agentId: AgentId
  readonly callId: CallId
  /** The supervisor is about to take the call over. */
  readonly isTakingOver: boolean
}

type ReadonlyState = Readonly<State>

export function watchersOf(state: ReadonlyState, agentId: AgentId): readonly LiveWatcher[] {
  return monitorsIn(state)
    .filter((monitor) => monitor.agentId === agentId)
    .map(({ supervisorId, mode, isAnswered, since }) => ({ supervisorId, mode, isAnswered, since }))
}

export function watchingOf(state: ReadonlyState, supervisorId: AgentId): LiveWatching | null {
  const monitor = monitorsIn(state).find((one) => one.supervisorId === supervisorId)
  if (monitor === undefined) return null
  const { agentId, callId, legId, mode, isAnswered, since } = monitor
  const isTakingOver = state.calls.get(callId)?.takeOver?.legId === legId
  return { agentId, callId, mode, isAnswered, since, isTakingOver }
}

function monitorsIn(state: ReadonlyState): Monitor[] {
  return [...state.monitors.values()]
}

/** The agent as they see themselves. */
export function ownView(state: ReadonlyState, agent: LiveAgent): LiveAgent {
  if (agent.watchers.length === 0) return agent
  const queueId = state.calls.get(agent.callId ?? '')?.queueId ?? null
  const queue = queueId === null ? undefined : state.queues.get(queueId)
  const showsListeners = queue?.supervision.showsListeners === true
  const watchers = agent.watchers.filter(
    ({ isAnswered, mode }) => isAnswered && (showsListeners || mode !== 'listen'),
  )
  return { ...agent, watchers }
}
