// Messages: a waiting caller would rather say it than wait. A prompt, a beep, and then whatever is said is
// on record until the caller hangs up, presses # or has talked for long enough. It is a task for whoever
// serves the queue, and the call counts as neither answered nor abandoned.
import { dayOf } from './days.ts'
import { BEEP } from './prompts.ts'
import { stamp } from './stamps.ts'
import type { Call } from './state.ts'
import type { Turn } from './turn.ts'
import { WAITING_DEFAULTS } from './waiting-policy.ts'

/** Shorter ones hold nothing but the sound of a receiver. */
const MESSAGE_MS_MIN = 1_500
/** The prompt is over by then; if the switch has not said so, the recording begins all the same. */
const PROMPT_MS_MAX = 30_000
/** Thanks and goodbye. */
const GOODBYE_MS_MAX = 20_000
/** Where messages are, among the recordings. */
export const MESSAGES_FOLDER = 'messages'

export function isMessagePath(path: string): boolean {
  return path.startsWith(`${MESSAGES_FOLDER}/`)
}

/** False for a caller who has been spoken to: that conversation is on record, and the record goes on. */
export function startMessage(turn: Turn, call: Call): boolean {
  const { callId, legId, recordingPath } = call
  const { at } = turn
  if (recordingPath !== null) return false
  turn.emit({ type: 'call.message_started', at, callId })
  turn.send({ type: 'ask_for_message', legId, prompts: ['leave_message', BEEP] })
  turn.setTimer(`message:${callId}`, at + PROMPT_MS_MAX)
  return true
}

/** The prompt is over and the caller's leg rests. */
export function callerParkedInMessage(turn: Turn, call: Call): void {
  if (call.phase.name === 'leaving_message' && call.phase.recordingSince === null)
    record(turn, call)
}

export function finishMessage(turn: Turn, call: Call): void {
  const { phase, callId, legId, recordingPath } = call
  if (phase.name !== 'leaving_message' || phase.recordingSince === null || phase.isFinished) return
  turn.emit({ type: 'call.message_finished', at: turn.at, callId })
  if (recordingPath !== null) turn.send({ type: 'stop_recording', legId, path: recordingPath })
  turn.send({ type: 'refuse', legId, prompt: 'message_saved', cause: 'NORMAL_CLEARING' })
  turn.setTimer(`message:${callId}`, turn.at + GOODBYE_MS_MAX)
}

/** Something should have happened by now: the prompt is over, the message long, or the goodbye said. */
export function messageDue(turn: Turn, call: Call): void {
  const { phase } = call
  if (phase.name !== 'leaving_message') return
  if (phase.recordingSince === null) record(turn, call)
  else if (!phase.isFinished) finishMessage(turn, call)
  else turn.hangUp(call.legId, 'NORMAL_CLEARING')
}

/** Sets the clock of a message that an earlier run has left running. */
export function watchMessage(turn: Turn, call: Call): void {
  const queue = turn.state.queues.get(call.queueId ?? '')
  const msMax = queue?.waiting.messageMsMax ?? WAITING_DEFAULTS.messageMsMax
  turn.setTimer(`message:${call.callId}`, turn.at + msMax)
}

/** Whether the caller, gone at `at`, has said anything. */
export function isMessageLeft(call: Call, at: number): boolean {
  const { phase } = call
  if (phase.name !== 'leaving_message' || phase.recordingSince === null) return false
  return phase.isFinished || at - phase.recordingSince >= MESSAGE_MS_MIN
}

function record(turn: Turn, call: Call): void {
  const { callId, legId, queueId } = call
  const { at } = turn
  const folder = dayOf(call.arrivedAt, turn.state.config.timeZone).replaceAll('-', '/')
  // Not the name that a recording of the conversation would have, should there be one yet.
  const path = `${MESSAGES_FOLDER}/${folder}/${callId}-${turn.state.epoch}.wav`
  if (queueId === null) return
  turn.emit({ type: 'recording.requested', at, callId, path, legId, agentId: null })
  turn.emit({ type: 'call.message_recorded', at, callId, queueId, path })
  turn.send({ type: 'start_recording', legId, path })
  watchMessage(turn, call)
  stamp(turn, call)
}
