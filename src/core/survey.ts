// After the agent has left, the caller may be asked how it was: one key, one question, and nobody is kept
// who does not want to answer. What a queue asks is its own choice.
import { startWrapUp } from './agents.ts'
import type { SurveyPolicy } from './config.ts'
import { endHold } from './hold.ts'
import { stamp } from './stamps.ts'
import type { Call, State } from './state.ts'
import type { Turn } from './turn.ts'

/** The bridge is taken apart within 0.1 s of the agent's goodbye. */
const PARK_MS_MAX = 2_000
/** The question, twice at most, with the time to press a key; the leg says itself when it is over. */
const ASK_MS_MAX = 40_000
const THANKS_MS_MAX = 10_000

/**
 * The keys of the question that the caller is asked if the agent hangs up now, `3` for 1 to 3; null where
 * nothing is asked: the queue does not, nobody talks, or somebody else would go on talking.
 */
export function surveyScaleOf(state: Readonly<State>, call: Call): SurveyPolicy['scale'] | null {
  const { phase, queueId, parties } = call
  if ((phase.name !== 'talking' && phase.name !== 'held') || parties.length > 0) return null
  const survey = queueId === null ? undefined : state.queues.get(queueId)?.survey
  return survey?.isOn === true ? survey.scale : null
}

/** The agent ends the conversation; true where the caller stays for the question. */
export function startSurvey(turn: Turn, call: Call): boolean {
  const { phase, callId, queueId } = call
  const scale = surveyScaleOf(turn.state, call)
  if ((phase.name !== 'talking' && phase.name !== 'held') || queueId === null) return false
  if (scale === null) return false
  const { agentId } = phase
  const hearsMusic = phase.name === 'held' && phase.by === 'console'
  if (phase.name === 'held') endHold(turn, call, null)
  turn.hangUp(phase.legId, 'NORMAL_CLEARING')
  turn.emit({
    type: 'call.survey_started',
    at: turn.at,
    callId,
    agentId,
    queueId,
    scale,
  })
  const agent = turn.state.agents.get(agentId)
  if (agent !== undefined) startWrapUp(turn, agent, callId, queueId)
  stamp(turn, call)
  if (hearsMusic) ask(turn, call)
  else turn.setTimer(`survey:${callId}`, turn.at + PARK_MS_MAX)
  return true
}

function ask(turn: Turn, call: Call): void {
  const { phase, callId } = call
  if (phase.name !== 'surveying') return
  turn.emit({ type: 'call.survey_asked', at: turn.at, callId })
  turn.send({ type: 'ask_survey', legId: call.legId, scale: phase.scale })
  turn.setTimer(`survey:${callId}`, turn.at + ASK_MS_MAX)
}

/** The caller's leg rests: parted from the agent, or through with the question. */
export function callerParkedInSurvey(turn: Turn, call: Call, collected: string | undefined): void {
  const { phase } = call
  if (phase.name !== 'surveying') return
  if (phase.state === 'starting') ask(turn, call)
  else if (phase.state === 'asked') answered(turn, call, collected)
}

function answered(turn: Turn, call: Call, collected: string | undefined): void {
  const { phase, callId } = call
  if (phase.name !== 'surveying') return
  const key = Number(collected)
  const isScore = Number.isInteger(key) && key >= 1 && key <= phase.scale
  surveyed(turn, call, isScore ? key : null)
  turn.setTimer(`survey:${callId}`, turn.at + THANKS_MS_MAX)
  const prompt = isScore ? 'survey_thanks' : null
  if (prompt === null) turn.hangUp(call.legId, 'NORMAL_CLEARING')
  else turn.send({ type: 'refuse', legId: call.legId, prompt, cause: 'NORMAL_CLEARING' })
}

/** The result of a survey, at its end or at the caller's hangup. */
export function surveyed(turn: Turn, call: Call, score: number | null): void {
  const { phase, callId, queueId, lastAgentId } = call
  if (phase.name !== 'surveying' || phase.state === 'done') return
  turn.clearTimer(`survey:${callId}`)
  turn.emit({
    type: 'call.surveyed',
    at: turn.at,
    callId,
    agentId: lastAgentId,
    queueId,
    scale: phase.scale,
    score,
  })
}

/** What should have come has not: ask all the same, take silence for an answer, or end the call. */
export function surveyOverdue(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name === 'closing') return turn.hangUp(call.legId, 'NORMAL_CLEARING')
  if (phase.name !== 'surveying') return
  if (phase.state === 'starting') return ask(turn, call)
  surveyed(turn, call, null)
  turn.hangUp(call.legId, 'NORMAL_CLEARING')
}
