// What facts about recordings do to the state: those that are begun and not yet checked.
import { changeCall } from './changes.ts'
import type { RecordingFact } from './facts.ts'
import type { PendingRecording, State } from './state.ts'

export function evolveRecording(state: State, fact: RecordingFact): void {
  const { path, callId, at } = fact
  const change = (changed: (pending: PendingRecording) => Partial<PendingRecording>) => {
    const pending = state.recordings.get(path)
    if (pending !== undefined) state.recordings.set(path, { ...pending, ...changed(pending) })
  }
  switch (fact.type) {
    case 'recording.requested':
      state.recordings.set(path, { callId, path, startedAt: at })
      changeCall(state, callId, (call) => {
        call.recordingPath = path
      })
      return
    case 'recording.started':
      return change(() => ({ startedAt: at }))
    case 'recording.stopped':
      return change(({ stoppedAt }) => ({ stoppedAt: stoppedAt ?? at }))
    case 'recording.interrupted':
      return change(() => ({ isInterrupted: true }))
    case 'recording.paused':
      return change(({ pauses = [] }) => ({ pauses: [...pauses, { from: at, to: null }] }))
    case 'recording.resumed':
      return change(({ pauses = [] }) => ({
        pauses: pauses.map((pause) => (pause.to === null ? { ...pause, to: at } : pause)),
      }))
    case 'recording.verified':
    case 'recording.flawed':
    case 'recording.missing':
      state.recordings.delete(path)
      return
  }
}
