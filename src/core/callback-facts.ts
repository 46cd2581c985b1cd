// What is decided about calling people back and about the calls that we make. Kept beside facts.ts, which
// holds the rest.
import type { DialGround } from './class-of-service.ts'
import type { AgentId, QueueId } from './config.ts'
import type { CallId, LegId, NodeId, NotReadyReason } from './inputs.ts'

export type CallbackId = string

export const CALLBACK_KINDS = ['queued', 'quick', 'follow_up'] as const
/**
 * `queued`: a waiting caller left the line and kept the place. `quick`: an agent promised it in the talk
 * . `follow_up`: asked for by the work that came of a call.
 */
export type CallbackKind = (typeof CALLBACK_KINDS)[number]

export const ATTEMPT_OUTCOMES = [
  'connected',
  'busy',
  'no_answer',
  'rejected',
  'invalid_number',
  'unreachable',
  'agent_gave_up',
  'failed',
] as const
/**
 * How one dialling of the citizen came out. `agent_gave_up`: the agent put down before anybody answered.
 * `failed`: our side's fault, or it ended unseen.
 */
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]

export const CALLBACK_CLOSINGS = ['done', 'exhausted', 'cancelled', 'superseded'] as const
/**
 * `exhausted`: every attempt came to nothing. `superseded`: the citizen reached us by another call first.
 */
export type CallbackClosing = (typeof CALLBACK_CLOSINGS)[number]

interface At {
  readonly at: number
}

export type CallbackFact =
  | (At & {
      readonly type: 'callback.requested'
      readonly callbackId: CallbackId
      readonly kind: CallbackKind
      /** The call that it comes from; null if it comes from none. */
      readonly originalCallId: CallId | null
      /** The citizen's number. */
      readonly from: string
      /** The hotline's number that the citizen will be shown. */
      readonly to: string
      readonly queueId: QueueId
      readonly priority: number
      /** The clock that it keeps: of a `queued` one the caller's own. */
      readonly queuedAt: number
      /** Promised until then; null if nothing was promised. */
      readonly dueAt: number | null
      /** Takes its place in the queue then, unless an agent begins it before. */
      readonly startAt: number
      readonly attemptsMax: number
      /** A user name; null: the caller. */
      readonly requestedBy: string | null
      readonly assignedTo: AgentId | null
    })
  | (At & {
      readonly type: 'callback.assigned'
      readonly callbackId: CallbackId
      /** Null: anybody with the queue's skills. */
      readonly assignedTo: AgentId | null
      readonly by: string
    })
  /** One dialling is over. `nextAt` is when the next begins, null if there is none. */
  | (At & {
      readonly type: 'callback.attempted'
      readonly callbackId: CallbackId
      readonly callId: CallId
      readonly attempt: number
      readonly agentId: AgentId | null
      readonly outcome: AttemptOutcome
      readonly cause: string
      readonly nextAt: number | null
    })
  | (At & {
      readonly type: 'callback.closed'
      readonly callbackId: CallbackId
      readonly closing: CallbackClosing
      /** A user name; null where nobody decided it. */
      readonly by: string | null
    })

/** Both unions of this file, told from all other facts. */
export function isCallbackFact<Other extends { readonly type: string }>(
  fact: Other | CallbackFact | OutboundFact,
): fact is CallbackFact | OutboundFact {
  return /^callback\.|^call\.(callback_taken|dial_queued|dialled)$/.test(fact.type)
}

export type OutboundFact =
  /** The caller leaves the line and is called back; hears that it is noted. */
  | (At & {
      readonly type: 'call.callback_taken'
      readonly callId: CallId
      readonly callbackId: CallbackId
    })
  /** A call of ours takes its place among the waiting ones, or goes to one agent at once. */
  | (At & {
      readonly type: 'call.dial_queued'
      readonly callId: CallId
      /** The citizen's leg, should it come to that. */
      readonly legId: LegId
      readonly nodeId: NodeId
      /** The citizen's number. */
      readonly from: string
      /** The hotline's number that the citizen is shown. */
      readonly to: string
      readonly queueId: QueueId
      readonly priority: number
      readonly queuedAt: number
      readonly ground: DialGround
      readonly callbackId: CallbackId | null
      /** Who asked to make the call; null: it is offered like any other. */
      readonly agentId: AgentId | null
      /** What kept that agent from calls before; null for one who was ready. */
      readonly reasonBefore: NotReadyReason | null
    })
  /** The agent has picked up, and the citizen's phone is called. */
  | (At & {
      readonly type: 'call.dialled'
      readonly callId: CallId
      readonly agentId: AgentId
      /** The agent's. */
      readonly legId: LegId
      readonly dialledLegId: LegId
      readonly callbackId: CallbackId | null
    })
