// The faults: each does what it says to the wire, and to nothing behind it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EslClient } from '../support/esl-client.ts'
import { SimulatedSwitch } from '../support/simulated-switch.ts'

let world: SimulatedSwitch

beforeEach(async () => {
  world = await SimulatedSwitch.start()
})
afterEach(() => world.stop())

describe('signing in', () => {
  it('is refused with a wrong password, and the connection ends', async () => {
    const client = await EslClient.open(world.simulator.port)
    await client.until(() => client.hasGreeting)
    expect(await client.command('auth wrong')).toBe('-ERR invalid')
    await client.until(() => client.notices.length > 0)
    expect(client.notices[0]?.headers['Content-Type']).toBe('text/disconnect-notice')
  })

  it('comes before anything else', async () => {
    const client = await EslClient.open(world.simulator.port)
    await client.until(() => client.hasGreeting)
    expect(await client.command('api status')).toBe('-ERR command not found')
    client.close()
  })
})

describe('faults', () => {
  it('splits every byte and loses none', async () => {
    await world.client.command('noevents')
    await world.client.command('event json CHANNEL_PARK')
    world.simulator.splitEveryByte()
    const call = await world.parkedCaller()
    const park = world.events.find((event) => event['Event-Name'] === 'CHANNEL_PARK')
    expect(park?.['Unique-ID']).toBe(call.legId)
    world.simulator.splitEveryByte(false)
    expect(await world.api('uuid_exists x')).toBe('false')
  })

  it('resets connections, keeps the calls, and takes new connections', async () => {
    const call = await world.parkedCaller()
    world.simulator.resetConnections()
    await expect(world.api('status')).rejects.toThrow()
    const client = await EslClient.signIn(world.simulator.port, world.simulator.password)
    expect(await client.api(`uuid_exists ${call.legId}`)).toBe('true')
    client.close()
  })

  it('goes silent: nothing comes, calls go on, and afterwards everything is there in order', async () => {
    world.simulator.goSilent()
    const before = world.events.length
    const asked = world.api('uuid_exists x')
    const call = world.simulator.call({ to: '12345', from: '1' })
    await world.pass(25_000)
    expect(world.events).toHaveLength(before)
    world.simulator.speak()
    expect(await asked).toBe('false')
    await world.settle()
    const late = world.events.slice(before)
    const numbers = late.map((event) => Number(event['Event-Sequence']))
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(late.some((event) => event['Event-Name'] === 'HEARTBEAT')).toBe(true)
    expect(await world.api(`uuid_exists ${call.legId}`)).toBe('true')
  })

  it('fails the next command of a name, once, in front and in the background', async () => {
    const call = await world.parkedCaller()
    world.simulator.failNext('uuid_kill', '-ERR No such channel!\n')
    expect(await world.api(`uuid_kill ${call.legId}`)).toBe('-ERR No such channel!\n')
    expect(await world.api(`uuid_exists ${call.legId}`)).toBe('true')
    world.simulator.failNext('originate', '-ERR USER_BUSY\n')
    await world.offer('7', 'a7')
    await world.settle()
    expect(world.events.at(-1)).toMatchObject({
      'Event-Name': 'BACKGROUND_JOB',
      _body: '-ERR USER_BUSY\n',
    })
    expect(await world.api(`uuid_kill ${call.legId}`)).toBe('+OK\n')
  })

  it('puts a bare percent sign into one reply', async () => {
    world.simulator.replyWithPercent()
    expect(await world.client.command('nolog')).toBe('+OK 50% done')
    expect(await world.client.command('nolog')).toBe('+OK no longer logging')
  })

  it('drops the events it is told to, and only those', async () => {
    world.simulator.dropEvents((event) => event.name === 'CHANNEL_PARK')
    const lost = world.simulator.call({ to: '12345', from: '1' })
    await world.pass(100)
    world.simulator.dropEvents(null)
    const names = world.events
      .filter((event) => event['Unique-ID'] === lost.legId)
      .map((event) => event['Event-Name'])
    expect(names).toContain('CHANNEL_ANSWER')
    expect(names).not.toContain('CHANNEL_PARK')
    await world.parkedCaller()
  })

  it('duplicates events', async () => {
    world.simulator.duplicateEvents()
    const call = await world.parkedCaller()
    const parks = world.events.filter(
      (event) => event['Event-Name'] === 'CHANNEL_PARK' && event['Unique-ID'] === call.legId,
    )
    expect(parks).toHaveLength(2)
    expect(parks[0]).toEqual(parks[1])
  })

  it('turns connections away rudely', async () => {
    world.simulator.rejectConnections()
    const client = await EslClient.open(world.simulator.port)
    await expect(client.until(() => false)).rejects.toThrow()
    expect(client.notices[0]?.headers['Content-Type']).toBe('text/rude-rejection')
    world.simulator.rejectConnections(false)
    const welcome = await EslClient.signIn(world.simulator.port, world.simulator.password)
    welcome.close()
  })

  it('counts bytes so that both sides can agree on being at rest', async () => {
    await world.parkedCaller()
    await world.settle()
    expect(world.simulator.isQuiet()).toBe(true)
    expect(world.simulator.bytesWritten).toBe(world.client.bytesRead)
    expect(world.simulator.bytesRead).toBe(world.client.bytesWritten)
  })
})
