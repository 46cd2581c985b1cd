// The leg of a third party in a call: how it is rung and how it ends, whatever it is there for. An agent
// who is rung or consulted belongs to the call until that leg ends, and is offered nothing meanwhile.
import { freeAgent, parkAgent, startWrapUp } from './agents.ts'
import type { AgentId } from './config.ts'
import type { LegId } from './inputs.ts'
import { isIdle } from './lanes.ts'
import { outcomeOf } from './offers.ts'
import type { PartyOutcome, PartyPurpose, PartyTarget } from './party-facts.ts'
import type { WantedTarget } from './party-inputs.ts'
import type { RejectionCode } from './rejections.ts'
import type { Agent, Call, Party } from './state.ts'
import type { Turn } from './turn.ts'
import { isWrittenUp } from './wrap-ups.ts'

/** From the answer to hearing each other; a joining that was lost never comes. */
export const JOIN_MS_MAX = 3_000
/** A colleague and an outside number ring this long; a department as long as it says. */
const RING_MS_MAX = 20_000

/** Causes with which a phone ends a conversation on purpose; every other one is a phone that vanished. */
const NORMAL_CAUSES = new Set(['NORMAL_CLEARING', 'NORMAL_UNSPECIFIED', 'NONE'])

export function isPutDown(cause: string): boolean {
  return NORMAL_CAUSES.has(cause)
}

/** Whoever is rung, consulted or set aside at the moment; null while only those of a conference are there. */
export function openParty(call: Call): Party | null {
  return call.parties.find(({ state }) => state !== 'conference') ?? null
}

export function partyOf(call: Call, legId: LegId): Party | null {
  return call.parties.find((party) => party.legId === legId) ?? null
}

interface Dialling {
  readonly target: PartyTarget
  readonly purpose: PartyPurpose
  /** Who asked for it; null: nobody who is still on the call. */
  readonly agentId: AgentId | null
}

export function dial(turn: Turn, call: Call, { target, purpose, agentId }: Dialling): void {
  const { state, at } = turn
  const legId = `${state.epoch}-${state.legsMade + 1}`
  const { callId } = call
  const unit = target.kind === 'unit' ? state.units.get(target.unitId) : undefined
  const ringMsMax = unit?.ringMsMax ?? RING_MS_MAX
  turn.emit({ type: 'party.dialled', at, callId, legId, target, purpose, agentId })
  // A colleague sees who calls; to anybody outside the hotline calls.
  const from = target.kind === 'agent' ? call.from : call.to
  turn.send({ type: 'originate_party', legId, callId, target, purpose, from, ringMsMax })
  turn.setTimer(`party:${legId}`, at + ringMsMax)
}

/** The target with its number; or why it cannot be rung now. */
export function resolveTarget(
  turn: Turn,
  own: Agent,
  wanted: WantedTarget,
): PartyTarget | RejectionCode {
  const { state } = turn
  switch (wanted.kind) {
    case 'number':
      return wanted
    case 'agent': {
      const agent = state.agents.get(wanted.agentId)
      if (agent === undefined) return 'unknown_target'
      return agent === own || !isIdle(agent) ? 'target_unavailable' : wanted
    }
    case 'unit': {
      const number = state.units.get(wanted.unitId)?.phones[0]?.number
      return number === undefined ? 'unknown_target' : { ...wanted, number }
    }
  }
}

/** The party is out of the call; what becomes of the call is left to the caller of this function. */
export function endParty(
  turn: Turn,
  call: Call,
  party: Party,
  { outcome, cause }: { readonly outcome: PartyOutcome; readonly cause: string },
): void {
  const { at } = turn
  const { legId, target, purpose, requestedBy, dialledAt, answeredAt } = party
  turn.clearTimer(`party:${legId}`)
  turn.clearTimer(`join:${legId}`)
  turn.hangUp(legId, answeredAt === null ? 'ORIGINATOR_CANCEL' : 'NORMAL_CLEARING')
  turn.emit({
    type: 'party.ended',
    at,
    callId: call.callId,
    legId,
    target,
    purpose,
    agentId: requestedBy,
    outcome,
    ringMs: Math.max(0, (answeredAt ?? at) - dialledAt),
    talkMs: answeredAt === null ? null : Math.max(0, at - answeredAt),
    cause,
  })
  releaseAgent(turn, call, party, { outcome, cause })
}

/** How the end of a leg that nobody ended on our side reads. */
export function partyOutcomeOf(party: Party, cause: string): PartyOutcome {
  if (party.answeredAt !== null) return 'left'
  const outcome = outcomeOf(cause)
  if (outcome === 'rejected') return 'busy'
  return outcome === 'rona' ? 'no_answer' : 'unreachable'
}

const PARKED = { no_answer: 'rona', busy: 'rejected', unreachable: 'unreachable' } as const

function releaseAgent(
  turn: Turn,
  call: Call,
  party: Party,
  { outcome, cause }: { readonly outcome: PartyOutcome; readonly cause: string },
): void {
  const { target, legId, purpose, answeredAt } = party
  const agent = target.kind === 'agent' ? turn.state.agents.get(target.agentId) : undefined
  if (agent?.phase.name !== 'consulted' || agent.phase.legId !== legId) return
  const { callId, queueId } = call
  const isRecall = purpose === 'recall'
  if (outcome === 'no_answer' || outcome === 'busy' || outcome === 'unreachable') {
    const { agentId } = agent
    if (isRecall && !isWrittenUp(agent, callId)) {
      turn.emit({ type: 'call.left_unrecorded', at: turn.at, callId, agentId })
    }
    return parkAgent(turn, agent, PARKED[outcome])
  }
  if (outcome === 'left' && !isPutDown(cause)) return parkAgent(turn, agent, 'unreachable')
  // Rung out of the wrap-up of this very call, which is still to be written up.
  if (isRecall) return startWrapUp(turn, agent, callId, queueId)
  freeAgent(turn, agent, answeredAt === null ? agent.readySince : turn.at)
}
