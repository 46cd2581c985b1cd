// The simulator against what a real FreeSWITCH announced for the same commands: each leg's events in the
// same order with the same states, and the same order between the legs wherever that was stable.
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventHeaders } from '../support/esl-client.ts'
import { SimulatedSwitch } from '../support/simulated-switch.ts'

const MUSIC = 'local_stream://moh'

let world: SimulatedSwitch

beforeEach(async () => {
  world = await SimulatedSwitch.start()
})
afterEach(() => world.stop())

function transcript(name: string): string[] {
  const url = new URL(`../support/transcripts/legs/${name}.txt`, import.meta.url)
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}

const NOT_COMPARED = new Set(['API', 'CALL_UPDATE', 'HEARTBEAT'])
const COMPARED = [
  'Application',
  'Application-Data',
  'Application-Response',
  'Playback-File-Path',
  'Playback-Status',
  'Original-Channel-Call-State',
  'Hangup-Cause',
  'Record-Completion-Cause',
  'Record-File-Path',
  'Bridge-A-Unique-ID',
  'Bridge-B-Unique-ID',
]

/** Events as lines of a transcript; `roles` names the legs, others are left out. */
function lines(events: readonly EventHeaders[], roles: Readonly<Record<string, string>>): string[] {
  const plain = (value: string) => roles[value] ?? (value.startsWith('/') ? base(value) : value)
  return events.flatMap((event) => {
    const name = event['Event-Name'] ?? ''
    if (NOT_COMPARED.has(name)) return []
    if (name === 'BACKGROUND_JOB') {
      const [mark = '', what = ''] = (event._body ?? '').trim().split(' ')
      return [`job ${mark} ${plain(what)}`]
    }
    const role = roles[event['Unique-ID'] ?? '']
    if (role === undefined) return []
    const states = ['Channel-State', 'Channel-State-Number', 'Channel-Call-State', 'Answer-State']
    const pairs = COMPARED.filter((key) => event[key] !== undefined).map(
      (key) => `${key}=${plain(event[key] ?? '')}`,
    )
    return [[role, name, ...states.map((key) => event[key]), ...pairs].join(' ')]
  })
}

function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function ofRole(all: readonly string[], role: string): string[] {
  return all.filter((line) => line.startsWith(`${role} `))
}

/** Every leg by itself, line by line. */
function expectSameLegs(name: string, actual: readonly string[]): void {
  const expected = transcript(name)
  const roles = new Set(expected.map((line) => line.split(' ')[0] ?? ''))
  for (const role of roles) expect(ofRole(actual, role), role).toEqual(ofRole(expected, role))
}

/** Between the legs: these lines (by their beginnings) come in this order. */
function expectOrder(actual: readonly string[], beginnings: readonly string[]): void {
  const places = beginnings.map((beginning) =>
    actual.findIndex((line) => line.startsWith(beginning)),
  )
  expect(places, beginnings.join(' < ')).not.toContain(-1)
  expect([...places].sort((a, b) => a - b)).toEqual(places)
}

describe('a caller arrives', () => {
  it('runs the dialplan and parks about 25 ms after the INVITE', async () => {
    const call = world.simulator.call({ to: '12345', from: '13800000000' })
    const placedAt = world.clock.now()
    await world.event('CHANNEL_PARK', call.legId)
    expect(world.clock.now() - placedAt).toBeLessThanOrEqual(30)
    const names = world.events
      .filter((event) => event['Unique-ID'] === call.legId)
      .map((event) => [event['Event-Name'], event.Application].filter(Boolean).join(' '))
      .filter((name) => !name.endsWith(' set'))
    expect(names).toEqual([
      'CHANNEL_CREATE',
      'CHANNEL_CALLSTATE',
      'CHANNEL_EXECUTE answer',
      'CHANNEL_ANSWER',
      'CHANNEL_CALLSTATE',
      'CHANNEL_EXECUTE_COMPLETE answer',
      'CHANNEL_EXECUTE sched_transfer',
      'CHANNEL_EXECUTE_COMPLETE sched_transfer',
      'CHANNEL_EXECUTE park',
      'CHANNEL_PARK',
    ])
    const park = world.events.at(-1)
    expect(park).toMatchObject({
      variable_cc_role: 'caller',
      variable_cc_number: '12345',
      variable_park_after_bridge: 'true',
      'Caller-Caller-ID-Number': '13800000000',
      'Caller-Destination-Number': '12345',
      'Event-Date-Timestamp': `${world.clock.now()}000`,
    })
  })

  it('waits with music and a prompt on top, and gives up', async () => {
    const call = world.simulator.call({ to: '12345', from: '13800000000' })
    await world.event('CHANNEL_PARK', call.legId)
    await world.api(`sched_del ${call.legId}`)
    await world.client.execute(call.legId, 'endless_playback', MUSIC)
    await world.pass(1_000)
    await world.api(`uuid_broadcast ${call.legId} /snd/ann.wav aleg`)
    await world.pass(2_000)
    await world.api(`uuid_break ${call.legId}`)
    await world.pass(500)
    call.hangUp()
    await world.event('CHANNEL_DESTROY', call.legId)
    const actual = lines(world.events, { [call.legId]: 'caller' })
    const from = (all: string[]) =>
      all.slice(all.findIndex((line) => line.includes('CHANNEL_PARK')))
    expect(from(actual)).toEqual(from(transcript('waiting-with-music')))
    expect(call.heard().map(({ source }) => source)).toEqual([
      'silence',
      'music',
      'prompt:ann',
      'music',
      'silence',
    ])
  })
})

describe('an offer', () => {
  it.each([
    ['refused-busy', { kind: 'busy', afterMs: 280 }],
    ['rung-out', { kind: 'never' }],
    ['never-confirmed', { kind: 'silent' }],
    ['refused-at-once', { kind: 'dead' }],
  ] as const)('%s', async (name, behaviour) => {
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.behave(behaviour)
    await world.offer('7', 'a7')
    await world.event('CHANNEL_DESTROY', 'a7')
    await world.pass(30)
    expectSameLegs(name, lines(world.events, { a7: 'agent' }))
  })

  it('that is killed before the phone rings', async () => {
    const phone = world.simulator.phones.phone('7')
    phone.register()
    const offered = world.offer('7', 'a7')
    const killed = world.api('uuid_kill a7 ORIGINATOR_CANCEL')
    await offered
    expect(await killed).toBe('+OK\n')
    await world.pass(100)
    expectSameLegs('killed-at-once', lines(world.events, { a7: 'agent' }))
    expect(phone.isBusy).toBe(false)
  })

  it('that is cancelled while the phone rings', async () => {
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.behave({ kind: 'never' })
    await world.offer('7', 'a7')
    await world.pass(1_000)
    expect(await world.api('uuid_kill a7 ORIGINATOR_CANCEL')).toBe('+OK\n')
    await world.pass(100)
    expectSameLegs('cancelled', lines(world.events, { a7: 'agent' }))
    expect(phone.isBusy).toBe(false)
  })

  it('that is answered, bridged, and ended by the caller', async () => {
    const call = await world.parkedCaller()
    await world.client.execute(call.legId, 'playback', '/snd/moh.wav')
    await world.pass(500)
    const since = world.events.length
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.behave({ kind: 'answer', afterMs: 1_200 })
    await world.offer('7', 'a7')
    await world.event('CHANNEL_PARK', 'a7')
    await world.bridge(call.legId, 'a7')
    await world.pass(1_200)
    call.hangUp()
    await world.pass(600)
    await world.api('uuid_kill a7')
    await world.pass(100)
    const actual = lines(world.events.slice(since), { [call.legId]: 'caller', a7: 'agent' })
    expectSameLegs('answered-and-bridged', actual)
    expectOrder(actual, [
      'agent CHANNEL_ANSWER',
      'job +OK',
      'agent CHANNEL_PARK',
      'caller PLAYBACK_STOP',
      'caller CHANNEL_EXECUTE CS_SOFT_EXECUTE',
      'agent CHANNEL_EXECUTE CS_SOFT_EXECUTE',
      'caller CHANNEL_BRIDGE',
      'caller CHANNEL_HANGUP ',
      'agent CHANNEL_PARK CS_PARK',
      'caller CHANNEL_UNBRIDGE',
      'caller CHANNEL_HANGUP_COMPLETE',
      'agent CHANNEL_HANGUP ',
    ])
  })
})

describe('a talk', () => {
  it('is held and resumed by inline transfers', async () => {
    const call = await world.talk()
    const since = world.events.length
    const hold = `'playback:/snd/holdstart.wav,endless_playback:${MUSIC},park:'`
    expect(await world.api(`uuid_transfer ${call.legId} ${hold} inline`)).toBe('+OK\n')
    await world.pass(2_600)
    await world.api(`uuid_transfer ${call.legId} 'playback:/snd/holdend.wav,park:' inline`)
    await world.event('CHANNEL_PARK', call.legId, since)
    await world.api(`uuid_bridge ${call.legId} a7`)
    await world.pass(2_000)
    call.hangUp()
    await world.pass(500)
    await world.api('uuid_kill a7')
    await world.pass(100)
    const actual = lines(world.events.slice(since), { [call.legId]: 'caller', a7: 'agent' })
    expectSameLegs('hold-and-resume', actual)
    expectOrder(actual, [
      'agent CHANNEL_PARK',
      'caller CHANNEL_UNBRIDGE',
      'caller CHANNEL_CALLSTATE CS_ROUTING',
      'caller CHANNEL_BRIDGE',
    ])
    expect(call.heard().map(({ source }) => source)).toEqual([
      'silence',
      'agent:7',
      'prompt:holdstart',
      'music',
      'prompt:holdend',
      'silence',
      'agent:7',
      'silence',
    ])
  })

  it('is held at the phone, with prompt and music broadcast into the bridge', async () => {
    const call = await world.talk(',hold_music=silence')
    const since = world.events.length
    const phone = world.simulator.phones.phone('7')
    phone.hold()
    await world.event('CHANNEL_HOLD', 'a7')
    await world.api(`uuid_broadcast ${call.legId} /snd/holdstart.wav aleg`)
    await world.api(`uuid_broadcast ${call.legId} ${MUSIC} aleg`)
    await world.pass(2_900)
    phone.unhold()
    await world.event('CHANNEL_UNHOLD', 'a7')
    await world.api(`uuid_break ${call.legId} all`)
    await world.api(`uuid_broadcast ${call.legId} /snd/holdend.wav aleg`)
    await world.pass(1_500)
    const actual = lines(world.events.slice(since), { [call.legId]: 'caller', a7: 'agent' })
    expectSameLegs('held-by-phone', actual)
    expect(call.heard().at(-1)?.source).toBe('agent:7')
  })

  it('is held at the phone and then parted: the phone’s own retrieving says nothing', async () => {
    const call = await world.talk(',hold_music=silence')
    const since = world.events.length
    const phone = world.simulator.phones.phone('7')
    phone.hold()
    await world.event('CHANNEL_HOLD', 'a7')
    const hold = `'playback:/snd/holdstart.wav,endless_playback:${MUSIC},park:'`
    await world.api(`uuid_transfer ${call.legId} ${hold} inline`)
    await world.pass(3_000)
    phone.unhold()
    await world.pass(1_000)
    const actual = lines(world.events.slice(since), { [call.legId]: 'caller', a7: 'agent' })
    expectSameLegs('held-by-phone-and-parted', actual)
  })

  it('is ended by the agent: the caller is parked', async () => {
    const call = await world.talk()
    const since = world.events.length
    world.simulator.phones.phone('7').hangUp()
    await world.pass(100)
    const actual = lines(world.events.slice(since), { [call.legId]: 'caller', a7: 'agent' })
    expectSameLegs('goodbye-of-the-agent', actual)
    expectOrder(actual, [
      'agent CHANNEL_HANGUP ',
      'agent CHANNEL_HANGUP_COMPLETE',
      'caller CHANNEL_UNBRIDGE',
      'caller CHANNEL_PARK',
    ])
  })

  it('is recorded over hold and a second agent', async () => {
    const call = await world.parkedCaller()
    await world.parkedAgent('1', 'a1')
    const since = world.events.length
    const path = `${process.cwd()}/node_modules/.cache/simulator-order/record.wav`
    await world.api(`uuid_record ${call.legId} start ${path}`)
    await world.api(`uuid_bridge ${call.legId} a1`)
    await world.pass(1_500)
    const hold = `'playback:/snd/holdstart.wav,endless_playback:${MUSIC},park:'`
    await world.api(`uuid_transfer ${call.legId} ${hold} inline`)
    await world.pass(1_800)
    await world.api(`uuid_bridge ${call.legId} a1`)
    await world.pass(800)
    const second = world.simulator.phones.phone('2')
    second.register()
    second.behave({ kind: 'answer', afterMs: 0 })
    await world.offer('2', 'a2')
    await world.event('CHANNEL_PARK', 'a2')
    await world.api(`uuid_bridge ${call.legId} a2`)
    await world.pass(100)
    await world.api('uuid_kill a1')
    await world.pass(1_000)
    call.hangUp()
    await world.event('CHANNEL_DESTROY', call.legId)
    const roles = { [call.legId]: 'caller', a1: 'agent', a2: 'agent2' }
    expectSameLegs('recorded', lines(world.events.slice(since), roles))
  })

  it('never comes about when the caller hangs up just before the bridge', async () => {
    const call = await world.parkedCaller()
    await world.parkedAgent('7', 'a7')
    const since = world.events.length
    expect(await world.api(`uuid_bridge ${call.legId} a7`)).toBe('+OK a7\n')
    call.hangUp()
    await world.pass(1_500)
    const names = world.events.slice(since).map((event) => event['Event-Name'])
    expect(names).not.toContain('CHANNEL_BRIDGE')
    expect(await world.api('uuid_exists a7')).toBe('true')
    await world.api('uuid_kill a7')
    await world.pass(50)
    const actual = lines(world.events.slice(since), { a7: 'agent' })
    const expected = transcript('bridge-lost-to-hangup')
    // The capture ends before the last two events of the agent's leg.
    const agent = ofRole(expected, 'agent').slice(2)
    expect(ofRole(actual, 'agent').slice(0, agent.length)).toEqual(agent)
  })
})
