import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type EventHeaders, REPLY_MS_MAX, SwitchConnection } from '../../src/switch/connection.ts'
import { apiResponse, commandReply, EslPeer, event, PASSWORD } from '../support/esl-peer.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../support/until.ts'

let peer: EslPeer
let clock: ManualClock
let events: EventHeaders[]
let dropped: string[]
let closed: Error[]
let opened: SwitchConnection[]

beforeEach(async () => {
  peer = await EslPeer.listen()
  clock = new ManualClock()
  events = []
  dropped = []
  closed = []
  opened = []
})

afterEach(async () => {
  for (const connection of opened) {
    connection.close(new Error('the test is over'))
    await connection.closed
  }
  expect(clock.timers).toBe(0)
  await peer.close()
})

function connect(password = PASSWORD): SwitchConnection {
  const connection = new SwitchConnection({
    host: '127.0.0.1',
    port: peer.port,
    password,
    clock,
    onEvent: (headers) => events.push(headers),
    onDropped: (reason) => dropped.push(reason),
    onClose: (reason) => closed.push(reason),
  })
  opened.push(connection)
  return connection
}

async function connected(): Promise<SwitchConnection> {
  const connection = connect()
  await connection.ready
  return connection
}

describe('being let in', () => {
  test('takes the password and nothing else', async () => {
    await connected()
    expect(peer.received).toBe(`auth ${PASSWORD}\n\n`)
  })

  test('is refused with a wrong password, and says so', async () => {
    await expect(connect('wrong').ready).rejects.toThrow('refused the password: -ERR invalid')
    expect(closed).toHaveLength(1)
  })

  test('is refused by an access list, and says so', async () => {
    const body = 'Access Denied, go away.\n'
    peer.greeting = `Content-Type: text/rude-rejection\nContent-Length: ${body.length}\n\n${body}`
    await expect(connect().ready).rejects.toThrow('access list')
  })

  test('fails when nobody listens', async () => {
    const { port } = peer
    await peer.close()
    peer = await EslPeer.listen()
    const connection = new SwitchConnection({
      host: '127.0.0.1',
      port,
      password: PASSWORD,
      clock,
      onEvent: () => {},
      onDropped: () => {},
      onClose: (reason) => closed.push(reason),
    })
    await expect(connection.ready).rejects.toThrow('ECONNREFUSED')
    await connection.closed
  })

  test('does not wait for ever for a peer that says nothing', async () => {
    peer.greeting = null
    const { ready } = connect()
    await until(() => peer.connections === 1, 'a connection')
    clock.advance(REPLY_MS_MAX)
    await expect(ready).rejects.toThrow('did not let us in')
  })

  test('does not wait for ever for a verdict on the password', async () => {
    peer.on(/^auth/, () => null)
    const { ready } = connect()
    await until(() => peer.commands.length === 1, 'the password')
    clock.advance(REPLY_MS_MAX)
    await expect(ready).rejects.toThrow(/no reply|did not let us in/)
  })

  test('sends nothing of a password that could be a second command', async () => {
    await expect(connect('a\n\napi shutdown').ready).rejects.toThrow('password')
    expect(peer.received).toBe('')
  })

  test('must come before the first request', async () => {
    await expect(connect().api('status')).rejects.toThrow('not connected')
  })
})

describe('requests', () => {
  test('of every kind are written as FreeSWITCH reads them', async () => {
    const connection = await connected()
    await Promise.all([
      connection.command('event json HEARTBEAT'),
      connection.api('uuid_kill abc'),
      connection.bgapi('originate x &park()', 'originate-1'),
    ])
    expect(peer.commands.slice(1)).toEqual([
      'event json HEARTBEAT',
      'api uuid_kill abc',
      'bgapi originate x &park()\nJob-UUID: originate-1',
    ])
  })

  test('get each its own reply when many are asked at once, by both kinds and in pieces', async () => {
    peer.on(/^api echo/, (command) => apiResponse(command.slice('api echo '.length)))
    peer.on(/^bgapi/, (command) => commandReply(`+OK ${command.split('\n')[0]}`))
    const connection = await connected()
    peer.splitEveryByte()
    const asked = Array.from({ length: 100 }, (_, i) =>
      i % 3 === 0
        ? connection.bgapi(`leg-${i}`, `job-${i}`)
        : connection.api(`echo ${i} ${'应'.repeat(i)}`),
    )
    expect(await Promise.all(asked)).toEqual(
      asked.map((_, i) => (i % 3 === 0 ? `+OK bgapi leg-${i}` : `${i} ${'应'.repeat(i)}`)),
    )
    expect(connection.pending).toBe(0)
  })

  test('survive a bare percent sign in the reply', async () => {
    peer.on(/^linger/, () => commandReply('+OK 50% done'))
    const connection = await connected()
    expect(await connection.command('linger')).toBe('+OK 50% done')
  })

  test('with a line break or NUL anywhere are refused and nothing goes out', async () => {
    const connection = await connected()
    const before = peer.received
    const refused = [
      connection.api('uuid_kill abc\n\napi shutdown'),
      connection.api('uuid_kill abc\r'),
      connection.api('uuid_kill \0'),
      connection.bgapi('originate x', 'job\nX: y'),
      connection.command('event json X\n\nexit'),
    ]
    for (const request of refused) await expect(request).rejects.toThrow('line break or NUL')
    await connection.api('status')
    expect(peer.received).toBe(`${before}api status\n\n`)
  })

  test('are all rejected when the peer resets the connection', async () => {
    peer.on(/^api/, () => null)
    const connection = await connected()
    const asked = [connection.api('one'), connection.api('two')]
    const settled = Promise.allSettled(asked)
    await until(() => peer.commands.length === 3, 'both requests')
    peer.reset()
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(closed[0]?.message).toContain('ECONNRESET')
    expect(closed).toHaveLength(1)
  })

  test('are all rejected when the peer hangs up', async () => {
    peer.on(/^api/, () => null)
    const connection = await connected()
    const asked = connection.api('one')
    const rejected = expect(asked).rejects.toThrow('closed the connection')
    await until(() => peer.commands.length === 2, 'the request')
    peer.hangUp()
    await rejected
  })

  test('that stay unanswered cost the connection, and the ones behind them too', async () => {
    peer.on(/^api slow/, () => null)
    const connection = await connected()
    const slow = connection.api('slow')
    clock.advance(1_000)
    const behind = connection.command('noevents')
    const settled = Promise.allSettled([slow, behind])
    await turn()
    clock.advance(REPLY_MS_MAX - 1_001)
    expect(connection.isReady).toBe(true)
    clock.advance(1)
    expect(connection.isReady).toBe(false)
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  test('wait for a slow peer that is still in time', async () => {
    peer.on(/^api/, () => null)
    const connection = await connected()
    const asked = connection.api('status')
    await until(() => peer.commands.length === 2, 'the request')
    const reply = apiResponse('UP 0 years')
    for (const char of reply) {
      clock.advance(20)
      peer.send(char)
      await turn()
    }
    expect(await asked).toBe('UP 0 years')
  })
})

describe('a reply that nobody waits for', () => {
  test('closes the connection when nothing was asked', async () => {
    await connected()
    peer.send(commandReply('+OK surprise'))
    await until(() => closed.length === 1, 'the close')
    expect(closed[0]?.message).toContain('nobody waits for')
  })

  test('never settles a request of the other kind', async () => {
    peer.on(/^api/, () => commandReply('+OK not for you'))
    const connection = await connected()
    await expect(connection.api('status')).rejects.toThrow('nobody waits for')
  })

  test('never settles a job with the id of another', async () => {
    peer.on(/^bgapi/, () => commandReply('+OK Job-UUID: b', 'Job-UUID: b\n'))
    const connection = await connected()
    await expect(connection.bgapi('status', 'a')).rejects.toThrow('nobody waits for')
  })
})

describe('events', () => {
  test('come as their headers, with the body as `_body`', async () => {
    await connected()
    peer.send(event({ 'Event-Name': 'BACKGROUND_JOB', 'Job-UUID': 'a', _body: '-ERR USER_BUSY\n' }))
    await until(() => events.length === 1, 'the event')
    expect(events[0]).toEqual({
      'Event-Name': 'BACKGROUND_JOB',
      'Job-UUID': 'a',
      _body: '-ERR USER_BUSY\n',
    })
  })

  test('of 2 MB arrive whole, in between replies', async () => {
    const connection = await connected()
    const text = '应'.repeat(700_000)
    peer.on(/^api/, () => event({ 'Event-Name': 'BIG', text }) + apiResponse('after'))
    expect(await connection.api('status')).toBe('after')
    expect(events[0]?.text).toBe(text)
  })

  test.each([
    ['no JSON', '{"Event-Name": "CHANNEL_PARK"'],
    ['no object', '["Event-Name"]'],
    ['null', 'null'],
    ['no name', '{"Unique-ID":"x"}'],
  ])(
    'that are malformed (%s) are dropped and counted, and the next ones arrive',
    async (_, body) => {
      await connected()
      peer.send(`Content-Type: text/event-json\nContent-Length: ${body.length}\n\n${body}`)
      peer.send(event({ 'Event-Name': 'HEARTBEAT', 'Reply-Text': 'as if' }))
      await until(() => events.length === 1, 'the heartbeat')
      expect(dropped).toHaveLength(1)
    },
  )

  test('in the forms we never asked for are dropped', async () => {
    await connected()
    const xml = '<event><broken'
    peer.send(`Content-Type: text/event-xml\nContent-Length: ${xml.length}\n\n${xml}`)
    peer.send('Content-Type: text/event-plain\nContent-Length: 3\n\n%%%')
    peer.send('What-Ever: 1\n\n')
    peer.send(event({ 'Event-Name': 'HEARTBEAT' }))
    await until(() => events.length === 1, 'the heartbeat')
    expect(dropped).toHaveLength(3)
  })
})

describe('garbage', () => {
  test.each([
    ['an impossible length', 'Content-Type: api/response\nContent-Length: -5\n\n'],
    ['a second demand for the password', 'Content-Type: auth/request\n\n'],
    ['a goodbye', 'Content-Type: text/disconnect-notice\nContent-Length: 4\n\nBye\n'],
    ['random bytes', Buffer.alloc(200_000, 0xfe)],
  ])('closes the connection: %s', async (_, bytes) => {
    await connected()
    peer.send(bytes)
    await until(() => closed.length === 1, 'the close')
  })

  test('of nothing but line ends is passed over', async () => {
    const connection = await connected()
    peer.send('\n'.repeat(200_000))
    expect(await connection.api('status')).toBe('+OK\n')
  })
})
