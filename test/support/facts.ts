// Whole calls as facts, in the order in which the core emits them, for tests of what is made from facts.
import type { Ending, Fact, RecordedFact } from '../../src/core/facts.ts'

/** 2026-11-23 09:00 in Shanghai. */
export const MORNING = Date.UTC(2026, 10, 23, 1)

export interface CallPlan {
  readonly callId: string
  readonly arrivedAt?: number
  readonly queueId?: string
  readonly agentId?: string
  /** From queue to answer, or to the end where nobody answers. */
  readonly waitMs?: number
  readonly talkMs?: number
  readonly answerMsMax?: number
}

/** Gives facts their numbers, the first `from`. */
export function numbered(facts: readonly Fact[], from = 1): RecordedFact[] {
  return facts.map((fact, place) => ({ ...fact, seq: from + place }))
}

export function arrival(plan: CallPlan): Fact[] {
  const { callId, queueId = 'citizen', arrivedAt = MORNING } = plan
  const at = arrivedAt
  return [
    {
      type: 'call.arrived',
      at,
      callId,
      legId: `${callId}-leg`,
      nodeId: 'fs1',
      from: '13800138000',
      to: '12345',
      arrivedAt,
    },
    { type: 'call.queued', at, callId, queueId, priority: 0, queuedAt: at },
  ]
}

export function connection(plan: CallPlan): Fact[] {
  const {
    callId,
    queueId = 'citizen',
    agentId = '1001',
    arrivedAt = MORNING,
    waitMs = 5_000,
  } = plan
  const { answerMsMax = 15_000 } = plan
  const queuedAt = arrivedAt
  const answeredAt = queuedAt + waitMs
  const offer = { callId, agentId, legId: `${callId}-${agentId}` }
  const ringMs = Math.min(waitMs, 4_000)
  const at = answeredAt - ringMs
  const path = `2026/11/23/${callId}.wav`
  const rung = { ringMs, rings: 1, isLate: false }
  return [
    { type: 'call.offered', at, ...offer, queueId },
    { type: 'call.ringing', at: at + Math.min(ringMs, 100), ...offer },
    { type: 'call.answered', at: answeredAt, ...offer, queueId, ...rung },
    {
      type: 'call.connected',
      at: answeredAt + 20,
      ...offer,
      queueId,
      arrivedAt,
      queuedAt,
      answeredAt,
      waitMs,
      isTimely: waitMs <= answerMsMax,
      isFirst: true,
    },
    { type: 'recording.requested', at: answeredAt + 20, ...offer, path },
    { type: 'recording.started', at: answeredAt + 30, callId, path },
  ]
}

export function ending(
  plan: CallPlan & {
    ending: Ending
    at: number
    holdMs?: number
    openHold?: Extract<Fact, { type: 'call.ended' }>['openHold']
  },
): Fact {
  const { callId, queueId = 'citizen', arrivedAt = MORNING, waitMs = 5_000, at, holdMs = 0 } = plan
  const isServed = plan.ending === 'served'
  return {
    type: 'call.ended',
    at,
    callId,
    ending: plan.ending,
    queueId,
    agentId: isServed ? (plan.agentId ?? '1001') : null,
    hangupBy: 'caller',
    cause: 'NORMAL_CLEARING',
    arrivedAt,
    waitMs,
    talkMs: isServed ? (plan.talkMs ?? 60_000) : null,
    holdMs,
    openHold: plan.openHold ?? null,
  }
}

/** Arrives, waits, is answered and talks, and is written up. */
export function servedCall(plan: CallPlan): Fact[] {
  const { callId, agentId = '1001', arrivedAt = MORNING, waitMs = 5_000, talkMs = 60_000 } = plan
  const at = arrivedAt + waitMs + 20 + talkMs
  const path = `2026/11/23/${callId}.wav`
  const agentLeg = { legId: `${callId}-${agentId}`, agentId, cause: 'NORMAL_CLEARING' }
  return [
    ...arrival(plan),
    ...connection(plan),
    ending({ ...plan, ending: 'served', at }),
    { type: 'recording.stopped', at, callId, path, durationMs: talkMs },
    {
      type: 'agent.wrap_up_started',
      at,
      agentId,
      callId,
      queueId: plan.queueId ?? 'city',
      until: at + 60_000,
    },
    { type: 'leg.ended', at: at + 5, callId, ...agentLeg, sipStatus: 200 },
    {
      type: 'call.written_up',
      at: at + 9_000,
      callId,
      agentId,
      disposition: 'answered',
      summary: '路灯',
    },
    { type: 'agent.became_ready', at: at + 9_000, agentId, since: at + 9_000 },
  ]
}

/** Arrives, waits, and gives up. */
export function abandonedCall(plan: CallPlan): Fact[] {
  const { arrivedAt = MORNING, waitMs = 5_000 } = plan
  return [
    ...arrival(plan),
    ending({ ...plan, ending: 'abandoned_waiting', at: arrivedAt + waitMs }),
  ]
}
