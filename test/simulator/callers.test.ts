// The citizens: when they call, how long they wait, how they end.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Callers, HOURLY_WEIGHTS } from '../../src/simulator/callers.ts'
import type { CallHandle } from '../../src/simulator/calls.ts'
import { VirtualClock } from '../../src/simulator/clock.ts'
import { Simulator } from '../../src/simulator/server.ts'
import { SimulatedSwitch } from '../support/simulated-switch.ts'

const MIDNIGHT = Date.parse('2026-11-23T00:00:00+08:00')
const DAY_MS = 86_400_000

/** All calls of one day; nobody answers and everybody gives up in the end. */
function playDay(seed: string, callsPerDay: number): { at: number; call: CallHandle }[] {
  const clock = new VirtualClock(MIDNIGHT)
  const simulator = new Simulator({ clock, seed })
  const calls: { at: number; call: CallHandle }[] = []
  const callers = new Callers({
    simulator,
    numbers: [
      { number: '12345', weight: 8 },
      { number: '123452', weight: 2 },
    ],
    callsPerDay,
    timeZone: 'Asia/Shanghai',
    onCall: (call) => calls.push({ at: clock.now(), call }),
  })
  callers.start()
  clock.advanceTo(MIDNIGHT + DAY_MS)
  callers.stop()
  return calls
}

describe('a day of callers', () => {
  it('has the rhythm of a city hotline', () => {
    const calls = playDay('rhythm', 3_000)
    expect(calls.length).toBeGreaterThan(2_800)
    expect(calls.length).toBeLessThan(3_200)
    const hours = Array.from({ length: 24 }, () => 0)
    for (const { at } of calls) {
      const hour = Math.floor((at - MIDNIGHT) / 3_600_000)
      hours[hour] = (hours[hour] ?? 0) + 1
    }
    const total = HOURLY_WEIGHTS.reduce((sum, weight) => sum + weight, 0)
    hours.forEach((count, hour) => {
      const expected = (calls.length * (HOURLY_WEIGHTS[hour] ?? 0)) / total
      expect(Math.abs(count - expected), `hour ${hour}`).toBeLessThan(4 * Math.sqrt(expected) + 5)
    })
    const of = (from: number, to: number) =>
      hours.slice(from, to).reduce((sum, count) => sum + count, 0) / (to - from)
    expect(of(9, 11)).toBeGreaterThan(10 * of(1, 5))
    expect(of(14, 16)).toBeGreaterThan(1.3 * of(12, 14))
  })

  it('is made of numbers by weight, repeat callers, and some who say nothing', () => {
    const plans = playDay('people', 1_500).map(({ call }) => call.plan)
    const share = (is: (plan: CallHandle['plan']) => boolean) =>
      plans.filter(is).length / plans.length
    expect(share(({ to }) => to === '12345')).toBeCloseTo(0.8, 1)
    expect(share(({ isMute }) => isMute === true)).toBeCloseTo(0.03, 1)
    expect(share(({ isMute }) => isMute === true)).toBeGreaterThan(0.01)
    const repeats = plans.length - new Set(plans.map(({ from }) => from)).size
    expect(repeats / plans.length).toBeGreaterThan(0.08)
    expect(repeats / plans.length).toBeLessThan(0.16)
    for (const { from } of plans) expect(from).toMatch(/^(1\d{10}|020\d{8})$/)
  })

  it('is the same for the same seed, and another for another', () => {
    const facts = (seed: string) => playDay(seed, 200).map(({ at, call }) => [at, call.plan])
    const first = facts('one')
    expect(facts('one')).toEqual(first)
    expect(facts('two')).not.toEqual(first)
  })

  it('leaves nobody on the line for ever', async () => {
    const calls = playDay('patience', 200)
    const ends = await Promise.all(calls.slice(0, 150).map(({ call }) => call.ended))
    expect(ends.every(({ cause }) => cause !== '')).toBe(true)
  })
})

describe('one call', () => {
  let world: SimulatedSwitch

  beforeEach(async () => {
    world = await SimulatedSwitch.start()
  })
  afterEach(() => world.stop())

  it('is given up when patience ends, and not before', async () => {
    const call = world.simulator.call({ to: '12345', from: '1', patienceMs: 8_000 })
    const placedAt = world.clock.now()
    await world.event('CHANNEL_PARK', call.legId)
    await world.api(`sched_del ${call.legId}`)
    const end = await world.event('CHANNEL_HANGUP', call.legId)
    const waitedMs = world.clock.now() - placedAt
    expect(waitedMs).toBeGreaterThanOrEqual(8_005)
    expect(waitedMs).toBeLessThanOrEqual(8_025)
    expect(end).toMatchObject({
      variable_sip_term_status: '200',
      'Hangup-Cause': 'NORMAL_CLEARING',
    })
  })

  it('is ended by the caller after the talk, counted from the first word of an agent', async () => {
    const call = await world.parkedCaller({ talkMs: 30_000, patienceMs: 60_000 })
    await world.pass(10_000)
    await world.parkedAgent('7', 'a7')
    await world.bridge(call.legId, 'a7')
    const connectedAt = world.clock.now()
    await world.event('CHANNEL_HANGUP', call.legId)
    const talkedMs = world.clock.now() - connectedAt
    expect(talkedMs).toBeGreaterThanOrEqual(30_005)
    expect(talkedMs).toBeLessThanOrEqual(30_025)
  })

  it('is not ended on hold: the caller waits for the agent to come back', async () => {
    const call = await world.talk('', { talkMs: 5_000 })
    await world.pass(1_000)
    await world.api(
      `uuid_transfer ${call.legId} 'endless_playback:local_stream://moh,park:' inline`,
    )
    await world.pass(20_000)
    expect(await world.api(`uuid_exists ${call.legId}`)).toBe('true')
    await world.bridge(call.legId, 'a7')
    await world.pass(1_000)
    expect(await world.api(`uuid_exists ${call.legId}`)).toBe('false')
  })

  it('may be hung up at any moment, twice, before it has even arrived', async () => {
    const call = world.simulator.call({ to: '12345', from: '1' })
    call.hangUp()
    call.hangUp()
    await world.pass(100)
    expect((await call.ended).cause).toBe('NORMAL_CLEARING')
    const hangups = world.events.filter((event) => event['Event-Name'] === 'CHANNEL_HANGUP')
    expect(hangups).toHaveLength(1)
    expect(world.simulator.legCount).toBe(0)
  })

  it('whose far end vanishes ends by media timeout', async () => {
    const call = await world.parkedCaller()
    call.vanish()
    await world.pass(61_000)
    expect((await call.ended).cause).toBe('MEDIA_TIMEOUT')
  })
})
