// What a waiting caller hears and may press, on a real FreeSWITCH: greeting and comfort in the queue's
// language, an agent heard at once in the middle of a prompt, and a message left by key.
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WAITING_DEFAULTS, type WaitingPolicy } from '../../src/core/waiting-policy.ts'
import { FreeSwitch, machine } from '../support/freeswitch.ts'
import { CuttableRelay, NUMBER, RealHotline } from '../support/real-hotline.ts'
import { SippCaller, SippPhone } from '../support/sipp.ts'
import { hearing, hearings, likeness, promptSound, readWav, TONES } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { Wire } from '../support/wire.ts'
import { wireNow } from '../support/wire-time.ts'

const RUNS = 12
/** The design's bound; printed for every run, asserted of the median: a busy machine must not fail the test. */
const PROMPT_BREAK_MS = 200
const POLICY: WaitingPolicy = {
  ...WAITING_DEFAULTS,
  language: 'yue',
  comfort: ['comfort_1'],
  promptEveryMs: 14_000,
  saysPosition: false,
  saysEstimate: false,
  keysAfterMs: 600_000,
  keys: [{ digit: '2', action: 'message' }],
}

let edge: Wire
let trunk: Wire
let server: FreeSwitch
let relay: CuttableRelay
let hotline: RealHotline
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  edge = await Wire.open(null)
  server = await FreeSwitch.start({ edgePort: edge.port })
  trunk = await Wire.open(server.trunkPort)
  relay = await CuttableRelay.open(server.eslPort)
  hotline = await RealHotline.start({
    ...{ server, relay, epoch: 'waiting-', agentIds: ['a1'] },
    queue: { waiting: POLICY },
  })
})

afterAll(async () => {
  await hotline?.stop()
  relay?.close()
  await server?.stop()
  edge?.close()
  trunk?.close()
})

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function dial(): Promise<SippCaller> {
  const caller = await SippCaller.dial(trunk, { to: NUMBER, hertz: TONES.caller })
  open.push(caller)
  return caller
}

const soundUntil = (at: number): Promise<unknown> =>
  until(() => wireNow() > at, 'some sound', Math.max(0, at - wireNow()) + 5_000)

test('is greeted in Cantonese, comforted within 30 s, and leaves a message by key', async () => {
  const from = hotline.facts.length
  const caller = await dial()
  const greeted = await hotline.fact('call.prompted', () => true, from)
  await soundUntil(greeted.at + 2_000)
  expect(likeness(caller.rtp.heard, greeted.at + 900, promptSound('yue/greeting'))).toBeGreaterThan(
    0.9,
  )
  // Greeting and notice are one playback, so one end is told.
  const ended = await hotline.fact('call.prompt_ended', () => true, from, 20_000)
  const greetingMs =
    (promptSound('yue/greeting').length + promptSound('yue/recording_notice').length) / 8
  expect(ended.at - greeted.at).toBeGreaterThan(greetingMs - 100)
  expect(ended.at - greeted.at).toBeLessThan(greetingMs + 1_000)
  const comfort = await hotline.fact(
    'call.prompted',
    ({ kind }) => kind === 'comfort',
    from,
    20_000,
  )
  expect(comfort.at - greeted.at).toBeLessThan(30_000)
  await soundUntil(comfort.at + 2_000)
  expect(
    likeness(caller.rtp.heard, comfort.at + 1_000, promptSound('yue/comfort_1')),
  ).toBeGreaterThan(0.9)

  caller.press('2')
  await hotline.fact('call.message_started', () => true, from)
  const recorded = await hotline.fact('call.message_recorded', () => true, from, 20_000)
  await soundUntil(recorded.at + 2_500)
  caller.press('#')
  const over = await hotline.fact('call.ended', () => true, from, 25_000)
  expect(over).toMatchObject({ ending: 'message_left', hangupBy: 'system' })
  const verified = await hotline.fact('recording.verified', () => true, from, 20_000)
  expect(verified.path).toBe(recorded.path)
  expect(verified.durationMs).toBeGreaterThan(2_000)
  const message = readWav(join(server.recordingsFolder, verified.path))
  const [left = new Int16Array()] = message.channels
  const frames = Array.from({ length: 50 }, (_, i) =>
    left.subarray(8_000 + i * 160, 8_160 + i * 160),
  )
  const heard = frames.filter((samples) => hearing(samples) === 'caller').length
  expect(heard).toBeGreaterThan(40)
}, 120_000)

test('hears an agent who answers in the middle of a prompt, in half of the runs within 200 ms, and no prompt after', async () => {
  const phone = await SippPhone.plugIn(
    edge,
    'agent-a1',
    'agent-phone-answers-when-told',
    TONES.agent,
  )
  open.push(phone)
  hotline.ready('a1')
  const times: number[] = []
  for (let run = 1; run <= RUNS; run += 1) {
    const from = hotline.facts.length
    const caller = await dial()
    const ring = await phone.ring(run)
    const greeted = await hotline.fact('call.prompted', () => true, from)
    await soundUntil(greeted.at + 1_500)
    expect(hearings(caller.rtp.heard, greeted.at + 500, greeted.at + 1_500).sound).toBeGreaterThan(
      30,
    )
    await phone.press(ring)
    const answer = await edge.message(ring.callId, '200 INVITE')
    const isAgent = (frame: { readonly at: number; readonly samples: Int16Array }) =>
      frame.at > answer.at && hearing(frame.samples) === 'agent'
    const first = await until(() => caller.rtp.heard.find(isAgent), 'the agent heard', 5_000)
    times.push(first.at - answer.at)
    const joined = await hotline.fact('call.connected', () => true, from)
    // Where a slow one lost its time: before the switch had joined the two, or after.
    if (first.at - answer.at > PROMPT_BREAK_MS) {
      console.log(
        `slow: heard after ${(first.at - answer.at).toFixed(0)} ms, ` +
          `joined after ${(joined.at - answer.at).toFixed(0)} ms (${machine()})`,
      )
    }
    await soundUntil(first.at + 400)
    // And nothing of the prompt any more.
    const after = hearings(caller.rtp.heard, first.at + 60, first.at + 360)
    expect(after.agent).toBeGreaterThan(0.8 * after.all)
    await caller.hangUp()
    await hotline.fact('agent.wrap_up_started', () => true, from)
    hotline.writeUp('a1')
    await hotline.fact('leg.ended', ({ agentId }) => agentId === 'a1', from)
  }
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  console.log(
    `answer to agent heard, in the middle of a prompt: p50 ${at(0.5).toFixed(1)} ms, ` +
      `p95 ${at(0.95).toFixed(1)} ms, max ${at(1).toFixed(1)} ms, ` +
      `${sorted.filter((ms) => ms > PROMPT_BREAK_MS).length} above ${PROMPT_BREAK_MS} ms ` +
      `(${sorted.length} runs; ${machine()})`,
  )
  expect(at(0.5)).toBeLessThan(PROMPT_BREAK_MS)
}, 240_000)
