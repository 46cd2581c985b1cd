import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SwitchCommand } from '../../src/core/commands.ts'
import type { Input } from '../../src/core/inputs.ts'
import { createLog } from '../../src/log.ts'
import { REPLY_MS_MAX } from '../../src/switch/connection.ts'
import { parseSwitchUrl, SwitchPool } from '../../src/switch/pool.ts'
import { apiResponse, commandReply, EslPeer, event, PASSWORD } from '../support/esl-peer.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../support/until.ts'

let peer: EslPeer
let clock: ManualClock
let inputs: Input[]
let pool: SwitchPool
let random: number

beforeEach(async () => {
  peer = await EslPeer.listen()
  clock = new ManualClock()
  inputs = []
  random = 0
  pool = poolOf([peer.port])
})

afterEach(async () => {
  await pool.stop()
  expect(clock.timers).toBe(0)
  await peer.close()
})

function poolOf(ports: readonly number[]): SwitchPool {
  return new SwitchPool({
    nodes: ports.map((port, i) => ({
      nodeId: `fs${i + 1}`,
      host: '127.0.0.1',
      port,
      password: PASSWORD,
    })),
    clock,
    random: () => random,
    submit: (input) => inputs.push(input),
    log: createLog('silent'),
    recordingsDir: '/var/lib/yingda/rec',
    isBrowser: () => false,
  })
}

const types = (): string[] => inputs.map(({ type }) => type)

async function started(): Promise<void> {
  pool.start()
  await until(() => types().includes('switch.synced'), 'the first look at the switch')
  peer.commands.length = 0
  inputs.length = 0
}

const onLeg = { nodeId: 'fs1', legId: 'caller-1' }
const music: SwitchCommand = { ...onLeg, type: 'play_music' }
const hangUp: SwitchCommand = { nodeId: 'fs1', legId: 'a1-1', type: 'hang_up', cause: 'LOSE_RACE' }
const originate: SwitchCommand = {
  type: 'originate_agent',
  nodeId: 'fs1',
  legId: 'a1-1',
  callId: 'c-1',
  agentId: 'a7',
  queueId: 'q1',
  from: '138',
  ringMsMax: 15_000,
}
const parkedCaller = {
  'Event-Name': 'CHANNEL_PARK',
  'Event-Date-Timestamp': '1795451803725451',
  'Unique-ID': 'caller-9',
  'Caller-Channel-Created-Time': '1795451803725451',
  variable_cc_role: 'caller',
}
const missing = (): string => apiResponse('-ERR No such channel!\n')

describe('connecting', () => {
  test('asks for the events needed and no others, then for all channels', async () => {
    pool.start()
    await until(() => inputs.length === 1, 'the first look at the switch')
    const [, subscription, list] = peer.commands
    expect(subscription).toMatch(
      /^event json CHANNEL_CREATE .* HEARTBEAT CUSTOM conference::maintenance$/,
    )
    expect(subscription).not.toMatch(/ALL|CHANNEL_STATE|CALLSTATE|API/)
    expect(list).toBe('api show channels as json')
    expect(inputs).toEqual([
      { type: 'switch.synced', at: clock.now(), nodeId: 'fs1', askedAt: clock.now(), legs: [] },
    ])
    const bytesWritten = peer.received.length
    expect(pool.status()).toMatchObject([
      { nodeId: 'fs1', isUp: true, reconnects: 0, requestsPending: 0, bytesWritten },
    ])
  })

  test('holds back events until the switch has been looked at, and loses none', async () => {
    peer.on(/^api show/, () => event(parkedCaller) + apiResponse('{"row_count":0}'))
    pool.start()
    await until(() => inputs.length === 2, 'the look and the caller')
    expect(types()).toEqual(['switch.synced', 'call.parked'])
  })

  test('commands may follow at once from what the first look shows', async () => {
    const submit = (input: Input): void => {
      inputs.push(input)
      if (input.type === 'switch.synced' && inputs.length === 1) pool.execute(music)
    }
    pool = new SwitchPool({
      nodes: [{ nodeId: 'fs1', host: '127.0.0.1', port: peer.port, password: PASSWORD }],
      clock,
      random: () => 0,
      submit,
      log: createLog('silent'),
      recordingsDir: '/rec',
      isBrowser: () => false,
    })
    pool.start()
    await until(() => peer.commands.some((line) => line.includes('endless_playback')), 'the music')
    expect(types()).toEqual(['switch.synced'])
  })

  test('is tried again when the switch refuses the subscription', async () => {
    peer.on(/^event/, () => commandReply('-ERR no keywords supplied'))
    pool.start()
    await until(() => inputs.length === 1, 'the failure')
    expect(types()).toEqual(['switch.lost'])
    expect(pool.status()).toMatchObject([{ isUp: false }])
  })
})

describe('a connection that is lost', () => {
  test('is reported once, and made again after waits that double', async () => {
    await started()
    peer.greeting = 'Content-Type: text/rude-rejection\n\n'
    peer.reset()
    await until(() => inputs.length === 1, 'the loss')
    expect(types()).toEqual(['switch.lost'])
    // Half of 250, 500, 1,000 … and never more than half of 10 s, as `random` gives 0.
    for (const waitMs of [125, 250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]) {
      const before = peer.connections
      clock.advance(waitMs - 1)
      await turn()
      expect(peer.connections).toBe(before)
      clock.advance(1)
      await until(() => peer.connections === before + 1 && pool.isQuiet(), `try after ${waitMs} ms`)
    }
    expect(types()).toEqual(['switch.lost'])

    peer.greeting = 'Content-Type: auth/request\n\n'
    clock.advance(5_000)
    await until(() => inputs.length === 2, 'the return')
    expect(types()).toEqual(['switch.lost', 'switch.synced'])
    expect(pool.status()).toMatchObject([{ isUp: true, reconnects: 1 }])
  })

  test('is made again after waits spread by chance', async () => {
    await started()
    random = 0.999
    peer.reset()
    await until(() => inputs.length === 1, 'the loss')
    clock.advance(248)
    await turn()
    expect(peer.connections).toBe(1)
    clock.advance(2)
    await until(() => inputs.length === 2, 'the return')
  })

  test('fails the commands that were under way, after the loss itself', async () => {
    await started()
    peer.on(/./, () => null)
    pool.execute(music)
    await until(() => peer.commands.length === 2, 'the command')
    peer.reset()
    await until(() => inputs.length === 2, 'loss and failure')
    expect(inputs[1]).toEqual({
      type: 'command.failed',
      at: clock.now(),
      command: 'play_music',
      legId: 'caller-1',
      reason: 'switch_unavailable',
    })
    expect(types()[0]).toBe('switch.lost')
    expect(pool.status()[0]?.requestsFailed).toBe(2)
  })

  test('fails commands at once for as long as it lasts', async () => {
    pool.execute(music)
    pool.execute({ ...music, nodeId: 'nowhere' })
    expect(inputs).toMatchObject([
      { type: 'command.failed', command: 'play_music', reason: 'switch_unavailable' },
      { type: 'command.failed', command: 'play_music', reason: 'switch_unavailable' },
    ])
  })

  test('costs the other switches nothing', async () => {
    const other = await EslPeer.listen()
    await pool.stop()
    pool = poolOf([peer.port, other.port])
    pool.start()
    await until(() => inputs.length === 2, 'both')
    peer.reset()
    await until(() => inputs.length === 3, 'the loss')
    pool.execute({ ...hangUp, nodeId: 'fs2' })
    await until(
      () => other.commands.some((line) => line.startsWith('api uuid_kill')),
      'the command',
    )
    expect(pool.status()).toMatchObject([{ isUp: false }, { isUp: true }])
    await pool.stop()
    await other.close()
  })
})

describe('a switch that has gone silent', () => {
  test('is noticed by a request without reply, and left for a new connection', async () => {
    await started()
    peer.on(/^api uuid_kill/, () => null)
    pool.execute(hangUp)
    await until(() => peer.commands.length > 0, 'the command')
    clock.advance(REPLY_MS_MAX)
    await until(() => inputs.length === 2, 'loss and failure')
    expect(types()).toEqual(['switch.lost', 'command.failed'])
    clock.advance(250)
    await until(() => inputs.length === 3, 'the return')
    expect(peer.connections).toBe(2)
  })

  test('is noticed by the regular look at its channels', async () => {
    await started()
    peer.on(/./, () => null)
    clock.advance(4_000)
    await until(() => peer.commands.length === 1, 'the question')
    clock.advance(REPLY_MS_MAX)
    await until(() => types().includes('switch.lost'), 'the loss')
  })
})

describe('the regular look', () => {
  test('comes every four seconds', async () => {
    await started()
    for (let looks = 1; looks <= 3; looks += 1) {
      clock.advance(4_000)
      await until(() => inputs.length === looks && pool.isQuiet(), `look ${looks}`)
    }
    expect(types()).toEqual(['switch.synced', 'switch.synced', 'switch.synced'])
  })

  test('does not hold back events', async () => {
    await started()
    peer.on(/^api show/, () => null)
    clock.advance(4_000)
    await until(() => peer.commands.length === 1, 'the question')
    peer.send(event(parkedCaller))
    await until(() => inputs.length === 1, 'the caller')
    expect(pool.isQuiet()).toBe(false)
    peer.send(apiResponse('{"row_count":0}'))
    await until(() => inputs.length === 2, 'the look')
    expect(types()).toEqual(['call.parked', 'switch.synced'])
    expect(pool.isQuiet()).toBe(true)
  })

  test('that shows nonsense costs the connection', async () => {
    await started()
    peer.on(/^api show/, () => apiResponse('-ERR out of memory\n'))
    clock.advance(4_000)
    await until(() => inputs.length === 1, 'the loss')
    expect(types()).toEqual(['switch.lost'])
  })
})

describe('commands', () => {
  test('go out in order and at once, without waiting for replies', async () => {
    await started()
    peer.on(/^(api|bgapi)/, () => null)
    pool.execute({ ...onLeg, type: 'claim' })
    pool.execute(music)
    pool.execute(originate)
    await until(() => peer.commands.length === 5, 'all of them')
    expect(
      peer.commands.map((line) =>
        line
          .split(/[ {\n]/)
          .slice(0, 2)
          .join(' '),
      ),
    ).toEqual([
      'api uuid_setvar_multi',
      'api sched_del',
      'api uuid_transfer',
      'api uuid_setvar_multi',
      'bgapi originate',
    ])
    expect(pool.isQuiet()).toBe(false)
    expect(pool.status()[0]?.requestsPending).toBe(5)
  })

  test('that are done are not spoken of', async () => {
    await started()
    pool.execute({ ...onLeg, type: 'claim' })
    pool.execute({ ...onLeg, type: 'bridge', otherLegId: 'a1-1' })
    await until(() => peer.commands.length === 5 && pool.isQuiet(), 'the replies')
    await turn()
    expect(inputs).toEqual([])
  })

  test('that the switch refuses are reported once, with its reason', async () => {
    await started()
    peer.on(/^api uuid_/, () => apiResponse('-ERR Invalid uuid\n-USAGE: …\n'))
    pool.execute({ ...onLeg, type: 'bridge', otherLegId: 'a1-1' })
    await until(() => peer.commands.length === 3 && pool.isQuiet(), 'the replies')
    await turn()
    expect(inputs).toEqual([
      {
        type: 'command.failed',
        at: clock.now(),
        command: 'bridge',
        legId: 'caller-1',
        reason: 'Invalid uuid',
      },
    ])
  })

  test('to take a caller whose fallback has begun already are reported', async () => {
    await started()
    peer.on(/sched_del/, () => apiResponse('+OK Deleted: 0\n'))
    pool.execute({ ...onLeg, type: 'claim' })
    await until(() => inputs.length === 1, 'the report')
    expect(inputs[0]).toMatchObject({ command: 'claim', reason: 'fallback_began' })
  })

  test('with text that the switch could act on are not sent at all', async () => {
    await started()
    pool.execute({ ...onLeg, type: 'hang_up', cause: 'X\n\napi shutdown' })
    pool.execute({ ...music, legId: 'a b' })
    expect(inputs).toMatchObject([{ reason: 'unsafe_text' }, { reason: 'unsafe_text' }])
    pool.execute(hangUp)
    await until(() => peer.commands.length === 1, 'the one that is fine')
    expect(peer.commands).toEqual(['api uuid_kill a1-1 LOSE_RACE'])
  })

  test('to end what has ended are as good as done', async () => {
    await started()
    peer.on(/uuid_kill/, missing)
    pool.execute(hangUp)
    await until(() => peer.commands.length === 1 && pool.isQuiet(), 'the reply')
    await turn()
    expect(inputs).toEqual([])
  })
})

describe('ending a ring that the switch has only just been asked for', () => {
  const created = event({ 'Event-Name': 'CHANNEL_CREATE', 'Unique-ID': 'a1-1' })
  const kills = (): number => peer.commands.filter((line) => line.includes('uuid_kill')).length

  test('is said again when the leg appears after all', async () => {
    await started()
    peer.on(/uuid_kill/, missing)
    pool.execute(originate)
    pool.execute(hangUp)
    await until(() => kills() === 1 && pool.isQuiet(), 'the first try')
    peer.on(/uuid_kill/, () => apiResponse('+OK\n'))
    peer.send(created)
    await until(() => kills() === 2, 'the second try')
    expect(peer.commands.at(-1)).toBe('api uuid_kill a1-1 LOSE_RACE')
  })

  test('is said again when the news of the leg overtakes the reply', async () => {
    await started()
    let tries = 0
    peer.on(/uuid_kill/, () => {
      tries += 1
      return tries === 1 ? created + missing() : apiResponse('+OK\n')
    })
    pool.execute(originate)
    pool.execute(hangUp)
    await until(() => tries === 2, 'the second try')
  })

  test('is not said again once the originate has come to nothing', async () => {
    await started()
    peer.on(/uuid_kill/, missing)
    pool.execute(originate)
    pool.execute(hangUp)
    await until(() => kills() === 1 && pool.isQuiet(), 'the first try')
    peer.send(
      event({
        'Event-Name': 'BACKGROUND_JOB',
        'Event-Date-Timestamp': '1795451803725451',
        'Job-UUID': 'originate-a1-1',
        _body: '-ERR USER_NOT_REGISTERED\n',
      }) + created,
    )
    await until(() => inputs.length === 1, 'the failure of the offer')
    await turn()
    expect(types()).toEqual(['offer.failed'])
    expect(kills()).toBe(1)
  })
})

test('events that make no sense are counted and harm nobody', async () => {
  await started()
  peer.send(event({ ...parkedCaller, 'Event-Date-Timestamp': 'soon' }))
  peer.send('Content-Type: text/event-json\nContent-Length: 3\n\n{]}')
  peer.send(event(parkedCaller))
  await until(() => inputs.length === 1, 'the caller')
  expect(pool.status()).toMatchObject([{ events: 2, dropped: 2 }])
})

test('after the end nothing is reported and nothing is tried', async () => {
  await started()
  await pool.stop()
  clock.advance(60_000)
  await turn()
  expect(inputs).toEqual([])
  expect(peer.connections).toBe(1)
  expect(pool.isQuiet()).toBe(true)
})

describe('a switch’s URL', () => {
  test.each([
    ['esl://:ClueCon@10.0.0.5:8021', { nodeId: '10.0.0.5:8021', host: '10.0.0.5', port: 8021 }],
    ['esl://:ClueCon@fs.example', { nodeId: 'fs.example:8021', host: 'fs.example', port: 8021 }],
    ['esl://:ClueCon@[::1]:18021/', { nodeId: '[::1]:18021', host: '::1', port: 18021 }],
  ])('%s', (text, expected) => {
    expect(parseSwitchUrl(text)).toEqual({ ...expected, password: 'ClueCon' })
  })

  test('may hold any password', () => {
    expect(parseSwitchUrl('esl://:p%40ss%2Fw%20%E5%AF%86@h').password).toBe('p@ss/w 密')
  })

  test.each([
    'http://:x@h:1',
    'esl://h:1',
    'esl://user:x@h:1',
    'esl://:x@',
    'esl://:x@h:0',
    'esl://:x@h:99999',
    'esl://:x@h:1/path',
    'esl://:x@h:1?a=b',
    'esl://:%0A@h:1',
    'esl://:%E5@h:1',
    'h:8021',
    '',
  ])('%j is refused with a word about the form', (text) => {
    expect(() => parseSwitchUrl(text)).toThrow(/esl:\/\/|password|port/)
  })
})
