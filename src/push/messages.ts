// From facts to what viewers must be told: which agents and calls look different now, whether figures or
// staffing may have moved, and what somebody should be alerted to. Pure: the streams look up the present
// state themselves, so what is named here may be too much but must never be too little.
import type { AgentId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import type { CallId } from '../core/inputs.ts'
import { isoTime } from '../core/iso-times.ts'
import type { WireAgent, WireCall, WireHotline, WireQueue } from '../core/live-wire.ts'
import { agentsOf, isPartyFact } from '../core/party-facts.ts'

/** What a batch of facts has changed. */
export interface Touched {
  readonly agentIds: ReadonlySet<AgentId>
  readonly callIds: ReadonlySet<CallId>
  readonly endedCallIds: ReadonlySet<CallId>
  /** Totals, queues, staffing or lost switches may look different. */
  readonly hotline: boolean
  /** Nothing can be trusted to be as before: everybody gets a snapshot. */
  readonly everything: boolean
}

/** Facts after which no live view looks any different. */
const UNSEEN: ReadonlySet<RecordedFact['type']> = new Set([
  'call.ringing',
  'call.whispered',
  'call.hold_requested',
  'call.retrieve_requested',
  'call.hang_up_requested',
  'call.left_unrecorded',
  'leg.ended',
  'recording.requested',
  'recording.started',
  'recording.stopped',
  'recording.verified',
  'recording.flawed',
  'recording.interrupted',
  'recording.missing',
] as const)

/** Facts that change one call or one agent but neither a count nor a figure. */
const UNCOUNTED: ReadonlySet<RecordedFact['type']> = new Set([
  'call.hold_warned',
  'call.hold_limit_reached',
  'call.hold_prolonged',
  'call.phrase_confirmed',
  'call.written_up',
  'recording.paused',
  'recording.resumed',
  'call.widened',
  'call.hurried',
  'agent.phone_registered',
  'agent.phone_unregistered',
  'agent.wrap_up_extended',
  'agent.wrap_up_overran',
  'agent.absence_overran',
  'agent.left_seat',
  'agent.after_call_planned',
  'agent.after_call_cancelled',
  'agent.console_changed',
  'agent.checklist_done',
  'off_seat.requested',
  'off_seat.approved',
  'off_seat.refused',
  'off_seat.cancelled',
  'off_seat.expired',
  'monitor.requested',
  'monitor.started',
  'monitor.moved',
  'monitor.mode_changed',
  'monitor.ended',
  'call.take_over_requested',
  'call.take_over_failed',
] as const)

export function touchedBy(facts: readonly RecordedFact[]): Touched {
  const agentIds = new Set<AgentId>()
  const callIds = new Set<CallId>()
  const endedCallIds = new Set<CallId>()
  let hotline = false
  let everything = false
  for (const fact of facts) {
    if (UNSEEN.has(fact.type)) continue
    if (fact.type === 'config.loaded' || fact.type === 'history.restored') everything = true
    if (!UNCOUNTED.has(fact.type)) hotline = true
    if ('callId' in fact) callIds.add(fact.callId)
    if (fact.type === 'call.ended') endedCallIds.add(fact.callId)
    // A call that is taken over again after an outage lives, whatever was said of it before.
    if (fact.type === 'call.adopted') endedCallIds.delete(fact.callId)
    if ('agentId' in fact && fact.agentId !== null) agentIds.add(fact.agentId)
    if ('supervisorId' in fact) agentIds.add(fact.supervisorId)
    if ('fromAgentId' in fact) agentIds.add(fact.fromAgentId)
    if (isPartyFact(fact)) for (const agentId of agentsOf(fact)) agentIds.add(agentId)
    if (fact.type === 'call.adopted' && fact.agent?.agentId) agentIds.add(fact.agent.agentId)
  }
  for (const callId of endedCallIds) callIds.delete(callId)
  return { agentIds, callIds, endedCallIds, hotline, everything }
}

export type AlertCode =
  | 'hold_warning'
  | 'hold_limit'
  | 'hold_prolonged'
  | 'callback_suggested'
  | 'offer_missed'
  | 'left_unrecorded'
  | 'wrap_up_overrun'
  | 'absence_overrun'
  | 'left_seat'
  | 'off_seat_requested'
  | 'off_seat_approved'
  | 'off_seat_refused'
  | 'off_seat_expired'
  | 'signed_in_elsewhere'
  | 'recording_missing'
  | 'recording_flawed'
  | 'emergency'
  | 'help_requested'
  | 'help_answered'
  | 'mute_prolonged'
  | 'nuisance'
  | 'transfer_failed'
  | 'unit_unanswered'

export interface Alert {
  readonly code: AlertCode
  /** Null where no call is concerned. */
  readonly callId: CallId | null
  readonly agentId: AgentId | null
  readonly at: string
}

const ALERTS: Partial<Record<RecordedFact['type'], AlertCode>> = {
  'call.hold_warned': 'hold_warning',
  'call.hold_limit_reached': 'hold_limit',
  'call.left_unrecorded': 'left_unrecorded',
  'agent.wrap_up_overran': 'wrap_up_overrun',
  'agent.absence_overran': 'absence_overrun',
  'agent.left_seat': 'left_seat',
  'off_seat.requested': 'off_seat_requested',
  'off_seat.approved': 'off_seat_approved',
  'off_seat.refused': 'off_seat_refused',
  'off_seat.expired': 'off_seat_expired',
  'agent.console_changed': 'signed_in_elsewhere',
  'recording.missing': 'recording_missing',
  'recording.flawed': 'recording_flawed',
  'call.urgency_flagged': 'emergency',
  'call.help_requested': 'help_requested',
  'call.help_answered': 'help_answered',
  'call.mute_prolonged': 'mute_prolonged',
  'call.nuisance_flagged': 'nuisance',
  'call.transfer_failed': 'transfer_failed',
}

/** How a department that did not take the call shows in the end of its leg. */
const UNIT_UNANSWERED: ReadonlySet<string> = new Set(['no_answer', 'busy', 'unreachable'])

function codeOf(fact: RecordedFact): AlertCode | undefined {
  switch (fact.type) {
    case 'offer.ended':
      return fact.outcome === 'rona' ? 'offer_missed' : undefined
    case 'party.ended':
      return fact.target.kind === 'unit' && UNIT_UNANSWERED.has(fact.outcome)
        ? 'unit_unanswered'
        : undefined
    case 'call.hold_prolonged':
      return fact.action === 'suggest_callback' ? 'callback_suggested' : 'hold_prolonged'
    default:
      return ALERTS[fact.type]
  }
}

/** What the fact should make somebody look up for; null for nearly all. */
export function alertOf(fact: RecordedFact, timeZone: string): Alert | null {
  const code = codeOf(fact)
  if (code === undefined) return null
  const callId = 'callId' in fact ? fact.callId : null
  const agentId = 'agentId' in fact ? fact.agentId : null
  return { code, callId, agentId, at: isoTime(fact.at, timeZone) }
}

const AGENTS_OWN: ReadonlySet<AlertCode> = new Set([
  'hold_warning',
  'mute_prolonged',
  'unit_unanswered',
  'help_answered',
  'off_seat_approved',
  'off_seat_refused',
  'off_seat_expired',
  'signed_in_elsewhere',
])

/** A warning is the agent's own affair; the shift leader hears of what has gone wrong. */
export function concernsSupervisors(alert: Alert): boolean {
  return !AGENTS_OWN.has(alert.code)
}

type Totals = Omit<WireHotline, 'at' | 'queues'>

/** What is different, each queue whole; empty where nothing is. */
export interface HotlineChanges {
  readonly hotline?: Partial<Totals>
  readonly queues?: readonly WireQueue[]
}

export function hotlineChanges(before: WireHotline, after: WireHotline): HotlineChanges {
  const { at: _before, queues: queuesBefore, ...totalsBefore } = before
  const { at: _after, queues: queuesAfter, ...totals } = after
  const known = new Map(queuesBefore.map((queue) => [queue.queueId, queue]))
  const queues = queuesAfter.filter((queue) => !isSame(known.get(queue.queueId), queue))
  const changed = Object.entries(totals).filter(
    ([name, value]) => !isSame(totalsBefore[name as keyof Totals], value),
  )
  return {
    ...(changed.length > 0 ? { hotline: Object.fromEntries(changed) as Partial<Totals> } : {}),
    ...(queues.length > 0 ? { queues } : {}),
  }
}

/** Views are built field by field in one order, so equal ones have equal JSON. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Views and deltas of the three namespaces; see server.ts for the protocol around them. */
export type WallboardView = WireHotline
export type WallboardDelta = HotlineChanges

export interface SupervisorView {
  readonly hotline: WireHotline
  readonly agents: readonly WireAgent[]
  readonly calls: readonly WireCall[]
}
export interface SupervisorDelta extends HotlineChanges {
  readonly agents?: readonly WireAgent[]
  readonly calls?: readonly WireCall[]
  readonly endedCallIds?: readonly CallId[]
}

export interface AgentView {
  readonly agent: WireAgent
  /** The call that rings at the agent or that they are on; none while they write it up. */
  readonly call: WireCall | null
}
