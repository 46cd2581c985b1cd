// Callers from trunks at the edge, on a real drachtio and two real FreeSWITCH: admitted to the parked
// dialplan, refused each for its reason, given up, and taken to another node when one dies.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADMISSION_REFUSALS, type BlockedCaller, type Trunk } from '../../src/core/admission.ts'
import { Drachtio, drachtioProgram } from '../support/drachtio.ts'
import type { EslListener } from '../support/esl-listener.ts'
import { FreeSwitch, freePort, machine } from '../support/freeswitch.ts'
import { Relay } from '../support/relay.ts'
import { MemoryRecords, nodeOf, startEdge, type TestEdge, trunkAt } from '../support/sip-edge.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { hearings, TONES } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { header } from '../support/wire.ts'
import { wireNow } from '../support/wire-time.ts'

const isMissing = drachtioProgram() === null
if (isMissing) console.log('No edge tests were run: this machine has no drachtio (DRACHTIO_HOME).')

const where = `a trunk at the edge${isMissing ? ' (left out: no drachtio here)' : ''}`

describe.skipIf(isMissing)(where, () => {
  let drachtio: Drachtio
  let first: FreeSwitch
  let second: FreeSwitch
  let records: MemoryRecords
  let started: TestEdge
  let esl: EslListener
  let caller: SipPhone
  const open: { close(): void }[] = []

  beforeAll(async () => {
    drachtio = await Drachtio.start()
    first = await FreeSwitch.start({ edgePort: drachtio.sipPort })
    second = await FreeSwitch.start({ edgePort: drachtio.sipPort })
  })
  afterAll(async () => {
    await first?.stop()
    await second?.stop()
    await drachtio?.stop()
  })
  beforeEach(async () => {
    records = new MemoryRecords()
    caller = await callerOf('13800001234')
    records.trunks = [trunkAt(`127.0.0.1:${caller.port}`)]
    await start({})
    esl = await first.esl()
    await esl.listen('CHANNEL_PARK CHANNEL_HANGUP')
  })
  afterEach(async () => {
    await esl.api('hupall NORMAL_CLEARING')
    esl.close()
    for (const one of open.splice(0)) one.close()
    await started.edge.stop()
  })

  async function start(options: Partial<Parameters<typeof startEdge>[0]>) {
    const nodes = [await nodeOf(first, 'fs1')]
    const address = { host: '127.0.0.1', port: drachtio.adminPort, secret: drachtio.secret }
    started = await startEdge({ drachtio: [address], nodes, ...options }, records)
  }

  async function restart(options: Partial<Parameters<typeof startEdge>[0]>) {
    await started.edge.stop()
    await start(options)
  }

  async function callerOf(user: string, password = '') {
    const phone = await SipPhone.open({
      edgePort: drachtio.sipPort,
      user,
      password,
      hertz: TONES.caller,
    })
    open.push(phone)
    return phone
  }

  test('brings a caller to the parked dialplan, stamped, and with nothing forged', async () => {
    const call = caller.dial('12345', [
      'X-CC-Call-Id: forged',
      'X-CC-Agent: 7',
      'P-Asserted-Identity: <sip:13800001234@carrier.example>',
      'Diversion: <sip:114@carrier.example>',
      'X-Secret: 1',
    ])
    const invitedAt = wireNow()
    expect((await call.outcome()).what).toBe('200 INVITE')
    console.log(`INVITE to 200 through the edge: ${(wireNow() - invitedAt).toFixed(1)} ms`)
    const parked = await esl.event('parked', (one) => one['Event-Name'] === 'CHANNEL_PARK')
    expect(parked.variable_cc_call_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(parked.variable_cc_number).toBe('12345')
    expect(parked['Caller-Caller-ID-Number']).toBe('13800001234')
    expect(parked['variable_sip_h_X-CC-Trunk']).toBe('carrier')
    expect(parked['variable_sip_h_X-CC-Ani']).toBe('13800001234')
    expect(parked['variable_sip_h_X-CC-Trunk-Src']).toBe(`127.0.0.1:${caller.port}`)
    expect(parked['variable_sip_h_X-CC-Agent']).toBeUndefined()
    expect(parked['variable_sip_h_X-Secret']).toBeUndefined()
    expect(JSON.stringify(parked)).not.toContain('forged')
    expect(JSON.stringify(parked)).toContain('114@carrier.example')
    expect(started.edge.status()).toMatchObject({
      trunkCalls: 1,
      nodes: [{ nodeId: 'fs1', calls: 1 }],
    })
    const hungUpAt = wireNow()
    await call.hangUp()
    const end = await esl.eventOf(parked['Unique-ID'] ?? '', 'CHANNEL_HANGUP')
    console.log(
      `BYE to CHANNEL_HANGUP through the edge: ${(Number(end['Event-Date-Timestamp']) / 1_000 - hungUpAt).toFixed(1)} ms`,
    )
    await until(() => started.edge.status().trunkCalls === 0, 'no call counted')
    expect(started.edge.status().nodes).toMatchObject([{ calls: 0 }])
  })

  test('the switch hangs a caller up, with the reason', async () => {
    const call = caller.dial('12345')
    await call.outcome()
    await esl.event('parked', (one) => one['Event-Name'] === 'CHANNEL_PARK')
    await esl.api('hupall USER_BUSY')
    const bye = await call.message('BYE')
    expect(header(bye.text, 'Reason')).toContain('cause=17')
  })

  test('a caller without an offer is answered with the switch’s and heard', async () => {
    const call = caller.dial('12345', [], null)
    const answer = await call.outcome()
    expect(answer.what).toBe('200 INVITE')
    expect(answer.text).toContain('m=audio')
    const parked = await esl.event('parked', (one) => one['Event-Name'] === 'CHANNEL_PARK')
    const legId = parked['Unique-ID'] ?? ''
    await esl.api(`uuid_setvar ${legId} cc_claimed true`)
    await esl.api(`sched_del ${legId}`)
    await esl.api(`uuid_transfer ${legId} echo inline`)
    await until(
      () => hearings(caller.rtp.heard, wireNow() - 1_000, wireNow()).caller > 45,
      'the caller to hear the own voice come back',
    )
    expect(started.edge.status().trunkCalls).toBe(1)
    await call.hangUp()
    await esl.eventOf(legId, 'CHANNEL_HANGUP')
    await until(() => started.edge.status().trunkCalls === 0, 'no call counted')
  })

  test('a caller who makes no offer and answers none is ended on both sides', async () => {
    const call = caller.dial('12345', [], null)
    call.isSilentInAck = true
    expect((await call.outcome()).what).toBe('200 INVITE')
    await call.message('BYE')
    await until(() => started.edge.status().trunkCalls === 0, 'no call counted')
    await until(async () => (await esl.api('show calls count')).includes('0 total'), 'no leg left')
  })

  test('a caller’s own transfer is refused', async () => {
    const call = caller.dial('12345')
    await call.outcome()
    expect((await call.refer('110')).text).toContain('403 Callers Do Not Transfer')
  })

  const refusals: [keyof typeof ADMISSION_REFUSALS, () => Promise<void>, string?][] = [
    ['unknown_trunk', () => trunks([])],
    ['trunk_disabled', () => trunks([ours({ isEnabled: false })])],
    ['draining', async () => started.edge.drain()],
    ['unknown_number', async () => {}, '99999'],
    ['blocked_caller', () => block([blocked(null)])],
    ['caller_rate', () => restart({ callerLimits: { callsMax: 9, callsPerMinuteMax: 0 } })],
    ['caller_calls', () => restart({ callerLimits: { callsMax: 0, callsPerMinuteMax: 9 } })],
    ['trunk_calls', () => trunks([ours({ callsMax: 0 })])],
    ['trunk_rate', () => trunks([ours({ callsPerSecondMax: 0 })])],
    ['no_node', async () => started.edge.drainNode('fs1', true)],
  ]
  const trunks = async (those: Trunk[]) => {
    records.trunks = those
  }
  const block = async (those: BlockedCaller[]) => {
    records.blocked = those
  }
  const ours = (changes: object) => trunkAt(`127.0.0.1:${caller.port}`, changes)
  const blocked = (expiresAt: number | null) => ({
    ...{ number: '+86 138-0000-1234', reason: 'nuisance', approvedBy: 'leader', expiresAt },
  })

  test.each(refusals)(
    'refuses for %s with its own status and reason, and counts it',
    async (code, arrange, number = '12345') => {
      await arrange()
      await started.edge.reload()
      const answer = await caller.dial(number).outcome()
      const { status, reason, retryAfterSeconds } = ADMISSION_REFUSALS[code]
      expect(answer.text.split('\r\n')[0]).toBe(`SIP/2.0 ${status} ${reason}`)
      expect(header(answer.text, 'Reason')).toContain(`text="${code}"`)
      expect(header(answer.text, 'Retry-After')).toBe(retryAfterSeconds?.toString())
      expect(started.edge.status().refusals).toEqual({ [code]: 1 })
      expect(started.edge.status().trunkCalls).toBe(0)
      console.log(`refused: ${code} ${status} ${reason}`)
    },
  )

  test('a block that has expired, and one for somebody else, let the caller in', async () => {
    records.blocked = [blocked(Date.now() - 1), { ...blocked(null), number: '13800001235' }]
    await started.edge.reload()
    expect((await caller.dial('12345').outcome()).what).toBe('200 INVITE')
  })

  test('a trunk may sign in by digest instead of an address', async () => {
    records.trunks = [trunkAt('192.0.2.1', { username: 'mobile-carrier' })]
    records.passwords.set('mobile-carrier', 'right')
    await started.edge.reload()
    const good = await callerOf('mobile-carrier', 'right')
    expect((await good.dial('12345').outcome()).what).toBe('200 INVITE')
    const bad = await callerOf('mobile-carrier', 'wrong')
    expect((await bad.dial('12345').outcome()).text).toContain('403 Wrong Password')
  })

  test('a scanner is banned', async () => {
    const scanner = await callerOf('100')
    for (let count = 0; count < 10; count += 1) {
      expect((await scanner.dial('900442012345').outcome()).text).toContain('403 Unknown Trunk')
    }
    expect((await scanner.dial('900442012345').outcome()).text).toContain('403 Address Banned')
    expect(started.edge.status().bans).toMatchObject([{ reason: 'unknown_source' }])
    // The trunk of the same address is not a stranger.
    expect((await caller.dial('12345').outcome()).what).toBe('200 INVITE')
  })

  describe('with a node that is no good', () => {
    const at = async () => ({
      callersAddress: `127.0.0.1:${await freePort()}`,
      agentsAddress: '127.0.0.1:1',
    })

    test('that refuses packets, the next one takes the call', async () => {
      await restart({ nodes: [{ nodeId: 'dead', ...(await at()) }, await nodeOf(first, 'fs1')] })
      const invitedAt = wireNow()
      expect((await caller.dial('12345').outcome()).what).toBe('200 INVITE')
      console.log(`fail-over, port closed: ${(wireNow() - invitedAt).toFixed(0)} ms`)
    })

    test('that says nothing, the next one takes the call after a second', async () => {
      const silent = await callerOf('silent')
      silent.isMute = true
      const blackHole = {
        nodeId: 'black-hole',
        callersAddress: `127.0.0.1:${silent.port}`,
        agentsAddress: '127.0.0.1:1',
      }
      await restart({ nodes: [blackHole, await nodeOf(first, 'fs1')] })
      const invitedAt = wireNow()
      expect((await caller.dial('12345').outcome()).what).toBe('200 INVITE')
      const tookMs = wireNow() - invitedAt
      console.log(`fail-over, silent node: ${tookMs.toFixed(0)} ms`)
      expect(tookMs).toBeLessThan(1_500)
      await until(
        () =>
          started.edge.status().nodes.find(({ nodeId }) => nodeId === 'black-hole')?.isHealthy ===
          false,
        'the silent node marked',
      )
      const again = wireNow()
      expect((await caller.dial('12345').outcome()).what).toBe('200 INVITE')
      expect(wireNow() - again).toBeLessThan(500)
    })

    test('that answers late, the late call is ended there', async () => {
      const slow = await callerOf('slow')
      const slowNode = {
        nodeId: 'a-slow',
        callersAddress: `127.0.0.1:${slow.port}`,
        agentsAddress: '127.0.0.1:1',
      }
      await restart({ nodes: [slowNode, await nodeOf(first, 'fs1')] })
      const call = caller.dial('12345')
      const ring = await slow.ring()
      expect((await call.outcome()).what).toBe('200 INVITE')
      ring.answer()
      await ring.message('BYE')
      expect(started.edge.status().trunkCalls).toBe(1)
    })

    test('a caller who gives up is given up where the call is', async () => {
      const slow = await callerOf('slow')
      const slowNode = {
        nodeId: 'slow',
        callersAddress: `127.0.0.1:${slow.port}`,
        agentsAddress: '127.0.0.1:1',
      }
      await restart({ nodes: [slowNode] })
      const call = caller.dial('12345')
      const ring = await slow.ring()
      ring.ringing()
      await call.message('180 INVITE')
      const cancelledAt = wireNow()
      call.cancel()
      expect((await call.outcome()).what).toBe('487 INVITE')
      const cancel = await ring.message('CANCEL')
      console.log(`CANCEL through the edge: ${(cancel.at - cancelledAt).toFixed(1)} ms`)
      expect(started.edge.status()).toMatchObject({ trunkCalls: 0, nodes: [{ calls: 0 }] })
    })

    test('when all are dead the caller is told', async () => {
      await restart({ nodes: [{ nodeId: 'dead', ...(await at()) }] })
      expect((await caller.dial('12345').outcome()).text).toContain('503 No Switch Answers')
    })
  })

  test('one FreeSWITCH killed: every caller goes to the other', async () => {
    const nodes = [await nodeOf(first, 'fs1'), await nodeOf(second, 'fs2')]
    await restart({ nodes })
    const before = await Promise.all([1, 2, 3, 4].map(() => caller.dial('12345').outcome()))
    expect(before.map(({ what }) => what)).toEqual(Array(4).fill('200 INVITE'))
    expect(started.edge.status().nodes).toMatchObject([{ calls: 2 }, { calls: 2 }])
    await second.stop()
    const killedAt = wireNow()
    const times: number[] = []
    for (let count = 0; count < 4; count += 1) {
      const invitedAt = wireNow()
      expect((await caller.dial('12345').outcome()).what).toBe('200 INVITE')
      times.push(wireNow() - invitedAt)
    }
    console.log(
      `one of two FreeSWITCH killed, four calls within ${(wireNow() - killedAt).toFixed(0)} ms, ` +
        `INVITE to 200: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms (${machine()})`,
    )
    expect(Math.max(...times)).toBeLessThan(1_500)
    await until(() => started.edge.status().nodes[1]?.isHealthy === false, 'fs2 marked dead')
  })

  describe('with the connection to drachtio cut in a call', () => {
    /** The call goes on, and the edge is connected again. */
    async function cut() {
      const relay = await Relay.open(drachtio.adminPort)
      open.push(relay)
      const { secret } = drachtio
      await restart({ drachtio: [{ host: '127.0.0.1', port: relay.port, secret }] })
      const call = caller.dial('12345')
      expect((await call.outcome()).what).toBe('200 INVITE')
      const parked = await esl.event('parked', (one) => one['Event-Name'] === 'CHANNEL_PARK')
      const legId = parked['Unique-ID'] ?? ''
      relay.cut()
      await until(() => !started.edge.status().connections[0]?.isUp, 'the loss noticed')
      await until(() => started.edge.status().connections[0]?.isUp, 'connected again')
      expect(started.edge.status().trunkCalls).toBe(0)
      expect(await esl.api(`uuid_exists ${legId}`)).toBe('true')
      return { call, legId }
    }

    test('a caller who hangs up then is hung up at the switch', async () => {
      const { call, legId } = await cut()
      const hungUpAt = wireNow()
      await call.hangUp()
      await esl.eventOf(legId, 'CHANNEL_HANGUP', 0, 15_000)
      console.log(`connection lost: BYE to CHANNEL_HANGUP ${(wireNow() - hungUpAt).toFixed(0)} ms`)
    })

    test('a caller whom the switch hangs up then is told', async () => {
      const { call } = await cut()
      await esl.api('hupall NORMAL_CLEARING')
      await call.message('BYE', 0, 15_000)
    })
  })

  describe('with the service gone and back in a call', () => {
    async function again() {
      const call = caller.dial('12345')
      expect((await call.outcome()).what).toBe('200 INVITE')
      const parked = await esl.event('parked', (one) => one['Event-Name'] === 'CHANNEL_PARK')
      const legId = parked['Unique-ID'] ?? ''
      await until(() => records.calls.size === 1, 'the call in the records')
      await restart({})
      expect(await esl.api(`uuid_exists ${legId}`)).toBe('true')
      return { call, legId }
    }

    test('a caller who hangs up then is hung up at the switch', async () => {
      const { call, legId } = await again()
      const hungUpAt = wireNow()
      await call.hangUp()
      await esl.eventOf(legId, 'CHANNEL_HANGUP', 0, 15_000)
      console.log(
        `service restarted: BYE to CHANNEL_HANGUP ${(wireNow() - hungUpAt).toFixed(0)} ms`,
      )
      await until(() => records.calls.size === 0, 'the call out of the records')
    })

    test('a caller whom the switch hangs up then is told', async () => {
      const { call } = await again()
      const killedAt = wireNow()
      await esl.api('hupall NORMAL_CLEARING')
      await call.message('BYE', 0, 15_000)
      console.log(
        `service restarted: hang-up at the switch to BYE ${(wireNow() - killedAt).toFixed(0)} ms`,
      )
    })
  })

  test('drachtio killed and back: the edge connects again and takes calls', async () => {
    await drachtio.stop()
    await until(() => started.edge.status().connections[0]?.isUp === false, 'the loss noticed')
    const { adminPort, sipPort, webSocketPort } = drachtio
    drachtio = await Drachtio.start({ adminPort, sipPort, webSocketPort })
    const backAt = wireNow()
    await until(() => started.edge.status().connections[0]?.isUp === true, 'connected again')
    console.log(`drachtio back to connected: ${(wireNow() - backAt).toFixed(0)} ms`)
    expect((await caller.dial('12345').outcome()).what).toBe('200 INVITE')
  })
})
