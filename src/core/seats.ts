// What belongs to an agent's shift beside the phase they are in: what is to be done after the call, the
// leave they have asked for, time already spent away, missed offers, the wrap-up in course. It is a fold
// of the agent's facts and of nothing else, so that the records keep it with the same function and a
// restarted service goes on with exactly what was.
import type { AgentId, QueueId } from './config.ts'
import type { Fact } from './facts.ts'
import type { CallId, CheckResult, NotReadyReason } from './inputs.ts'

/** What the agent wants to happen when the present call and its wrap-up are over. */
export type AfterCall =
  | { readonly action: 'not_ready'; readonly reason: NotReadyReason }
  | { readonly action: 'sign_out' }

/** When an absence has lasted long enough, decided as it begins. */
export interface AbsenceLimit {
  readonly until: number
  readonly by: 'use' | 'day' | 'leave' | 'rest'
  readonly limitMs: number
  /** The local day on which the absence begins; its whole length counts for that day. */
  readonly day: string
  /** Spent for this reason on that day before. */
  readonly usedMs: number
}

export interface Checklist {
  readonly isRegistered: boolean
  readonly echoCall: CheckResult
  readonly microphone: CheckResult
  /** The phone is registered and no check has failed. */
  readonly isPassed: boolean
}

export interface OffSeat {
  readonly requestId: string
  readonly status: 'requested' | 'approved'
  readonly requestedAt: number
  readonly durationMs: number
  readonly note: string
  readonly decidedAt: number | null
}

export interface Seat {
  /** Whose requests count; null where the agent signed in without a console. */
  readonly consoleId: string | null
  readonly afterCall: AfterCall | null
  readonly offSeat: OffSeat | null
  /** In a row, since the agent last answered or went away. */
  readonly missedOffers: number
  readonly callsSinceRest: number
  readonly checklist: Checklist | null
  readonly absence: {
    readonly reason: NotReadyReason
    readonly since: number
    readonly limit: AbsenceLimit | null
    /** Said to the shift leader: over the limit, or out of reach for too long. */
    readonly isOverrun: boolean
  } | null
  /** Finished absences of one day, by reason; only of reasons with a limit. */
  readonly spent: { readonly day: string; readonly ms: Readonly<Record<string, number>> } | null
  readonly wrapUp: {
    readonly callId: CallId
    readonly queueId: QueueId | null
    readonly until: number
    readonly extensions: number
    readonly isOverrun: boolean
  } | null
  /** The call that this agent last wrote up. */
  readonly writtenUpCallId: CallId | null
}

export const EMPTY_SEAT: Seat = {
  consoleId: null,
  afterCall: null,
  offSeat: null,
  missedOffers: 0,
  callsSinceRest: 0,
  checklist: null,
  absence: null,
  spent: null,
  wrapUp: null,
  writtenUpCallId: null,
}

/** Facts that may change a seat. */
const SEAT_FACTS: ReadonlySet<Fact['type']> = new Set([
  'agent.signed_in',
  'agent.signed_out',
  'agent.became_ready',
  'agent.became_not_ready',
  'agent.wrap_up_started',
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
  'offer.ended',
  'call.answered',
  'call.adopted',
  'call.taken_over',
  'call.written_up',
  'party.dialled',
  'party.adopted',
] as const)

/** Whose seat the fact may change; null for nobody's. */
export function seatOwner(fact: Fact): AgentId | null {
  if (!SEAT_FACTS.has(fact.type)) return null
  if (fact.type === 'call.adopted') return fact.agent?.agentId ?? null
  if (fact.type === 'party.dialled' || fact.type === 'party.adopted') {
    return fact.target.kind === 'agent' ? fact.target.agentId : null
  }
  return 'agentId' in fact ? fact.agentId : null
}

/** The seat after the fact, which must be of its agent. */
export function seatAfter(seat: Seat, fact: Fact): Seat {
  switch (fact.type) {
    case 'agent.signed_in':
      return { ...EMPTY_SEAT, spent: seat.spent, consoleId: fact.consoleId ?? null }
    case 'agent.signed_out':
      return { ...EMPTY_SEAT, spent: spentAfter(seat, fact.at) }
    case 'agent.became_ready':
      return { ...settled(seat, fact.at), absence: null }
    case 'agent.became_not_ready': {
      const { reason, at, limit } = fact
      return {
        ...settled(seat, at),
        absence: { reason, since: at, limit: limit ?? null, isOverrun: false },
        missedOffers: 0,
        callsSinceRest: reason === 'rest' ? 0 : seat.callsSinceRest,
      }
    }
    case 'agent.wrap_up_started': {
      const { callId, queueId, until } = fact
      return {
        ...settled(seat, fact.at),
        absence: null,
        // The plan is for after this very wrap-up.
        afterCall: seat.afterCall,
        wrapUp: { callId, queueId, until, extensions: 0, isOverrun: false },
        callsSinceRest: seat.callsSinceRest + 1,
      }
    }
    case 'agent.wrap_up_extended':
      if (seat.wrapUp === null) return seat
      return {
        ...seat,
        wrapUp: {
          ...seat.wrapUp,
          until: fact.until,
          extensions: fact.extensions,
          isOverrun: false,
        },
      }
    case 'agent.wrap_up_overran':
      return { ...seat, wrapUp: seat.wrapUp === null ? null : { ...seat.wrapUp, isOverrun: true } }
    case 'agent.absence_overran':
    case 'agent.left_seat':
      return {
        ...seat,
        absence: seat.absence === null ? null : { ...seat.absence, isOverrun: true },
      }
    case 'offer.ended':
      if (fact.outcome !== 'rona') return seat
      return { ...seat, missedOffers: seat.missedOffers + 1 }
    // Rung for another agent's call, perhaps out of the wrap-up of one's own.
    case 'party.dialled':
    case 'party.adopted':
      return { ...settled(seat, fact.at), absence: null, afterCall: seat.afterCall }
    case 'call.answered':
      return { ...seat, missedOffers: 0 }
    case 'call.taken_over':
    case 'call.adopted':
      // On a call without having been ready; the plan for after it stands.
      return { ...settled(seat, fact.at), absence: null, afterCall: seat.afterCall }
    case 'call.written_up':
      return { ...seat, writtenUpCallId: fact.callId }
    default:
      return askedAfter(seat, fact)
  }
}

/** What the agent, or the shift leader, has asked for and decided. */
function askedAfter(seat: Seat, fact: Fact): Seat {
  switch (fact.type) {
    case 'agent.after_call_planned':
      return { ...seat, afterCall: fact.plan }
    case 'agent.after_call_cancelled':
      return { ...seat, afterCall: null }
    case 'agent.console_changed':
      return { ...seat, consoleId: fact.consoleId }
    case 'agent.checklist_done': {
      const { isRegistered, echoCall, microphone, isPassed } = fact
      return { ...seat, checklist: { isRegistered, echoCall, microphone, isPassed } }
    }
    case 'off_seat.requested': {
      const { requestId, at, durationMs, note } = fact
      return {
        ...seat,
        offSeat: {
          requestId,
          status: 'requested',
          requestedAt: at,
          durationMs,
          note,
          decidedAt: null,
        },
      }
    }
    case 'off_seat.approved':
      if (seat.offSeat?.requestId !== fact.requestId) return seat
      return { ...seat, offSeat: { ...seat.offSeat, status: 'approved', decidedAt: fact.at } }
    case 'off_seat.refused':
    case 'off_seat.cancelled':
    case 'off_seat.expired':
      return seat.offSeat?.requestId === fact.requestId ? { ...seat, offSeat: null } : seat
    default:
      return seat
  }
}

/** The phase before is over: its absence is added up, a leave that was taken is used up. */
function settled(seat: Seat, at: number): Seat {
  const wasAway = seat.absence?.reason === 'off_seat'
  return {
    ...seat,
    spent: spentAfter(seat, at),
    offSeat: wasAway ? null : seat.offSeat,
    afterCall: null,
    wrapUp: null,
  }
}

function spentAfter(seat: Seat, at: number): Seat['spent'] {
  const { absence, spent } = seat
  if (absence === null || absence.limit === null) return spent
  const { day, usedMs } = absence.limit
  const ms = spent?.day === day ? spent.ms : {}
  return { day, ms: { ...ms, [absence.reason]: usedMs + Math.max(0, at - absence.since) } }
}

/** Spent away for the reason on that day, an absence in course included. */
export function spentMs(seat: Seat, reason: NotReadyReason, day: string, at: number): number {
  const spent = seat.absence?.reason === reason ? spentAfter(seat, at) : seat.spent
  return spent?.day === day ? (spent.ms[reason] ?? 0) : 0
}
