// What the administrators decide about agents: how a queue's wrap-up ends, how its calls are offered,
// for which reasons one may be away and for how long, and what holds for everybody.

import type { PromptId } from './prompts.ts'

/** How the wrap-up after a queue's calls ends. Times are milliseconds. */
export interface WrapUpPolicy {
  /**
   * `timed`: at the limit the agent is ready again, and a call without a record is listed. `held`: at the
   * limit the shift leader is told, and the agent stays until the record is saved.
   */
  readonly mode: 'timed' | 'held'
  /** What one extension adds, and how many one wrap-up may have; 0: it cannot be extended. */
  readonly extensionMs: number
  readonly extensionsMax: number
}

/** How agents are offered a queue's calls. */
export interface OfferPolicy {
  /** An agent who has missed this many offers in a row becomes not ready. */
  readonly missedOffersMax: number
  /** Whether the console may turn a ringing call away (R-014: normally not). */
  readonly allowReject: boolean
  /** The agent's phone picks up by itself. */
  readonly autoAnswer: boolean
  /** Names the queue to the agent alone, before the two are joined. Null: nothing does. */
  readonly whisperPrompt: PromptId | null
  /** The caller's language is named then as well. */
  readonly whispersLanguage: boolean
}

/** A reason for taking no calls, with what it may cost. */
export interface NotReadyReasonSettings {
  readonly reasonId: string
  readonly name: string
  readonly msMaxPerUse: number | null
  readonly msMaxPerDay: number | null
  /** One that is no longer offered stays, for the records that name it. */
  readonly isActive: boolean
}

/** What holds for every agent of the hotline. Times are milliseconds. */
export interface AgentPolicy {
  /** A leave of absence is given by itself while fewer than this many are away; 0: never. */
  readonly offSeatAutoApproveBelow: number
  /** An approved leave that nobody takes lapses after this. */
  readonly offSeatApprovalMsMax: number
  /** One who cannot be reached for longer has left the seat without leave. */
  readonly unreachableMsMax: number
  /** What becomes of a second console of the same agent. */
  readonly secondSignIn: 'take_over' | 'refuse'
  /** Ready only after the checks of the shift's beginning have been passed. */
  readonly isChecklistRequired: boolean
  /** A rest after this many calls, which ends by itself; 0: none. */
  readonly restAfterCalls: number
  readonly restMs: number
}

export interface AgentRules {
  readonly policy: AgentPolicy
  readonly notReadyReasons: readonly NotReadyReasonSettings[]
}

const MINUTE_MS = 60_000

export const WRAP_UP_DEFAULTS: WrapUpPolicy = {
  mode: 'timed',
  extensionMs: MINUTE_MS,
  extensionsMax: 2,
}

/** Out after one missed offer, and no way to turn a caller away. */
export const OFFER_DEFAULTS: OfferPolicy = {
  missedOffersMax: 1,
  allowReject: false,
  autoAnswer: false,
  whisperPrompt: null,
  whispersLanguage: false,
}

/** Every hotline has these; their names and limits may be changed, but none can be taken away. */
export const BUILT_IN_REASONS: readonly NotReadyReasonSettings[] = [
  { reasonId: 'break', name: '小休', ...unlimited() },
  { reasonId: 'meal', name: '用餐', ...unlimited() },
  { reasonId: 'training', name: '培训', ...unlimited() },
  { reasonId: 'meeting', name: '会议', ...unlimited() },
  { reasonId: 'off_seat', name: '离席', ...unlimited() },
  { reasonId: 'other', name: '其他', ...unlimited() },
]

export const AGENT_RULES_DEFAULTS: AgentRules = {
  policy: {
    offSeatAutoApproveBelow: 0,
    offSeatApprovalMsMax: 15 * MINUTE_MS,
    unreachableMsMax: MINUTE_MS,
    secondSignIn: 'take_over',
    isChecklistRequired: false,
    restAfterCalls: 0,
    restMs: 5 * MINUTE_MS,
  },
  notReadyReasons: BUILT_IN_REASONS,
}

function unlimited(): Omit<NotReadyReasonSettings, 'reasonId' | 'name'> {
  return { msMaxPerUse: null, msMaxPerDay: null, isActive: true }
}
