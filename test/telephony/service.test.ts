// Everything together on real servers: a carrier's trunk into drachtio, FreeSWITCH behind it, the whole
// service with its own database and doors, and an agent's desk phone that signs in with the password
// that the administrator was shown. Proved by what the two ends hear.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drachtioProgram } from '../support/drachtio.ts'
import { missingServers } from '../support/freeswitch.ts'
import { type Person, phaseIs } from '../support/person.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { hearings, TONES } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { WholeHotline } from '../support/whole-hotline.ts'
import { wireNow } from '../support/wire-time.ts'

/** What was on its way when the hold was seen. */
const AUDIO_PATH_MS = 100

const isMissing = missingServers() !== null || drachtioProgram() === null
if (isMissing)
  console.log('No test of the whole service was run: FreeSWITCH or drachtio is missing.')

const where = `the whole service${isMissing ? ' (left out: no drachtio here)' : ''}`

describe.skipIf(isMissing)(where, () => {
  let hotline: WholeHotline
  let admin: Person
  let agent: Person
  let caller: SipPhone
  let department: SipPhone
  let phone: SipPhone

  beforeAll(async () => {
    hotline = await WholeHotline.start()
    admin = hotline.admin
    agent = hotline.agent
    caller = await hotline.carrierPhone('13800001234', TONES.caller)
    department = await hotline.outsidePhone('57188001111', TONES.third)
    phone = await hotline.deskPhone('1001', TONES.agent)
  }, 60_000)

  afterAll(() => hotline?.stop())

  /** Frames of the last moment, by what is in them. */
  const heardBy = (end: SipPhone, ms = 1_000) => hearings(end.rtp.heard, wireNow() - ms, wireNow())

  test('carries a citizen from the carrier to an agent’s desk phone and writes it down', async () => {
    await agent.does('POST', '/me/agent/sign-in')
    const tooEarly = await agent.request('POST', '/me/agent/ready')
    expect(await tooEarly.json()).toMatchObject({ error: { code: 'phone_unregistered' } })
    expect((await phone.register()).what).toMatch(/^200/)
    await until(
      async () => (await agent.request('POST', '/me/agent/ready')).ok,
      'the phone to count',
    )

    const call = caller.dial('12345')
    expect((await call.outcome()).what).toMatch(/^200/)
    const ringing = await phone.ring()
    ringing.ringing()
    await until(() => heardBy(caller).sound > 30, 'the caller to hear music')
    expect(heardBy(caller).agent).toBe(0)

    ringing.answer()
    await phaseIs(agent, 'talking')
    await until(() => heardBy(caller).agent > 45, 'the caller to hear the agent')
    await until(() => heardBy(phone).caller > 45, 'the agent to hear the caller')

    await agent.does('POST', '/me/agent/hold')
    await phaseIs(agent, 'held')
    const heldAt = wireNow() + AUDIO_PATH_MS
    const onHold = () => hearings(caller.rtp.heard, heldAt, wireNow())
    await until(() => onHold().sound > 75, 'the caller to hear prompt and music')
    expect(onHold().agent).toBe(0)
    await agent.does('POST', '/me/agent/retrieve')
    await phaseIs(agent, 'talking')
    await until(() => heardBy(caller).agent > 45, 'the caller to hear the agent again')

    await call.hangUp()
    const { agent: writing } = await phaseIs(agent, 'wrap_up')
    await agent.does('POST', '/me/agent/wrap-up-done', { disposition: 'answered', summary: '咨询' })
    const timeline = await hotline.recordingIsVerified(writing.callId)
    expect(timeline).toMatchObject({
      call: { ending: 'served', hangupBy: 'caller', from: '13800001234' },
      offers: [{ agentId: '1001', outcome: 'answered' }],
      holds: [{ by: 'console', isExceeded: false }],
    })
  }, 60_000)

  test('stops the phone at once when the citizen gives up, and the agent is ready again', async () => {
    await phaseIs(agent, 'ready')
    const call = caller.dial('12345')
    await call.outcome()
    const ringing = await phone.ring(2)
    ringing.ringing()
    await phaseIs(agent, 'offered')
    await call.hangUp()
    await ringing.message('CANCEL')
    await phaseIs(agent, 'ready')
  }, 60_000)

  test('calls a citizen back out of the agent’s phone, shown the hotline’s number, and records it', async () => {
    await phaseIs(agent, 'ready')
    await admin.does('POST', '/callbacks', { number: '13800001234', queueId: 'city' })
    const mine = await agent.does<{ callbacks: { callbackId: string; from: string }[] }>(
      'GET',
      '/me/callbacks',
    )
    const [callback] = mine.callbacks
    expect(callback?.from).toBe('138****1234')
    const askedAt = wireNow()
    await agent.does('POST', '/me/agent/dial', { callbackId: callback?.callbackId })
    const ringing = await phone.ring(3)
    ringing.ringing()
    ringing.answer()
    const answeredAt = wireNow()
    const atCitizen = await caller.ring()
    const invite = caller.rings()[0]
    expect(invite?.text).toMatch(/^From: .*sip:12345@/m)
    expect(invite?.text).not.toMatch(/X-CC-|138\*/)
    atCitizen.ringing()
    await phaseIs(agent, 'dialling')
    atCitizen.answer()
    const pickedUpAt = wireNow()
    await phaseIs(agent, 'talking')
    await until(() => heardBy(caller, 200).agent > 5, 'the citizen to hear the agent')
    const heardAt = wireNow()
    await until(() => heardBy(phone).caller > 45, 'the agent to hear the citizen')
    console.log(
      `click to dial: agent's phone rings after ${(ringing.invite.at - askedAt).toFixed(0)} ms, ` +
        `citizen's ${((invite?.at ?? 0) - answeredAt).toFixed(0)} ms after the agent picked up, ` +
        `heard ${(heardAt - pickedUpAt).toFixed(0)} ms after the citizen picked up`,
    )
    await agent.does('POST', '/me/agent/hold')
    await phaseIs(agent, 'held')
    await agent.does('POST', '/me/agent/retrieve')
    await phaseIs(agent, 'talking')
    await until(() => heardBy(caller).agent > 45, 'the citizen to hear the agent again')
    await atCitizen.hangUp()
    const { agent: writing } = await phaseIs(agent, 'wrap_up')
    await agent.does('POST', '/me/agent/wrap-up-done', { disposition: 'answered', summary: '回电' })
    const found = await hotline.recordingIsVerified(writing.callId)
    expect(found).toMatchObject({
      call: { direction: 'outbound', ground: 'callback', ending: 'served', from: '13800001234' },
    })
    expect(await admin.does('GET', `/callbacks/${callback?.callbackId}`)).toMatchObject({
      callback: { status: 'done', attempts: 1 },
      attempts: [{ outcome: 'connected', agentId: '1001' }],
    })
  }, 60_000)

  test('hands the citizen to a department when the agent transfers at the phone itself', async () => {
    await phaseIs(agent, 'ready')
    await admin.does('POST', '/units', {
      unitId: 'water',
      name: '供水公司',
      phones: [{ number: '57188001111' }],
    })
    await hotline.sendCallsTo(department)
    const call = caller.dial('12345')
    await call.outcome()
    const ringing = await phone.ring(4)
    ringing.ringing()
    ringing.answer()
    const { agent: talking } = await phaseIs(agent, 'talking')
    const told = (count: number) =>
      until(() => {
        const notices = phone.heard.filter(({ what }) => what === 'NOTIFY')
        return notices.length === count && /^SIP\/2\.0 (\d+)/m.exec(notices.at(-1)?.text ?? '')?.[1]
      }, `message ${count} on the transfer`)

    expect((await ringing.refer('agent-9999')).what).toBe('202 REFER')
    expect(await told(2)).toBe('404')
    await until(() => heardBy(caller).agent > 45, 'the caller to hear the agent as before')

    // Most phones hold the caller while their user dials where to.
    expect((await ringing.hold()).what).toBe('200 INVITE')
    await phaseIs(agent, 'held')
    const askedAt = wireNow()
    expect((await ringing.refer('57188001111')).what).toBe('202 REFER')
    expect(await told(4)).toBe('200')
    const letGo = await ringing.message('BYE')
    const atDepartment = await department.ring()
    console.log(
      `transfer at the phone: let go after ${(letGo.at - askedAt).toFixed(0)} ms, ` +
        `the department rings after ${(atDepartment.invite.at - askedAt).toFixed(0)} ms`,
    )
    expect(atDepartment.invite.text).toMatch(/^INVITE sip:57188001111@/)
    atDepartment.answer()
    await agent.does('POST', '/me/agent/wrap-up-done', { disposition: 'answered', summary: '转接' })
    await phaseIs(agent, 'ready')
    await until(async () => {
      const { calls } = await admin.does<{ calls: { callId: string; phase: string }[] }>(
        'GET',
        '/live/calls',
      )
      return calls.some(({ callId, phase }) => callId === talking.callId && phase === 'transferred')
    }, 'citizen and department to talk')
    await until(() => heardBy(caller).third > 45, 'the citizen to hear the department')
    await until(() => heardBy(department).caller > 45, 'the department to hear the citizen')
    console.log(
      `after the phone's transfer, frames of a second: the citizen hears the department in ` +
        `${heardBy(caller).third} of ${heardBy(caller).all}, and is heard in ` +
        `${heardBy(department).caller} of ${heardBy(department).all}`,
    )
    expect(heardBy(caller).agent + heardBy(department).agent).toBe(0)
    await atDepartment.hangUp()
    await call.hangUp()
  }, 60_000)

  test('makes what the agent dials at the phone the hotline’s own call, by trunk, with its number, recorded', async () => {
    await phaseIs(agent, 'ready')
    expect((await phone.dial('57188001111').outcome()).text).toContain('403 Number Not Permitted')
    await admin.does('POST', '/dial-permits', {
      agentId: null,
      number: '57188001111',
      ground: 'directory',
      expiresAt: null,
    })
    const dialledAt = wireNow()
    const call = phone.dial('57188001111')
    expect((await call.outcome()).what).toBe('200 INVITE')
    const atDepartment = await department.ring(2)
    console.log(
      `dialled at the phone to the department's ring: ${(atDepartment.invite.at - dialledAt).toFixed(0)} ms`,
    )
    expect(atDepartment.invite.text).toMatch(/^From: .*sip:12345@/m)
    expect(atDepartment.invite.text).not.toMatch(/X-CC-|agent-/)
    atDepartment.ringing()
    await phaseIs(agent, 'dialling')
    atDepartment.answer()
    await phaseIs(agent, 'talking')
    await until(() => heardBy(department).agent > 45, 'the department to hear the agent')
    await until(() => heardBy(phone).third > 45, 'the agent to hear the department')
    expect(phone.rings()).toHaveLength(4)
    await call.hangUp()
    await atDepartment.message('BYE')
    const { agent: writing } = await phaseIs(agent, 'wrap_up')
    await agent.does('POST', '/me/agent/wrap-up-done', { disposition: 'answered', summary: '核实' })
    expect(await hotline.recordingIsVerified(writing.callId)).toMatchObject({
      call: { direction: 'outbound', ground: 'directory', from: '57188001111', ending: 'served' },
    })
  }, 60_000)

  test('keeps a talk through a restart of the service, and ends it properly after', async () => {
    await phaseIs(agent, 'ready')
    const call = caller.dial('12345')
    await call.outcome()
    const ringing = await phone.ring(5)
    ringing.answer()
    const { agent: before } = await phaseIs(agent, 'talking')
    await until(() => heardBy(caller).agent > 45, 'the caller to hear the agent')
    await hotline.restart()
    const { agent: after } = await phaseIs(agent, 'talking')
    expect(after.callId).toBe(before.callId)
    await until(() => heardBy(caller).agent > 45, 'the caller to hear the agent as before')
    const hungUpAt = wireNow()
    await call.hangUp()
    await ringing.message('BYE', 0, 20_000)
    await phaseIs(agent, 'wrap_up')
    console.log(
      `service restarted in a talk: the citizen's BYE ends the phone's call after ${(wireNow() - hungUpAt).toFixed(0)} ms`,
    )
    await agent.does('POST', '/me/agent/wrap-up-done', { disposition: 'answered', summary: '咨询' })
    expect(await hotline.recordingIsVerified(after.callId)).toMatchObject({
      call: { ending: 'served' },
    })
  }, 60_000)

  test('turns an unknown caller’s trunk away and lets no agent be ready whose phone is gone', async () => {
    const stranger = await SipPhone.open({
      edgePort: hotline.drachtio.sipPort,
      user: '1',
      hertz: 500,
    })
    expect((await stranger.dial('12345').outcome()).what).toMatch(/^403/)
    stranger.close()
    expect((await phone.register({ expires: 0 })).what).toMatch(/^200/)
    await phaseIs(agent, 'not_ready')
    const refused = await agent.request('POST', '/me/agent/ready')
    expect(await refused.json()).toMatchObject({ error: { code: 'phone_unregistered' } })
  }, 60_000)
})
