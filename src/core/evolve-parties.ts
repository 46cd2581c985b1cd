// What facts about third parties do to the state: the half of `evolve` beside evolve-calls.ts.
import { changeAgent, changeCall, endLeg, setPhase } from './changes.ts'
import { endStretch, talking } from './evolve-holds.ts'
import type { PartyFact } from './party-facts.ts'
import type { Call, Party, State } from './state.ts'

type FactOf<Type extends PartyFact['type']> = Extract<PartyFact, { type: Type }>

export function evolveParty(state: State, fact: PartyFact): void {
  switch (fact.type) {
    case 'party.dialled':
      partyDialled(state, fact)
      return
    case 'party.adopted':
      partyDialled(state, { ...fact, type: 'party.dialled' })
      changeParty(state, fact, { state: fact.state, answeredAt: fact.at })
      return
    case 'party.answered':
      changeParty(state, fact, { state: 'answered', answeredAt: fact.at, since: fact.at })
      return
    case 'party.wanted':
      changeParty(state, fact, { wish: fact.wish })
      return
    case 'party.joined':
      changeParty(state, fact, { state: 'joined', wish: null, since: fact.at })
      return
    case 'party.set_aside':
      changeParty(state, fact, { state: 'aside', wish: null, since: fact.at })
      return
    case 'party.ended':
      endLeg(state, fact.legId, fact.at)
      changeCall(state, fact.callId, (call) => {
        call.parties = call.parties.filter(({ legId }) => legId !== fact.legId)
      })
      return
    case 'call.transfer_started':
      transferStarted(state, fact)
      return
    case 'call.transferred':
      transferred(state, fact)
      return
    case 'call.transfer_failed':
      changeCall(state, fact.callId, (call) => {
        if (call.transfer !== null) call.transfer = { ...call.transfer, hasFailed: true }
      })
      return
    case 'call.survey_started':
    case 'call.survey_asked':
    case 'call.surveyed':
    case 'call.closed_silent':
      evolveClosing(state, fact)
      return
    case 'call.conference_started':
    case 'call.conference_joined':
    case 'call.conference_left':
    case 'call.conference_ended':
    case 'call.conference_adopted':
      evolveConference(state, fact)
      return
    default:
      changeCall(state, fact.callId, (call) => flag(call, fact))
  }
}

function flag(call: Call, fact: PartyFact): void {
  switch (fact.type) {
    case 'call.muted':
      call.mutedSince = fact.at
      return
    case 'call.unmuted':
      call.mutedSince = null
      return
    case 'call.urgency_flagged':
      call.urgentSince = fact.at
      return
    case 'call.nuisance_flagged':
      call.isNuisance = true
      return
    case 'call.help_requested':
      call.helpRequestedAt = fact.at
      return
    case 'call.help_answered':
      call.helpRequestedAt = null
      return
  }
}

function partyDialled(state: State, fact: FactOf<'party.dialled'>): void {
  const { callId, legId, target, purpose, agentId, at } = fact
  const partyAgentId = target.kind === 'agent' ? target.agentId : null
  state.legsMade += 1
  state.legs.set(legId, {
    legId,
    nodeId: state.calls.get(callId)?.nodeId ?? '',
    role: 'party',
    callId,
    agentId: partyAgentId,
    since: at,
    endingSince: null,
  })
  const party: Party = {
    legId,
    target,
    purpose,
    requestedBy: agentId,
    state: 'dialling',
    wish: null,
    since: at,
    dialledAt: at,
    answeredAt: null,
  }
  changeCall(state, callId, (call) => {
    call.parties = [...call.parties, party]
  })
  if (partyAgentId === null) return
  changeAgent(state, partyAgentId, (agent) => {
    agent.legId = legId
    agent.phase = { name: 'consulted', callId, legId, since: at }
  })
}

function changeParty(
  state: State,
  fact: { readonly callId: string; readonly legId: string },
  change: Partial<Party>,
): void {
  changeCall(state, fact.callId, (call) => {
    call.parties = call.parties.map((party) =>
      party.legId === fact.legId ? { ...party, ...change } : party,
    )
  })
}

/** The agent is out of the call. */
function letAgentGo(state: State, call: Call, at: number): void {
  endStretch(call, at)
  if ('legId' in call.phase) endLeg(state, call.phase.legId, at)
  call.mutedSince = null
}

function transferStarted(state: State, fact: FactOf<'call.transfer_started'>): void {
  const { agentId, mode, target, at } = fact
  changeCall(state, fact.callId, (call) => {
    letAgentGo(state, call, at)
    call.phase = { name: 'transferring', since: at }
    call.transfer = { agentId, mode, target, hasFailed: false }
    call.conference = null
  })
}

function transferred(state: State, fact: FactOf<'call.transferred'>): void {
  const { callId, legId, toAgentId, at } = fact
  changeCall(state, callId, (call) => {
    letAgentGo(state, call, at)
    call.transfer = null
    if (toAgentId === null) {
      call.phase = { name: 'transferred', since: at }
      const isConference = call.conference !== null
      call.parties = call.parties.map((party) =>
        party.legId === legId && !isConference
          ? { ...party, state: 'joined', wish: null, since: at }
          : party,
      )
      return
    }
    call.parties = call.parties.filter((party) => party.legId !== legId)
    call.lastAgentId = toAgentId
    call.phase = talking({ agentId: toAgentId, legId, at })
    const leg = state.legs.get(legId)
    if (leg !== undefined) leg.role = 'agent'
    setPhase(state, toAgentId, { name: 'on_call', callId, legId, since: at })
  })
}

function evolveClosing(
  state: State,
  fact: FactOf<
    'call.survey_started' | 'call.survey_asked' | 'call.surveyed' | 'call.closed_silent'
  >,
): void {
  changeCall(state, fact.callId, (call) => {
    const { phase } = call
    switch (fact.type) {
      case 'call.survey_started':
      case 'call.closed_silent':
        letAgentGo(state, call, fact.at)
        call.hangUpRequestedBy = fact.agentId
        call.phase =
          fact.type === 'call.closed_silent'
            ? { name: 'closing', since: fact.at }
            : {
                name: 'surveying',
                since: fact.at,
                scale: fact.scale,
                state: 'starting',
              }
        return
      default:
        if (phase.name !== 'surveying') return
        call.phase = { ...phase, state: fact.type === 'call.surveyed' ? 'done' : 'asked' }
    }
  })
}

function evolveConference(
  state: State,
  fact: FactOf<
    | 'call.conference_started'
    | 'call.conference_joined'
    | 'call.conference_left'
    | 'call.conference_ended'
    | 'call.conference_adopted'
  >,
): void {
  changeCall(state, fact.callId, (call) => {
    const legIds = call.conference?.legIds ?? []
    switch (fact.type) {
      case 'call.conference_started':
        call.conference = { since: fact.at, legIds }
        return
      case 'call.conference_ended':
        call.conference = null
        return
      case 'call.conference_adopted':
        call.conference = { since: fact.at, legIds: fact.legIds }
        return
      case 'call.conference_joined':
        call.conference = {
          since: call.conference?.since ?? fact.at,
          legIds: [...legIds.filter((legId) => legId !== fact.legId), fact.legId],
        }
        break
      case 'call.conference_left':
        if (call.conference === null) return
        call.conference = {
          ...call.conference,
          legIds: legIds.filter((legId) => legId !== fact.legId),
        }
        break
    }
    // One that has dropped out for a moment is still wanted in, and fetched again.
    if (fact.type !== 'call.conference_joined') return
    call.parties = call.parties.map((party) =>
      party.legId === fact.legId
        ? { ...party, state: 'conference', wish: null, since: fact.at }
        : party,
    )
  })
}
