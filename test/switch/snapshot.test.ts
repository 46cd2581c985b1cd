import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LegSnapshot } from '../../src/core/inputs.ts'
import { SwitchConnection } from '../../src/switch/connection.ts'
import { takeSnapshot } from '../../src/switch/snapshot.ts'
import { apiResponse, EslPeer, event, PASSWORD } from '../support/esl-peer.ts'
import { ManualClock } from '../support/manual-clock.ts'

type Headers = Record<string, string>

/** What a real FreeSWITCH answered while one caller waited and one talked. */
const real = JSON.parse(
  readFileSync(join(import.meta.dirname, '../support/transcripts/resync.json'), 'utf8'),
) as {
  readonly list: { readonly rows: readonly Headers[] }
  readonly dumps: Record<string, Headers>
}

let peer: EslPeer
let connection: SwitchConnection
let touched: Set<string>
let rows: Headers[]
let dumps: Record<string, Headers>

beforeEach(async () => {
  peer = await EslPeer.listen()
  touched = new Set()
  rows = structuredClone([...real.list.rows])
  dumps = structuredClone(real.dumps)
  peer.on(/^api show channels as json$/, () =>
    apiResponse(JSON.stringify({ row_count: rows.length, rows })),
  )
  peer.on(/^api uuid_dump \S+ json$/, (command) => {
    const dump = dumps[command.split(' ')[2] ?? '']
    return apiResponse(dump === undefined ? '-ERR No such channel!\n' : JSON.stringify(dump))
  })
  connection = new SwitchConnection({
    host: '127.0.0.1',
    port: peer.port,
    password: PASSWORD,
    clock: new ManualClock(),
    onEvent: (headers) => touched.add(String(headers['Unique-ID'])),
    onDropped: () => {},
    onClose: () => {},
  })
  await connection.ready
})

afterEach(async () => {
  connection.close(new Error('the test is over'))
  await connection.closed
  await peer.close()
})

async function legs(): Promise<Record<string, LegSnapshot>> {
  const snapshot = await takeSnapshot(connection, touched)
  return Object.fromEntries(snapshot.map((leg) => [leg.legId, leg]))
}

/** A leg of the transcript with other variables. */
const change = (legId: string, headers: Headers): void => {
  dumps[legId] = { ...dumps[legId], ...headers }
}

test('shows the legs that are ours with all that was written on them, and no others', async () => {
  expect(await legs()).toEqual({
    'waiting-1': {
      legId: 'waiting-1',
      role: 'caller',
      callId: 'c-1',
      from: '13800138000',
      to: '12345',
      createdAt: 1_795_450_515_565,
      isAnswered: true,
      bridgedTo: null,
      isPlaying: true,
      agentId: null,
      queueId: 'q 一',
      queuedAt: 1_795_450_515_600,
      answeredAt: null,
      connectedAt: null,
      heldAt: null,
      recordingPath: null,
    },
    'talking-1': {
      legId: 'talking-1',
      role: 'caller',
      callId: 'c-2',
      from: '13800138000',
      to: '12345',
      createdAt: 1_795_450_515_605,
      isAnswered: true,
      bridgedTo: 'agent-1',
      isPlaying: false,
      agentId: 'a7',
      queueId: 'q1',
      queuedAt: 1_795_450_515_610,
      answeredAt: 1_795_450_515_700,
      connectedAt: 1_795_450_515_790,
      heldAt: null,
      recordingPath: '2026/11/23/c-2.wav',
    },
    'agent-1': expect.objectContaining({ role: 'agent', callId: 'c-2', bridgedTo: 'talking-1' }),
  })
})

test('of a switch without channels is empty', async () => {
  peer.on(/^api show/, () => apiResponse('{"row_count": 0}\n'))
  expect(await legs()).toEqual({})
})

describe('a bridge stands', () => {
  test('only while the partner exists', async () => {
    delete dumps['agent-1']
    expect((await legs())['talking-1']).toMatchObject({ bridgedTo: null })
  })

  test('only while the partner says so too', async () => {
    change('agent-1', { variable_signal_bond: '' })
    const { 'talking-1': caller, 'agent-1': agent } = await legs()
    expect([caller?.bridgedTo, agent?.bridgedTo]).toEqual([null, null])
  })
})

describe('a leg is left out', () => {
  test('that is being hung up', async () => {
    change('waiting-1', { 'Channel-State': 'CS_HANGUP' })
    expect(await legs()).not.toHaveProperty('waiting-1')
  })

  test('that is still in the dialplan, until it is parked', async () => {
    change('waiting-1', { variable_cc_claimed: '', variable_current_application: 'answer' })
    expect(await legs()).not.toHaveProperty('waiting-1')
    change('waiting-1', { variable_current_application: 'park' })
    expect(await legs()).toHaveProperty('waiting-1')
  })

  test('whose id could be a second command', async () => {
    rows.push({ uuid: 'x json\n\napi shutdown', direction: 'inbound', presence_data: '' })
    await legs()
    expect(peer.received).not.toContain('shutdown')
  })
})

test('stamps that make no sense count as not written', async () => {
  change('waiting-1', { variable_cc_queued_ms: 'yesterday', variable_cc_queue: '50%' })
  expect((await legs())['waiting-1']).toMatchObject({ queuedAt: null, queueId: '50%' })
})

test('a leg that changes while we look is looked at again', async () => {
  let looks = 0
  peer.on(/^api uuid_dump talking-1 json$/, () => {
    looks += 1
    const dump = JSON.stringify(dumps['talking-1'])
    if (looks > 1) return apiResponse(dump)
    change('talking-1', { variable_signal_bond: '' })
    change('agent-1', { variable_signal_bond: '' })
    return apiResponse(dump) + event({ 'Event-Name': 'CHANNEL_UNBRIDGE', 'Unique-ID': 'talking-1' })
  })
  expect((await legs())['talking-1']).toMatchObject({ bridgedTo: null })
  expect(looks).toBe(2)
})

test('a leg that never keeps still does not keep us for ever', async () => {
  peer.on(/^api uuid_dump waiting-1 json$/, () => {
    const dump = apiResponse(JSON.stringify(dumps['waiting-1']))
    return event({ 'Event-Name': 'CHANNEL_HOLD', 'Unique-ID': 'waiting-1' }) + dump
  })
  expect(await legs()).toHaveProperty('waiting-1')
})

test('of many legs never has more than a handful of questions under way', async () => {
  rows = Array.from({ length: 300 }, (_, i) => ({
    uuid: `caller-${i}`,
    direction: 'inbound',
    presence_data: `cc|c-${i}|waiting`,
  }))
  let pendingMax = 0
  peer.on(/^api uuid_dump/, (command) => {
    pendingMax = Math.max(pendingMax, connection.pending)
    const legId = command.split(' ')[2] ?? ''
    return apiResponse(JSON.stringify({ ...real.dumps['waiting-1'], 'Unique-ID': legId }))
  })
  expect(Object.keys(await legs())).toHaveLength(300)
  expect(pendingMax).toBeLessThanOrEqual(20)
})
