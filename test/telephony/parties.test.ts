// Third parties in a call on a real FreeSWITCH with real SIP phones: what each of them hears, how long the
// caller hears nobody, and that the recording goes on through all of it.
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { UNIT_DEFAULTS } from '../../src/core/config.ts'
import type { PartyRequest } from '../../src/core/party-inputs.ts'
import { FreeSwitch } from '../support/freeswitch.ts'
import {
  CuttableRelay,
  NUMBER,
  RealHotline,
  type RealHotlineOptions,
} from '../support/real-hotline.ts'
import type { HeardFrame } from '../support/rtp.ts'
import { SippCaller, SippPhone } from '../support/sipp.ts'
import {
  type Hearing,
  hearings,
  likeness,
  musicSound,
  promptSound,
  readWav,
  share,
  TONES,
} from '../support/sound.ts'
import { until } from '../support/until.ts'
import { Wire } from '../support/wire.ts'
import { wireNow } from '../support/wire-time.ts'

const UNITS = [
  {
    ...UNIT_DEFAULTS,
    unitId: 'water',
    name: '水务局',
    phones: [{ number: '87654321', label: '' }],
  },
  {
    ...UNIT_DEFAULTS,
    unitId: 'fire',
    name: '消防',
    phones: [{ number: '119', label: '' }],
    isEmergency: true,
    ringMsMax: 2_000,
  },
]

const WATER = { kind: 'unit', unitId: 'water' } as const

let edge: Wire
let trunk: Wire
let server: FreeSwitch
let relay: CuttableRelay
let hotline: RealHotline
let runs = 0
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  edge = await Wire.open(null)
  server = await FreeSwitch.start({ edgePort: edge.port })
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

async function startHotline(queue: RealHotlineOptions['queue'] = {}): Promise<void> {
  runs += 1
  const epoch = `p${runs}-`
  const agentIds = ['a1', 'a2']
  hotline = await RealHotline.start({ server, relay, epoch, agentIds, queue, units: UNITS })
}

async function phone(user: string, hertz: number): Promise<SippPhone> {
  const one = await SippPhone.plugIn(edge, user, 'agent-phone-answers-when-told', hertz)
  open.push(one)
  return one
}

type Asked = PartyRequest extends infer R
  ? R extends PartyRequest
    ? Omit<R, 'at' | 'agentId'>
    : never
  : never

function ask(request: Asked): void {
  const refusal = hotline.engine.submit({
    ...request,
    agentId: 'a1',
    at: Date.now(),
  } as PartyRequest)
  if (refusal !== null) throw new Error(`${request.type}: ${refusal.code}`)
}

/** A caller in talk with a1. */
async function talk(): Promise<{ caller: SippCaller; agent: SippPhone }> {
  const agent = await phone('agent-a1', TONES.agent)
  hotline.ready('a1')
  const caller = await SippCaller.dial(trunk, { to: NUMBER, hertz: TONES.caller })
  open.push(caller)
  await agent.press(await agent.ring())
  await hotline.fact('call.connected')
  return { caller, agent }
}

async function talkOnHold(): Promise<{ caller: SippCaller; agent: SippPhone }> {
  const both = await talk()
  hotline.ask({ type: 'agent.hold_requested', agentId: 'a1' })
  await hotline.fact('call.held')
  return both
}

const pause = (ms: number): Promise<unknown> => {
  const end = wireNow() + ms
  return until(() => wireNow() > end, `${ms} ms of sound`, ms + 5_000)
}

/** Nearly all that arrives in the next second but for its beginning is that. */
async function expectHears(
  ears: readonly (readonly [{ rtp: { heard: readonly HeardFrame[] } }, Hearing])[],
): Promise<void> {
  await pause(400)
  const from = wireNow()
  await pause(900)
  for (const [{ rtp }, what] of ears) {
    const heard = hearings(rtp.heard, from, from + 800)
    expect(heard.all).toBeGreaterThan(25)
    expect(heard[what], JSON.stringify(heard)).toBeGreaterThan(0.85 * heard.all)
  }
}

/** The department is asked and hears the agent. */
async function consulted(): Promise<{ caller: SippCaller; agent: SippPhone; unit: SippPhone }> {
  const both = await talkOnHold()
  const unit = await phone('87654321', TONES.otherAgent)
  ask({ type: 'agent.consult_requested', target: WATER })
  await unit.press(await unit.ring())
  await hotline.fact('party.joined')
  return { ...both, unit }
}

/** How long after `from` the ear first gets that tone. */
function untilMs(frames: readonly HeardFrame[], from: number, what: Hearing): number {
  const first = frames.find((frame) => frame.at >= from && hearings([frame], 0, 1e15)[what] === 1)
  return first === undefined ? Number.POSITIVE_INFINITY : Math.round(first.at - from)
}

/** Both tones are in what arrives in the next second, each with a good part of the energy. */
async function expectHearsBoth(
  ear: { rtp: { heard: readonly HeardFrame[] } },
  tones: [number, number],
): Promise<void> {
  const from = wireNow()
  await pause(900)
  const frames = ear.rtp.heard.filter(({ at }) => at >= from && at < from + 800)
  const both = frames.filter(({ samples }) => tones.every((hertz) => share(samples, hertz) > 0.1))
  expect(frames.length).toBeGreaterThan(25)
  // Somebody who speaks all the time is now and then not yet taken for a voice.
  expect(both.length).toBeGreaterThan(0.6 * frames.length)
}

async function expectRecorded(partsMs: number): Promise<void> {
  const ended = await hotline.fact('call.ended')
  const { path } = await hotline.fact('recording.requested')
  await hotline.fact('recording.stopped')
  const connected = await hotline.fact('call.connected')
  const wav = readWav(join(server.recordingsFolder, path))
  expect(wav.durationMs).toBeGreaterThan(ended.at - connected.at - 500)
  expect(wav.durationMs).toBeGreaterThan(partsMs)
}

test('consulting: the caller has music, agent and department hear each other; then the department has the caller', async () => {
  await startHotline()
  const { caller, agent, unit } = await consulted()
  const from = wireNow()
  await expectHears([
    [agent, 'otherAgent'],
    [unit, 'agent'],
  ])
  const heard = hearings(caller.rtp.heard, from, wireNow())
  expect([heard.agent, heard.otherAgent]).toEqual([0, 0])
  expect(heard.all).toBeGreaterThan(40)
  const held = await hotline.fact('call.held')
  await until(
    () => wireNow() > held.at + promptSound('hold_begin').length / 8 + 1_500,
    'the music after the prompt',
  )
  expect(likeness(caller.rtp.heard, wireNow() - 500, musicSound())).toBeGreaterThan(0.9)
  ask({ type: 'agent.consult_complete_requested' })
  const transferred = await hotline.fact('call.transferred')
  await expectHears([
    [caller, 'otherAgent'],
    [unit, 'caller'],
  ])
  console.log(
    `completed: the caller hears the department ${untilMs(caller.rtp.heard, transferred.at, 'otherAgent')} ms after the bridge`,
  )
  await caller.hangUp()
  await expectRecorded(4_000)
}, 60_000)

test('three together hear the other two; when the agent leaves, caller and department talk on', async () => {
  await startHotline()
  const { caller, agent, unit } = await consulted()
  const askedAt = wireNow()
  ask({ type: 'agent.conference_requested' })
  const joined = await hotline.fact('call.retrieved')
  console.log(
    `three-way: caller in after ${Math.round(joined.at - askedAt)} ms, of which the end prompt is ${Math.round(promptSound('hold_end').length / 8)} ms`,
  )
  await pause(1_000)
  await Promise.all([
    expectHearsBoth(caller, [TONES.agent, TONES.otherAgent]),
    expectHearsBoth(agent, [TONES.caller, TONES.otherAgent]),
    expectHearsBoth(unit, [TONES.caller, TONES.agent]),
  ])
  ask({ type: 'agent.mute_requested' })
  await pause(400)
  const mutedAt = wireNow()
  await pause(900)
  // A mixer that is late fills up with silence; nothing of the muted agent is in any frame.
  for (const [{ rtp }, what] of [
    [caller, 'otherAgent'],
    [unit, 'caller'],
  ] as const) {
    const heard = hearings(rtp.heard, mutedAt, mutedAt + 800)
    expect(heard[what]).toBeGreaterThan(15)
    expect(heard[what] + heard.silence).toBe(heard.all)
  }
  ask({ type: 'agent.unmute_requested' })
  const leftAt = wireNow()
  ask({ type: 'agent.leave_requested' })
  await hotline.fact('call.transferred')
  await expectHears([
    [caller, 'otherAgent'],
    [unit, 'caller'],
  ])
  console.log(
    `left: the caller hears the department alone after ${untilMs(caller.rtp.heard, leftAt, 'otherAgent')} ms`,
  )
  await caller.hangUp()
  await expectRecorded(6_000)
}, 60_000)

test('a blind transfer that nobody answers comes back to the agent; the caller has music meanwhile', async () => {
  await startHotline()
  open.push(await SippPhone.plugIn(edge, '119', 'agent-phone-never-answers', TONES.otherAgent))
  const { caller, agent } = await talk()
  ask({ type: 'agent.transfer_requested', target: { kind: 'unit', unitId: 'fire' } })
  await hotline.fact('call.transfer_started')
  const failed = await hotline.fact('call.transfer_failed', () => true, 0, 15_000)
  expect(caller.errors()).toBe('')
  await agent.press(await agent.ring(2))
  await hotline.fact('call.transferred')
  await expectHears([
    [caller, 'agent'],
    [agent, 'caller'],
  ])
  console.log(
    `blind transfer: back at the agent ${untilMs(caller.rtp.heard, failed.at, 'agent')} ms after the failure`,
  )
}, 60_000)

test('after the agent’s goodbye the caller is asked, presses a key, is thanked and let go', async () => {
  await startHotline({ survey: { isOn: true, scale: 5 } })
  const { caller } = await talk()
  await pause(1_000)
  const askedAt = wireNow()
  hotline.ask({ type: 'agent.hang_up_requested', agentId: 'a1' })
  const asked = await hotline.fact('call.survey_asked')
  await pause(1_500)
  expect(likeness(caller.rtp.heard, wireNow() - 400, promptSound('survey_5'))).toBeGreaterThan(0.9)
  const pressedAt = wireNow()
  caller.press('4')
  const surveyed = await hotline.fact('call.surveyed', () => true, 0, 20_000)
  console.log(
    `survey: asked ${Math.round(asked.at - askedAt)} ms after the goodbye, answered ${Math.round(surveyed.at - pressedAt)} ms after the key`,
  )
  expect(surveyed).toMatchObject({ score: 4, scale: 5, agentId: 'a1' })
  const ended = await hotline.fact('call.ended', () => true, 0, 20_000)
  expect(ended).toMatchObject({ ending: 'served', hangupBy: 'agent' })
}, 60_000)

test('in an emergency the brigade rings while the two talk on, and all three are together at its answer', async () => {
  await startHotline()
  const brigade = await phone('119', TONES.otherAgent)
  const { caller, agent } = await talk()
  const pressedAt = wireNow()
  ask({ type: 'agent.emergency_requested', unitId: 'fire', isBlind: false })
  const ring = await brigade.ring()
  await expectHears([
    [caller, 'agent'],
    [agent, 'caller'],
  ])
  await brigade.press(ring)
  const connected = await hotline.fact('call.emergency_connected')
  await pause(1_000)
  await Promise.all([
    expectHearsBoth(caller, [TONES.agent, TONES.otherAgent]),
    expectHearsBoth(agent, [TONES.caller, TONES.otherAgent]),
    expectHearsBoth(brigade, [TONES.caller, TONES.agent]),
  ])
  const answer = await edge.message(ring.callId, '200 INVITE')
  console.log(
    `emergency: the brigade rings ${Math.round(ring.at - pressedAt)} ms after the button, ` +
      `and is together with both ${Math.round(connected.at - answer.at)} ms after its answer`,
  )
  await caller.hangUp()
  await expectRecorded(2_000)
}, 60_000)

test('a caller of whom nothing is heard is told so by one button, written up and let go', async () => {
  await startHotline()
  const { caller } = await talk()
  await pause(500)
  const pressedAt = wireNow()
  ask({ type: 'agent.silent_close_requested' })
  await pause(1_200)
  const heard = likeness(caller.rtp.heard, wireNow() - 400, promptSound('silent_closing'))
  expect(heard).toBeGreaterThan(0.9)
  const ended = await hotline.fact('call.ended', () => true, 0, 20_000)
  const phraseMs = promptSound('silent_closing').length / 8
  expect(ended).toMatchObject({ ending: 'served' })
  expect(ended.at - pressedAt).toBeGreaterThan(phraseMs - 200)
  console.log(
    `silent caller: let go ${Math.round(ended.at - pressedAt - phraseMs)} ms after the phrase of ${Math.round(phraseMs)} ms`,
  )
  const written = await hotline.fact('call.written_up')
  expect(written.disposition).toBe('silent')
}, 60_000)
