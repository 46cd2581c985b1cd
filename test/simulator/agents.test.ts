// The robots: what they ask for, and when, told from the facts they are shown.
import { describe, expect, it } from 'vitest'
import type { Fact } from '../../src/core/facts.ts'
import type { AgentInput } from '../../src/core/inputs.ts'
import { type Rejection, rejection } from '../../src/core/rejections.ts'
import { Agents } from '../../src/simulator/agents.ts'
import { VirtualClock } from '../../src/simulator/clock.ts'
import { Phones } from '../../src/simulator/phones.ts'
import { Random } from '../../src/simulator/random.ts'

const IDS = Array.from({ length: 10 }, (_, i) => String(1001 + i))

/** A service that grants everything and tells the agents so. */
class GrantingService {
  readonly clock: VirtualClock
  readonly asked: AgentInput[] = []
  readonly agents: Agents
  readonly phones: Phones
  refuse: (input: AgentInput) => Rejection | null = () => null
  #seq = 0

  constructor(startAt: string, seed = 'robots') {
    this.clock = new VirtualClock(Date.parse(startAt))
    const random = new Random(seed)
    this.phones = new Phones(this.clock, random)
    this.agents = new Agents({
      agentIds: IDS,
      clock: this.clock,
      random,
      phones: this.phones,
      timeZone: 'Asia/Shanghai',
      act: (input) => this.#act(input),
    })
  }

  pass(ms: number): void {
    this.clock.advanceTo(this.clock.now() + ms)
  }

  tell(fact: Fact): void {
    this.#seq += 1
    this.agents.onFacts([{ ...fact, seq: this.#seq }])
  }

  of(type: AgentInput['type']): AgentInput[] {
    return this.asked.filter((input) => input.type === type)
  }

  connect(agentId: string, callId: string): void {
    const at = this.clock.now()
    this.tell({
      type: 'call.connected',
      at,
      callId,
      agentId,
      legId: 'leg',
      queueId: 'q',
      arrivedAt: at,
      queuedAt: at,
      answeredAt: at,
      waitMs: 0,
      isTimely: true,
      isFirst: true,
    })
  }

  wrapUp(agentId: string, callId: string): void {
    const at = this.clock.now()
    this.tell({
      type: 'agent.wrap_up_started',
      at,
      agentId,
      callId,
      queueId: 'city',
      until: at + 60_000,
    })
  }

  #act(input: AgentInput): Rejection | null {
    this.asked.push(input)
    const refusal = this.refuse(input)
    if (refusal !== null) return refusal
    const { at, agentId } = input
    if (input.type === 'agent.sign_in_requested') {
      this.tell({ type: 'agent.signed_in', at, agentId })
      this.tell({ type: 'agent.became_not_ready', at, agentId, reason: 'signed_in' })
    }
    if (input.type === 'agent.ready_requested') {
      this.tell({ type: 'agent.became_ready', at, agentId, since: at })
    }
    if (input.type === 'agent.sign_out_requested') {
      this.tell({ type: 'agent.signed_out', at, agentId })
    }
    if (input.type === 'agent.not_ready_requested') {
      this.tell({ type: 'agent.became_not_ready', at, agentId, reason: input.reason })
    }
    return null
  }
}

describe('robots', () => {
  it('come by shift, get ready, and go when their shift is over', () => {
    const service = new GrantingService('2026-11-23T10:00:00+08:00')
    service.agents.start()
    service.pass(60_000)
    const signedIn = service.of('agent.sign_in_requested').map(({ agentId }) => agentId)
    expect(signedIn.length).toBeGreaterThan(4)
    expect(signedIn.length).toBeLessThan(IDS.length)
    expect(service.of('agent.ready_requested').length).toBe(signedIn.length)
    expect(IDS.every((agentId) => service.phones.phone(agentId).isRegistered)).toBe(true)
    service.pass(13 * 3_600_000)
    const signedOut = new Set(service.of('agent.sign_out_requested').map(({ agentId }) => agentId))
    expect(signedIn.every((agentId) => signedOut.has(agentId))).toBe(true)
    const night = service.of('agent.sign_in_requested').slice(signedIn.length)
    expect(night.length).toBeGreaterThan(0)
  })

  it('take breaks with a reason, and come back', () => {
    const service = new GrantingService('2026-11-23T09:30:00+08:00')
    service.agents.start()
    service.pass(6 * 3_600_000)
    const breaks = service.of('agent.not_ready_requested')
    const before = service.of('agent.ready_requested').length
    expect(before).toBeGreaterThan(5)
    expect(before).toBeGreaterThanOrEqual(breaks.length)
  })

  it('talk, hold now and then, and end every call that the caller does not end', () => {
    const service = new GrantingService('2026-11-23T10:00:00+08:00')
    service.agents.start()
    service.pass(60_000)
    let held = 0
    let longest = 0
    for (let i = 0; i < 300; i += 1) {
      const agentId = '1001'
      const before = service.asked.length
      service.connect(agentId, `c${i}`)
      service.pass(1_200_000)
      const mine = service.asked.slice(before).filter((input) => input.agentId === agentId)
      const hold = mine.find(({ type }) => type === 'agent.hold_requested')
      const retrieve = mine.find(({ type }) => type === 'agent.retrieve_requested')
      // Nobody is on the phone here, so every talk is a silent one and ends early.
      if (hold !== undefined && retrieve !== undefined) {
        held += 1
        longest = Math.max(longest, retrieve.at - hold.at)
      }
      expect(mine.some(({ type }) => type === 'agent.hang_up_requested')).toBe(true)
      service.wrapUp(agentId, `c${i}`)
      service.pass(60_000)
    }
    expect(held).toBeGreaterThan(20)
    expect(held).toBeLessThan(150)
    expect(longest).toBeGreaterThan(30_000)
  })

  it('write nearly every call up, in time, with a disposition that fits', () => {
    const service = new GrantingService('2026-11-23T10:00:00+08:00')
    service.agents.start()
    service.pass(60_000)
    for (let i = 0; i < 100; i += 1) {
      service.connect('1002', `c${i}`)
      service.pass(100)
      service.wrapUp('1002', `c${i}`)
      service.pass(60_000)
    }
    const written = service.of('agent.wrap_up_done_requested')
    expect(written.length).toBeGreaterThan(85)
    for (const input of written) {
      expect(input).toMatchObject({ disposition: 'dropped' })
      expect(input.type === 'agent.wrap_up_done_requested' && input.summary).toMatch(/。$/)
    }
  })

  it('live with refusals, and with being signed in already', () => {
    const service = new GrantingService('2026-11-23T10:00:00+08:00')
    service.refuse = (input) => {
      if (input.type === 'agent.sign_in_requested') return rejection('already_signed_in')
      return service.clock.now() < Date.parse('2026-11-23T10:05:00+08:00')
        ? rejection('phone_unregistered')
        : null
    }
    service.agents.start()
    service.pass(600_000)
    const granted = Date.parse('2026-11-23T10:05:00+08:00')
    const [first] = service.of('agent.ready_requested')
    const tries = service
      .of('agent.ready_requested')
      .filter(({ agentId }) => agentId === first?.agentId)
      .map(({ at }) => at)
    expect(tries.filter((at) => at < granted).length).toBeGreaterThan(5)
    expect(tries.find((at) => at >= granted)).toBeLessThan(granted + 30_000)
  })

  it('do the same for the same seed, and nothing once stopped', () => {
    const play = (seed: string) => {
      const service = new GrantingService('2026-11-23T10:00:00+08:00', seed)
      service.agents.start()
      service.pass(3_600_000)
      return service
    }
    const first = play('one')
    expect(play('one').asked).toEqual(first.asked)
    expect(play('two').asked).not.toEqual(first.asked)
    first.agents.stop()
    const before = first.asked.length
    first.pass(86_400_000)
    expect(first.asked).toHaveLength(before)
  })
})
