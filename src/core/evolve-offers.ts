// What facts about offers do to the state: whose phones ring, how they came out, and what that says of
// the next ones. A part of evolve-calls.ts.
import { noteRing } from './answering.ts'
import { changeAgent, changeCall, endLeg, setCallPhase, setPhase } from './changes.ts'
import type { CallFact } from './facts.ts'
import type { State } from './state.ts'

type OfferFact = Extract<
  CallFact,
  {
    type:
      | 'call.offered'
      | 'call.answered'
      | 'offer.ended'
      | 'call.widened'
      | 'call.hurried'
      | 'call.diverted'
      | 'call.language_asked'
      | 'call.language_chosen'
  }
>
type FactOf<Type extends OfferFact['type']> = Extract<OfferFact, { type: Type }>

export function evolveOffer(state: State, fact: OfferFact): void {
  switch (fact.type) {
    case 'call.offered':
      callOffered(state, fact)
      return
    case 'call.answered': {
      const { callId, agentId, legId, at, ringMs } = fact
      changeAgent(state, agentId, (agent) => {
        agent.answers = noteRing(agent.answers, { ringMs, isAnswered: true })
      })
      setCallPhase(state, callId, { name: 'connecting', agentId, legId, since: at })
      setPhase(state, agentId, { name: 'on_call', callId, legId, since: at })
      return
    }
    case 'offer.ended':
      endLeg(state, fact.legId, fact.at)
      noteUnanswered(state, fact)
      changeCall(state, fact.callId, (call) => {
        if (call.phase.name !== 'offered') return
        const rings = call.phase.rings.filter(({ legId }) => legId !== fact.legId)
        call.phase = { ...call.phase, rings }
      })
      return
    case 'call.widened':
      changeCall(state, fact.callId, (call) => {
        call.step = fact.step
      })
      return
    case 'call.diverted':
      changeCall(state, fact.callId, (call) => {
        // Before it was queued the call stands nowhere yet.
        if (call.queuedAt === null) return
        call.queueId = fact.queueId
        call.priority = fact.priority
        call.step = 0
      })
      return
    case 'call.language_asked':
    case 'call.language_chosen':
      changeCall(state, fact.callId, (call) => {
        call.isAskedLanguage = fact.type === 'call.language_asked'
        if (fact.type === 'call.language_chosen') call.language = fact.language
      })
      return
    case 'call.hurried':
      changeCall(state, fact.callId, (call) => {
        if (call.phase.name === 'offered') call.phase = { ...call.phase, isHurried: true }
      })
      return
  }
}

function callOffered(state: State, fact: FactOf<'call.offered'>): void {
  const { callId, agentId, legId, at } = fact
  const nodeId = state.calls.get(callId)?.nodeId ?? ''
  state.legsMade += 1
  state.legs.set(legId, {
    legId,
    nodeId,
    role: 'agent',
    callId,
    agentId,
    since: at,
    endingSince: null,
  })
  changeCall(state, callId, (call) => {
    call.offeredAt ??= at
    const { phase } = call
    const ring = { agentId, legId, since: at }
    if (phase.name === 'offered') call.phase = { ...phase, rings: [...phase.rings, ring] }
    else call.phase = { name: 'offered', rings: [ring], since: at, isHurried: false }
  })
  changeAgent(state, agentId, (agent) => {
    agent.legId = legId
    agent.lastOfferedAt = at
    agent.phase = { name: 'offered', callId, legId, since: at }
  })
}

/**
 * A phone that was declined or out of reach would not have been answered however long it rang. One that
 * was answered, and lost before the two were joined, has been counted as answered.
 */
function noteUnanswered(state: State, fact: FactOf<'offer.ended'>): void {
  const { outcome, agentId, callId, legId } = fact
  const phase = state.calls.get(callId)?.phase
  if (phase?.name === 'connecting' && phase.legId === legId) return
  const isOver = outcome === 'rejected' || outcome === 'unreachable'
  const ringMs = isOver ? Number.POSITIVE_INFINITY : fact.ringMs
  changeAgent(state, agentId, (agent) => {
    agent.answers = noteRing(agent.answers, { ringMs, isAnswered: false })
  })
}
