// Who may serve which calls: skills with their levels, languages, and the steps by which a call that
// has waited opens itself to more agents.
import type { QueueSettings, SkillId } from './config.ts'
import { LANGUAGE_DEFAULT, type Language, LEVEL_DEFAULT, LEVEL_MAX } from './routing-policy.ts'
import type { Agent, State } from './state.ts'

/** What calls of one lane ask of an agent. */
export interface Criteria {
  readonly language: Language
  /** Steps of widening, from 1; 0 is the queue's own criteria. */
  readonly step: number
}

type Knowing = Pick<Agent, 'settings'>

/** 0 for a skill that the agent does not have. */
export function skillLevelOf({ settings }: Knowing, skillId: SkillId): number {
  if (!settings.skills.includes(skillId)) return 0
  return settings.skillLevels?.[skillId] ?? LEVEL_DEFAULT
}

/** An agent of whom no language is known speaks Mandarin, as every agent must. */
export function languageLevelOf({ settings }: Knowing, language: Language): number {
  if (settings.languages === undefined) return language === LANGUAGE_DEFAULT ? LEVEL_DEFAULT : 0
  return settings.languages[language] ?? 0
}

/** Whether the agent meets the queue's own criteria, in the queue's language. */
export function canServe(agent: Knowing, queue: QueueSettings): boolean {
  return isQualified(agent, queue, { language: queue.routing.language, step: 0 })
}

/** Whether calls of the queue with these criteria may be offered to the agent. */
export function isEligible(
  state: State,
  agent: Knowing,
  queue: QueueSettings,
  criteria: Criteria,
): boolean {
  if (isQualified(agent, queue, criteria)) return true
  const step = queue.routing.steps[criteria.step - 1]
  if (step === undefined) return false
  if (step.addSkills.some((skillId) => skillLevelOf(agent, skillId) > 0)) return true
  return step.addQueueIds.some((queueId) => {
    const other = state.queues.get(queueId)
    return other !== undefined && canServe(agent, other)
  })
}

/**
 * The higher, the earlier the agent is asked: those who meet the queue's own criteria before all
 * whom a step has added, then by preferred skills, or by all levels where the most skilled come first.
 */
export function rankOf(agent: Knowing, queue: QueueSettings, language: Language): number {
  const { strategy, preferredSkills } = queue.routing
  const isOwn = isQualified(agent, queue, { language, step: 0 })
  const levels = (skillIds: readonly SkillId[]): number =>
    skillIds.reduce((sum, skillId) => sum + skillLevelOf(agent, skillId), 0)
  const known = levels(preferredSkills)
  const needed = levels(queue.requiredSkills) + languageLevelOf(agent, language)
  return (isOwn ? 1_000_000 : 0) + known + (strategy === 'most_skilled' ? needed : 0)
}

function isQualified(agent: Knowing, queue: QueueSettings, criteria: Criteria): boolean {
  const { requiredSkills, routing } = queue
  const step = routing.steps[criteria.step - 1]
  const levelMax = step?.levelMax ?? LEVEL_MAX
  const isSpoken =
    step?.isAnyLanguage === true ||
    languageLevelOf(agent, criteria.language) >= Math.min(routing.languageLevelMin, levelMax)
  return (
    isSpoken &&
    requiredSkills.every((skillId) => {
      if (step?.dropSkills.includes(skillId) === true) return true
      return skillLevelOf(agent, skillId) >= Math.min(routing.skillLevels[skillId] ?? 1, levelMax)
    })
  )
}
