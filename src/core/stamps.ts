// What a restarted service must know of a call is written on the caller's own leg, because the switch
// outlives us and is the truth about live calls.
import { CALL_STAGES } from './inputs.ts'
import type { Call } from './state.ts'
import type { Turn } from './turn.ts'

/** Writes the call's present state on the caller's leg. Call after every change of phase that matters then. */
export function stamp(turn: Turn, call: Call): void {
  const { phase, queueId, queuedAt } = call
  if (queueId === null || queuedAt === null) return
  const hasAgent = phase.name === 'talking' || phase.name === 'held'
  turn.send({
    type: 'stamp',
    legId: call.legId,
    stamp: {
      callId: call.callId,
      queueId,
      queuedAt,
      agentId: hasAgent ? phase.agentId : null,
      answeredAt: call.answeredAt,
      connectedAt: call.connectedAt,
      heldAt: phase.name === 'held' ? phase.since : null,
      recordingPath: call.recordingPath,
      stage: CALL_STAGES.find((stage) => stage === phase.name) ?? null,
      promptedAt: call.told.promptedAt,
      priority: call.priority,
      placeAt: call.placeAt,
      language: call.language,
    },
  })
}
