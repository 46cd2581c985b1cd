// How a queue chooses among agents and calls: data that administrators edit. What it leads to is
// decided in lanes.ts (who is eligible, in which order) and routing.ts (who is offered what).
import type { AgentId, QueueId, SkillId } from './config.ts'

/** BCP 47: `zh-CN` is Mandarin, `yue` Cantonese. */
export type Language = string

/** Of skills and languages: 1 knows a little, 5 is an expert. */
export const LEVEL_MAX = 5
/** Of a skill for which no level was given. */
export const LEVEL_DEFAULT = 3
/** Every agent must speak it, and queues speak it where nothing else is said. */
export const LANGUAGE_DEFAULT: Language = 'zh-CN'

export const STRATEGIES = [
  'longest_idle',
  'most_skilled',
  'fewest_calls',
  'least_talk',
  'round_robin',
  'top_down',
  'random',
  'ring_all',
] as const
/**
 * Which of the eligible agents is asked first; the longest idle among equals. `most_skilled`: the
 * highest sum of levels in the queue's language and in its required and preferred skills.
 * `fewest_calls`, `least_talk`: since signing in. `round_robin`: whose phone was rung longest ago.
 * `top_down`: by `tiers`. `ring_all`: all of them at once, and the first to answer wins.
 */
export type Strategy = (typeof STRATEGIES)[number]

/**
 * Whom a call may be offered to once it has waited, instead of the queue's own criteria. Steps are not
 * added to one another: the last one that has begun and not expired holds.
 */
export interface WideningStep {
  /** Begins after this wait. */
  readonly afterMs: number
  /** Begins earlier, as soon as the expected wait is at least this. Null: not by the estimate. */
  readonly estimateMsMin: number | null
  /** Begins earlier, while the queue's recent service level (0 … 1) is below this. Null: not by it. */
  readonly serviceLevelMin: number | null
  /** Holds for this long; then what held before it holds again. Null: until the call is answered. */
  readonly expiresMs: number | null
  /** Required skills that are not asked for any more. */
  readonly dropSkills: readonly SkillId[]
  /** No required skill or language needs a higher level than this. */
  readonly levelMax: number
  /** Whatever language the agent speaks. */
  readonly isAnyLanguage: boolean
  /** An overflow group: agents with any of these skills join. */
  readonly addSkills: readonly SkillId[]
  /** Agents who may serve any of these queues join. */
  readonly addQueueIds: readonly QueueId[]
}

export interface RoutingPolicy {
  readonly strategy: Strategy
  readonly language: Language
  /** 1 … 5; 0: whatever language the agent speaks. */
  readonly languageLevelMin: number
  /** The lowest level of required skills, 1 where none is given. */
  readonly skillLevels: Readonly<Record<SkillId, number>>
  /** Agents who have more of these are asked first, whatever the strategy. */
  readonly preferredSkills: readonly SkillId[]
  /** For `top_down`: those of the first list are asked first; agents in no list come last. */
  readonly tiers: readonly (readonly AgentId[])[]
  /** Where an agent may take calls of several queues of equal priority, waiting counts this many times. */
  readonly weight: number
  /** So much (weighted) waiting raises a call's priority by one. Null: priority never changes. */
  readonly ageingMs: number | null
  /** In the order in which they begin. */
  readonly steps: readonly WideningStep[]
  /** How many phones ring at once under `ring_all`. */
  readonly ringAllMax: number
  readonly deadline: DeadlinePolicy
  /** Whoever served the caller within this time is asked first, if idle; 0: nobody is. */
  readonly lastAgentMsMax: number
}

/** What is done so that a call is answered within the queue's `answerMsMax`. */
export interface DeadlinePolicy {
  /** Whoever is next is passed over when somebody else will more probably answer in time. */
  readonly isOn: boolean
  /** A second phone rings beside the first when that one will probably not be picked up in time. */
  readonly isSecondPhoneOn: boolean
  /** Nobody is passed over whose chance to answer in time is at least this. */
  readonly answerShareMin: number
}

export const STEP_DEFAULTS = {
  afterMs: 0,
  estimateMsMin: null,
  serviceLevelMin: null,
  expiresMs: null,
  dropSkills: [],
  levelMax: LEVEL_MAX,
  isAnyLanguage: false,
  addSkills: [],
  addQueueIds: [],
} as const satisfies WideningStep

export const ROUTING_DEFAULTS: RoutingPolicy = {
  strategy: 'longest_idle',
  language: LANGUAGE_DEFAULT,
  languageLevelMin: 1,
  skillLevels: {},
  preferredSkills: [],
  tiers: [],
  weight: 1,
  ageingMs: null,
  steps: [],
  ringAllMax: 8,
  deadline: { isOn: false, isSecondPhoneOn: true, answerShareMin: 0.9 },
  lastAgentMsMax: 0,
}
