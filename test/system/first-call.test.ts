// The whole service as its people use it, from an empty database: an administrator sets a queue up, an
// agent signs in, a citizen calls, waits, talks, is held and retrieved and hangs up, the agent writes the
// call up, and the wallboard and the records show it. Only the API, the sockets and the switch are used.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { type Service, startService } from '../../src/service.ts'
import type { CallHandle } from '../../src/simulator/calls.ts'
import { Simulator } from '../../src/simulator/server.ts'
import { type MyAgent, type Person, phaseIs, setUpHotline } from '../support/person.ts'
import { until } from '../support/until.ts'

let folder = ''
let simulator: Simulator
let service: Service
let adminPassword = ''
const people: Person[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yingda-service-'))
  simulator = new Simulator({ clock: systemClock, seed: 'first call' })
  await simulator.start()
  await start()
  adminPassword = service.newAdminPassword ?? ''
})

afterEach(async () => {
  for (const person of people.splice(0)) person.leaves()
  await service.stop()
  await simulator.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<void> {
  const config = readConfig({
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    FREESWITCH_URLS: simulator.url,
  })
  service = await startService(config, createLog('silent'))
}

interface Timeline {
  readonly recordings: readonly { recordingId: string; status: string; sizeBytes: number }[]
}
interface Board {
  readonly waiting: number
  readonly today: {
    connectRate: { value: number | null }
    timelyAnswerRate: { value: number | null }
  }
}

async function setUp(): Promise<{ admin: Person; agent: Person }> {
  simulator.phones.phone('1001').register()
  simulator.phones.phone('1001').behave({ kind: 'answer', afterMs: 200 })
  const persons = await setUpHotline(() => service.url, adminPassword)
  people.push(persons.admin, persons.agent)
  return persons
}

/** Until the caller hears it at this moment: `music`, `agent:1001`, `prompt:hold_begin`. */
async function hears(caller: CallHandle, source: string): Promise<void> {
  await until(() => caller.heard().at(-1)?.source === source, `the caller to hear ${source}`)
}

it('carries a call from the queue to the figures, through the public doors alone', async () => {
  const { admin, agent } = await setUp()
  const wallboard = admin.watches<Board>('/wallboard')
  const desk = agent.watches<MyAgent>('/agent')
  await until(() => wallboard.view() !== null && desk.view() !== null, 'both snapshots')
  expect(wallboard.view()?.today.connectRate.value).toBeNull()

  await agent.does('POST', '/me/agent/sign-in')
  const caller = simulator.call({ to: '12345', from: '13800138000' })
  await until(() => wallboard.view()?.waiting === 1, 'the wallboard to show who waits')
  await hears(caller, 'music')

  await agent.does('POST', '/me/agent/ready')
  await until(() => desk.view()?.call?.phase === 'talking', 'the console to show the talk')
  await hears(caller, 'agent:1001')
  await until(() => wallboard.view()?.waiting === 0, 'nobody to wait on the wallboard')

  await agent.does('POST', '/me/agent/hold')
  await phaseIs(agent, 'held')
  const again = await agent.request('POST', '/me/agent/hold')
  expect(again.status).toBe(409)
  expect(await again.json()).toMatchObject({ error: { code: 'already_held' } })
  await hears(caller, 'music')
  expect(caller.heard().map(({ source }) => source)).toContain('prompt:hold_begin')
  await agent.does('POST', '/me/agent/retrieve')
  await hears(caller, 'agent:1001')
  await phaseIs(agent, 'talking')

  caller.hangUp()
  const { agent: writing } = await phaseIs(agent, 'wrap_up')
  await agent.does('POST', '/me/agent/wrap-up-done', {
    disposition: 'answered',
    summary: '咨询落户',
  })
  await phaseIs(agent, 'ready')
  await until(() => wallboard.view()?.today.connectRate.value === 1, 'the connect rate')
  expect(wallboard.view()?.today.timelyAnswerRate.value).toBe(1)

  const timeline = await until(async () => {
    const found = await admin.does<Timeline>('GET', `/calls/${writing.callId}`)
    return found.recordings[0]?.status === 'verified' && found
  }, 'the recording to be verified')
  expect(timeline).toMatchObject({
    call: { ending: 'served', hangupBy: 'caller', disposition: 'answered', summary: '咨询落户' },
    offers: [{ agentId: '1001', outcome: 'answered', rings: 1 }],
    holds: [{ by: 'console', isExceeded: false }],
  })
  expect(JSON.stringify(timeline)).toContain('13800138000')

  const [recording] = timeline.recordings
  const audio = await admin.request('GET', `/recordings/${recording?.recordingId}/audio`)
  const bytes = Buffer.from(await audio.arrayBuffer())
  expect(bytes.length).toBe(recording?.sizeBytes)
  expect(bytes.toString('latin1', 0, 4)).toBe('RIFF')
})

it('keeps a waiting and a talking caller through a restart of the service', async () => {
  const { agent } = await setUp()
  await agent.does('POST', '/me/agent/sign-in')
  await agent.does('POST', '/me/agent/ready')
  const talking = simulator.call({ to: '12345', from: '13800138001' })
  await hears(talking, 'agent:1001')
  await phaseIs(agent, 'talking')
  const waiting = simulator.call({ to: '12345', from: '13800138002' })
  await hears(waiting, 'music')

  await service.stop()
  await start()
  await phaseIs(agent, 'talking')
  expect(talking.heard().at(-1)?.source).toBe('agent:1001')
  expect(waiting.heard().at(-1)?.source).toBe('music')

  talking.hangUp()
  await phaseIs(agent, 'wrap_up')
  await agent.does('POST', '/me/agent/wrap-up-done', { disposition: 'answered' })
  await hears(waiting, 'agent:1001')
})

it('loses no call and no figure when the connection to the switch breaks in the middle of calls', async () => {
  const { admin, agent } = await setUp()
  await agent.does('POST', '/me/agent/sign-in')
  await agent.does('POST', '/me/agent/ready')
  const talking = simulator.call({ to: '12345', from: '13800138001' })
  await hears(talking, 'agent:1001')
  const waiting = simulator.call({ to: '12345', from: '13800138002' })
  await hears(waiting, 'music')
  const leaving = simulator.call({ to: '12345', from: '13800138003' })
  await hears(leaving, 'music')

  const isReady = async (): Promise<boolean> => (await fetch(`${service.url}/health/ready`)).ok
  simulator.rejectConnections()
  simulator.resetConnections()
  await until(async () => !(await isReady()), 'the loss to be noticed')
  leaving.hangUp()
  simulator.rejectConnections(false)
  await until(isReady, 'the switch to be back')
  expect(talking.heard().at(-1)?.source).toBe('agent:1001')
  expect(waiting.heard().at(-1)?.source).toBe('music')

  await agent.does('POST', '/me/agent/hang-up')
  await phaseIs(agent, 'wrap_up')
  await agent.does('POST', '/me/agent/wrap-up-done', { disposition: 'answered' })
  await hears(waiting, 'agent:1001')
  waiting.hangUp()
  await phaseIs(agent, 'wrap_up')
  const today = await admin.does<object>('GET', '/kpi/today')
  expect(today).toMatchObject({ total: { counts: { inbound: 3, answered: 2 } } })
})
