// The agents of the fixture month: when they come and go, when they are away and why. The night's agent works
// over midnight.
import type { Fact } from '../../src/core/facts.ts'
import { NOT_READY_REASONS } from '../../src/core/inputs.ts'
import type { Random } from '../../src/simulator/random.ts'
import { DAY_MS, DAYS, HOUR_MS, MINUTE_MS, MONTH_START } from './fixture-month.ts'
import type { PlayedFloor } from './played-floor.ts'

const SHIFTS = [
  ['a1', 8, 17],
  ['a2', 9, 18],
  ['a3', 9, 20],
  ['a4', 12, 21],
  ['night', 21, 32],
] as const
/** On these nights nobody is there from two o'clock on. */
const EMPTY_NIGHTS = new Set([6, 13])

export class MonthOfAgents {
  readonly #floor: PlayedFloor
  readonly #random: Random

  constructor(floor: PlayedFloor, random: Random) {
    this.#floor = floor
    this.#random = random
    floor.onFact((fact) => this.#heed(fact))
  }

  plan(): void {
    for (let day = -1; day < DAYS; day += 1) {
      for (const [agentId, from, to] of SHIFTS) {
        if (day < 0 && agentId !== 'night') continue
        const midnight = MONTH_START + day * DAY_MS
        const isShort = agentId === 'night' && EMPTY_NIGHTS.has(day + 1)
        this.#floor.at(
          midnight + (day < 0 ? 22 : from) * HOUR_MS + this.#random.whole(0, 60_000),
          () => this.#floor.signIn(agentId),
        )
        this.#floor.at(midnight + (isShort ? 26 : to) * HOUR_MS, () => this.#goHome(agentId))
        const reason = NOT_READY_REASONS[(day + 1 + from) % NOT_READY_REASONS.length] ?? 'other'
        const breakAt =
          midnight + ((from + to) / 2) * HOUR_MS + this.#random.whole(0, 20) * MINUTE_MS
        this.#floor.at(breakAt, () => this.#leave(agentId, reason))
      }
    }
  }

  #heed(fact: Fact): void {
    if (fact.type !== 'agent.became_not_ready' && fact.type !== 'agent.signed_in') return
    const { agentId } = fact
    const reason = fact.type === 'agent.signed_in' ? 'signed_in' : fact.reason
    const isWanted = (NOT_READY_REASONS as readonly string[]).includes(reason)
    const awayMs = isWanted
      ? this.#random.whole(6, 25) * MINUTE_MS + this.#random.whole(0, 59_999)
      : this.#random.whole(3_000, 70_000)
    this.#floor.clock.after(awayMs, () => {
      this.#floor.ask(agentId, { type: 'agent.ready_requested' })
    })
  }

  /** Now, or when the call in hand and its wrap-up are over. */
  #leave(agentId: string, reason: (typeof NOT_READY_REASONS)[number]): void {
    if (reason === 'off_seat') {
      const requestId = `leave-${this.#floor.clock.now()}`
      const leave = { requestId, durationMs: 10 * MINUTE_MS, note: '取药' }
      this.#floor.ask(agentId, { type: 'agent.off_seat_requested', ...leave })
    }
    const refusal = this.#floor.ask(agentId, { type: 'agent.not_ready_requested', reason })
    if (refusal === null) return
    const plan = { action: 'not_ready', reason } as const
    this.#floor.ask(agentId, { type: 'agent.after_call_requested', plan })
  }

  #goHome(agentId: string): void {
    if (this.#floor.ask(agentId, { type: 'agent.sign_out_requested' }) === null) return
    const plan = { action: 'sign_out' } as const
    this.#floor.ask(agentId, { type: 'agent.after_call_requested', plan })
  }
}
