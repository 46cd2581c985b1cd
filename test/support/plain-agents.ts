// The figures of agents a second time, from the facts alone and plainly: what rang, whom they spoke to, and
// where their time went.
import type { Fact } from '../../src/core/facts.ts'

interface Offer {
  readonly agentId: string
  readonly at: number
  outcome: string | null
  ringMs: number
}

interface Stretch {
  readonly agentId: string
  /** `ready`, `offered`, `on_call`, `consulted`, `wrap_up`, `signed_out`, or `not_ready` with a reason. */
  readonly phase: string
  readonly reason: string | null
  readonly from: number
  to: number | null
}

interface Moment {
  readonly agentId: string
  readonly at: number
}

export interface PlainAgents {
  readonly offers: readonly Offer[]
  readonly stretches: readonly Stretch[]
  /** The first words of an agent with a caller, once for each call. */
  readonly handled: readonly Moment[]
  readonly transferred: readonly Moment[]
  readonly holdsBegun: readonly Moment[]
  readonly holdsEnded: readonly (Moment & { readonly holdMs: number })[]
}

export function plainAgents(facts: readonly Fact[]): PlainAgents {
  const offers = new Map<string, Offer>()
  const now = new Map<string, Stretch>()
  const stretches: Stretch[] = []
  const spoken = new Set<string>()
  const handled: Moment[] = []
  const transferred: Moment[] = []
  const holdsBegun: Moment[] = []
  const holdsEnded: (Moment & { holdMs: number })[] = []
  const heldSince = new Map<string, Moment>()
  const be = (agentId: string, at: number, phase: string, reason: string | null = null) => {
    const before = now.get(agentId)
    if (before !== undefined) before.to = at
    const stretch = { agentId, phase, reason, from: at, to: null }
    now.set(agentId, stretch)
    stretches.push(stretch)
  }
  const speak = (callId: string, agentId: string, at: number) => {
    const both = `${callId} ${agentId}`
    if (!spoken.has(both)) handled.push({ agentId, at })
    spoken.add(both)
  }
  for (const fact of facts) {
    const { at } = fact
    switch (fact.type) {
      case 'agent.signed_in':
        be(fact.agentId, at, 'not_ready', 'signed_in')
        break
      case 'agent.signed_out':
        be(fact.agentId, at, 'signed_out')
        break
      case 'agent.became_ready':
        be(fact.agentId, at, 'ready')
        break
      case 'agent.became_not_ready':
        be(fact.agentId, at, 'not_ready', fact.reason)
        break
      case 'agent.wrap_up_started':
        be(fact.agentId, at, 'wrap_up')
        break
      case 'call.offered':
        be(fact.agentId, at, 'offered')
        offers.set(fact.legId, { agentId: fact.agentId, at, outcome: null, ringMs: 0 })
        break
      case 'call.answered': {
        be(fact.agentId, at, 'on_call')
        const offer = offers.get(fact.legId)
        if (offer !== undefined) {
          offer.outcome = 'answered'
          offer.ringMs = at - offer.at
        }
        break
      }
      case 'offer.ended': {
        const offer = offers.get(fact.legId)
        if (offer !== undefined) offer.outcome = fact.outcome
        break
      }
      case 'call.connected':
        speak(fact.callId, fact.agentId, at)
        break
      case 'party.dialled':
        if (fact.target.kind === 'agent') be(fact.target.agentId, at, 'consulted')
        break
      case 'call.transferred':
        if (fact.toAgentId !== null) {
          be(fact.toAgentId, at, 'on_call')
          speak(fact.callId, fact.toAgentId, at)
        }
        if (fact.agentId !== null && fact.agentId !== fact.toAgentId) {
          transferred.push({ agentId: fact.agentId, at })
        }
        break
      case 'call.held':
        holdsBegun.push({ agentId: fact.agentId, at })
        heldSince.set(fact.callId, { agentId: fact.agentId, at })
        break
      case 'call.retrieved':
      case 'call.ended': {
        const since = heldSince.get(fact.callId)
        heldSince.delete(fact.callId)
        if (since === undefined) break
        holdsEnded.push({ agentId: since.agentId, at, holdMs: at - since.at })
        break
      }
      default:
    }
  }
  const all = { stretches, handled, transferred, holdsBegun, holdsEnded }
  return { offers: [...offers.values()], ...all }
}

const ratio = (numerator: number, denominator: number) =>
  denominator <= 0 ? null : numerator / denominator
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** As the API shows them of what happened in `[from, to)`; null where nothing did. */
export function plainAgentFigures(all: PlainAgents, agentId: string, from: number, to: number) {
  const own = <Item extends { readonly agentId: string; readonly at: number }>(
    items: readonly Item[],
  ) => items.filter((item) => item.agentId === agentId && item.at >= from && item.at < to)
  const stretches = all.stretches.filter((stretch) => stretch.agentId === agentId)
  const msIn = (isMeant: (stretch: Stretch) => boolean) =>
    sum(
      stretches
        .filter(isMeant)
        .map((stretch) => Math.min(stretch.to ?? 0, to) - Math.max(stretch.from, from))
        .filter((ms) => ms > 0),
    )
  const phaseMs = (phase: string) => msIn((stretch) => stretch.phase === phase)
  const offers = own(all.offers)
  const of = (outcome: string) => offers.filter((offer) => offer.outcome === outcome)
  const answered = of('answered')
  const handled = own(all.handled).length
  const ended = own(all.holdsEnded)
  const holdMs = sum(ended.map((hold) => hold.holdMs))
  const onCallMs = phaseMs('on_call')
  const talkMs = Math.max(0, onCallMs - holdMs)
  const wrapUpMs = phaseMs('wrap_up')
  const readyMs = phaseMs('ready')
  const reasons = new Set(stretches.flatMap(({ reason }) => reason ?? []))
  const byReason = [...reasons].map(
    (reason) => [reason, msIn((stretch) => stretch.reason === reason)] as const,
  )
  const excused = [...of('caller_abandoned'), ...of('answered_elsewhere'), ...of('withdrawn')]
  const figures = {
    handled,
    averageHandleMs: ratio(onCallMs + wrapUpMs, handled),
    averageTalkMs: ratio(talkMs, handled),
    averageHoldMs: ratio(holdMs, handled),
    averageWrapUpMs: ratio(wrapUpMs, handled),
    occupancy: ratio(onCallMs + wrapUpMs, onCallMs + wrapUpMs + readyMs),
    offers: {
      total: offers.length,
      answered: answered.length,
      // After the third ring, which ends 15 seconds after the first began.
      late: answered.filter(({ ringMs }) => ringMs > 15_000).length,
      missed: of('rona').length,
      rejected: of('rejected').length,
      unreachable: of('unreachable').length,
      callerAbandoned: of('caller_abandoned').length,
      answeredElsewhere: of('answered_elsewhere').length,
      withdrawn: of('withdrawn').length,
      failed: of('failed').length,
      answerRate: ratio(answered.length, offers.length - excused.length),
      averageRingMs: ratio(sum(answered.map(({ ringMs }) => ringMs)), answered.length),
    },
    holds: own(all.holdsBegun).length,
    holdsExceeded: ended.filter((hold) => hold.holdMs > 30_000).length,
    transferred: own(all.transferred).length,
    readyMs,
    ringingMs: phaseMs('offered'),
    talkMs,
    holdMs,
    wrapUpMs,
    notReadyMs: phaseMs('not_ready'),
    notReadyMsByReason: Object.fromEntries(byReason.filter(([, ms]) => ms > 0)),
  }
  const isSeen = msIn(({ phase }) => phase !== 'signed_out' && phase !== 'consulted') > 0
  return isSeen || offers.length > 0 ? figures : null
}
