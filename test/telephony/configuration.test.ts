// The repository's configuration on a real FreeSWITCH, without the service: it starts cleanly, takes
// callers in, keeps them company when nobody claims them, and rings agents' phones through the edge.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EslListener } from '../support/esl-listener.ts'
import { FreeSwitch } from '../support/freeswitch.ts'
import { SippCaller, SippPhone } from '../support/sipp.ts'
import { hearings, likeness, musicSound, promptSound, readWav, TONES } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { header, Wire } from '../support/wire.ts'
import { wireNow } from '../support/wire-time.ts'

const EVENTS =
  'CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_PARK CHANNEL_BRIDGE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE ' +
  'PLAYBACK_START PLAYBACK_STOP RECORD_START RECORD_STOP BACKGROUND_JOB'

let edge: Wire
let trunk: Wire
let server: FreeSwitch
let esl: EslListener
const open: { close(): Promise<void> | void }[] = []

beforeAll(async () => {
  edge = await Wire.open(null)
  server = await FreeSwitch.start({
    edgePort: edge.port,
    claimSeconds: 3,
    reassureSeconds: 7,
    giveUpSeconds: 12,
  })
  trunk = await Wire.open(server.trunkPort)
})

afterAll(async () => {
  await server?.stop()
  edge?.close()
  trunk?.close()
})

afterEach(async () => {
  await esl?.api('hupall NORMAL_CLEARING')
  esl?.close()
  for (const one of open.splice(0)) await one.close()
})

async function listen(): Promise<void> {
  esl = await server.esl()
  await esl.listen(EVENTS)
}

async function call(to: string, options: { callId?: string; from?: string } = {}) {
  const caller = await SippCaller.dial(trunk, { to, hertz: TONES.caller, ...options })
  open.push(caller)
  return caller
}

/** A caller whom the dialplan has parked, and the event that says so. */
async function parked(to: string, options: { callId?: string; from?: string } = {}) {
  const caller = await call(to, options)
  const event = await esl.event(
    `${to} parked`,
    (one) => one['Event-Name'] === 'CHANNEL_PARK' && one.variable_sip_call_id === caller.sipCallId,
  )
  return { caller, event, legId: event['Unique-ID'] ?? '' }
}

describe('start', () => {
  test('logs nothing but the line that mod_sofia always writes', async () => {
    const lines = server
      .log()
      .split('\n')
      .filter((line) => /\[(WARNING|ERR|CRIT|ALERT)\]/.test(line))
    expect(lines.filter((line) => !line.includes('MSG Thread'))).toEqual([])
  })

  test('carries a hotline’s rush, and its event clock counts milliseconds', async () => {
    await listen()
    const status = await esl.api('status')
    expect(status).toContain('10000 session(s) max')
    expect(status).toContain('out of max 300')
    for (let count = 0; count < 40; count += 1) await esl.bgapi('status', `tick-${count}`)
    const jobs = await until(() => {
      const seen = esl.events.filter((event) => event['Job-UUID']?.startsWith('tick-'))
      return seen.length === 40 && seen
    }, 'forty answers')
    const ticks = new Set(
      jobs.map((event) => Math.floor(Number(event['Event-Date-Timestamp']) / 1_000) % 20),
    )
    // Forty commands in a row take far longer than one step of 20 ms would show.
    expect(ticks.size).toBeGreaterThan(3)
  })
})

describe('a caller', () => {
  test('is answered and parked with what the service needs to know', async () => {
    await listen()
    const { event } = await parked('12345', { callId: 'call-1_A', from: '02081234567' })
    expect(event).toMatchObject({
      variable_cc_role: 'caller',
      variable_cc_number: '12345',
      variable_cc_call_id: 'call-1_A',
      variable_park_after_bridge: 'true',
      variable_RECORD_STEREO: 'true',
      'Caller-Caller-ID-Number': '02081234567',
      'Answer-State': 'answered',
    })
    expect(event.variable_cc_claimed).toBeUndefined()
  })

  test('cannot bring an id that is more than an id', async () => {
    await listen()
    // biome-ignore lint/suspicious/noTemplateCurlyInString: FreeSWITCH's own syntax, as an attacker sends it.
    const { event } = await parked('12345', { callId: '${global_getvar(esl_password)}' })
    expect(event.variable_cc_call_id).toBeUndefined()
  })

  test('of something that is no number is turned away', async () => {
    await listen()
    const caller = await call('%24%7Bstatus()%7D')
    await trunk.message(caller.sipCallId, '404 INVITE')
  })
})

describe('without the service', () => {
  test('a caller hears a prompt and music, is announced again, and is let go in the end', async () => {
    await listen()
    const { caller, legId, event } = await parked('12345')
    const parkedAt = Number(event['Event-Date-Timestamp']) / 1_000
    const prompt = promptSound('please_wait')
    const music = musicSound()

    const started = await esl.eventOf(legId, 'PLAYBACK_START')
    expect(started['Playback-File-Path']).toContain('please_wait')
    const startedAt = Number(started['Event-Date-Timestamp']) / 1_000
    expect(startedAt - parkedAt).toBeGreaterThan(2_000)
    expect(startedAt - parkedAt).toBeLessThan(4_500)
    const stopped = await esl.eventOf(legId, 'PLAYBACK_STOP')
    const stoppedAt = Number(stopped['Event-Date-Timestamp']) / 1_000
    await until(() => wireNow() > stoppedAt + 1_200, 'a second of music')
    expect(likeness(caller.rtp.heard, startedAt + 1_000, prompt)).toBeGreaterThan(0.9)
    expect(likeness(caller.rtp.heard, stoppedAt + 900, music)).toBeGreaterThan(0.9)

    const mark = esl.events.length
    const again = await esl.eventOf(legId, 'CHANNEL_PARK', mark)
    expect(again).toMatchObject({ variable_cc_role: 'caller', variable_cc_fallback: 'true' })
    expect(again.variable_cc_claimed).toBeUndefined()
    await esl.event(
      'the prompt again',
      (one) => one['Event-Name'] === 'PLAYBACK_START' && one['Unique-ID'] === legId,
      mark,
    )

    const end = await esl.eventOf(legId, 'CHANNEL_HANGUP_COMPLETE', 0, 30_000)
    expect(end['Hangup-Cause']).toBe('NORMAL_TEMPORARY_FAILURE')
    const last = esl.events.filter((one) => one['Event-Name'] === 'PLAYBACK_START').at(-1)
    expect(last?.['Playback-File-Path']).toContain('unavailable')
    const lastedMs = Number(end['Event-Date-Timestamp']) / 1_000 - parkedAt
    expect(lastedMs).toBeGreaterThan(18_000)
  })

  test('a caller can be taken back into normal waiting at any point of the fallback', async () => {
    await listen()
    // The prompt plays; the music plays; the leg is parked and announced again.
    const moments = ['PLAYBACK_START', 'PLAYBACK_STOP', 'CHANNEL_PARK']
    const callers = []
    for (const moment of moments) callers.push({ moment, ...(await parked('12345')) })
    const mark = esl.events.length
    const waits = callers.map(async ({ moment, caller, legId }) => {
      await esl.eventOf(legId, moment, mark, 15_000)
      expect(await esl.api(`uuid_setvar ${legId} cc_claimed true`)).toBe('+OK')
      expect(await esl.api(`sched_del ${legId}`)).toBe('+OK Deleted: 1')
      const claimedAt = wireNow()
      await esl.api(`uuid_transfer ${legId} 'endless_playback:local_stream://moh,park:' inline`)
      await until(() => wireNow() > claimedAt + 9_000, 'more than one round')
      return { caller, legId, claimedAt }
    })
    for (const { caller, legId, claimedAt } of await Promise.all(waits)) {
      expect(likeness(caller.rtp.heard, claimedAt + 1_500, musicSound())).toBeGreaterThan(0.9)
      expect(likeness(caller.rtp.heard, claimedAt + 8_500, musicSound())).toBeGreaterThan(0.9)
      expect(await esl.api(`uuid_exists ${legId}`)).toBe('true')
    }
  })
})

describe('with the service', () => {
  test('a claimed caller hears music and no fallback', async () => {
    await listen()
    const { caller, legId } = await parked('12345')
    await esl.api(`uuid_setvar ${legId} cc_claimed true`)
    expect(await esl.api(`sched_del ${legId}`)).toBe('+OK Deleted: 1')
    await esl.execute(legId, 'endless_playback', 'local_stream://moh')
    const from = wireNow()
    await until(() => wireNow() > from + 4_500, 'longer than the fallback would wait')
    expect(likeness(caller.rtp.heard, from + 1_000, musicSound())).toBeGreaterThan(0.9)
    expect(hearings(caller.rtp.heard, from + 600, from + 4_000).silence).toBeLessThan(5)
    expect(likeness(caller.rtp.heard, from + 4_200, musicSound())).toBeGreaterThan(0.9)
  })

  test('the gateway rings the agent’s phone, with the caller’s number and the call’s id', async () => {
    await listen()
    const phone = await SippPhone.plugIn(
      edge,
      'agent-7',
      'agent-phone-answers-when-told',
      TONES.agent,
    )
    open.push(phone)
    const { caller, legId } = await parked('12345', { callId: 'c9' })
    await esl.api(`uuid_setvar ${legId} cc_claimed true`)
    await esl.api(`sched_del ${legId}`)
    const agentLegId = 'c9-leg-1'
    await esl.bgapi(
      `originate {origination_uuid=${agentLegId},origination_caller_id_number=13800001234,` +
        'ignore_early_media=true,originate_timeout=16,park_after_bridge=true,send_silence_when_idle=-1,' +
        'hold_music=local_stream://moh,sip_h_X-CC-Call-Id=c9,sip_h_X-CC-Leg=c9-leg-1,cc_role=agent}' +
        'sofia/gateway/edge/agent-7 &park()',
      'job-1',
    )
    const ring = await phone.ring()
    expect(header(ring.text, 'X-CC-Call-Id')).toBe('c9')
    expect(header(ring.text, 'X-CC-Leg')).toBe('c9-leg-1')
    expect(header(ring.text, 'From')).toContain('13800001234')
    expect(ring.text).not.toMatch(/^a=crypto/m)
    await phone.press(ring)
    await esl.eventOf(agentLegId, 'CHANNEL_PARK')

    const path = `${server.recordingsFolder}/c9.wav`
    await esl.api(`uuid_break ${legId} all`)
    expect(await esl.api(`uuid_record ${legId} start ${path}`)).toMatch(/^\+OK/)
    await esl.api(`uuid_bridge ${legId} ${agentLegId}`)
    const bridged = await esl.eventOf(legId, 'CHANNEL_BRIDGE')
    const talkFrom = Number(bridged['Event-Date-Timestamp']) / 1_000
    await until(() => wireNow() > talkFrom + 2_200, 'two seconds of talk')
    const byCaller = hearings(caller.rtp.heard, talkFrom + 200, talkFrom + 2_000)
    expect(byCaller.agent).toBeGreaterThan(0.8 * byCaller.all)
    const byAgent = hearings(phone.rtp.heard, talkFrom + 200, talkFrom + 2_000)
    expect(byAgent.caller).toBeGreaterThan(0.8 * byAgent.all)

    await caller.hangUp()
    const stopped = await esl.eventOf(legId, 'RECORD_STOP')
    expect(stopped['Record-File-Path']).toBe(path)
    const wav = readWav(path)
    expect(wav.channels).toHaveLength(2)
    const spokenMs = Number(stopped['Event-Date-Timestamp']) / 1_000 - talkFrom
    expect(Math.abs(wav.durationMs - spokenMs)).toBeLessThan(300)
    expect(phone.errors()).toBe('')
    expect(caller.errors()).toBe('')
  })

  test('a phone that vanishes is noticed when its media timeout is over, also above five seconds', async () => {
    await listen()
    const phone = await SippPhone.plugIn(
      edge,
      'agent-8',
      'agent-phone-answers-when-told',
      TONES.agent,
    )
    open.push(phone)
    await esl.bgapi(
      'originate {origination_uuid=lost-1,ignore_early_media=true,send_silence_when_idle=-1,media_timeout=7000}sofia/gateway/edge/agent-8 &park()',
      'job-2',
    )
    await phone.press(await phone.ring())
    await esl.eventOf('lost-1', 'CHANNEL_PARK')
    await until(() => phone.rtp.heard.length > 10, 'media')
    const silentFrom = wireNow()
    phone.rtp.fallSilent()
    const end = await esl.eventOf('lost-1', 'CHANNEL_HANGUP', 0, 15_000)
    expect(end['Hangup-Cause']).toBe('MEDIA_TIMEOUT')
    expect(wireNow() - silentFrom).toBeGreaterThan(6_000)
  })
})
