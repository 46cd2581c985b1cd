// The commands and their replies, word for word as a real FreeSWITCH gave them, and what they do.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SimulatedSwitch } from '../support/simulated-switch.ts'

const NOBODY = '17a02767-452d-4005-9748-98080b8490fb'

let world: SimulatedSwitch

beforeEach(async () => {
  world = await SimulatedSwitch.start()
})
afterEach(() => world.stop())

function count(name: string, legId: string): number {
  return world.events.filter(
    (event) => event['Event-Name'] === name && event['Unique-ID'] === legId,
  ).length
}

async function rows(what: string): Promise<Record<string, string>[]> {
  const table = JSON.parse(await world.api(`show ${what} as json`)) as {
    row_count: number
    rows?: Record<string, string>[]
  }
  expect(table.rows?.length ?? 0).toBe(table.row_count)
  return table.rows ?? []
}

describe('replies about legs that do not exist', () => {
  it.each([
    [`uuid_exists ${NOBODY}`, 'false'],
    [`uuid_kill ${NOBODY}`, '-ERR No such channel!\n'],
    [`uuid_bridge ${NOBODY} ${NOBODY}`, '-ERR Invalid uuid\n'],
    [`uuid_transfer ${NOBODY} 9599 XML public`, '-ERR No such channel!\n'],
    [`uuid_broadcast ${NOBODY} /snd/ann.wav aleg`, '-ERR invalid uuid\n'],
    [`uuid_setvar ${NOBODY} a b`, '-ERR No such channel!\n'],
    [
      `uuid_setvar_multi ${NOBODY} a=b;c=d`,
      '-ERR No such channel!\n-USAGE: <uuid> <var>=<value>;<var>=<value>...\n',
    ],
    [`uuid_dump ${NOBODY} json`, '-ERR No such channel!\n'],
    [`uuid_break ${NOBODY} all`, '-ERR No such channel!\n'],
    [`uuid_record ${NOBODY} start /rec/a.wav`, '-ERR Cannot locate session!\n'],
    [`sched_del ${NOBODY}`, '+OK Deleted: 0\n'],
    ['nosuchcmd', '-ERR nosuchcmd Command not found!\n'],
    ['originate nosuch/1 &park()', '-ERR CHAN_NOT_IMPLEMENTED\n'],
    ['originate sofia/nosuch/1@127.0.0.1 &park()', '-ERR INVALID_PROFILE\n'],
    ['originate {bad sofia/internal/1@127.0.0.1 &park()', '-ERR DESTINATION_OUT_OF_ORDER\n'],
    ['originate user/1007@127.0.0.1 &park()', '-ERR USER_NOT_REGISTERED\n'],
    ['show channels as json', '{"row_count":0}'],
  ])('%s', async (command, reply) => {
    expect(await world.api(command)).toBe(reply)
  })

  it('sendmsg', async () => {
    const reply = await world.client.execute(NOBODY, 'playback', 'x')
    expect(reply).toBe(`-ERR invalid session id [${NOBODY}]`)
  })
})

describe('commands of the socket itself', () => {
  it.each([
    ['foo', '-ERR command not found'],
    ['linger', '-ERR not controlling a session'],
    ['divert_events on', '-ERR not controlling a session.'],
    ['noevents', '+OK no longer listening for events'],
    ['event json BOGUS', '-ERR no keywords supplied'],
    ['filter Unique-ID x', '+OK filter added. [Unique-ID]=[x]'],
    ['filter delete Unique-ID x', '+OK filter deleted. [Unique-ID][x]'],
    ['log 3', '+OK log level 3 [3]'],
    ['nolog', '+OK no longer logging'],
  ])('%s', async (command, reply) => {
    expect(await world.client.command(command)).toBe(reply)
  })

  it('sends only what was asked for, with gaps in the sequence', async () => {
    await world.client.command('noevents')
    await world.client.command('event json CHANNEL_PARK CHANNEL_HANGUP_COMPLETE')
    const before = world.events.length
    const call = await world.parkedCaller()
    call.hangUp()
    await world.pass(200)
    const seen = world.events.slice(before)
    expect(seen.map((event) => event['Event-Name'])).toEqual([
      'CHANNEL_PARK',
      'CHANNEL_HANGUP_COMPLETE',
    ])
    const [first, second] = seen.map((event) => Number(event['Event-Sequence']))
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(1)
  })

  it('lets CUSTOM events through by subclass, which come last in the list', async () => {
    await world.client.command('noevents')
    await world.client.command('event json CHANNEL_PARK CUSTOM conference::maintenance')
    const before = world.events.length
    await world.client.command('sendevent CUSTOM\nEvent-Subclass: conference::maintenance')
    await world.client.command('sendevent CUSTOM\nEvent-Subclass: other::thing')
    await world.settle()
    expect(world.events.slice(before).map((event) => event['Event-Subclass'])).toEqual([
      'conference::maintenance',
    ])
  })

  it('speaks plain text too', async () => {
    await world.client.command('event plain CHANNEL_PARK')
    const call = await world.parkedCaller()
    expect(world.events.at(-1)).toMatchObject({
      'Event-Name': expect.any(String),
      'Event-Date-GMT': expect.stringContaining('GMT'),
    })
    expect(count('CHANNEL_PARK', call.legId)).toBe(1)
  })

  it('beats every 20 s with the number of legs and its own id', async () => {
    await world.parkedCaller()
    await world.pass(40_000)
    const beats = world.events.filter((event) => event['Event-Name'] === 'HEARTBEAT')
    expect(beats).toHaveLength(2)
    expect(beats[1]).toMatchObject({ 'Session-Count': '1', 'Uptime-msec': '40000' })
    expect(new Set(beats.map((event) => event['Core-UUID'])).size).toBe(1)
  })

  it('says goodbye on exit', async () => {
    expect(await world.client.command('exit')).toBe('+OK bye')
    await world.client.until(() => world.client.notices.length > 0)
    expect(world.client.notices[0]?.headers['Content-Type']).toBe('text/disconnect-notice')
  })
})

describe('order on one connection', () => {
  it('blocks everything behind a slow api, events included', async () => {
    const slow = world.api('msleep 1500')
    const behind = world.api('uuid_exists x')
    let isDone = false
    void behind.then(() => {
      isDone = true
    })
    const before = world.events.length
    world.simulator.call({ to: '12345', from: '1' })
    await world.pass(1_400)
    expect(isDone).toBe(false)
    expect(world.events).toHaveLength(before)
    await world.pass(200)
    expect(await slow).toBe('+OK\n')
    expect(await behind).toBe('false')
    expect(world.events.length).toBeGreaterThan(before)
  })

  it('does not block behind a bgapi, and tells its end with the id that was chosen', async () => {
    expect(await world.client.bgapi('msleep 1500', 'my-job')).toBe('+OK Job-UUID: my-job')
    expect(await world.api('uuid_exists x')).toBe('false')
    await world.pass(1_600)
    expect(world.events.at(-1)).toMatchObject({
      'Event-Name': 'BACKGROUND_JOB',
      'Job-UUID': 'my-job',
      'Job-Command': 'msleep',
      'Job-Command-Arg': '1500',
      _body: '+OK\n',
    })
  })

  it('answers thousands of commands sent at once in their order', async () => {
    const replies = Array.from({ length: 3_000 }, () => world.client.reply())
    const commands = replies.map((_, i) => `api ${i % 2 === 0 ? 'uuid_exists x' : `no${i}`}\n\n`)
    world.client.write(commands.join(''))
    const bodies = (await Promise.all(replies)).map(({ body }) => body)
    expect(bodies[2_998]).toBe('false')
    expect(bodies[2_999]).toBe('-ERR no2999 Command not found!\n')
  })
})

describe('text from outside', () => {
  it('runs a second command after a blank line in an argument', async () => {
    const { legId } = await world.parkedCaller()
    const replies = [world.client.reply(), world.client.reply()]
    world.client.write(`api uuid_setvar ${legId} name x\n\napi uuid_setvar ${legId} pwned 1\n\n`)
    await Promise.all(replies)
    expect(await world.api(`uuid_getvar ${legId} pwned`)).toBe('1')
  })

  it('is cut off by a single line break', async () => {
    const { legId } = await world.parkedCaller()
    await world.api(`uuid_setvar ${legId} name hello\nworld`)
    expect(await world.api(`uuid_getvar ${legId} name`)).toBe('hello')
  })

  it.each(['a;b=c', `\${uuid}`, `it's "q" \\ x`, '张三', 'a,b{c}[d]|e^f'])(
    'is stored by uuid_setvar as it stands: %s',
    async (text) => {
      const { legId } = await world.parkedCaller()
      await world.api(`uuid_setvar ${legId} tv ${text}`)
      expect(await world.api(`uuid_getvar ${legId} tv`)).toBe(text)
    },
  )

  it('is split at semicolons by uuid_setvar_multi; an empty value removes', async () => {
    const { legId } = await world.parkedCaller()
    await world.api(`uuid_setvar ${legId} m3 old`)
    await world.api(`uuid_setvar_multi ${legId} m1=a=b;m2=x y;m3=`)
    expect(await world.api(`uuid_getvar ${legId} m1`)).toBe('a=b')
    expect(await world.api(`uuid_getvar ${legId} m2`)).toBe('x y')
    expect(await world.api(`uuid_getvar ${legId} m3`)).toBe('_undef_')
  })

  it('is expanded in an application’s argument, API functions and all', async () => {
    const { legId } = await world.parkedCaller()
    const arg = `ex=\${global_getvar(hostname)}|\${uuid}`
    expect(await world.client.execute(legId, 'set', arg)).toBe('+OK')
    await world.pass(50)
    expect(await world.api(`uuid_getvar ${legId} ex`)).toBe(`simulator|${legId}`)
  })
})

describe('a bridge out of a leg to a number outside', () => {
  const call = async (number: string) => {
    await world.parkedAgent('7', 'a7')
    const vars = 'origination_uuid=z7,park_after_bridge=true'
    const apps = `m:^:bridge:{${vars}}sofia/gateway/edge/${number}^park:`
    await world.api('uuid_setvar_multi a7 continue_on_fail=true;park_after_bridge=true')
    await world.api(`uuid_transfer a7 '${apps}' inline`)
    await world.pass(5_000)
  }

  it('joins the two when it answers', async () => {
    world.simulator.phones.line('13800138000').behave({ kind: 'answer', afterMs: 2_000 })
    await call('13800138000')
    const bridged = await world.event('CHANNEL_BRIDGE', 'a7')
    expect(bridged).toMatchObject({ 'Bridge-A-Unique-ID': 'a7', 'Bridge-B-Unique-ID': 'z7' })
  })

  it('goes on with the list when it is busy', async () => {
    world.simulator.phones.line('13800138000').behave({ kind: 'busy' })
    await call('13800138000')
    expect((await world.event('CHANNEL_HANGUP', 'z7'))['Hangup-Cause']).toBe('USER_BUSY')
    const parks = world.events.filter(
      (event) => event['Event-Name'] === 'CHANNEL_PARK' && event['Unique-ID'] === 'a7',
    )
    expect(parks).toHaveLength(2)
  })
})

describe('originate', () => {
  const dialled = async (text: string) => {
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.behave({ kind: 'never' })
    await world.client.bgapi(`originate ${text}sofia/gateway/edge/agent-7 &park()`, 'job')
    await world.settle()
    const created = world.events.findLast((event) => event['Event-Name'] === 'CHANNEL_CREATE')
    return { created, job: world.events.find((event) => event['Job-UUID'] === 'job')?._body }
  }

  it('cuts a quoted value at its comma', async () => {
    const { created } = await dialled("{origination_caller_id_name='Li, Si',x=1}")
    expect(created?.variable_origination_caller_id_name).toBe('Li')
  })

  it('keeps an escaped comma, and any comma with another separator', async () => {
    const escaped = await dialled("{a='Li\\, Si',b=2}")
    expect(escaped.created).toMatchObject({ variable_a: 'Li, Si', variable_b: '2' })
    await world.stop()
    world = await SimulatedSwitch.start()
    const other = await dialled("{^^:a='x, y':b='z'}")
    expect(other.created).toMatchObject({ variable_a: 'x, y', variable_b: 'z' })
  })

  it('breaks at a blank outside quotes and at a brace', async () => {
    expect((await dialled("{a=Bob\\, the 'B',b=1}")).job).toBe('-ERR DESTINATION_OUT_OF_ORDER\n')
    expect((await dialled('{a=x}b,b=1}')).job).toBeDefined()
    expect(world.simulator.legCount).toBe(0)
  })

  it(`drops a value with \${`, async () => {
    const { created } = await dialled(`{a=x\${hostname}y,b=1}`)
    expect(created).toMatchObject({ variable_b: '1' })
    expect(created).not.toHaveProperty('variable_a')
  })

  it('gives a second call to a busy phone 486', async () => {
    await world.parkedAgent('7', 'a7')
    await world.offer('7', 'b7')
    const end = await world.event('CHANNEL_HANGUP_COMPLETE', 'b7')
    expect(end).toMatchObject({
      'Hangup-Cause': 'USER_BUSY',
      variable_sip_term_status: '486',
      variable_proto_specific_hangup_cause: 'sip:486',
    })
  })

  it.each([
    ['7', { kind: 'reject', afterMs: 100 }, 'CALL_REJECTED', '603'],
    ['7', { kind: 'dead' }, 'NORMAL_TEMPORARY_FAILURE', '503'],
  ] as const)('refused by the phone of %s: %o', async (agentId, behaviour, cause, status) => {
    const phone = world.simulator.phones.phone(agentId)
    phone.register()
    phone.behave(behaviour)
    await world.offer(agentId, 'leg')
    const end = await world.event('CHANNEL_HANGUP_COMPLETE', 'leg')
    expect(end).toMatchObject({ 'Hangup-Cause': cause, variable_sip_term_status: status })
  })

  it('finds an unregistered phone at 480 and an unknown user at 404', async () => {
    world.simulator.phones.phone('8')
    await world.offer('8', 'a8')
    const unregistered = await world.event('CHANNEL_HANGUP_COMPLETE', 'a8')
    expect(unregistered['Hangup-Cause']).toBe('NO_USER_RESPONSE')
    await world.offer('9', 'a9')
    const unknown = await world.event('CHANNEL_HANGUP_COMPLETE', 'a9')
    expect(unknown['Hangup-Cause']).toBe('UNALLOCATED_NUMBER')
  })

  it('counts its timeout in whole seconds of the clock', async () => {
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.behave({ kind: 'never' })
    const offeredAt = world.clock.now()
    await world.client.bgapi(
      'originate {origination_uuid=a7,originate_timeout=2}sofia/gateway/edge/agent-7 &park()',
      'job',
    )
    await world.event('CHANNEL_HANGUP', 'a7')
    const rungMs = world.clock.now() - offeredAt
    expect(rungMs).toBeGreaterThanOrEqual(1_000)
    expect(rungMs).toBeLessThanOrEqual(2_020)
  })

  it('blocks the connection as an api until the phone has decided', async () => {
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.behave({ kind: 'answer', afterMs: 3_000 })
    let reply = ''
    void world
      .api('originate {origination_uuid=a7}sofia/gateway/edge/agent-7 &park()')
      .then((body) => {
        reply = body
      })
    await world.pass(2_900)
    expect(reply).toBe('')
    await world.pass(300)
    expect(reply).toBe('+OK a7\n')
  })
})

describe('parking', () => {
  it('forgets park_after_bridge where a park_timeout begins, and hangs up in the end', async () => {
    await world.parkedAgent('7', 'a7', ',park_timeout=10:NORMAL_CLEARING')
    expect(await world.api('uuid_getvar a7 park_after_bridge')).toBe('_undef_')
    expect(await world.api('uuid_getvar a7 park_timeout')).toBe('_undef_')
    const parkedAt = world.clock.now()
    const end = await world.event('CHANNEL_HANGUP', 'a7')
    expect(end['Hangup-Cause']).toBe('NORMAL_CLEARING')
    expect(world.clock.now() - parkedAt).toBeGreaterThan(9_000)
    expect(world.clock.now() - parkedAt).toBeLessThan(10_500)
  })

  it('ends with the bridge, so a bridged leg outlives its park_timeout', async () => {
    await world.talk(',park_timeout=10:NORMAL_CLEARING')
    await world.pass(15_000)
    expect(await world.api('uuid_exists a7')).toBe('true')
  })

  it('is not what becomes of a leg without park_after_bridge', async () => {
    const call = await world.talk(',park_timeout=10:NORMAL_CLEARING')
    await world.api(
      `uuid_transfer ${call.legId} 'endless_playback:local_stream://moh,park:' inline`,
    )
    await world.pass(200)
    expect(await world.api('uuid_exists a7')).toBe('false')
    expect(await world.api(`uuid_exists ${call.legId}`)).toBe('true')
  })

  it('lets an inline list without it end the call', async () => {
    const call = await world.parkedCaller()
    await world.api(`uuid_transfer ${call.legId} 'playback:/snd/ann.wav' inline`)
    await world.pass(1_500)
    expect((await call.ended).cause).toBe('NORMAL_CLEARING')
  })
})

describe('playing', () => {
  it('queues a broadcast behind another, which goes on into the bridge', async () => {
    const call = await world.parkedCaller()
    await world.parkedAgent('7', 'a7')
    await world.api(`uuid_broadcast ${call.legId} local_stream://moh aleg`)
    await world.api(`uuid_broadcast ${call.legId} /snd/ann.wav aleg`)
    await world.pass(3_000)
    expect(call.heard().at(-1)?.source).toBe('music')
    const since = world.events.length
    await world.api(`uuid_bridge ${call.legId} a7`)
    await world.event('CHANNEL_BRIDGE', call.legId, since)
    await world.pass(300)
    expect(call.heard().at(-1)?.source).toBe('prompt:ann')
    await world.pass(1_500)
    expect(call.heard().at(-1)?.source).toBe('agent:7')
  })

  it('says sent of a missing file, and plays nothing', async () => {
    const call = await world.parkedCaller()
    const reply = await world.api(`uuid_broadcast ${call.legId} /snd/missing.wav aleg`)
    expect(reply).toBe('+OK Message sent\n')
    await world.pass(500)
    expect(count('PLAYBACK_START', call.legId)).toBe(0)
    expect(call.heard().map(({ source }) => source)).toEqual(['silence'])
  })

  it('starts again after a break where it is endless, in the bridge too', async () => {
    const call = await world.talk()
    const endless = 'endless_playback::local_stream://moh'
    await world.api(`uuid_broadcast ${call.legId} ${endless} aleg`)
    await world.pass(500)
    await world.api(`uuid_break ${call.legId} all`)
    await world.pass(500)
    expect(call.heard().at(-1)?.source).toBe('music')
  })

  it('gives the caller the hold music of a phone that holds', async () => {
    const call = await world.talk(',hold_music=local_stream://moh')
    const phone = world.simulator.phones.phone('7')
    phone.hold()
    await world.pass(500)
    expect(call.heard().at(-1)?.source).toBe('music')
    phone.unhold()
    await world.pass(500)
    expect(call.heard().at(-1)?.source).toBe('agent:7')
  })
})

describe('the fallback of the dialplan', () => {
  it('fires in whole seconds when nobody claims the caller', async () => {
    const call = world.simulator.call({ to: '12345', from: '1' })
    await world.event('CHANNEL_PARK', call.legId)
    const parkedAt = world.clock.now()
    await world.event('PLAYBACK_START', call.legId)
    const waitedMs = world.clock.now() - parkedAt
    expect(waitedMs).toBeGreaterThan(3_000)
    expect(waitedMs).toBeLessThanOrEqual(4_050)
    expect(call.heard().at(-1)?.source).toBe('prompt:please_wait')
  })

  it('is deleted once, armed again, and fires from within music', async () => {
    const { legId } = await world.parkedCaller()
    await world.client.execute(legId, 'endless_playback', 'local_stream://moh')
    await world.pass(100)
    expect(await world.api(`sched_transfer +2 ${legId} unclaimed XML fallback`)).toBe('+OK\n')
    expect(await world.api(`sched_del ${legId}`)).toBe('+OK Deleted: 1\n')
    expect(await world.api(`sched_del ${legId}`)).toBe('+OK Deleted: 0\n')
    await world.api(`sched_transfer +2 ${legId} unclaimed XML fallback`)
    const since = world.events.length
    const stop = await world.event('PLAYBACK_STOP', legId, since)
    expect(stop['Playback-Status']).toBe('done')
    await world.event('PLAYBACK_START', legId, since)
    expect(await world.api(`uuid_getvar ${legId} cc_fallback`)).toBe('true')
  })

  it('has one transfer under way at a time, and lets go of a caller who is claimed at any moment', async () => {
    const call = world.simulator.call({ to: '12345', from: '1' })
    await world.pass(20_000)
    await world.api(`uuid_setvar ${call.legId} cc_claimed true`)
    expect(await world.api(`sched_del ${call.legId}`)).toBe('+OK Deleted: 1\n')
    await world.pass(900_000)
    expect(call.heard().at(-1)?.source).toBe('music')
    call.hangUp()
  })

  it('gives up in the end', async () => {
    const call = world.simulator.call({ to: '12345', from: '1' })
    // Ten minutes, and the round in which they are over to its end.
    await world.pass(645_000)
    expect(call.heard().some(({ source }) => source === 'prompt:unavailable')).toBe(true)
    expect((await call.ended).cause).toBe('NORMAL_TEMPORARY_FAILURE')
  })
})

describe('what a restarted service asks for', () => {
  it('shows every leg, and bridged ones together', async () => {
    const call = await world.talk()
    const waiting = await world.parkedCaller()
    await world.api(`uuid_setvar ${waiting.legId} presence_data cc|C1|waiting`)
    await world.client.execute(waiting.legId, 'endless_playback', 'local_stream://moh')
    await world.pass(100)
    const channels = await rows('channels')
    expect(channels.map(({ uuid }) => uuid)).toEqual([call.legId, 'a7', waiting.legId])
    expect(channels[2]).toMatchObject({
      direction: 'inbound',
      application: 'endless_playback',
      presence_data: 'cc|C1|waiting',
      callstate: 'ACTIVE',
      cid_num: '13800000000',
      dest: '12345',
    })
    const calls = await rows('calls')
    expect(calls.map(({ uuid, b_uuid }) => [uuid, b_uuid])).toEqual([
      [call.legId, 'a7'],
      [waiting.legId, ''],
    ])
  })

  it('dumps a leg with its variables, its state and its partner', async () => {
    const call = await world.talk(',cc_role=agent,cc_agent=7')
    const dump = JSON.parse(await world.api('uuid_dump a7 json')) as Record<string, string>
    expect(dump).toMatchObject({
      'Event-Name': 'CHANNEL_DATA',
      'Channel-State': 'CS_EXCHANGE_MEDIA',
      'Answer-State': 'answered',
      'Other-Leg-Unique-ID': call.legId,
      'Channel-Call-UUID': call.legId,
      variable_signal_bond: call.legId,
      variable_cc_role: 'agent',
      variable_current_application: 'uuid_bridge',
    })
  })

  it('keeps the dead partner’s id on a parked leg', async () => {
    const call = await world.talk()
    call.hangUp()
    await world.pass(200)
    const dump = JSON.parse(await world.api('uuid_dump a7 json')) as Record<string, string>
    expect(dump['Other-Leg-Unique-ID']).toBe(call.legId)
    expect(await world.api(`uuid_exists ${call.legId}`)).toBe('false')
  })

  it('says what it is and how it is', async () => {
    expect(await world.api('status')).toContain('is ready')
    expect(await world.api('version')).toContain('FreeSWITCH Version 1.10.12')
  })
})

describe('a phone', () => {
  it('tells when it registers and when it ceases to, once each', () => {
    const told: [string, boolean][] = []
    world.simulator.phones.onRegistration((agentId, isRegistered) => {
      told.push([agentId, isRegistered])
    })
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.register()
    phone.unregister()
    phone.unregister()
    expect(told).toEqual([
      ['7', true],
      ['7', false],
    ])
  })

  it('answers when it is told to, and is free again when the leg is gone', async () => {
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.behave({ kind: 'never' })
    await world.offer('7', 'a7')
    await world.pass(3_000)
    phone.answer()
    await world.event('CHANNEL_PARK', 'a7')
    expect(phone.isBusy).toBe(true)
    await world.api('uuid_kill a7')
    await world.event('CHANNEL_HANGUP_COMPLETE', 'a7')
    expect(phone.isBusy).toBe(false)
  })

  it('that answers and then drops off the network does so by itself', async () => {
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.behave({ kind: 'vanish', afterMs: 500, vanishAfterMs: 5_000 })
    await world.offer('7', 'a7', ',media_timeout=2000')
    const end = await world.event('CHANNEL_HANGUP', 'a7')
    expect(end['Hangup-Cause']).toBe('MEDIA_TIMEOUT')
  })

  it('that vanishes is noticed only by media_timeout', async () => {
    const call = await world.talk(',media_timeout=10000')
    world.simulator.phones.phone('7').vanish()
    expect(call.heard().at(-1)?.source).toBe('silence')
    await world.pass(9_500)
    expect(await world.api('uuid_exists a7')).toBe('true')
    const end = await world.event('CHANNEL_HANGUP', 'a7')
    expect(end['Hangup-Cause']).toBe('MEDIA_TIMEOUT')
    await world.event('CHANNEL_PARK', call.legId, world.events.length - 8)
  })

  it('that vanishes without one leaves the caller in silence', async () => {
    const call = await world.talk()
    world.simulator.phones.phone('7').vanish()
    await world.pass(300_000)
    expect(await world.api('uuid_exists a7')).toBe('true')
    expect(call.heard().at(-1)?.source).toBe('silence')
  })

  it('that ends the call while it holds takes the caller along, unless the leg says where to', async () => {
    const lost = await world.talk(',hold_music=silence')
    const phone = world.simulator.phones.phone('7')
    phone.hold()
    await world.pass(100)
    phone.hangUp()
    await world.pass(200)
    expect(await world.api(`uuid_exists ${lost.legId}`)).toBe('false')

    const kept = await world.talk(',hold_music=silence,hold_hangup_xfer_exten=park:inline')
    phone.hold()
    await world.pass(100)
    phone.hangUp()
    await world.pass(200)
    expect(await world.api(`uuid_exists ${kept.legId}`)).toBe('true')
  })
})

describe('a bridge ordered before the agent’s leg has parked', () => {
  it('mostly comes about, sometimes never, and then both legs end after 20 s', async () => {
    const phone = world.simulator.phones.phone('7')
    phone.register()
    phone.behave({ kind: 'answer', afterMs: 0 })
    let lost = 0
    for (let i = 0; i < 150; i += 1) {
      const call = await world.parkedCaller()
      const since = world.events.length
      await world.offer('7', `a${i}`)
      await world.event('CHANNEL_ANSWER', `a${i}`, since)
      expect(await world.api(`uuid_bridge ${call.legId} a${i}`)).toBe(`+OK a${i}\n`)
      await world.pass(200)
      const names = world.events.slice(since).map((event) => event['Event-Name'])
      if (!names.includes('CHANNEL_BRIDGE')) {
        lost += 1
        await world.pass(21_500)
        expect(await world.api(`uuid_exists ${call.legId}`)).toBe('false')
      }
      await world.api(`uuid_kill ${call.legId}`)
      await world.api(`uuid_kill a${i}`)
      await world.pass(100)
    }
    expect(lost).toBeGreaterThan(0)
    expect(lost).toBeLessThan(12)
    expect(world.simulator.legCount).toBe(0)
  })
})

describe('the same seed and the same commands', () => {
  it('give the same events, byte for byte', async () => {
    const play = async (seed: string) => {
      const run = await SimulatedSwitch.start({ seed })
      const call = await run.talk()
      await run.pass(5_000)
      call.hangUp()
      await run.pass(500)
      const text = run.events.map((event) => JSON.stringify(event))
      await run.stop()
      return text
    }
    const first = await play('one')
    expect(await play('one')).toEqual(first)
    expect(await play('two')).not.toEqual(first)
  })
})
