// A floor without a switch: a real engine on a clock that the test moves, fed with what a switch would
// report, in the order in which it does. For tests of those who look at the floor or act on it.
import { pino } from 'pino'
import type { Config } from '../../src/core/config.ts'
import type { RecordedFact } from '../../src/core/facts.ts'
import type { Input, LegId } from '../../src/core/inputs.ts'
import { agentLegsOf } from '../../src/core/rings.ts'
import { emptyState } from '../../src/core/state.ts'
import { Engine } from '../../src/engine.ts'
import { createLog, type Log } from '../../src/log.ts'
import { SMALL_HOTLINE } from './hotline.ts'
import { ManualClock } from './manual-clock.ts'

/** 2026-11-23 12:00 in Shanghai. */
export const NOON = Date.UTC(2026, 10, 23, 4)
export const CALLER = '13800138000'

/** A log that keeps its lines. */
export function keptLog(): { log: Log; lines: () => Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) })
  return { log, lines: () => lines }
}

export const silentLog: Log = createLog('silent', pino.destination('/dev/null'))

export class Floor {
  readonly clock = new ManualClock(NOON)
  readonly facts: RecordedFact[] = []
  /** Set it to look on. */
  publish: (facts: readonly RecordedFact[]) => void = () => {}
  readonly engine: Engine

  constructor(config: Config = SMALL_HOTLINE) {
    this.engine = new Engine({
      state: emptyState('e1'),
      lastSeq: 0,
      clock: this.clock,
      log: silentLog,
      execute: () => {},
      publish: (facts) => this.publish(facts),
      record: (facts) => void this.facts.push(...facts),
    })
    const at = this.clock.now()
    this.engine.submit({ type: 'config.loaded', at, config })
    this.engine.submit({ type: 'switch.synced', at, nodeId: 'fs1', askedAt: at, legs: [] })
  }

  /** The agents' phones are registered, they are signed in and ready. */
  ready(...agentIds: readonly string[]): void {
    for (const agentId of agentIds) {
      this.#submit({ type: 'phone.registered', at: this.#now, agentId })
      this.#submit({ type: 'agent.sign_in_requested', at: this.#now, agentId })
      this.#submit({ type: 'agent.ready_requested', at: this.#now, agentId })
    }
  }

  /** A caller arrives; rings at once at whoever is ready. */
  park(callId: string, to = '12345', from = CALLER): void {
    const arrivedAt = this.#now - 25
    const legId = callerLeg(callId)
    this.#submit({
      type: 'call.parked',
      at: this.#now,
      nodeId: 'fs1',
      callId,
      legId,
      from,
      to,
      arrivedAt,
    })
  }

  /** The phone that rings for the call is picked up, and the two are joined. */
  answer(callId: string): void {
    const legId = this.agentLeg(callId)
    this.#submit({ type: 'leg.answered', at: this.#now, legId })
    this.#submit({ type: 'leg.parked', at: this.#now, legId })
    const caller = callerLeg(callId)
    this.#submit({ type: 'leg.bridged', at: this.#now, legId: caller, otherLegId: legId })
  }

  /** What the switch says once the agent asked for hold. */
  held(callId: string): void {
    this.#submit({ type: 'leg.parked', at: this.#now, legId: this.agentLeg(callId) })
  }

  /** The caller hangs up, and whatever leg of an agent there was goes too. */
  hangUp(callId: string): void {
    const agentLegId = this.#agentLegOf(callId)
    const cause = 'NORMAL_CLEARING'
    const legs = [callerLeg(callId), ...(agentLegId === null ? [] : [agentLegId])]
    for (const legId of legs) this.#submit({ type: 'leg.hung_up', at: this.#now, legId, cause })
    for (const legId of legs) {
      this.#submit({ type: 'leg.ended', at: this.#now, legId, cause, sipStatus: null })
    }
  }

  agentLeg(callId: string): LegId {
    const legId = this.#agentLegOf(callId)
    if (legId === null) throw new Error(`no agent is on call ${callId}`)
    return legId
  }

  stop(): void {
    this.engine.stop()
  }

  #agentLegOf(callId: string): LegId | null {
    const call = this.engine.state.calls.get(callId)
    return call === undefined ? null : (agentLegsOf(call)[0] ?? null)
  }

  get #now(): number {
    return this.clock.now()
  }

  #submit(input: Input): void {
    const refusal = this.engine.submit(input)
    if (refusal !== null) throw new Error(`${input.type}: ${refusal.code}`)
  }
}

function callerLeg(callId: string): LegId {
  return `${callId}-leg`
}
