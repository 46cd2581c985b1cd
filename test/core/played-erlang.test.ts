// Erlang A against the engine itself: callers at random, talks and patience of random length, played call by
// call through admission, routing, offers and hang-ups. A few days of calls are some points off by chance
// alone, so the same callers are also reckoned without an engine, and what they are off by there, compared
// with very many more, is taken out.
import { expect, it } from 'vitest'
import { erlangA } from '../../src/core/erlang.ts'
import { VirtualClock } from '../../src/simulator/clock.ts'
import { Random } from '../../src/simulator/random.ts'
import { SMALL_HOTLINE } from '../support/hotline.ts'
import { type PlannedCall, PlayedFloor } from '../support/played-floor.ts'

const START = Date.UTC(2026, 10, 23)
const LIMIT_MS = 15_000
const CALLS = 6_000
const CALLS_ON_PAPER = 400_000
/** The clock fires what is planned; too long a plan makes that slow. */
const PLANNED = 200
const LARGE = { callsPerHour: 300, handleMs: 240_000, patienceMs: 90_000 }
const SMALL = { callsPerHour: 60, handleMs: 180_000, patienceMs: 45_000 }

function drawCalls(traffic: typeof LARGE, length: number): PlannedCall[] {
  const random = new Random('callers')
  const { callsPerHour, handleMs, patienceMs } = traffic
  let at = START
  return Array.from({ length }, (_, place) => {
    at += random.exponential(3_600_000 / callsPerHour)
    return {
      callId: `c${place}`,
      at: Math.round(at),
      from: `138${10_000_000 + place}`,
      to: '12345',
      patienceMs: Math.round(random.exponential(patienceMs)),
      talkMs: Math.round(random.exponential(handleMs)),
    }
  })
}

/** Share of those answered in time by agents who pick up at once and write nothing up. */
function playedByEngine(calls: readonly PlannedCall[], agents: number): number {
  const agentIds = Array.from({ length: agents }, (_, place) => `a${place}`)
  const skills = ['mandarin']
  const floor = new PlayedFloor({
    clock: new VirtualClock(START),
    config: {
      ...SMALL_HOTLINE,
      agents: agentIds.map((agentId) => ({ agentId, name: agentId, skills })),
    },
    habitOf: () => ({ answersAfterMs: 0 }),
    wrapUpMsOf: () => 0,
  })
  for (const agentId of agentIds) {
    floor.signIn(agentId)
    floor.ask(agentId, { type: 'agent.ready_requested' })
  }
  let within = 0
  floor.onFact((fact) => {
    if (fact.type === 'call.connected' && fact.waitMs <= LIMIT_MS) within += 1
  })
  for (let first = 0; first < calls.length; first += PLANNED) {
    const some = calls.slice(first, first + PLANNED)
    for (const call of some) floor.plan(call)
    floor.playUntil(some.at(-1)?.at ?? START)
    floor.facts.length = 0
  }
  floor.playUntil(floor.clock.now() + 3_600_000)
  return within / calls.length
}

/** First come, first served, by whoever is free first. */
function playedOnPaper(calls: readonly PlannedCall[], agents: number): number {
  const freeAt = new Array<number>(agents).fill(0)
  let within = 0
  for (const { at, patienceMs, talkMs } of calls) {
    const soonest = freeAt.indexOf(Math.min(...freeAt))
    const waitMs = Math.max(0, (freeAt[soonest] ?? 0) - at)
    if (waitMs > patienceMs) continue
    freeAt[soonest] = at + waitMs + talkMs
    if (waitMs <= LIMIT_MS) within += 1
  }
  return within / calls.length
}

it.each([
  [LARGE, 20],
  [LARGE, 23],
  [SMALL, 3],
])(
  'agrees with %o on %i agents, played by the engine, within a point',
  (traffic, agents) => {
    const { patienceMs } = traffic
    const { answeredWithin } = erlangA(traffic, agents, { patienceMs, answerMsMax: LIMIT_MS })
    const calls = drawCalls(traffic, CALLS)
    const played = playedByEngine(calls, agents)
    const onPaper = playedOnPaper(calls, agents)
    expect(Math.abs(played - onPaper)).toBeLessThan(0.005)
    const chance = onPaper - playedOnPaper(drawCalls(traffic, CALLS_ON_PAPER), agents)
    expect(Math.abs(played - chance - answeredWithin)).toBeLessThan(0.01)
  },
  120_000,
)
