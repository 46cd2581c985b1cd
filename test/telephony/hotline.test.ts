// The whole live system on a real FreeSWITCH with real SIP phones: what callers and agents hear, what is
// on the wire, and what the recordings hold.
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { QueueSettings } from '../../src/core/config.ts'
import type { RestoredAgent } from '../../src/core/inputs.ts'
import { FreeSwitch } from '../support/freeswitch.ts'
import { CuttableRelay, NUMBER, RealHotline } from '../support/real-hotline.ts'
import type { HeardFrame } from '../support/rtp.ts'
import { type PhoneScenario, SippCaller, SippPhone } from '../support/sipp.ts'
import {
  hearing,
  hearings,
  likeness,
  musicSound,
  promptSound,
  readWav,
  TONES,
} from '../support/sound.ts'
import { until } from '../support/until.ts'
import { Wire } from '../support/wire.ts'
import { wireNow } from '../support/wire-time.ts'

const AGENTS = ['a1', 'a2']

let edge: Wire
let trunk: Wire
let server: FreeSwitch
let relay: CuttableRelay
let hotline: RealHotline
let runs = 0
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  edge = await Wire.open(null)
  server = await FreeSwitch.start({ edgePort: edge.port, claimSeconds: 2, reassureSeconds: 6 })
  trunk = await Wire.open(server.trunkPort)
})

afterAll(async () => {
  await server?.stop()
  edge?.close()
  trunk?.close()
})

beforeEach(async () => {
  relay = await CuttableRelay.open(server.eslPort)
})

afterEach(async () => {
  await hotline?.stop()
  relay.close()
  for (const one of open.splice(0)) await one.close()
  const esl = await server.esl()
  await esl.api('hupall NORMAL_CLEARING')
  await until(
    async () => (await esl.api('show channels count')).startsWith('0 '),
    'no channels left',
  )
  esl.close()
})

async function startHotline(
  queue: Partial<QueueSettings> = {},
  restored: readonly RestoredAgent[] = [],
): Promise<void> {
  runs += 1
  const epoch = `run${runs}-`
  hotline = await RealHotline.start({ server, relay, epoch, agentIds: AGENTS, queue, restored })
}

async function dial(): Promise<SippCaller> {
  const caller = await SippCaller.dial(trunk, { to: NUMBER, hertz: TONES.caller })
  open.push(caller)
  return caller
}

async function phone(
  agentId: string,
  scenario: PhoneScenario = 'agent-phone-answers-when-told',
): Promise<SippPhone> {
  const hertz = agentId === 'a1' ? TONES.agent : TONES.otherAgent
  const one = await SippPhone.plugIn(edge, `agent-${agentId}`, scenario, hertz)
  open.push(one)
  return one
}

/** A caller in talk with a1. */
async function talk(
  scenario?: PhoneScenario,
): Promise<{ caller: SippCaller; agent: SippPhone; connectedAt: number }> {
  const agent = await phone('a1', scenario)
  hotline.ready('a1')
  const caller = await dial()
  await agent.press(await agent.ring())
  const connected = await hotline.fact('call.connected')
  return { caller, agent, connectedAt: connected.at }
}

const pause = (ms: number): Promise<unknown> => {
  const end = wireNow() + ms
  return until(() => wireNow() > end, `${ms} ms of sound`, ms + 5_000)
}

/** Nearly all that arrived in that second is the tone. */
function expectTone(frames: readonly HeardFrame[], tone: keyof typeof TONES, from: number): void {
  const heard = hearings(frames, from, from + 1_000)
  expect(heard.all).toBeGreaterThan(35)
  expect(heard[tone]).toBeGreaterThan(0.8 * heard.all)
}

function expectSound(frames: readonly HeardFrame[], whole: Int16Array, at: number): void {
  expect(likeness(frames, at, whole)).toBeGreaterThan(0.9)
}

describe('a call', () => {
  test('has music, then the agent; on hold prompt and music and no agent; and all of it on record', async () => {
    await startHotline()
    const caller = await dial()
    const queued = await hotline.fact('call.queued')
    await pause(2_000)
    expectSound(caller.rtp.heard, musicSound(), queued.at + 1_000)

    const agent = await phone('a1')
    hotline.ready('a1')
    await agent.press(await agent.ring())
    const connected = await hotline.fact('call.connected')
    await pause(1_700)
    expectTone(caller.rtp.heard, 'agent', connected.at + 300)
    expectTone(agent.rtp.heard, 'caller', connected.at + 300)

    hotline.ask({ type: 'agent.hold_requested', agentId: 'a1' })
    const held = await hotline.fact('call.held')
    const promptMs = (1_000 * promptSound('hold_begin').length) / 8_000
    await pause(promptMs + 1_500)
    const onHold = [held.at + 150, held.at + promptMs + 1_300] as const
    expect(hearings(caller.rtp.heard, ...onHold).agent).toBe(0)
    expect(hearings(agent.rtp.heard, ...onHold).caller).toBe(0)
    expectSound(caller.rtp.heard, promptSound('hold_begin'), held.at + 700)
    expectSound(caller.rtp.heard, musicSound(), held.at + promptMs + 900)
    // Silence, but packets: phones drop calls that send none.
    expect(hearings(agent.rtp.heard, ...onHold).silence).toBeGreaterThan(50)

    const retrieveAt = wireNow()
    hotline.ask({ type: 'agent.retrieve_requested', agentId: 'a1' })
    const retrieved = await hotline.fact('call.retrieved')
    expectSound(caller.rtp.heard, promptSound('hold_end'), retrieveAt + 900)
    await pause(1_500)
    expectTone(caller.rtp.heard, 'agent', retrieved.at + 300)

    hotline.ask({ type: 'agent.hang_up_requested', agentId: 'a1' })
    const ended = await hotline.fact('call.ended')
    expect(ended).toMatchObject({ ending: 'served', hangupBy: 'agent', agentId: 'a1' })
    const verified = await hotline.fact('recording.verified')
    const lastedMs = ended.at - connected.at
    expect(Math.abs(verified.durationMs - lastedMs)).toBeLessThan(500)
    expect(Math.abs((ended.talkMs ?? 0) + ended.holdMs - lastedMs)).toBeLessThan(10)

    const wav = readWav(join(server.recordingsFolder, verified.path))
    expect(wav.channels).toHaveLength(2)
    const [left, right] = wav.channels.map((samples) =>
      Array.from({ length: Math.floor(samples.length / 160) }, (_, frame) =>
        hearing(samples.subarray(160 * frame, 160 * (frame + 1))),
      ),
    )
    const share = (
      channel: readonly string[] | undefined,
      what: string,
      from: number,
      to: number,
    ) =>
      (channel ?? []).slice(from / 20, to / 20).filter((one) => one === what).length /
      ((to - from) / 20)
    expect(share(left, 'caller', 300, wav.durationMs - 300)).toBeGreaterThan(0.8)
    expect(share(right, 'agent', 300, 1_300)).toBeGreaterThan(0.8)
    const heldFromMs = held.at - connected.at
    expect(share(right, 'sound', heldFromMs + 500, heldFromMs + promptMs)).toBeGreaterThan(0.6)
    expect(share(right, 'agent', heldFromMs + 500, heldFromMs + promptMs)).toBe(0)
    expect(share(right, 'agent', wav.durationMs - 1_000, wav.durationMs - 200)).toBeGreaterThan(0.8)
    expect(caller.errors()).toBe('')
    expect(agent.errors()).toBe('')
  })

  test('that its caller gives up while the phone rings stops the phone and frees the agent', async () => {
    await startHotline()
    const agent = await phone('a1', 'agent-phone-never-answers')
    hotline.ready('a1')
    const caller = await dial()
    const ring = await agent.ring()
    await edge.message(ring.callId, '180 INVITE')
    const hungUpAt = await caller.hangUp()
    const cancel = await edge.message(ring.callId, 'CANCEL')
    expect(cancel.at - hungUpAt).toBeLessThan(250)
    const ended = await hotline.fact('call.ended')
    expect(ended).toMatchObject({ ending: 'abandoned_ringing', hangupBy: 'caller' })
    await hotline.fact('offer.ended', (fact) => fact.outcome === 'caller_abandoned')
    await until(() => hotline.engine.state.agents.get('a1')?.phase.name === 'ready', 'agent ready')
    // Not only in name: the next call rings the same phone.
    await dial()
    await agent.ring(2)
  })

  test('that the first agent does not answer goes to the next, with music meanwhile', async () => {
    await startHotline({ ringMsMax: 3_000 })
    const [first, second] = [await phone('a1', 'agent-phone-never-answers'), await phone('a2')]
    hotline.ready('a1')
    hotline.ready('a2')
    const caller = await dial()
    const ring = await first.ring()
    const rona = await hotline.fact('offer.ended')
    expect(rona).toMatchObject({ agentId: 'a1', outcome: 'rona' })
    await edge.message(ring.callId, 'CANCEL')
    const next = await second.ring()
    await pause(700)
    const heard = hearings(caller.rtp.heard, ring.at + 700, next.at + 600)
    expect(heard.silence).toBeLessThan(10)
    expectSound(caller.rtp.heard, musicSound(), ring.at + 1_500)
    expectSound(caller.rtp.heard, musicSound(), next.at + 300)
    await second.press(next)
    const connected = await hotline.fact('call.connected')
    expect(connected).toMatchObject({ agentId: 'a2' })
    await pause(1_500)
    expectTone(caller.rtp.heard, 'otherAgent', connected.at + 300)
    expect(hotline.engine.state.agents.get('a1')?.phase).toMatchObject({
      name: 'not_ready',
      reason: 'rona',
    })
  })

  test.each([
    ['is busy', 'agent-phone-is-busy'],
    ['rejects', 'agent-phone-rejects'],
  ] as const)('whose first phone %s goes to the next', async (_, scenario) => {
    await startHotline()
    await phone('a1', scenario)
    const second = await phone('a2')
    hotline.ready('a1')
    hotline.ready('a2')
    await dial()
    const offer = await hotline.fact('offer.ended')
    expect(offer).toMatchObject({ agentId: 'a1', outcome: 'rejected' })
    await second.press(await second.ring())
    await hotline.fact('call.connected', (fact) => fact.agentId === 'a2')
  })

  test('that the phone itself puts on hold has prompt and music and no agent until it is back', async () => {
    await startHotline()
    const { caller, agent } = await talk('agent-phone-holds-and-retrieves-when-told')
    const ring = await agent.ring()
    await pause(500)
    await agent.press(ring)
    const held = await hotline.fact('call.held')
    expect(held.by).toBe('phone')
    const promptMs = (1_000 * promptSound('hold_begin').length) / 8_000
    await pause(promptMs + 1_700)
    expectSound(caller.rtp.heard, promptSound('hold_begin'), held.at + 900)
    expectSound(caller.rtp.heard, musicSound(), held.at + promptMs + 1_300)
    const onHold = hearings(caller.rtp.heard, held.at + 300, held.at + promptMs + 1_500)
    expect(onHold.agent).toBe(0)
    await agent.press(ring)
    await hotline.fact('call.retrieved')
    const endMs = (1_000 * promptSound('hold_end').length) / 8_000
    await pause(endMs + 2_500)
    expectTone(caller.rtp.heard, 'agent', wireNow() - 1_100)
  })
})

describe('trouble', () => {
  test('a lost connection to the switch loses no call and no figure', async () => {
    await startHotline()
    const { caller, agent, connectedAt } = await talk()
    await pause(500)
    relay.cut()
    await hotline.fact('switch.lost')
    const lostAt = wireNow()
    await pause(1_500)
    expectTone(caller.rtp.heard, 'agent', lostAt + 300)
    expectTone(agent.rtp.heard, 'caller', lostAt + 300)
    const mark = hotline.facts.length
    relay.mend()
    await hotline.fact('switch.synced', () => true, mark, 20_000)
    expect(hotline.facts.some((fact) => fact.type === 'call.ended')).toBe(false)

    // The agent still has the call in hand.
    hotline.ask({ type: 'agent.hold_requested', agentId: 'a1' })
    await hotline.fact('call.held')
    hotline.ask({ type: 'agent.retrieve_requested', agentId: 'a1' })
    const retrieved = await hotline.fact('call.retrieved')
    await pause(1_500)
    expectTone(caller.rtp.heard, 'agent', retrieved.at + 300)
    const hungUpAt = await caller.hangUp()
    const ended = await hotline.fact('call.ended')
    expect(ended).toMatchObject({ ending: 'served', hangupBy: 'caller' })
    const measuredMs = (ended.talkMs ?? 0) + ended.holdMs
    expect(Math.abs(measuredMs - (hungUpAt - connectedAt))).toBeLessThan(300)
    const verified = await hotline.fact('recording.verified')
    expect(Math.abs(verified.durationMs - (ended.at - connectedAt))).toBeLessThan(500)
    const counts = [...hotline.engine.state.counts.values()].at(-1)?.get('*')
    expect(counts).toMatchObject({ inbound: 1, answered: 1, talkMs: ended.talkMs, holds: 1 })
  })

  test('a restart with one caller waiting and one talking keeps both, their place and their clock', async () => {
    await startHotline()
    const { caller: talking, agent } = await talk()
    const waiting = await dial()
    const before = await until(() => {
      const queued = hotline.facts.filter((fact) => fact.type === 'call.queued')
      return queued.length === 2 && queued
    }, 'two calls in the queue')
    const [first, second] = before
    const stopped = hotline
    await stopped.stop()
    const downFrom = wireNow()
    await pause(3_500)
    expectTone(talking.rtp.heard, 'agent', downFrom + 300)
    expectSound(waiting.rtp.heard, musicSound(), downFrom + 1_500)
    expectSound(waiting.rtp.heard, musicSound(), downFrom + 3_200)

    await startHotline({}, [
      { agentId: 'a1', phase: 'ready', reason: null, since: Date.now() - 60_000, callId: null },
    ])
    await until(
      () => hotline.facts.filter((fact) => fact.type === 'call.adopted').length === 2,
      'both calls adopted',
    )
    const adopted = hotline.facts.filter((fact) => fact.type === 'call.adopted')
    expect(adopted.map((fact) => [fact.callId, fact.queuedAt]).sort()).toEqual(
      [first, second].map((fact) => [fact?.callId, fact?.queuedAt]).sort(),
    )
    expect(hotline.engine.state.agents.get('a1')?.phase).toMatchObject({
      name: 'on_call',
      callId: first?.callId,
    })
    const upFrom = wireNow()
    await pause(1_300)
    expectTone(talking.rtp.heard, 'agent', upFrom + 200)
    expectSound(waiting.rtp.heard, musicSound(), upFrom + 900)

    await talking.hangUp()
    await hotline.fact('call.ended')
    hotline.writeUp('a1')
    await agent.press(await agent.ring(2))
    const connected = await hotline.fact('call.connected', (fact) => fact.callId === second?.callId)
    expect(connected.waitMs).toBeGreaterThan(4_500)
    expect(connected.queuedAt).toBe(second?.queuedAt)
    await pause(1_500)
    expectTone(waiting.rtp.heard, 'agent', connected.at + 300)
  })

  test('callers who come while the service is down are kept, and served when it is back', async () => {
    const dialledAt = wireNow()
    const caller = await dial()
    await pause(4_000)
    expectSound(caller.rtp.heard, promptSound('please_wait'), dialledAt + 3_500)
    await startHotline()
    const arrived = await hotline.fact('call.arrived')
    expect(Math.abs(arrived.arrivedAt - dialledAt)).toBeLessThan(500)
    const agent = await phone('a1')
    hotline.ready('a1')
    await agent.press(await agent.ring())
    const connected = await hotline.fact('call.connected')
    await pause(8_000)
    expectTone(caller.rtp.heard, 'agent', connected.at + 300)
    // More than one round of the fallback later.
    expectTone(caller.rtp.heard, 'agent', wireNow() - 1_100)
  })
})
