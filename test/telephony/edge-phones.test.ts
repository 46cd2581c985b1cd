// Agents' desk phones at the edge, on a real drachtio and a real FreeSWITCH: they register, ring, answer
// with audio both ways, are cancelled, hold, transfer, vanish, and are refused what they may not.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ECHO_NUMBER } from '../../src/core/class-of-service.ts'
import { rejection } from '../../src/core/rejections.ts'
import { Drachtio, drachtioProgram } from '../support/drachtio.ts'
import type { EslListener } from '../support/esl-listener.ts'
import { FreeSwitch } from '../support/freeswitch.ts'
import { MemoryRecords, nodeOf, startEdge, type TestEdge, trunkAt } from '../support/sip-edge.ts'
import { type PhoneOptions, SipPhone } from '../support/sip-phone.ts'
import { hearings, TONES } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { header } from '../support/wire.ts'
import { wireNow } from '../support/wire-time.ts'

const isMissing = drachtioProgram() === null
if (isMissing) console.log('No edge tests were run: this machine has no drachtio (DRACHTIO_HOME).')

const EVENTS =
  'CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_PARK CHANNEL_BRIDGE CHANNEL_HOLD CHANNEL_UNHOLD ' +
  'CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE BACKGROUND_JOB DTMF'

const where = `a desk phone at the edge${isMissing ? ' (left out: no drachtio here)' : ''}`

describe.skipIf(isMissing)(where, () => {
  let drachtio: Drachtio
  let server: FreeSwitch
  let records: MemoryRecords
  let started: TestEdge
  let esl: EslListener
  const open: { close(): void }[] = []

  beforeAll(async () => {
    drachtio = await Drachtio.start()
    server = await FreeSwitch.start({ edgePort: drachtio.sipPort })
  })
  afterAll(async () => {
    await server?.stop()
    await drachtio?.stop()
  })
  beforeEach(async () => {
    records = new MemoryRecords()
    records.passwords.set('agent-7', 'seven')
    records.passwords.set('agent-8', 'eight')
    await start()
    esl = await server.esl()
    await esl.listen(EVENTS)
  })
  afterEach(async () => {
    await esl.api('hupall NORMAL_CLEARING')
    esl.close()
    for (const one of open.splice(0)) one.close()
    await started.edge.stop()
  })

  async function start(options: Partial<Parameters<typeof startEdge>[0]> = {}) {
    started = await startEdge(
      {
        drachtio: [{ host: '127.0.0.1', port: drachtio.adminPort, secret: drachtio.secret }],
        nodes: [await nodeOf(server, 'fs1')],
        ...options,
      },
      records,
    )
  }

  const edgePortFor = ({ wire }: Partial<PhoneOptions>) =>
    wire === 'tls' ? drachtio.tlsPort : drachtio.sipPort

  async function phoneOf(user = 'agent-7', options: Partial<PhoneOptions> = {}) {
    const password = records.passwords.get(user) ?? 'none'
    const phone = await SipPhone.open({
      edgePort: edgePortFor(options),
      user,
      password,
      ...options,
    })
    open.push(phone)
    return phone
  }

  async function registered(user = 'agent-7', options: Partial<PhoneOptions> = {}) {
    const phone = await phoneOf(user, options)
    expect((await phone.register()).what).toBe('200 REGISTER')
    return phone
  }

  /** FreeSWITCH rings the agent as the service would have it. */
  async function originate(leg: string, agent = 'agent-7', extra = '') {
    await esl.bgapi(
      `originate {origination_uuid=${leg},origination_caller_id_number=13800001234,` +
        'ignore_early_media=true,originate_timeout=16,park_after_bridge=true,' +
        `send_silence_when_idle=-1,hold_music=silence,sip_h_X-CC-Call-Id=call-1,sip_h_X-CC-Leg=${leg}` +
        `${extra}}sofia/gateway/edge/${agent} &park()`,
      `job-${leg}`,
    )
  }

  test.each(['MD5', 'SHA-256'] as const)(
    'registers with %s, is listed, and unregisters',
    async (algorithm) => {
      const phone = await phoneOf()
      const answer = await phone.register({ algorithm })
      expect(answer.what).toBe('200 REGISTER')
      expect(header(answer.text, 'Contact')).toContain(
        `<sip:agent-7@127.0.0.1:${phone.port}>;expires=60`,
      )
      expect(started.inputs).toMatchObject([{ type: 'phone.registered', agentId: '7' }])
      expect(started.edge.status().registrations).toMatchObject([
        { agentId: '7', transport: 'udp', port: phone.port },
      ])
      expect((await phone.register({ expires: 0, algorithm })).what).toBe('200 REGISTER')
      expect(started.inputs[1]).toMatchObject({ type: 'phone.unregistered', agentId: '7' })
      expect(started.edge.status().registrations).toEqual([])
      await until(() => records.bindings.size === 0, 'nothing left in the records')
    },
  )

  test('rings, answers with audio both ways, and the switch hangs it up', async () => {
    const phone = await registered('agent-7', { hertz: TONES.agent })
    const caller = await phoneOf('13800001234', { hertz: TONES.caller })
    records.trunks = [trunkAt(`127.0.0.1:${caller.port}`)]
    await started.edge.reload()
    const call = caller.dial('12345')
    expect((await call.outcome()).what).toBe('200 INVITE')
    const parked = await esl.event('parked', (one) => one['Event-Name'] === 'CHANNEL_PARK')
    const legId = parked['Unique-ID'] ?? ''
    await originate('leg-a')
    const ring = await phone.ring()
    expect(header(ring.invite.text, 'X-CC-Call-Id')).toBe('call-1')
    expect(header(ring.invite.text, 'X-CC-Leg')).toBe('leg-a')
    expect(header(ring.invite.text, 'From')).toContain('13800001234')
    ring.ringing()
    ring.answer()
    await esl.eventOf('leg-a', 'CHANNEL_PARK')
    await esl.api(`uuid_setvar ${legId} cc_claimed true`)
    await esl.api(`sched_del ${legId}`)
    await esl.api(`uuid_bridge ${legId} leg-a`)
    const bridged = await esl.eventOf(legId, 'CHANNEL_BRIDGE')
    const from = Number(bridged['Event-Date-Timestamp']) / 1_000 + 200
    await until(() => wireNow() > from + 1_600, 'a second and a half of talk')
    const byCaller = hearings(caller.rtp.heard, from, from + 1_500)
    const byAgent = hearings(phone.rtp.heard, from, from + 1_500)
    console.log(
      `audio, frames of 20 ms: caller hears agent ${byCaller.agent}/${byCaller.all}, agent hears caller ${byAgent.caller}/${byAgent.all}`,
    )
    expect(byCaller.agent).toBeGreaterThan(0.95 * byCaller.all)
    expect(byAgent.caller).toBeGreaterThan(0.95 * byAgent.all)
    expect(byAgent.all).toBeGreaterThan(60)

    await call.hangUp()
    await esl.eventOf(legId, 'CHANNEL_HANGUP')
    await esl.api('uuid_kill leg-a NORMAL_CLEARING')
    await ring.message('BYE')
    await until(() => started.edge.status().agentCalls === 0, 'no call left')
    expect(started.edge.status().trunkCalls).toBe(0)
  })

  test.each([
    ['over TCP', { wire: 'tcp' }, 'tcp'],
    ['over TLS', { wire: 'tls' }, 'tls'],
    ['over UDP behind NAT', { behindNat: '10.99.0.7' }, 'udp'],
    ['over TLS behind NAT', { wire: 'tls', behindNat: '10.99.0.7' }, 'tls'],
  ] as const)(
    '%s it rings, talks, holds, and is cancelled and hung up',
    async (_, way, transport) => {
      // A user of its own: drachtio sends what is for this user at this address over the connection that
      // registered it, until that registration would have expired.
      const phone = await registered('agent-8', { hertz: TONES.agent, ...way })
      expect(started.edge.status().registrations).toMatchObject([
        { transport, address: '127.0.0.1', port: phone.port },
      ])
      const leg = `leg-${transport}-${'behindNat' in way}`
      await originate(`${leg}-given-up`, 'agent-8')
      const givenUp = await phone.ring()
      givenUp.ringing()
      await esl.api(`uuid_kill ${leg}-given-up ORIGINATOR_CANCEL`)
      await givenUp.message('CANCEL')
      await givenUp.message('ACK')

      await originate(leg, 'agent-8')
      const call = await phone.ring(2)
      call.ringing()
      call.answer()
      await esl.eventOf(leg, 'CHANNEL_PARK')
      await esl.api(`uuid_transfer ${leg} echo inline`)
      await until(
        () => hearings(phone.rtp.heard, wireNow() - 1_000, wireNow()).agent > 45,
        'the agent to hear the own voice come back',
      )
      expect((await call.hold()).what).toBe('200 INVITE')
      await esl.eventOf(leg, 'CHANNEL_HOLD')
      expect((await call.retrieve()).what).toBe('200 INVITE')
      await esl.eventOf(leg, 'CHANNEL_UNHOLD')
      await esl.api(`uuid_kill ${leg}`)
      await call.message('BYE')
      await until(() => started.edge.status().agentCalls === 0, 'no call left')
    },
  )

  test('is cancelled while it rings, with the reason', async () => {
    const phone = await registered()
    await originate('leg-b')
    const ring = await phone.ring()
    ring.ringing()
    await esl.api('uuid_kill leg-b ORIGINATOR_CANCEL')
    const killedAt = wireNow()
    const cancel = await ring.message('CANCEL')
    console.log(`uuid_kill to CANCEL at the phone: ${(cancel.at - killedAt).toFixed(1)} ms`)
    expect(header(cancel.text, 'Reason')).toContain('487')
    expect(cancel.at - killedAt).toBeLessThan(100)
    await ring.message('ACK')
    expect(started.edge.status().agentCalls).toBe(0)
  })

  test.each([0, 1, 2, 3, 5, 8])(
    'a cancel %d ms after the answer leaves no half call',
    async (ms) => {
      const phone = await registered()
      const leg = `leg-race-${ms}`
      await originate(leg)
      const ring = await phone.ring()
      ring.ringing()
      const answeredAt = wireNow()
      ring.answer()
      await until(() => wireNow() - answeredAt >= ms, 'the moment')
      await esl.api(`uuid_kill ${leg} ORIGINATOR_CANCEL`)
      await esl.eventOf(leg, 'CHANNEL_HANGUP_COMPLETE')
      // The phone answered, so it must be told that it is over: by BYE, or by CANCEL if that was first.
      await until(
        () => phone.heard.some(({ what }) => what === 'BYE' || what === 'CANCEL'),
        'the phone told',
      )
      await until(() => started.edge.status().agentCalls === 0, 'no call left')
    },
  )

  test.each([
    ['486 Busy Here', 'USER_BUSY', '486'],
    ['603 Decline', 'CALL_REJECTED', '603'],
    ['410 Gone', 'NO_USER_RESPONSE', '480'],
    ['404 Not Found', 'NO_USER_RESPONSE', '480'],
  ])('%s is %s at the switch', async (status, cause, sip) => {
    const phone = await registered()
    const leg = `leg-${status.slice(0, 3)}`
    await originate(leg)
    const ring = await phone.ring()
    ring.reject(status)
    const end = await esl.eventOf(leg, 'CHANNEL_HANGUP_COMPLETE')
    expect(end['Hangup-Cause']).toBe(cause)
    expect(end.variable_sip_term_status).toBe(sip)
  })

  test('an agent without a phone is 480', async () => {
    await originate('leg-none')
    const end = await esl.eventOf('leg-none', 'CHANNEL_HANGUP_COMPLETE')
    expect(end.variable_sip_term_status).toBe('480')
  })

  test('is told to answer by itself where the switch says so', async () => {
    const phone = await registered()
    await originate('leg-auto', 'agent-7', ',sip_h_X-CC-Auto-Answer=true')
    const ring = await phone.ring()
    expect(header(ring.invite.text, 'Call-Info')).toContain('answer-after=0')
    expect(header(ring.invite.text, 'Alert-Info')).toContain('auto')
  })

  test('holds and takes back by its own button, and sends digits by INFO', async () => {
    const phone = await registered()
    await originate('leg-hold')
    const ring = await phone.ring()
    ring.answer()
    await esl.eventOf('leg-hold', 'CHANNEL_PARK')
    const holdAt = wireNow()
    expect((await ring.hold()).what).toBe('200 INVITE')
    const held = await esl.eventOf('leg-hold', 'CHANNEL_HOLD')
    console.log(
      `hold at the phone to CHANNEL_HOLD: ${(Number(held['Event-Date-Timestamp']) / 1_000 - holdAt).toFixed(1)} ms`,
    )
    expect((await ring.retrieve()).what).toBe('200 INVITE')
    await esl.eventOf('leg-hold', 'CHANNEL_UNHOLD')
    expect((await ring.info('5')).what).toBe('200 INFO')
    const digit = await esl.eventOf('leg-hold', 'DTMF')
    expect(digit['DTMF-Digit']).toBe('5')
    expect((await ring.hangUp()).what).toBe('200 BYE')
    await esl.eventOf('leg-hold', 'CHANNEL_HANGUP')
  })

  test('the switch re-INVITEs the phone', async () => {
    const phone = await registered()
    await originate('leg-re')
    const ring = await phone.ring()
    ring.answer()
    await esl.eventOf('leg-re', 'CHANNEL_PARK')
    const from = phone.heard.length
    expect(await esl.api('uuid_hold leg-re')).toContain('+OK')
    const again = await ring.message('INVITE', from)
    expect(again.text).toMatch(/a=(sendonly|inactive)/)
  })

  test('a transfer is refused unless it is permitted, and permitted ones are the hotline’s to make', async () => {
    records.permits = [
      {
        permitId: 1,
        agentId: null,
        number: '110',
        ground: 'directory',
        grantedBy: 'admin',
        expiresAt: null,
      },
    ]
    const phone = await registered()
    await originate('leg-refer')
    const ring = await phone.ring()
    ring.answer()
    await esl.eventOf('leg-refer', 'CHANNEL_PARK')
    expect((await ring.refer('13900009999')).what).toBe('403 REFER')
    expect((await ring.refer('110', '?Replaces=a%3Bto-tag%3Db')).what).toBe('501 REFER')
    const { not_permitted, attended_transfer } = started.edge.status().refusals
    expect({ not_permitted, attended_transfer }).toEqual({ not_permitted: 1, attended_transfer: 1 })
    expect(started.transfers).toEqual([])
    const from = phone.heard.length
    expect((await ring.refer('110')).what).toBe('202 REFER')
    expect((await ring.refer('agent-8')).what).toBe('202 REFER')
    const told = await until(() => {
      const notices = phone.heard.slice(from).filter(({ what }) => what === 'NOTIFY')
      return notices.length === 4 && notices
    }, 'the phone told of both')
    expect(told.map(({ text }) => /^SIP\/2\.0 .*?(?=\r?$)/m.exec(text)?.[0])).toEqual([
      ...['SIP/2.0 100 Trying', 'SIP/2.0 200 OK', 'SIP/2.0 100 Trying', 'SIP/2.0 200 OK'],
    ])
    expect(started.transfers).toEqual([
      { agentId: '7', legId: 'leg-refer', target: { kind: 'number', number: '110' } },
      { agentId: '7', legId: 'leg-refer', target: { kind: 'agent', agentId: '8' } },
    ])
  })

  test('the switch transfers the phone away', async () => {
    const phone = await registered()
    await originate('leg-deflect')
    const ring = await phone.ring()
    ring.answer()
    await esl.eventOf('leg-deflect', 'CHANNEL_PARK')
    await esl.bgapi('uuid_deflect leg-deflect sip:110@127.0.0.1', 'job-deflect')
    const refer = await ring.message('REFER')
    expect(header(refer.text, 'Refer-To')).toContain('sip:110@127.0.0.1')
  })

  test('a wrong password is refused, and banned when it goes on', async () => {
    const phone = await phoneOf()
    for (let count = 0; count < 10; count += 1) {
      expect((await phone.register({ password: 'wrong' })).text).toContain('403 Wrong Password')
    }
    const refused = await phone.register()
    expect(refused.text).toContain('403 Address Banned')
    expect(started.edge.status().bans).toMatchObject([
      { address: '127.0.0.1', reason: 'bad_password' },
    ])
    expect(records.bans.has('127.0.0.1')).toBe(true)
    records.bans.clear()
    await started.edge.reload()
    expect((await phone.register()).what).toBe('200 REGISTER')
  })

  test('a phone that is registered goes on working from a banned address', async () => {
    const good = await registered('agent-8')
    const bad = await phoneOf()
    for (let count = 0; count < 10; count += 1) await bad.register({ password: 'wrong' })
    expect((await bad.register()).text).toContain('403 Address Banned')
    expect((await good.register()).what).toBe('200 REGISTER')
  })

  test('signing in for somebody else is refused, and a stranger is not told from a wrong password', async () => {
    const phone = await phoneOf()
    expect((await phone.register({ to: 'agent-8' })).text).toContain('403 Wrong User')
    const stranger = await phoneOf('agent-nobody')
    expect((await stranger.register()).text).toContain('403 Wrong Password')
    expect(started.edge.status().registrations).toEqual([])
  })

  test('a phone that is gone is noticed when it is rung', async () => {
    const phone = await registered()
    phone.close()
    open.splice(open.indexOf(phone), 1)
    await originate('leg-gone')
    const end = await esl.eventOf('leg-gone', 'CHANNEL_HANGUP_COMPLETE')
    expect(end.variable_sip_term_status).toBe('480')
    expect(started.inputs.at(-1)).toMatchObject({ type: 'phone.unregistered', agentId: '7' })
  })

  test('what it dials itself is refused unless it is permitted', async () => {
    const phone = await registered()
    const refused = await phone.dial('13900009999').outcome()
    expect(refused.text).toContain('403 Number Not Permitted')
    records.permits = [
      {
        permitId: 7,
        agentId: '7',
        number: '13900009999',
        ground: 'callback',
        grantedBy: 'leader',
        expiresAt: Date.now() + 60_000,
      },
    ]
    expect(started.edge.status().refusals).toMatchObject({ not_permitted: 1 })
    expect(started.dials).toEqual([])
    const outcome = phone.dial('13900009999').outcome()
    await until(() => started.dials.length === 1, 'the hotline asked')
    expect(started.dials).toEqual([{ agentId: '7', number: '13900009999', ground: 'callback' }])
    // No leg comes for it here.
    expect((await outcome).text).toContain('503 No Switch')
  })

  test('it hears itself by an echo call, without a permit and at no account', async () => {
    const phone = await registered('agent-7', { hertz: TONES.agent })
    const call = phone.dial(ECHO_NUMBER)
    expect((await call.outcome()).what).toBe('200 INVITE')
    const from = wireNow()
    const heard = await until(() => {
      const sounds = hearings(phone.rtp.heard, from, wireNow())
      return sounds.agent > 25 && sounds
    }, 'its own tone at the phone')
    console.log(`the phone hears itself in ${heard.agent} of ${heard.all} frames`)
    expect(started.edge.status()).toMatchObject({ agentCalls: 0, trunkCalls: 0 })
    expect(started.dials).toEqual([])
    await call.hangUp()
    await esl.event('hangup', (one) => one['Event-Name'] === 'CHANNEL_HANGUP_COMPLETE')
  })

  describe('with a number that it may dial', () => {
    const permit = {
      ...{ permitId: 7, agentId: '7', number: '110', ground: 'directory' as const },
      ...{ grantedBy: 'leader', expiresAt: null },
    }
    const dialling = async (options: Partial<Parameters<typeof startEdge>[0]>) => {
      await started.edge.stop()
      await start(options)
      records.permits = [permit]
      return registered('agent-7', { hertz: TONES.agent })
    }

    test('it is joined to the leg that the hotline asks for, with audio both ways', async () => {
      const phone = await dialling({
        beginDial: () => {
          void originate('leg-own')
          return null
        },
      })
      const dialledAt = wireNow()
      const call = phone.dial('110')
      expect((await call.outcome()).what).toBe('200 INVITE')
      await esl.eventOf('leg-own', 'CHANNEL_PARK')
      console.log(
        `dialled at the phone to its leg at the switch: ${(wireNow() - dialledAt).toFixed(0)} ms`,
      )
      expect(phone.rings()).toEqual([])
      await esl.api('uuid_transfer leg-own echo inline')
      await until(
        () => hearings(phone.rtp.heard, wireNow() - 1_000, wireNow()).agent > 45,
        'the agent to hear the own voice come back',
      )
      expect(started.edge.status().agentCalls).toBe(1)
      expect((await call.hold()).what).toBe('200 INVITE')
      await esl.eventOf('leg-own', 'CHANNEL_HOLD')
      expect((await call.retrieve()).what).toBe('200 INVITE')
      await esl.eventOf('leg-own', 'CHANNEL_UNHOLD')
      await call.hangUp()
      await esl.eventOf('leg-own', 'CHANNEL_HANGUP')
      await until(() => started.edge.status().agentCalls === 0, 'no call left')
    })

    test('it gives up before the leg is there, and the leg is declined', async () => {
      let isAsked = false
      const phone = await dialling({
        beginDial: () => {
          isAsked = true
          return null
        },
      })
      const call = phone.dial('110')
      const outcome = call.outcome()
      await until(() => isAsked, 'the hotline asked')
      call.cancel()
      expect((await outcome).what).toBe('487 INVITE')
      await originate('leg-late')
      const end = await esl.eventOf('leg-late', 'CHANNEL_HANGUP_COMPLETE')
      expect(end.variable_sip_term_status).toBe('603')
      expect(phone.rings()).toEqual([])
    })

    test('it hears why not when the agent is not free to', async () => {
      const phone = await dialling({ beginDial: () => rejection('in_wrap_up') })
      expect((await phone.dial('110').outcome()).text).toContain('486 Finish The Last Call')
      // And the next call rings as ever.
      await originate('leg-next')
      ;(await phone.ring()).answer()
      await esl.eventOf('leg-next', 'CHANNEL_PARK')
    })

    test('a browser, which cannot be joined, is rung instead', async () => {
      const phone = await dialling({
        beginDial: () => {
          void originate('leg-rung')
          return null
        },
      })
      const offer = phone.sdp().replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF')
      expect((await phone.dial('110', [], offer).outcome()).text).toContain('480 You Are Rung')
      ;(await phone.ring()).answer()
      await esl.eventOf('leg-rung', 'CHANNEL_PARK')
    })
  })

  describe('between calls', () => {
    /** The first question comes at once, not somewhere within 15 s. */
    async function askedAtOnce() {
      await started.edge.stop()
      await start({ random: () => 0.999 })
      const phone = await registered()
      const answered = await until(
        () => started.edge.status().registrations[0]?.latencyMs ?? undefined,
        'the latency of the phone',
      )
      return { phone, latencyMs: answered }
    }

    test('it is asked whether it lives, and its latency is known', async () => {
      const { phone, latencyMs } = await askedAtOnce()
      console.log(`keep-alive latency on loopback: ${latencyMs} ms`)
      expect(phone.heard.some(({ what }) => what === 'OPTIONS')).toBe(true)
      expect(latencyMs).toBeLessThan(500)
    })

    test('one that is switched off is noticed at the next question', async () => {
      const { phone } = await askedAtOnce()
      phone.close()
      open.splice(open.indexOf(phone), 1)
      const offAt = wireNow()
      await until(
        () => started.inputs.some(({ type }) => type === 'phone.unregistered'),
        'the agent unreachable',
        17_000,
      )
      console.log(`phone off to unreachable: ${(wireNow() - offAt).toFixed(0)} ms`)
      expect(started.edge.status().registrations).toEqual([])
    })

    test('one that is frozen is given up after two questions', async () => {
      await started.edge.stop()
      await start({ random: () => 0.999 })
      const phone = await registered()
      phone.isMute = true
      const frozenAt = wireNow()
      await until(
        () => started.inputs.some(({ type }) => type === 'phone.unregistered'),
        'the agent unreachable',
        17_000,
      )
      const tookMs = wireNow() - frozenAt
      console.log(`phone frozen to unreachable: ${tookMs.toFixed(0)} ms`)
      expect(tookMs).toBeGreaterThan(5_500)
    })
  })

  test('bindings are there again after a restart of the service', async () => {
    const phone = await registered()
    await until(() => records.bindings.size === 1, 'the binding saved')
    await started.edge.stop()
    await start()
    expect(started.inputs).toMatchObject([{ type: 'phone.registered', agentId: '7' }])
    await originate('leg-again')
    await phone.ring()
  })

  test('garbage and half messages end nothing', async () => {
    const phone = await registered()
    for (const text of [
      '\r\n\r\n',
      'nonsense',
      'INVITE sip:12345@127.0.0.1 SIP/2.0\r\n\r\n',
      `REGISTER sip:yingda SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bKx1\r\nFrom: <sip:agent-7@yingda>;tag=1\r\nTo: <sip:%zz@yingda>\r\nCall-ID: x1\r\nCSeq: 1 REGISTER\r\nContact: <<>>;;;=\r\nAuthorization: Digest =,"\r\nContent-Length: 0\r\n\r\n`,
      `INVITE sip:%00%zz@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bKx2\r\nFrom: \u0000<sip:>;tag=1\r\nTo: <>\r\nCall-ID: x2\r\nCSeq: 1 INVITE\r\nContent-Length: 99999\r\n\r\nv=0`,
      `OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bKx3\r\nFrom: ${'a'.repeat(9_000)}\r\nTo: <sip:b>\r\nCall-ID: x3\r\nCSeq: 99999999999999 OPTIONS\r\n\r\n`,
    ]) {
      phone.sendRaw(text)
    }
    expect((await phone.register()).what).toBe('200 REGISTER')
    expect(started.edge.status().connections).toMatchObject([{ isUp: true }])
  })
})
