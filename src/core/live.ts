// The floor as people see it: what consoles, supervisors and wallboards show, taken from the live
// state and the day's figures. Times are ISO strings only at the edges; here they are epoch ms.
import { alarmsAt, holdLimitAt, type LiveAlarm } from './alarms.ts'
import type { CallbackId } from './callback-facts.ts'
import type { AgentId, QueueId } from './config.ts'
import { dayOf } from './days.ts'
import { phraseDue } from './hold.ts'
import type { CallId, LegId, NotReadyReason, Phrase } from './inputs.ts'
import { isCallBefore } from './lanes.ts'
import { type LiveWatcher, type LiveWatching, watchersOf, watchingOf } from './live-supervision.ts'
import { addCounts, type Counts, type Figures, figures, NO_COUNTS } from './metrics.ts'
import type { PartyPurpose, PartyTarget, TransferMode } from './party-facts.ts'
import { pausedSince } from './recordings.ts'
import { ringsOf } from './rings.ts'
import type { AfterCall, OffSeat } from './seats.ts'
import { advisedAt, staffedOf } from './staffing.ts'
import type { Agent, AgentPhase, Call, CallPhase, Party, State } from './state.ts'
import { surveyScaleOf } from './survey.ts'
import { extensionsLeft, isWrittenUp } from './wrap-ups.ts'

export interface LiveAgent {
  readonly agentId: AgentId
  readonly name: string
  readonly skills: readonly string[]
  readonly phase: AgentPhase['name']
  readonly reason: NotReadyReason | null
  /** Since when the phase stands; null when signed out. */
  readonly since: number | null
  readonly isRegistered: boolean
  readonly callId: CallId | null
  /** End of the wrap-up, of a rest or of a limited absence if nobody ends it before. */
  readonly until: number | null
  readonly seat: LiveSeat
  /** Whom the agent, as a supervisor, watches; null if nobody. */
  readonly watching: LiveWatching | null
  /** Who watches the agent. */
  readonly watchers: readonly LiveWatcher[]
}

/** What the agent has planned and asked for, and what is left to them. */
export interface LiveSeat {
  readonly afterCall: AfterCall | null
  readonly offSeat: OffSeat | null
  /** Over the limit of the absence, out of reach for too long, or held in wrap-up beyond its time. */
  readonly isOverrun: boolean
  /** Of the wrap-up in course; null outside of one. */
  readonly extensionsLeft: number | null
  /** The call just wrapped up has its record. */
  readonly isWrittenUp: boolean
  readonly missedOffers: number
  readonly isChecklistPassed: boolean
}

export interface LiveCall {
  readonly callId: CallId
  readonly queueId: QueueId | null
  readonly queueName: string | null
  /** The caller's number, unmasked: edges mask it for those without `pii.read`. */
  readonly from: string
  readonly to: string
  /** `outbound`: we call the citizen; `from` is the citizen's number all the same. */
  readonly direction: 'inbound' | 'outbound'
  /** The callback that an outbound call is made for. */
  readonly callbackId: CallbackId | null
  readonly phase: CallPhase['name']
  readonly since: number
  readonly arrivedAt: number
  readonly queuedAt: number | null
  readonly answeredAt: number | null
  /** Who is on the call; while it rings, whose phone was rung first. */
  readonly agentId: AgentId | null
  /** Whose phones ring for the call, in the order in which they were rung. */
  readonly ringingAgentIds: readonly AgentId[]
  /** For `held`: who put it there, whether the 20 s warning stands, how often the limit was reached. */
  readonly hold: {
    readonly by: 'console' | 'phone'
    readonly isWarned: boolean
    readonly limitCount: number
    /** How often the hold was found to have become a wait. */
    readonly prolongedCount: number
  } | null
  /** The phrase of the latest hold that the agent still has to say and confirm. */
  readonly phraseDue: Phrase | null
  /** Nothing of the call is on its recording since then. */
  readonly recordingPausedSince: number | null
  /** Third parties that are rung for the call, consulted or in its conference. */
  readonly parties: readonly LiveParty[]
  readonly isConference: boolean
  /** Who let go of the caller, while somebody else is found. */
  readonly transfer: { readonly agentId: AgentId; readonly mode: TransferMode } | null
  readonly mutedSince: number | null
  /** Flagged as an emergency. */
  readonly urgentSince: number | null
  readonly isNuisance: boolean
  /** The agent waits for a shift leader. */
  readonly helpRequestedAt: number | null
  /** Once the agent hangs up, the caller is asked how it was. */
  readonly asksSurvey: boolean
}

export interface LiveParty {
  readonly legId: LegId
  readonly kind: PartyTarget['kind']
  /** The agent's or the unit's. */
  readonly id: string | null
  readonly name: string
  /** Null for agents; of an outside number masked like a caller's. */
  readonly number: string | null
  readonly purpose: PartyPurpose
  readonly state: Party['state']
  readonly since: number
}

export interface LiveQueue {
  readonly queueId: QueueId
  readonly name: string
  readonly waiting: number
  /** Start of the longest wait; null if nobody waits. */
  readonly longestWaitSince: number | null
  /** Agents with the queue's skills, by phase; an agent of several queues is in each. */
  readonly agents: {
    readonly ready: number
    readonly offered: number
    readonly onCall: number
    readonly onHold: number
    readonly wrapUp: number
    readonly notReady: number
  }
  /** Agents whom the forecast of this half hour asks for; null where there is none. */
  readonly agentsAdvised: number | null
  /** The calendar day so far. */
  readonly today: Figures
  /** What is wrong at the moment, all calls of the queue together. */
  readonly alarms: readonly LiveAlarm[]
}

/** What a wallboard shows: no caller, no agent by name. */
export interface LiveHotline {
  readonly at: number
  /** The calendar day of the figures, `YYYY-MM-DD` in the hotline's time zone. */
  readonly day: string
  readonly waiting: number
  readonly longestWaitSince: number | null
  readonly agents: LiveQueue['agents']
  readonly agentsAdvised: LiveQueue['agentsAdvised']
  readonly today: Figures
  readonly alarms: LiveQueue['alarms']
  readonly queues: readonly LiveQueue[]
  /** Names of switches that cannot be reached at the moment. */
  readonly switchesLost: readonly string[]
}

type Staffing = LiveQueue['agents']
type ReadonlyState = Readonly<State>

export function liveAgent(state: ReadonlyState, agentId: AgentId): LiveAgent | null {
  const agent = state.agents.get(agentId)
  if (agent === undefined) return null
  const { phase, settings, isRegistered } = agent
  return {
    agentId,
    name: settings.name,
    skills: settings.skills,
    phase: phase.name,
    reason: phase.name === 'not_ready' ? phase.reason : null,
    since: phase.name === 'signed_out' ? null : phase.since,
    isRegistered,
    callId: 'callId' in phase ? phase.callId : null,
    until: phase.name === 'wrap_up' ? phase.until : (agent.seat.absence?.limit?.until ?? null),
    seat: liveSeat(state, agent),
    watching: watchingOf(state, agentId),
    watchers: watchersOf(state, agentId),
  }
}

function liveSeat(state: ReadonlyState, agent: Agent): LiveSeat {
  const { afterCall, offSeat, absence, wrapUp, missedOffers, checklist } = agent.seat
  const callId = 'callId' in agent.phase ? agent.phase.callId : null
  return {
    afterCall,
    offSeat,
    isOverrun: (absence?.isOverrun ?? false) || (wrapUp?.isOverrun ?? false),
    extensionsLeft: extensionsLeft(state, agent),
    isWrittenUp: callId !== null && isWrittenUp(agent, callId),
    missedOffers,
    isChecklistPassed: checklist?.isPassed ?? false,
  }
}

export function liveCall(state: ReadonlyState, callId: CallId): LiveCall | null {
  const call = state.calls.get(callId)
  if (call === undefined) return null
  const { phase, queueId, from, to, arrivedAt, queuedAt, answeredAt } = call
  const ringingAgentIds = ringsOf(call).map(({ agentId }) => agentId)
  return {
    callId,
    queueId,
    queueName: state.queues.get(queueId ?? '')?.name ?? null,
    from,
    to,
    direction: call.outbound === null ? 'inbound' : 'outbound',
    callbackId: call.outbound?.callbackId ?? null,
    phase: phase.name,
    since: phase.since,
    arrivedAt,
    queuedAt,
    answeredAt,
    agentId: 'agentId' in phase ? phase.agentId : (ringingAgentIds[0] ?? null),
    ringingAgentIds,
    hold:
      phase.name === 'held'
        ? {
            by: phase.by,
            isWarned: phase.isWarned,
            limitCount: phase.limitCount,
            prolongedCount: phase.prolongedCount,
          }
        : null,
    phraseDue: phraseDue(call),
    recordingPausedSince: pausedSince(state.recordings.get(call.recordingPath ?? '')),
    parties: call.parties.map((party) => liveParty(state, party)),
    isConference: call.conference !== null,
    transfer:
      call.transfer === null ? null : { agentId: call.transfer.agentId, mode: call.transfer.mode },
    mutedSince: call.mutedSince,
    urgentSince: call.urgentSince,
    isNuisance: call.isNuisance,
    helpRequestedAt: call.helpRequestedAt,
    asksSurvey: surveyScaleOf(state, call) !== null,
  }
}

function liveParty(state: ReadonlyState, party: Party): LiveParty {
  const { legId, target, purpose, since } = party
  const shared = { legId, purpose, state: party.state, since }
  switch (target.kind) {
    case 'agent': {
      const { kind, agentId: id } = target
      return { ...shared, kind, id, name: state.agents.get(id)?.settings.name ?? id, number: null }
    }
    case 'unit': {
      const { kind, unitId: id, number } = target
      return { ...shared, kind, id, name: state.units.get(id)?.name ?? id, number }
    }
    case 'number':
      return { ...shared, kind: 'number', id: null, name: '', number: target.number }
  }
}

/** Figures are of the calendar day of `at`; without counts of it they are all zero. */
export function liveQueue(state: ReadonlyState, queueId: QueueId, at: number): LiveQueue | null {
  const queue = state.queues.get(queueId)
  if (queue === undefined) return null
  const agents = [...state.agents.values()].filter((agent) => agent.queueIds.includes(queueId))
  const calls = [...state.calls.values()].filter((call) => call.queueId === queueId)
  const day = dayOf(at, state.config.timeZone)
  const today = figures(countsOf(state, day, [queueId]), judgeOf(state, day))
  const seats = { agents: staffing(state, agents), advised: advisedIn(state, queueId, at) }
  return { queueId, name: queue.name, ...momentOf(state, at, { calls, today, seats }) }
}

/** `only`: as if these queues were the whole hotline; null for all of it. */
export function liveHotline(
  state: ReadonlyState,
  at: number,
  only: readonly QueueId[] | null = null,
): LiveHotline {
  const day = dayOf(at, state.config.timeZone)
  const isShown = (queueId: QueueId | null) => only === null || only.includes(queueId ?? '')
  const shown = state.config.queues.filter(({ queueId }) => isShown(queueId))
  const queues = shown.map(({ queueId }) => liveQueue(state, queueId, at))
  const all = [...state.agents.values()]
  const agents = only === null ? all : all.filter(({ queueIds }) => queueIds.some(isShown))
  // An agent of several queues is advised in each: what a few queues need together is not their sum.
  const advised = only === null ? advisedIn(state, null, at) : null
  return {
    at,
    day,
    ...momentOf(state, at, {
      calls: [...state.calls.values()].filter(({ queueId }) => isShown(queueId)),
      today: figures(countsOf(state, day, only), judgeOf(state, day)),
      seats: { agents: staffing(state, agents), advised },
    }),
    queues: queues.filter((queue) => queue !== null),
    switchesLost: [...state.nodes].filter(([, node]) => !node.isUp).map(([nodeId]) => nodeId),
  }
}

export function liveAgents(state: ReadonlyState): readonly LiveAgent[] {
  return [...state.agents.keys()].flatMap((agentId) => liveAgent(state, agentId) ?? [])
}

/** The longest waiting first. */
export function liveCalls(state: ReadonlyState): readonly LiveCall[] {
  const calls = [...state.calls.values()].sort((a, b) => (isCallBefore(a, b) ? -1 : 1))
  return calls.flatMap((call) => liveCall(state, call.callId) ?? [])
}

interface Moment {
  readonly calls: readonly Call[]
  readonly today: Figures
  readonly seats: { readonly agents: Staffing; readonly advised: number | null }
}

/** Who is there, how many wait and for how long, the day so far, and what is wrong with them. */
function momentOf(state: ReadonlyState, at: number, { calls, today, seats }: Moment) {
  const waiting = waitingOf(calls)
  const { longestWaitSince } = waiting
  const { agents, advised } = seats
  const staffed = staffedOf(agents)
  const alarms = alarmsAt(at, {
    longestWaitSince,
    holdLimitAt: holdLimitAt(state, calls),
    today,
    staffed,
    advised,
  })
  return { agents, agentsAdvised: advised, ...waiting, today, alarms }
}

function advisedIn(state: ReadonlyState, queueId: QueueId | null, at: number): number | null {
  return advisedAt(state.config.kpi?.advice ?? [], queueId, at)
}

/** By which targets the figures of a day are judged. */
function judgeOf(state: ReadonlyState, day: string) {
  return { day, targets: state.config.kpi?.targets ?? [] }
}

/** The day's counts of the queues together; `*` also has the calls that came to no queue. */
function countsOf(state: ReadonlyState, day: string, only: readonly QueueId[] | null): Counts {
  const counts = state.counts.get(day)
  if (only === null) return counts?.get('*') ?? NO_COUNTS
  return only.reduce((sum, queueId) => addCounts(sum, counts?.get(queueId) ?? {}), NO_COUNTS)
}

/** A call that rings at an agent still waits: nobody has answered it. */
function waitingOf(calls: readonly Call[]): Pick<LiveQueue, 'waiting' | 'longestWaitSince'> {
  let waiting = 0
  let longestWaitSince: number | null = null
  for (const { phase, queuedAt, outbound } of calls) {
    // Who is to be called back sits at home and waits for nobody on the line.
    if (outbound !== null) continue
    if (phase.name !== 'waiting' && phase.name !== 'offered') continue
    waiting += 1
    if (queuedAt !== null) longestWaitSince = Math.min(longestWaitSince ?? queuedAt, queuedAt)
  }
  return { waiting, longestWaitSince }
}

function staffing(state: ReadonlyState, agents: readonly Agent[]): Staffing {
  const count = { ready: 0, offered: 0, onCall: 0, onHold: 0, wrapUp: 0, notReady: 0 }
  for (const { phase } of agents) {
    if (phase.name === 'ready') count.ready += 1
    else if (phase.name === 'offered') count.offered += 1
    else if (phase.name === 'wrap_up') count.wrapUp += 1
    else if (phase.name === 'not_ready') count.notReady += 1
    else if (phase.name === 'consulted') count.onCall += 1
    else if (phase.name === 'on_call') {
      if (state.calls.get(phase.callId)?.phase.name === 'held') count.onHold += 1
      else count.onCall += 1
    }
  }
  return count
}
