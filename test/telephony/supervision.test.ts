// Shift leaders on a real FreeSWITCH with real SIP phones: who hears whom in each mode, what is on record,
// how long each verb takes, and that nothing is left behind.
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { MonitorMode } from '../../src/core/inputs.ts'
import { FreeSwitch, machine } from '../support/freeswitch.ts'
import { CuttableRelay, NUMBER, RealHotline } from '../support/real-hotline.ts'
import { SippCaller, SippPhone } from '../support/sipp.ts'
import { hasTone, readWav, TONES, tonesHeard } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { Wire } from '../support/wire.ts'
import { wireNow } from '../support/wire-time.ts'

/** From asking, or from picking up where a phone must be picked up, to being heard. */
const VERB_MS_MAX = 300
/** What is asked for takes effect within the frames of this stretch; after it the hearing is looked at. */
const SETTLE_MS = 300
const HEAR_MS = 600

type Tone = keyof typeof TONES
const TONE_OF: Readonly<Record<string, Tone>> = { a1: 'agent', s1: 'otherAgent', s2: 'third' }

let edge: Wire
let trunk: Wire
let server: FreeSwitch
let relay: CuttableRelay
let hotline: RealHotline
let runs = 0
const open: { close(): Promise<void> }[] = []
const latencies: Record<string, number> = {}

beforeAll(async () => {
  edge = await Wire.open(null)
  server = await FreeSwitch.start({ edgePort: edge.port })
  trunk = await Wire.open(server.trunkPort)
})

afterAll(async () => {
  await server?.stop()
  edge?.close()
  trunk?.close()
  console.log(JSON.stringify({ verbs: latencies, unit: 'ms', machine: machine() }))
})

beforeEach(async () => {
  relay = await CuttableRelay.open(server.eslPort)
  runs += 1
  hotline = await RealHotline.start({
    server,
    relay,
    epoch: `sup${runs}-`,
    agentIds: ['a1', 's1', 's2'],
  })
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

async function phone(agentId: string): Promise<SippPhone> {
  const tone = TONES[TONE_OF[agentId] ?? 'agent']
  const one = await SippPhone.plugIn(
    edge,
    `agent-${agentId}`,
    'agent-phone-answers-when-told',
    tone,
  )
  open.push(one)
  return one
}

async function talk(): Promise<{ caller: SippCaller; agent: SippPhone; callId: string }> {
  const agent = await phone('a1')
  hotline.ready('a1')
  const caller = await SippCaller.dial(trunk, { to: NUMBER, hertz: TONES.caller })
  open.push(caller)
  await agent.press(await agent.ring())
  const { callId } = await hotline.fact('call.connected')
  return { caller, agent, callId }
}

const asked = (supervisorId: string) => ({ at: systemClock.now(), supervisorId, by: 'leader' })

function submit(input: Parameters<RealHotline['engine']['submit']>[0]): void {
  const refusal = hotline.engine.submit(input)
  if (refusal !== null) throw new Error(`${input.type}: ${refusal.code}`)
}

/** The leader's phone is rung and picked up. */
async function watch(supervisorId: string, agentId: string, mode: MonitorMode) {
  const one = await phone(supervisorId)
  const askedAt = wireNow()
  submit({ ...asked(supervisorId), type: 'supervisor.monitor_requested', agentId, mode })
  const ring = await one.ring()
  latencies[`${mode} of ${agentId}: asked to INVITE`] = ring.at - askedAt
  await one.press(ring)
  await hotline.fact('monitor.started', (fact) => fact.supervisorId === supervisorId)
  const answeredAt = (await edge.message(ring.callId, '200 INVITE')).at
  return { phone: one, answeredAt }
}

const pause = (ms: number): Promise<unknown> => {
  const end = wireNow() + ms
  return until(() => wireNow() > end, `${ms} ms of sound`, ms + 5_000)
}

/** What each of them hears from now on, once it has settled. */
async function hear(...ends: readonly (SippCaller | SippPhone)[]): Promise<Tone[][]> {
  await pause(SETTLE_MS)
  const from = wireNow()
  await pause(HEAR_MS)
  return ends.map(({ rtp }) => tonesHeard(rtp.heard, from, from + HEAR_MS))
}

/** When that tone was first heard after the moment. */
function heardAt(end: SippCaller | SippPhone, tone: Tone, after: number): Promise<number> {
  return until(
    () => end.rtp.heard.find(({ at, samples }) => at >= after && hasTone(samples, tone))?.at,
    `${tone} at a phone`,
  )
}

async function changeMode(mode: MonitorMode, end: SippCaller | SippPhone): Promise<void> {
  const askedAt = wireNow()
  submit({ ...asked('s1'), type: 'supervisor.mode_requested', mode })
  latencies[`${mode}: asked to heard`] = (await heardAt(end, 'otherAgent', askedAt)) - askedAt
}

async function channels(): Promise<number> {
  const esl = await server.esl()
  const count = Number.parseInt(await esl.api('show channels count'), 10)
  esl.close()
  return count
}

describe('a shift leader', () => {
  test('listens, whispers to the agent alone, joins in; a whisper is not on record', async () => {
    const { caller, agent, callId } = await talk()
    const { phone: leader, answeredAt } = await watch('s1', 'a1', 'listen')
    latencies['listen: picked up to heard'] =
      (await heardAt(leader, 'agent', answeredAt)) - answeredAt
    expect(await hear(leader, agent, caller)).toEqual([['caller', 'agent'], ['caller'], ['agent']])

    await changeMode('whisper', agent)
    expect(await hear(leader, agent, caller)).toEqual([
      ['caller', 'agent'],
      ['caller', 'otherAgent'],
      ['agent'],
    ])

    // The keypad of the leader's phone changes nothing.
    leader.rtp.press('3')
    expect(await hear(agent, caller)).toEqual([['caller', 'otherAgent'], ['agent']])

    const bargedAt = wireNow()
    await changeMode('barge', caller)
    expect(await hear(leader, agent, caller)).toEqual([
      ['caller', 'agent'],
      ['caller', 'otherAgent'],
      ['agent', 'otherAgent'],
    ])

    submit({ ...asked('s1'), type: 'supervisor.mode_requested', mode: 'listen' })
    expect(await hear(agent, caller)).toEqual([['caller'], ['agent']])

    // On hold the caller hears music alone, and the leader the agent alone.
    hotline.ask({ type: 'agent.hold_requested', agentId: 'a1' })
    await hotline.fact('call.held')
    submit({ ...asked('s1'), type: 'supervisor.mode_requested', mode: 'whisper' })
    expect(await hear(leader, agent)).toEqual([['agent'], ['otherAgent']])
    hotline.ask({ type: 'agent.retrieve_requested', agentId: 'a1' })
    await hotline.fact('call.retrieved')
    expect(await hear(leader, agent, caller)).toEqual([
      ['caller', 'agent'],
      ['caller', 'otherAgent'],
      ['agent'],
    ])

    submit({ ...asked('s1'), type: 'supervisor.end_requested' })
    await hotline.fact('leg.ended', (fact) => fact.agentId === 's1')
    expect(await hear(agent, caller)).toEqual([['caller'], ['agent']])
    const connected = await hotline.fact('call.connected')
    await caller.hangUp()
    await hotline.fact('recording.verified', (fact) => fact.callId === callId)
    const requested = await hotline.fact('recording.requested')
    const wav = readWav(join(server.recordingsFolder, requested.path))
    const [left = new Int16Array(), right = new Int16Array()] = wav.channels
    const share = (side: Int16Array, tone: Tone, fromMs: number, toMs: number): number => {
      let found = 0
      let all = 0
      for (let at = Math.floor(fromMs / 20) * 160; at + 160 <= toMs * 8; at += 160) {
        all += 1
        if (hasTone(side.subarray(at, at + 160), tone)) found += 1
      }
      return found / all
    }
    const bargeMs = bargedAt - connected.at
    // Never in what the caller said; in what the caller heard only while the leader had joined in.
    expect(share(left, 'otherAgent', 0, wav.durationMs)).toBe(0)
    expect(share(right, 'otherAgent', 0, bargeMs - 100)).toBe(0)
    expect(share(right, 'otherAgent', bargeMs + 300, bargeMs + 800)).toBeGreaterThan(0.9)
    expect(share(right, 'otherAgent', wav.durationMs - 2_000, wav.durationMs)).toBe(0)
    await until(async () => (await channels()) === 0, 'nothing left at the switch')
  })

  test('takes the call over: the caller hears the leader, the agent is free, the recording goes on', async () => {
    const { caller, agent, callId } = await talk()
    const { phone: leader } = await watch('s1', 'a1', 'whisper')
    await hear(leader, agent)
    const askedAt = wireNow()
    submit({ ...asked('s1'), type: 'supervisor.take_over_requested' })
    latencies['take over: asked to heard'] =
      (await heardAt(caller, 'otherAgent', askedAt)) - askedAt
    const taken = await hotline.fact('call.taken_over')
    expect(taken).toMatchObject({ callId, agentId: 's1', fromAgentId: 'a1' })
    expect(await hear(leader, caller)).toEqual([['caller'], ['otherAgent']])
    await hotline.fact('leg.ended', (fact) => fact.agentId === 'a1')

    // The call is the leader's: hold and retrieve, and the wrap-up at the end.
    hotline.ask({ type: 'agent.hold_requested', agentId: 's1' })
    await hotline.fact('call.held')
    hotline.ask({ type: 'agent.retrieve_requested', agentId: 's1' })
    await hotline.fact('call.retrieved')
    expect(await hear(leader, caller)).toEqual([['caller'], ['otherAgent']])
    await caller.hangUp()
    const ended = await hotline.fact('call.ended')
    expect(ended).toMatchObject({ ending: 'served', agentId: 's1' })
    expect(hotline.engine.state.agents.get('s1')?.phase.name).toBe('wrap_up')
    await hotline.fact('recording.verified')
    await until(async () => (await channels()) === 0, 'nothing left at the switch')
  })

  test('is watched by another, who hears everything and whispers to the leader alone', async () => {
    const { caller, agent } = await talk()
    const { phone: leader } = await watch('s1', 'a1', 'listen')
    const { phone: second } = await watch('s2', 's1', 'listen')
    expect(await hear(second, leader, agent, caller)).toEqual([
      ['caller', 'agent', 'otherAgent'],
      ['caller', 'agent'],
      ['caller'],
      ['agent'],
    ])
    submit({ ...asked('s2'), type: 'supervisor.mode_requested', mode: 'whisper' })
    expect(await hear(second, leader, agent, caller)).toEqual([
      ['caller', 'agent', 'otherAgent'],
      ['caller', 'agent', 'third'],
      ['caller'],
      ['agent'],
    ])
    // The end of the call ends both.
    await caller.hangUp()
    await hotline.fact('monitor.ended', (fact) => fact.supervisorId === 's2')
    await hotline.fact('leg.ended', (fact) => fact.agentId === 's2')
    await until(async () => (await channels()) === 0, 'nothing left at the switch')
    expect(hotline.engine.state.monitors.size).toBe(0)
    expect(hotline.engine.state.legs.size).toBe(0)
  })

  test('whose service dies stops listening when it is back; the talk goes on', async () => {
    const { caller, agent } = await talk()
    const { phone: leader } = await watch('s1', 'a1', 'listen')
    await hotline.stop()
    expect(await hear(leader)).toEqual([['caller', 'agent']])
    hotline = await RealHotline.start({
      server,
      relay,
      epoch: `sup${runs}b-`,
      agentIds: ['a1', 's1', 's2'],
      restored: [
        { agentId: 'a1', phase: 'ready', reason: null, since: Date.now() - 60_000, callId: null },
      ],
    })
    await hotline.fact('call.adopted')
    await until(async () => (await channels()) === 2, 'only caller and agent at the switch')
    expect(await hear(agent, caller)).toEqual([['caller'], ['agent']])
  })
})

test('every verb takes effect within 300 ms', () => {
  expect(Object.keys(latencies).length).toBeGreaterThanOrEqual(6)
  for (const [verb, ms] of Object.entries(latencies)) expect(ms, verb).toBeLessThan(VERB_MS_MAX)
})
