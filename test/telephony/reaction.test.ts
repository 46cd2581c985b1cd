// How fast the live system reacts, measured on a real FreeSWITCH and printed: what a caller or an agent
// would notice. The bounds are those of the design where it names one, and generous elsewhere: a busy
// machine must not fail the tests.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { EslListener } from '../support/esl-listener.ts'
import { FreeSwitch, machine } from '../support/freeswitch.ts'
import { CuttableRelay, NUMBER, RealHotline } from '../support/real-hotline.ts'
import { SippCaller, SippPhone } from '../support/sipp.ts'
import { hearing, TONES } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { Wire } from '../support/wire.ts'
import { wireNow } from '../support/wire-time.ts'

const RUNS = 25
const AGENTS = ['a1', 'a2', 'a3', 'a4', 'a5']

let edge: Wire
let trunk: Wire
let server: FreeSwitch
let relay: CuttableRelay
let hotline: RealHotline
let esl: EslListener
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  edge = await Wire.open(null)
  server = await FreeSwitch.start({ edgePort: edge.port })
  trunk = await Wire.open(server.trunkPort)
  relay = await CuttableRelay.open(server.eslPort)
  hotline = await RealHotline.start({
    server,
    relay,
    epoch: 'measured-',
    agentIds: AGENTS,
  })
  esl = await server.esl()
  await esl.listen('CHANNEL_PARK')
})

afterAll(async () => {
  await hotline?.stop()
  esl?.close()
  relay?.close()
  await server?.stop()
  edge?.close()
  trunk?.close()
})

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

function print(what: string, times: readonly number[]): { p95: number } {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  const ms = (value: number): string => `${value.toFixed(1)} ms`
  console.log(
    `${what}: p50 ${ms(at(0.5))}, p95 ${ms(at(0.95))}, max ${ms(at(1))} ` +
      `(${sorted.length} runs; ${machine()})`,
  )
  return { p95: at(0.95) }
}

test('park to agent INVITE, and caller’s BYE to agent CANCEL', { timeout: 120_000 }, async () => {
  const phone = await SippPhone.plugIn(edge, 'agent-a1', 'agent-phone-never-answers', TONES.agent)
  open.push(phone)
  hotline.ready('a1')
  const invites: number[] = []
  const cancels: number[] = []
  for (let run = 1; run <= RUNS; run += 1) {
    const mark = hotline.facts.length
    const caller = await SippCaller.dial(trunk, { to: NUMBER, hertz: TONES.caller })
    const park = await esl.event('park', (event) => event.variable_sip_call_id === caller.sipCallId)
    const ring = await phone.ring(run)
    invites.push(ring.at - Number(park['Event-Date-Timestamp']) / 1_000)
    await edge.message(ring.callId, '180 INVITE')
    const byeAt = await caller.hangUp()
    cancels.push((await edge.message(ring.callId, 'CANCEL')).at - byeAt)
    await hotline.fact('agent.became_ready', () => true, mark)
    await caller.close()
  }
  print('park to agent INVITE', invites)
  const { p95 } = print('caller BYE to agent CANCEL', cancels)
  expect(p95).toBeLessThan(100)
  expect(invites).toHaveLength(RUNS)
})

test('a hold in the same breath as the bridge is carried out', { timeout: 120_000 }, async () => {
  // Ready since the test before.
  const [agentId = ''] = AGENTS
  const user = `agent-${agentId}`
  const phone = await SippPhone.plugIn(edge, user, 'agent-phone-answers-when-told', TONES.agent)
  open.push(phone)
  const times: number[] = []
  const first = hotline.facts.length
  for (let run = 1; run <= RUNS; run += 1) {
    const mark = hotline.facts.length
    const caller = await SippCaller.dial(trunk, { to: NUMBER, hertz: TONES.caller })
    await phone.press(await phone.ring(run))
    const { at } = await hotline.fact('call.connected', () => true, mark)
    hotline.ask({ type: 'agent.hold_requested', agentId })
    times.push((await hotline.fact('call.held', () => true, mark)).at - at)
    await caller.hangUp()
    await hotline.fact('agent.wrap_up_started', () => true, mark)
    hotline.writeUp(agentId)
    await hotline.fact('leg.ended', (fact) => fact.agentId === agentId, mark)
    await hotline.fact('agent.became_ready', () => true, mark)
  }
  print('bridge to held, asked for at once', times)
  expect(hotline.facts.slice(first).filter(({ type }) => type === 'call.requeued')).toEqual([])
})

test('hold to silence of the agent at the caller', { timeout: 120_000 }, async () => {
  const talks: { agentId: string; caller: SippCaller }[] = []
  for (const agentId of AGENTS) {
    const user = `agent-${agentId}`
    const phone = await SippPhone.plugIn(edge, user, 'agent-phone-answers-when-told', TONES.agent)
    open.push(phone)
    if (agentId !== AGENTS[0]) hotline.ready(agentId)
    const caller = await SippCaller.dial(trunk, { to: NUMBER, hertz: TONES.caller })
    open.push(caller)
    await phone.press(await phone.ring())
    await hotline.fact('call.connected', (fact) => fact.agentId === agentId)
    talks.push({ agentId, caller })
  }
  const silences: number[] = []
  const holdOften = async ({ agentId, caller }: (typeof talks)[number]): Promise<void> => {
    const { heard } = caller.rtp
    const isAgent = (samples: Int16Array) => hearing(samples) === 'agent'
    for (let run = 1; run <= RUNS / AGENTS.length; run += 1) {
      const isTalking = () => heard.slice(-15).every((frame) => isAgent(frame.samples))
      await until(isTalking, 'the agent heard', 15_000)
      const mark = hotline.facts.length
      const heldAt = wireNow()
      hotline.ask({ type: 'agent.hold_requested', agentId })
      const isOurs = (fact: { agentId: string }) => fact.agentId === agentId
      await hotline.fact('call.held', isOurs, mark)
      await until(() => wireNow() > heldAt + 400, 'the prompt')
      const after = heard.filter((frame) => frame.at > heldAt && frame.at < heldAt + 400)
      const last = after.findLastIndex((frame) => isAgent(frame.samples))
      silences.push((after[last + 1]?.at ?? Number.NaN) - heldAt)
      hotline.ask({ type: 'agent.retrieve_requested', agentId })
      await hotline.fact('call.retrieved', isOurs, mark, 15_000)
    }
  }
  await Promise.all(talks.map(holdOften))
  const { p95 } = print('hold to the first frame without the agent at the caller', silences)
  expect(p95).toBeLessThan(250)
})
