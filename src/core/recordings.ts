// Every answered call is recorded on the caller's own leg, from before the first word to the end,
// across hold and change of agent. A recording is believed only when its file was read; one
// that is missing is a fact that raises an alarm.
import { dayOf } from './days.ts'
import type { RecordingInput } from './inputs.ts'
import type { Call } from './state.ts'
import type { Turn } from './turn.ts'

/** The switch says that it has stopped within 0.1 s of the caller's hangup; after this we look ourselves. */
const STOP_MS_MAX = 5_000
/** Reading and hashing the file; the alarm is due within 60 s of the end. */
const CHECK_MS_MAX = 40_000

/** Starts the call's one recording; nothing happens if it has one already. */
export function askForRecording(turn: Turn, call: Call): void {
  if (call.recordingPath !== null || call.phase.name !== 'connecting') return
  const folder = dayOf(call.arrivedAt, turn.state.config.timeZone).replaceAll('-', '/')
  const path = `${folder}/${call.callId}.wav`
  const { callId, legId } = call
  turn.emit({
    type: 'recording.requested',
    at: turn.at,
    callId,
    path,
    legId,
    agentId: call.phase.agentId,
  })
  turn.send({ type: 'start_recording', legId, path })
}

/** The call is over: its recording must now be complete. */
export function expectRecording(turn: Turn, path: string | null): void {
  if (path === null || !turn.state.recordings.has(path)) return
  turn.setTimer(`recording:${path}`, turn.at + STOP_MS_MAX)
}

export function recordingReported(turn: Turn, input: RecordingInput): void {
  const { at } = turn
  const pending = turn.state.recordings.get(input.path)
  if (pending === undefined) return
  const { callId, path } = pending
  switch (input.type) {
    case 'recording.started':
      turn.emit({ type: 'recording.started', at, callId, path })
      return
    case 'recording.stopped':
      turn.emit({ type: 'recording.stopped', at, callId, path, durationMs: input.durationMs })
      check(turn, callId, path)
      return
    case 'recording.verified': {
      const { durationMs, sizeBytes, sha256 } = input
      turn.clearTimer(`unverified:${path}`)
      turn.emit({ type: 'recording.verified', at, callId, path, durationMs, sizeBytes, sha256 })
      return
    }
    case 'recording.unverified':
      recordingMissing(turn, path, input.reason)
      return
  }
}

/** Nobody said that the recording stopped: look at the file all the same. */
export function recordingStopOverdue(turn: Turn, path: string): void {
  const pending = turn.state.recordings.get(path)
  if (pending !== undefined) check(turn, pending.callId, path)
}

export function recordingMissing(turn: Turn, path: string, reason: string): void {
  const pending = turn.state.recordings.get(path)
  if (pending === undefined) return
  turn.clearTimer(`recording:${path}`)
  turn.clearTimer(`unverified:${path}`)
  turn.emit({ type: 'recording.missing', at: turn.at, callId: pending.callId, path, reason })
}

function check(turn: Turn, callId: string, path: string): void {
  turn.clearTimer(`recording:${path}`)
  turn.commands.push({ type: 'verify_recording', callId, path })
  turn.setTimer(`unverified:${path}`, turn.at + CHECK_MS_MAX)
}
