// Agents' phones in a browser at the edge: headless Chromium with JsSIP over WebSocket, through a real
// drachtio to a real FreeSWITCH, with the caller a small SIP telephone. Audio is told by its tones.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ECHO_NUMBER } from '../../src/core/class-of-service.ts'
import { type BrowserPhone, BrowserPhones, chromiumProgram } from '../support/browser-phone.ts'
import { Drachtio, drachtioProgram } from '../support/drachtio.ts'
import type { EslListener } from '../support/esl-listener.ts'
import { FreeSwitch } from '../support/freeswitch.ts'
import { MemoryRecords, nodeOf, startEdge, type TestEdge, trunkAt } from '../support/sip-edge.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { hearings, TONES } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { wireNow } from '../support/wire-time.ts'

const missing = [
  ...(drachtioProgram() === null ? ['drachtio (DRACHTIO_HOME)'] : []),
  ...(chromiumProgram() === null ? ['Chromium'] : []),
]
if (missing.length > 0) {
  console.log(`No browser tests were run: this machine has no ${missing.join(' and ')}.`)
}

const reason = missing.length > 0 ? ` (left out: no ${missing.join(', no ')} here)` : ''

describe.skipIf(missing.length > 0)(`a browser at the edge${reason}`, () => {
  let drachtio: Drachtio
  let server: FreeSwitch
  let browsers: BrowserPhones
  let records: MemoryRecords
  let started: TestEdge
  let esl: EslListener
  let caller: SipPhone
  let count = 0

  beforeAll(async () => {
    drachtio = await Drachtio.start()
    server = await FreeSwitch.start({ edgePort: drachtio.sipPort })
    browsers = await BrowserPhones.open()
  })
  afterAll(async () => {
    await browsers?.close()
    await server?.stop()
    await drachtio?.stop()
  })
  beforeEach(async () => {
    records = new MemoryRecords()
    records.passwords.set('agent-7', 'seven')
    caller = await SipPhone.open({
      edgePort: drachtio.sipPort,
      user: '13800001234',
      hertz: TONES.caller,
    })
    records.trunks = [trunkAt(`127.0.0.1:${caller.port}`)]
    started = await startEdge(
      {
        drachtio: [{ host: '127.0.0.1', port: drachtio.adminPort, secret: drachtio.secret }],
        nodes: [await nodeOf(server, 'fs1')],
      },
      records,
    )
    esl = await server.esl()
    await esl.listen(
      'CHANNEL_ANSWER CHANNEL_PARK CHANNEL_BRIDGE CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP ' +
        'CHANNEL_HANGUP_COMPLETE DTMF',
    )
  })
  afterEach(async () => {
    await esl.api('hupall NORMAL_CLEARING')
    esl.close()
    caller.close()
    await started.edge.stop()
  })

  async function phoneOf(
    password = 'seven',
    edgeUrl = `ws://127.0.0.1:${drachtio.webSocketPort}`,
  ): Promise<BrowserPhone> {
    return browsers.phone({ edgeUrl, user: 'agent-7', password, hertz: TONES.agent })
  }

  async function registered(): Promise<BrowserPhone> {
    const phone = await phoneOf()
    await phone.event('registered')
    return phone
  }

  /** FreeSWITCH rings the agent's browser; the leg's id. */
  async function originate(): Promise<string> {
    count += 1
    const leg = `leg-${count}`
    await esl.bgapi(
      `originate {origination_uuid=${leg},origination_caller_id_number=13800001234,` +
        'ignore_early_media=true,originate_timeout=16,park_after_bridge=true,media_webrtc=true,' +
        'absolute_codec_string=^^:OPUS:PCMU,send_silence_when_idle=-1,hold_music=silence,' +
        `media_timeout=60000,sip_h_X-CC-Call-Id=call-${count}}sofia/gateway/edge/agent-7 &park()`,
      `job-${leg}`,
    )
    return leg
  }

  /** The agent's browser has answered and talks to the caller. */
  async function talking(phone: BrowserPhone): Promise<{ leg: string; legId: string }> {
    const call = caller.dial('12345')
    expect((await call.outcome()).what).toBe('200 INVITE')
    const parked = await esl.event('parked', (one) => one['Event-Name'] === 'CHANNEL_PARK')
    const legId = parked['Unique-ID'] ?? ''
    const leg = await originate()
    await phone.event('ring')
    await phone.press('answer')
    await esl.eventOf(leg, 'CHANNEL_PARK')
    await esl.api(`uuid_setvar ${legId} cc_claimed true`)
    await esl.api(`sched_del ${legId}`)
    await esl.api(`uuid_bridge ${legId} ${leg}`)
    await esl.eventOf(legId, 'CHANNEL_BRIDGE')
    return { leg, legId }
  }

  const hearsCaller = (phone: BrowserPhone) =>
    until(async () => {
      const sound = await phone.hears()
      return Math.abs(sound.hertz - TONES.caller) < 20 && sound.level > 0.02 && sound
    }, 'the caller in the browser')

  const hearsAgent = (from: number) =>
    until(() => {
      const heard = hearings(caller.rtp.heard, from, wireNow())
      return heard.agent > 25 && heard
    }, 'the agent at the caller')

  test('registers, is known for a browser, is asked for life, and unregisters', async () => {
    const phone = await registered()
    expect(started.inputs).toMatchObject([{ type: 'phone.registered', agentId: '7' }])
    expect(started.edge.isBrowser('7')).toBe(true)
    const [binding] = started.edge.status().registrations
    expect(binding).toMatchObject({ transport: 'ws', agentId: '7' })
    expect(binding?.uri).toContain('.invalid')
    await phone.press('unregister')
    await phone.event('unregistered')
    await until(() => started.inputs.length === 2, 'the agent unregistered')
    await phone.close()
  })

  test('a wrong password is refused', async () => {
    const phone = await phoneOf('wrong')
    const failed = await phone.event('registrationFailed')
    expect(failed.detail).toBe('403 Wrong Password')
    expect(started.edge.status().registrations).toEqual([])
    await phone.close()
  })

  test('answers with audio both ways, holds, takes back, sends a digit, and hangs up', async () => {
    const phone = await registered()
    const { leg } = await talking(phone)
    const talkFrom = wireNow()
    const heard = await hearsCaller(phone)
    const byCaller = await hearsAgent(talkFrom)
    console.log(
      `browser hears ${heard.hertz.toFixed(0)} Hz at ${heard.level.toFixed(3)}; ` +
        `caller hears the agent in ${byCaller.agent} of ${byCaller.all} frames`,
    )
    const holdAt = Date.now()
    await phone.press('hold')
    const held = await esl.eventOf(leg, 'CHANNEL_HOLD')
    await phone.event('hold')
    console.log(
      `hold in the page to CHANNEL_HOLD: ${(Number(held['Event-Date-Timestamp']) / 1_000 - holdAt).toFixed(0)} ms`,
    )
    const silentFrom = wireNow() + 300
    await until(() => wireNow() > silentFrom + 600, 'some time on hold')
    expect(hearings(caller.rtp.heard, silentFrom, silentFrom + 600).agent).toBe(0)
    await phone.press('unhold')
    await esl.eventOf(leg, 'CHANNEL_UNHOLD')
    await hearsAgent(wireNow())
    await hearsCaller(phone)
    await phone.digit('5')
    expect((await esl.eventOf(leg, 'DTMF'))['DTMF-Digit']).toBe('5')
    const hungUpAt = Date.now()
    await phone.press('hangUp')
    const end = await esl.eventOf(leg, 'CHANNEL_HANGUP')
    console.log(
      `hang-up in the page to CHANNEL_HANGUP: ${(Number(end['Event-Date-Timestamp']) / 1_000 - hungUpAt).toFixed(0)} ms`,
    )
    await until(() => started.edge.status().agentCalls === 0, 'no call left')
    await phone.close()
  })

  test('does the same over a secure WebSocket', async () => {
    const phone = await phoneOf('seven', `wss://127.0.0.1:${drachtio.secureWebSocketPort}`)
    await phone.event('registered')
    expect(started.edge.status().registrations).toMatchObject([{ transport: 'wss' }])
    const { leg } = await talking(phone)
    await hearsCaller(phone)
    await hearsAgent(wireNow())
    await phone.press('hold')
    await esl.eventOf(leg, 'CHANNEL_HOLD')
    await phone.press('unhold')
    await esl.eventOf(leg, 'CHANNEL_UNHOLD')
    await esl.api(`uuid_kill ${leg}`)
    await phone.event('ended')
    await originate()
    await until(
      async () => (await phone.events()).filter(({ what }) => what === 'ring').length === 2,
      'the next ring',
    )
    await phone.close()
  })

  test('hears itself by an echo call, which is nobody’s call', async () => {
    const phone = await registered()
    await phone.dial(ECHO_NUMBER)
    await phone.event('confirmed')
    const heard = await until(async () => {
      const sound = await phone.hears()
      return Math.abs(sound.hertz - TONES.agent) < 20 && sound.level > 0.02 && sound
    }, 'its own tone in the browser')
    console.log(
      `the browser hears itself: ${heard.hertz.toFixed(0)} Hz at ${heard.level.toFixed(3)}`,
    )
    expect(started.dials).toEqual([])
    await phone.press('hangUp')
    await until(
      async () => (await esl.api('show channels count')).includes('0 total'),
      'no leg at the switch',
    )
    await phone.close()
  })

  test('is cancelled while it rings', async () => {
    const phone = await registered()
    const leg = await originate()
    await phone.event('ring')
    const killedAt = Date.now()
    await esl.api(`uuid_kill ${leg} ORIGINATOR_CANCEL`)
    const failed = await phone.event('failed')
    console.log(`uuid_kill to the page’s silence: ${failed.at - killedAt} ms`)
    expect(failed.detail).toContain('Canceled')
    expect(failed.at - killedAt).toBeLessThan(100)
    await phone.close()
  })

  test('rejects with busy', async () => {
    const phone = await registered()
    const leg = await originate()
    await phone.event('ring')
    await phone.press('reject')
    expect((await esl.eventOf(leg, 'CHANNEL_HANGUP_COMPLETE'))['Hangup-Cause']).toBe('USER_BUSY')
    await phone.close()
  })

  test.each([0, 60, 120, 180])(
    'a cancel %d ms after the answer leaves no half call',
    async (ms) => {
      const phone = await registered()
      const leg = await originate()
      await phone.event('ring')
      await phone.press('answer')
      const answeredAt = wireNow()
      await until(() => wireNow() - answeredAt >= ms, 'the moment')
      await esl.api(`uuid_kill ${leg} ORIGINATOR_CANCEL`)
      await until(
        async () =>
          (await phone.events()).some(({ what }) => what === 'ended' || what === 'failed'),
        'the page told',
      )
      await until(() => started.edge.status().agentCalls === 0, 'no call left')
      await phone.close()
    },
  )

  test('its transfers meet the class of service, and the switch’s reach it', async () => {
    records.permits = [
      {
        ...{ permitId: 1, agentId: null, number: '110', ground: 'directory' as const },
        ...{ grantedBy: 'admin', expiresAt: null },
      },
    ]
    const phone = await registered()
    const { leg } = await talking(phone)
    await phone.refer('13900009999')
    expect((await phone.event('referFailed')).detail).toBe('403')
    await phone.refer('110')
    const answered = await until(
      async () =>
        (await phone.events()).filter(({ what }) => what.startsWith('refer')).at(1) ?? false,
      'the hotline’s word',
    )
    expect(answered.what).not.toBe('referFailed')
    await until(() => started.transfers.length === 1, 'the transfer begun')
    await esl.bgapi(`uuid_deflect ${leg} sip:110@127.0.0.1`, 'job-deflect')
    expect((await phone.event('refer')).detail).toContain('sip:110@127.0.0.1')
    await phone.close()
  })

  test('a page closed in the middle of a call is noticed, and its leg ends', async () => {
    const phone = await registered()
    const { leg, legId } = await talking(phone)
    await hearsCaller(phone)
    const closedAt = wireNow()
    await phone.close()
    await until(
      () => started.inputs.some(({ type }) => type === 'phone.unregistered'),
      'the agent unreachable',
      12_000,
    )
    const unreachableMs = wireNow() - closedAt
    const end = await esl.eventOf(leg, 'CHANNEL_HANGUP', 0, 15_000)
    console.log(
      `page closed in a call: agent unreachable after ${unreachableMs.toFixed(0)} ms, ` +
        `leg ended after ${(Number(end['Event-Date-Timestamp']) / 1_000 - closedAt).toFixed(0)} ms`,
    )
    expect(await esl.api(`uuid_exists ${legId}`)).toBe('true')
    expect(started.edge.status().agentCalls).toBe(0)
  })

  test('the newest page is rung, and when it is gone the one before', async () => {
    const older = await registered()
    await until(() => started.edge.status().registrations.length === 1, 'the first page')
    const newer = await registered()
    await until(() => started.edge.status().registrations.length === 2, 'both pages')
    await originate()
    await newer.event('ring')
    await esl.api('hupall ORIGINATOR_CANCEL')
    await newer.event('failed')
    await newer.close()
    await originate()
    await older.event('ring')
    expect(started.edge.status().registrations).toHaveLength(1)
    await older.close()
  })
})
