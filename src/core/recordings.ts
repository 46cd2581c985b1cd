// Every answered call is recorded on the caller's own leg, from before the first word to the end,
// across hold and change of agent. A recording is believed only when its file was read and is
// what it should be: as long as the switch said, with something to be heard on both channels, and not
// over before its call. One that is missing or flawed is a fact that raises an alarm.
import { dayOf } from './days.ts'
import type { RecordingFlaw } from './facts.ts'
import type { RecordingInput } from './inputs.ts'
import { isMessagePath } from './messages.ts'
import { stretchesOutside } from './sound.ts'
import { stamp } from './stamps.ts'
import type { Agent, Call, PendingRecording } from './state.ts'
import type { Turn } from './turn.ts'

/** The switch says that it has stopped within 0.1 s of the caller's hangup; after this we look ourselves. */
const STOP_MS_MAX = 5_000
/** Reading and hashing the file; the alarm is due within 60 s of the end. */
const CHECK_MS_MAX = 40_000
/** A recording that stops and whose call is still there after this was stopped by somebody. */
const INTERRUPTED_MS = 1_500
/** How far the length may be from what the switch said. */
const LENGTH_MS_MAX = 1_000
/** A call as short as this may end before anybody has said a word. */
const SILENT_MS_MIN = 5_000
/** Longer than this nothing is left out, however busy the agent is. */
const PAUSE_MS_MAX = 180_000
/** Mutual silence above this is a gap in the service. */
export const GAP_MS_MIN = 5_000

/** Starts the call's recording; nothing happens if it has one already. */
export function askForRecording(turn: Turn, call: Call): void {
  if (call.recordingPath !== null) return
  if (call.phase.name !== 'connecting' && call.phase.name !== 'dialling') return
  begin(turn, call, call.phase.agentId, '')
}

function begin(turn: Turn, call: Call, agentId: string, suffix: string): void {
  const folder = dayOf(call.arrivedAt, turn.state.config.timeZone).replaceAll('-', '/')
  const path = `${folder}/${call.callId}${suffix}.wav`
  const { callId, legId } = call
  turn.emit({ type: 'recording.requested', at: turn.at, callId, path, legId, agentId })
  turn.send({ type: 'start_recording', legId, path })
}

/** The call is over: its recording must now be complete. */
export function expectRecording(turn: Turn, path: string | null): void {
  const pending = path === null ? undefined : turn.state.recordings.get(path)
  if (pending === undefined) return
  if (pending.stoppedAt !== undefined) check(turn, pending.callId, pending.path)
  else turn.setTimer(`recording:${path}`, turn.at + STOP_MS_MAX)
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
    case 'recording.stopped': {
      const call = turn.state.calls.get(callId)
      turn.emit({ type: 'recording.stopped', at, callId, path, durationMs: input.durationMs })
      // A message ends before its call: thanks and goodbye are not part of it.
      if (call?.recordingPath !== path || isMessagePath(path)) check(turn, callId, path)
      else turn.setTimer(`interrupted:${path}`, at + INTERRUPTED_MS)
      return
    }
    case 'recording.verified':
      recordingRead(turn, pending, input)
      return
    case 'recording.unverified':
      recordingMissing(turn, path, input.reason)
      return
  }
}

function recordingRead(
  turn: Turn,
  pending: PendingRecording,
  input: Extract<RecordingInput, { type: 'recording.verified' }>,
): void {
  const { at } = turn
  const { callId, path, startedAt, stoppedAt, isInterrupted, talkMs, pauses = [] } = pending
  const { durationMs, sizeBytes, sha256, silent } = input
  turn.clearTimer(`unverified:${path}`)
  const paused = pauses.map(({ from, to }) => ({
    fromMs: from - startedAt,
    toMs: (to ?? stoppedAt ?? at) - startedAt,
  }))
  // Of a message only the caller is heard, and pauses in it are the caller's own.
  const isMessage = isMessagePath(path)
  const gaps = isMessage ? [] : stretchesOutside(input.gaps, paused, GAP_MS_MIN)
  const isOff =
    stoppedAt !== undefined && Math.abs(stoppedAt - startedAt - durationMs) > LENGTH_MS_MAX
  const pausedMs = paused.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  // On hold the caller listens to music: a long hold in a short talk is no silence of theirs.
  const isHeard = (talkMs ?? durationMs) - pausedMs < SILENT_MS_MIN
  const flaws: RecordingFlaw[] = [
    ...(isInterrupted === true ? (['stopped_early'] as const) : []),
    ...(isOff ? (['wrong_length'] as const) : []),
    ...(isHeard || isMessage ? [] : silent.map((channel) => `silent_${channel}` as const)),
  ]
  const found = { at, callId, path, durationMs, sizeBytes, sha256, gaps }
  if (flaws.length === 0) turn.emit({ type: 'recording.verified', ...found })
  else turn.emit({ type: 'recording.flawed', ...found, flaws })
}

/** The recording stopped some time ago. If its call goes on, it must not go on without one. */
export function recordingInterrupted(turn: Turn, path: string): void {
  const pending = turn.state.recordings.get(path)
  if (pending === undefined) return
  const { callId } = pending
  const call = turn.state.calls.get(callId)
  const leg = call === undefined ? undefined : turn.state.legs.get(call.legId)
  if (call?.recordingPath === path && leg?.endingSince === null) {
    turn.emit({ type: 'recording.interrupted', at: turn.at, callId, path })
    if (call.lastAgentId !== null) {
      const isPaused = pausedSince(pending) !== null
      begin(turn, call, call.lastAgentId, `-${turn.at.toString(36)}`)
      if (isPaused) pause(turn, call, call.lastAgentId)
      stamp(turn, call)
    }
  }
  check(turn, callId, path)
}

/** For card numbers and the like: nothing of it must be on the recording. */
export function pauseRequested(turn: Turn, agent: Agent, isPause: boolean): void {
  const call = agent.phase.name === 'on_call' ? turn.state.calls.get(agent.phase.callId) : undefined
  if (call === undefined) return turn.refuse('not_on_call')
  if (turn.state.nodes.get(call.nodeId)?.isUp !== true) return turn.refuse('switch_unavailable')
  const path = call.recordingPath
  const pending = path === null ? undefined : turn.state.recordings.get(path)
  if (path === null || pending === undefined) return turn.refuse('not_recorded')
  const isPaused = pausedSince(pending) !== null
  if (isPause && isPaused) return turn.refuse('already_paused')
  if (!isPause && !isPaused) return turn.refuse('not_paused')
  if (!isPause) return resume(turn, call, path, 'agent')
  pause(turn, call, agent.agentId)
}

function pause(turn: Turn, { callId, legId, recordingPath: path }: Call, agentId: string): void {
  if (path === null) return
  turn.send({ type: 'mask_recording', legId, path })
  turn.emit({ type: 'recording.paused', at: turn.at, callId, path, agentId })
  turn.setTimer(`paused:${callId}`, turn.at + PAUSE_MS_MAX)
}

export function pauseOver(turn: Turn, call: Call): void {
  const path = call.recordingPath
  const pending = path === null ? undefined : turn.state.recordings.get(path)
  if (path !== null && pausedSince(pending) !== null) resume(turn, call, path, 'time_over')
}

/** The switch did not do it: everything is on the recording, and nobody must believe otherwise. */
export function maskingFailed(turn: Turn, call: Call): void {
  const path = call.recordingPath
  const pending = path === null ? undefined : turn.state.recordings.get(path)
  if (path === null || pausedSince(pending) === null) return
  const { callId } = call
  turn.emit({ type: 'recording.resumed', at: turn.at, callId, path, reason: 'not_masked' })
}

export function pausedSince(pending: PendingRecording | undefined): number | null {
  const last = pending?.pauses?.at(-1)
  return last?.to === null ? last.from : null
}

function resume(turn: Turn, call: Call, path: string, reason: 'agent' | 'time_over'): void {
  const { callId, legId } = call
  turn.send({ type: 'unmask_recording', legId, path })
  turn.clearTimer(`paused:${callId}`)
  turn.emit({ type: 'recording.resumed', at: turn.at, callId, path, reason })
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
  turn.clearTimer(`interrupted:${path}`)
  turn.clearTimer(`unverified:${path}`)
  turn.emit({ type: 'recording.missing', at: turn.at, callId: pending.callId, path, reason })
}

function check(turn: Turn, callId: string, path: string): void {
  turn.clearTimer(`recording:${path}`)
  turn.clearTimer(`interrupted:${path}`)
  turn.commands.push({ type: 'verify_recording', callId, path })
  turn.setTimer(`unverified:${path}`, turn.at + CHECK_MS_MAX)
}
