// How long an agent may be away, and what happens when it is longer. Reasons have limits per use and per
// day, a leave has the length that was approved, a rest ends by itself; and one who cannot
// be reached without having asked for leave has left the seat.

import { dayOf } from './days.ts'
import type { NotReadyReason } from './inputs.ts'
import { type AbsenceLimit, spentMs } from './seats.ts'
import type { Agent } from './state.ts'
import type { Turn } from './turn.ts'

/** Nobody gave these leave: the phone is gone, or rang without anybody there. */
const UNANNOUNCED: ReadonlySet<NotReadyReason> = new Set(['unreachable', 'rona'])

/** When an absence that begins now has lasted long enough; null where nothing limits it. */
export function absenceLimit(
  turn: Turn,
  agent: Agent,
  reason: NotReadyReason,
): AbsenceLimit | null {
  const { config } = turn.state
  const { at } = turn
  const day = dayOf(at, config.timeZone)
  const usedMs = spentMs(agent.seat, reason, day, at)
  if (reason === 'off_seat') {
    const limitMs = agent.seat.offSeat?.durationMs ?? 0
    return { until: at + limitMs, by: 'leave', limitMs, day, usedMs }
  }
  const settings = config.agentRules.notReadyReasons.find(({ reasonId }) => reasonId === reason)
  const ofUse = settings?.msMaxPerUse ?? null
  const ofDay = settings?.msMaxPerDay ?? null
  const leftOfDay = ofDay === null ? Number.POSITIVE_INFINITY : Math.max(0, ofDay - usedMs)
  if (ofDay !== null && (ofUse === null || leftOfDay < ofUse)) {
    return { until: at + leftOfDay, by: 'day', limitMs: ofDay, day, usedMs }
  }
  return ofUse === null ? null : { until: at + ofUse, by: 'use', limitMs: ofUse, day, usedMs }
}

/** Sets the clock of the absence that the agent is in, begun in this run or an earlier one. */
export function watchAbsence(turn: Turn, agent: Agent): void {
  const { absence } = agent.seat
  if (agent.phase.name !== 'not_ready' || absence === null || absence.isOverrun) return
  const { reason, since, limit } = absence
  if (limit !== null) turn.setTimer(`absence:${agent.agentId}`, limit.until)
  else if (UNANNOUNCED.has(reason)) {
    turn.setTimer(`absence:${agent.agentId}`, since + unreachableMsMax(turn))
  }
}

export function absenceDue(turn: Turn, agent: Agent): void {
  const { agentId, seat, phase } = agent
  const { absence } = seat
  if (phase.name !== 'not_ready' || absence === null || absence.isOverrun) return
  const { reason, since, limit } = absence
  const { at } = turn
  if (limit === null) {
    if (!UNANNOUNCED.has(reason)) return
    if (at >= since + unreachableMsMax(turn)) {
      turn.emit({ type: 'agent.left_seat', at, agentId, reason, since })
    } else watchAbsence(turn, agent)
    return
  }
  if (at < limit.until) return
  if (limit.by === 'rest') endRest(turn, agent)
  else {
    const { limitMs } = limit
    turn.emit({ type: 'agent.absence_overran', at, agentId, reason, since, limitMs })
  }
}

/** After this many calls the agent is given a moment of rest. */
export function isRestDue(turn: Turn, agent: Agent): boolean {
  const { restAfterCalls } = turn.state.config.agentRules.policy
  return restAfterCalls > 0 && agent.seat.callsSinceRest >= restAfterCalls
}

export function rest(turn: Turn, agent: Agent): void {
  const { at, state } = turn
  const { restMs } = state.config.agentRules.policy
  const { agentId, seat } = agent
  const day = dayOf(at, state.config.timeZone)
  const usedMs = spentMs(seat, 'rest', day, at)
  turn.emit({
    type: 'agent.became_not_ready',
    at,
    agentId,
    reason: 'rest',
    limit: { until: at + restMs, by: 'rest', limitMs: restMs, day, usedMs },
  })
  watchAbsence(turn, agent)
}

function endRest(turn: Turn, agent: Agent): void {
  const { agentId } = agent
  const { at } = turn
  if (agent.isRegistered) turn.emit({ type: 'agent.became_ready', at, agentId, since: at })
  else {
    turn.emit({ type: 'agent.became_not_ready', at, agentId, reason: 'unreachable' })
    watchAbsence(turn, agent)
  }
}

function unreachableMsMax(turn: Turn): number {
  return turn.state.config.agentRules.policy.unreachableMsMax
}
