// What the service relies on at a switch, as assertions that know nothing of which switch it is. The
// simulator and a real FreeSWITCH must both pass: that is what makes the one a stand-in for the other.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Digit } from '../../src/core/inputs.ts'
import type { EventHeaders } from '../support/esl-client.ts'
import { EslListener } from '../support/esl-listener.ts'
import { until } from '../support/until.ts'

export const VOICES = ['caller', 'agent', 'otherAgent'] as const
export type Voice = (typeof VOICES)[number]
export type ContractBehaviour = 'answers' | 'is_busy' | 'rejects' | 'never_answers'

export interface ContractPhone {
  /** Presses the phone's own hold button, and presses it again. */
  hold(): Promise<void> | void
  unhold(): Promise<void> | void
  /** Whose voices come out of its earpiece from now on, in the order of `VOICES`. */
  hears(): Promise<readonly Voice[]>
}

export interface ContractCaller {
  hangUp(): Promise<unknown> | undefined
  press(digit: Digit): void
  hears(): Promise<readonly Voice[]>
}

/** A switch with the repository's configuration, phones to ring, and citizens to call it. */
export interface ContractPeer {
  readonly eslPort: number
  readonly password: string
  /** The switch can write here. */
  readonly recordingsFolder: string
  placeCall(to: string): Promise<ContractCaller>
  /** The phone behind `sofia/gateway/edge/agent-<id>`, from now on. */
  phone(agentId: string, behaviour: ContractBehaviour, voice?: Voice): Promise<ContractPhone>
  /** The phones and callers of a test go away; their calls have ended. */
  unplug(): Promise<void>
  stop(): Promise<void>
}

interface ChannelRow {
  readonly uuid: string
  readonly direction: string
  readonly presence_data: string
}

const MUSIC = 'local_stream://moh'
const EVENTS =
  'CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_ANSWER CHANNEL_PARK CHANNEL_BRIDGE CHANNEL_UNBRIDGE ' +
  'CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE PLAYBACK_START ' +
  'PLAYBACK_STOP RECORD_START RECORD_STOP DTMF BACKGROUND_JOB CUSTOM conference::maintenance'
const NO_CHANNEL = '-ERR No such channel!'

/** The names of the events of those legs, in order, without those that the service does not hear. */
function orderOf(events: readonly EventHeaders[], from: number, ...legIds: string[]): string[] {
  return events.slice(from).flatMap((event) => {
    const name = event['Event-Name'] ?? ''
    const leg = legIds.indexOf(event['Unique-ID'] ?? '')
    if (leg < 0 || name.startsWith('PLAYBACK')) return []
    return [legIds.length === 1 ? name : `${name} ${'UA'[leg]}`]
  })
}

export function switchContract(name: string, start: () => Promise<ContractPeer>): void {
  describe(`${name} as a switch`, { timeout: 30_000 }, () => {
    let peer: ContractPeer
    let esl: EslListener
    let count = 0

    beforeAll(async () => {
      peer = await start()
    })
    afterAll(async () => {
      await peer?.stop()
    })
    beforeEach(async () => {
      esl = await EslListener.connect(peer.eslPort, peer.password)
      expect(await esl.listen(EVENTS)).toMatch(/^\+OK event listener enabled json/)
    })
    afterEach(async () => {
      // Not by the list of channels: it lags behind.
      for (const event of [...esl.events]) {
        const legId = event['Unique-ID']
        if (event['Event-Name'] !== 'CHANNEL_CREATE' || legId === undefined) continue
        await esl.api(`uuid_kill ${legId} NORMAL_CLEARING`)
        await esl.eventOf(legId, 'CHANNEL_HANGUP_COMPLETE')
      }
      esl.close()
      await peer.unplug()
    })

    async function channels(): Promise<readonly ChannelRow[]> {
      const reply = await esl.api('show channels as json')
      return (JSON.parse(reply) as { rows?: ChannelRow[] }).rows ?? []
    }

    async function parkedCaller() {
      count += 1
      const to = String(90_000 + count)
      const call = await peer.placeCall(to)
      const park = await esl.event(
        `${to} parked`,
        (event) => event['Event-Name'] === 'CHANNEL_PARK' && event.variable_cc_number === to,
      )
      return { call, park, legId: park['Unique-ID'] ?? '', to }
    }

    async function claimedCaller() {
      const caller = await parkedCaller()
      await esl.api(`uuid_setvar ${caller.legId} cc_claimed true`)
      expect(await esl.api(`sched_del ${caller.legId}`)).toBe('+OK Deleted: 1')
      return caller
    }

    /** Rings a phone as the service does; the job bears the leg's name. */
    async function originate(behaviour: ContractBehaviour, seconds = 15) {
      count += 1
      const agentId = `c${count}`
      const legId = `contract-leg-${count}`
      const phone = await peer.phone(agentId, behaviour)
      const variables = [
        `origination_uuid=${legId}`,
        'origination_caller_id_number=13800001234',
        'ignore_early_media=true',
        `originate_timeout=${seconds}`,
        'park_after_bridge=true',
        'send_silence_when_idle=-1',
        'hold_music=silence',
        'cc_role=agent',
        `presence_data=cc|${legId}|agent`,
        `sip_h_X-CC-Leg=${legId}`,
      ]
      const command = `originate {${variables.join(',')}}sofia/gateway/edge/agent-${agentId} &park()`
      expect(await esl.bgapi(command, legId)).toBe(`+OK Job-UUID: ${legId}`)
      return { phone, legId }
    }

    const jobOf = (legId: string, msMax?: number) =>
      esl.event(
        `the job of ${legId}`,
        (event) => event['Event-Name'] === 'BACKGROUND_JOB' && event['Job-UUID'] === legId,
        0,
        msMax,
      )

    async function talk() {
      const { call, legId } = await claimedCaller()
      const { phone, legId: agentLegId } = await originate('answers')
      await esl.eventOf(agentLegId, 'CHANNEL_PARK')
      await esl.api(`uuid_break ${legId} all`)
      const mark = esl.events.length
      expect(await esl.api(`uuid_bridge ${legId} ${agentLegId}`)).toBe(`+OK ${agentLegId}`)
      const bridge = await esl.eventOf(legId, 'CHANNEL_BRIDGE', mark)
      return { call, phone, legId, agentLegId, bridge }
    }

    test('answers and parks a caller, and says all that is known', async () => {
      const { legId, park, to } = await parkedCaller()
      expect(orderOf(esl.events, 0, legId)).toEqual([
        'CHANNEL_CREATE',
        'CHANNEL_ANSWER',
        'CHANNEL_PARK',
      ])
      expect(park).toMatchObject({
        'Answer-State': 'answered',
        'Caller-Destination-Number': to,
        'Call-Direction': 'inbound',
        variable_cc_role: 'caller',
        variable_cc_number: to,
        variable_park_after_bridge: 'true',
        variable_RECORD_STEREO: 'true',
      })
      expect(park.variable_cc_claimed).toBeUndefined()
      expect(park['Event-Date-Timestamp']).toMatch(/^\d{16}$/)
      expect(park['Caller-Channel-Created-Time']).toMatch(/^\d{16}$/)
    })

    test('lets its fallback be called off once, and keeps what is written on a leg', async () => {
      const { legId } = await parkedCaller()
      expect(await esl.api(`uuid_setvar ${legId} cc_claimed true`)).toBe('+OK')
      expect(await esl.api(`sched_del ${legId}`)).toBe('+OK Deleted: 1')
      expect(await esl.api(`sched_del ${legId}`)).toBe('+OK Deleted: 0')
      const stamp = 'cc_queue=water;cc_queued_ms=1795468000123;cc_agent='
      expect(await esl.api(`uuid_setvar_multi ${legId} ${stamp}`)).toBe('+OK')
      const dump = JSON.parse(await esl.api(`uuid_dump ${legId} json`)) as EventHeaders
      expect(dump).toMatchObject({
        'Unique-ID': legId,
        variable_cc_claimed: 'true',
        variable_cc_queue: 'water',
        variable_cc_queued_ms: '1795468000123',
        variable_current_application: 'park',
      })
      expect(dump.variable_cc_agent).toBeUndefined()
      const rows = await until(async () => {
        const seen = await channels()
        return seen.length === 1 && seen
      }, 'nothing but this leg in the list of channels')
      expect(rows[0]).toMatchObject({ uuid: legId, direction: 'inbound' })
    })

    test('plays a prompt on top of the music, by its name alone, and says when it has ended', async () => {
      const { legId } = await claimedCaller()
      expect(await esl.execute(legId, 'endless_playback', MUSIC)).toBe('+OK')
      const music = await esl.eventOf(legId, 'PLAYBACK_START')
      expect(music['Playback-File-Path']).toBe(MUSIC)
      const mark = esl.events.length
      expect(await esl.api(`uuid_broadcast ${legId} hold_end.wav aleg`)).toBe('+OK Message sent')
      const ended = await esl.event(
        'the end of the prompt',
        (event) =>
          event['Event-Name'] === 'PLAYBACK_STOP' &&
          event['Unique-ID'] === legId &&
          (event['Playback-File-Path'] ?? '').endsWith('hold_end.wav'),
        mark,
      )
      expect(ended['Playback-Status']).toBe('done')
      expect(await esl.api(`uuid_exists ${legId}`)).toBe('true')
    })

    test('tells of keys that a caller presses, while music plays and in a talk, and nothing else of the leg', async () => {
      const { call, legId } = await claimedCaller()
      await esl.api(`uuid_setvar ${legId} playback_terminators none`)
      const apps = `playback:${MUSIC},endless_playback:${MUSIC},park:`
      await esl.api(`uuid_transfer ${legId} '${apps}' inline`)
      await esl.eventOf(legId, 'PLAYBACK_START')
      call.press('5')
      const digit = await esl.eventOf(legId, 'DTMF')
      expect(digit['DTMF-Digit']).toBe('5')
      expect(digit.variable_cc_role).toBeUndefined()
      call.press('#')
      const next = esl.events.indexOf(digit) + 1
      expect((await esl.eventOf(legId, 'DTMF', next))['DTMF-Digit']).toBe('#')
      const talking = await talk()
      talking.call.press('*')
      expect((await esl.eventOf(talking.legId, 'DTMF'))['DTMF-Digit']).toBe('*')
    })

    test('lets no key end the music, goes on after a break, and is deaf only where all it has is endless', async () => {
      const { call, legId } = await claimedCaller()
      await esl.api(`uuid_setvar ${legId} playback_terminators none`)
      const apps = `playback:${MUSIC},endless_playback:${MUSIC},park:`
      await esl.api(`uuid_transfer ${legId} '${apps}' inline`)
      const first = await esl.eventOf(legId, 'PLAYBACK_START')
      call.press('*')
      const star = await esl.eventOf(legId, 'DTMF')
      const between = esl.events.slice(esl.events.indexOf(first), esl.events.indexOf(star))
      expect(between.some((event) => event['Event-Name'] === 'PLAYBACK_STOP')).toBe(false)
      const broken = esl.events.length
      await esl.api(`uuid_break ${legId}`)
      await esl.eventOf(legId, 'PLAYBACK_START', broken)
      call.press('7')
      const prompted = esl.events.length
      await esl.api(`uuid_broadcast ${legId} hold_end.wav aleg`)
      const prompt = await esl.eventOf(legId, 'PLAYBACK_START', prompted)
      const seven = await esl.eventOf(legId, 'DTMF', esl.events.indexOf(star) + 1)
      expect(seven['DTMF-Digit']).toBe('7')
      expect(esl.events.indexOf(seven)).toBeGreaterThan(esl.events.indexOf(prompt))
    })

    test('rings a phone that answers: progress, answer, park, and the job in between or after', async () => {
      const { legId } = await originate('answers')
      const park = await esl.eventOf(legId, 'CHANNEL_PARK')
      expect(orderOf(esl.events, 0, legId)).toEqual([
        'CHANNEL_CREATE',
        'CHANNEL_PROGRESS',
        'CHANNEL_ANSWER',
        'CHANNEL_PARK',
      ])
      expect(park).toMatchObject({ variable_cc_role: 'agent', 'Call-Direction': 'outbound' })
      expect((await jobOf(legId))._body?.trim()).toBe(`+OK ${legId}`)
      // The list lags behind, by up to half a second.
      await until(
        async () => (await channels())[0]?.presence_data === `cc|${legId}|agent`,
        'the mark that the leg was made with, in the list of channels',
      )
    })

    test.each([
      ['is busy', 'is_busy', 'USER_BUSY', '486'],
      ['is declined', 'rejects', 'CALL_REJECTED', '603'],
    ] as const)('says that a phone %s', async (_, behaviour, cause, status) => {
      const { legId } = await originate(behaviour)
      const end = await esl.eventOf(legId, 'CHANNEL_HANGUP_COMPLETE')
      expect(end).toMatchObject({ 'Hangup-Cause': cause, variable_sip_term_status: status })
      expect((await jobOf(legId))._body?.trim()).toBe(`-ERR ${cause}`)
    })

    test('gives up a phone that nobody answers', async () => {
      const { legId } = await originate('never_answers', 2)
      const end = await esl.eventOf(legId, 'CHANNEL_HANGUP_COMPLETE')
      expect(end['Hangup-Cause']).toBe('NO_ANSWER')
      expect((await jobOf(legId))._body?.trim()).toBe('-ERR NO_ANSWER')
      expect(orderOf(esl.events, 0, legId)).toEqual([
        'CHANNEL_CREATE',
        'CHANNEL_PROGRESS',
        'CHANNEL_HANGUP',
        'CHANNEL_HANGUP_COMPLETE',
      ])
    })

    test('stops a ringing phone when told', async () => {
      const { legId } = await originate('never_answers')
      await esl.eventOf(legId, 'CHANNEL_PROGRESS')
      expect(await esl.api(`uuid_kill ${legId} ORIGINATOR_CANCEL`)).toBe('+OK')
      const end = await esl.eventOf(legId, 'CHANNEL_HANGUP_COMPLETE')
      expect(end['Hangup-Cause']).toBe('ORIGINATOR_CANCEL')
      expect((await jobOf(legId))._body?.trim()).toBe('-ERR ORIGINATOR_CANCEL')
    })

    test('joins two legs and says so; the caller’s hangup parks the agent’s leg', async () => {
      const { call, legId, agentLegId, bridge } = await talk()
      expect(bridge).toMatchObject({
        'Bridge-A-Unique-ID': legId,
        'Bridge-B-Unique-ID': agentLegId,
      })
      const dump = JSON.parse(await esl.api(`uuid_dump ${legId} json`)) as EventHeaders
      expect(dump.variable_signal_bond).toBe(agentLegId)
      const mark = esl.events.length
      await call.hangUp()
      const end = await esl.eventOf(legId, 'CHANNEL_HANGUP_COMPLETE', mark)
      expect(end['Hangup-Cause']).toBe('NORMAL_CLEARING')
      await esl.eventOf(agentLegId, 'CHANNEL_PARK', mark)
      expect(orderOf(esl.events, mark, legId)[0]).toBe('CHANNEL_HANGUP')
      expect(await esl.api(`uuid_kill ${agentLegId} NORMAL_CLEARING`)).toBe('+OK')
      await esl.eventOf(agentLegId, 'CHANNEL_HANGUP_COMPLETE', mark)
    })

    test('parks the caller when the agent’s leg ends', async () => {
      const { legId, agentLegId } = await talk()
      const mark = esl.events.length
      await esl.api(`uuid_kill ${agentLegId} NORMAL_CLEARING`)
      const park = await esl.eventOf(legId, 'CHANNEL_PARK', mark)
      expect(park.variable_cc_claimed).toBe('true')
      expect(await esl.api(`uuid_exists ${legId}`)).toBe('true')
    })

    test('takes a caller out of the bridge for a hold, and back', async () => {
      const { legId, agentLegId } = await talk()
      let mark = esl.events.length
      const hold = `'playback:hold_begin.wav,endless_playback:${MUSIC},park:'`
      expect(await esl.api(`uuid_transfer ${legId} ${hold} inline`)).toMatch(/^\+OK/)
      await esl.eventOf(agentLegId, 'CHANNEL_PARK', mark)
      await esl.eventOf(legId, 'CHANNEL_UNBRIDGE', mark)
      await esl.event(
        'music',
        (event) =>
          event['Event-Name'] === 'PLAYBACK_START' && event['Playback-File-Path'] === MUSIC,
        mark,
      )
      mark = esl.events.length
      await esl.api(`uuid_transfer ${legId} 'playback:hold_end.wav,park:' inline`)
      await esl.eventOf(legId, 'CHANNEL_PARK', mark)
      const order = esl.events.slice(mark).map((event) => event['Event-Name'])
      expect(order.lastIndexOf('PLAYBACK_STOP')).toBeLessThan(order.indexOf('CHANNEL_PARK'))
      mark = esl.events.length
      await esl.api(`uuid_break ${legId} all`)
      await esl.api(`uuid_bridge ${legId} ${agentLegId}`)
      await esl.eventOf(legId, 'CHANNEL_BRIDGE', mark)
    })

    test('says that a phone holds by itself, and leaves the bridge standing', async () => {
      const { phone, legId, agentLegId } = await talk()
      const mark = esl.events.length
      await phone.hold()
      await esl.eventOf(agentLegId, 'CHANNEL_HOLD', mark)
      await phone.unhold()
      await esl.eventOf(agentLegId, 'CHANNEL_UNHOLD', mark)
      expect(orderOf(esl.events, mark, legId, agentLegId)).toEqual([
        'CHANNEL_HOLD A',
        'CHANNEL_UNHOLD A',
      ])
    })

    test('records from the word to the hangup', async () => {
      const { legId } = await claimedCaller()
      count += 1
      const path = join(peer.recordingsFolder, `contract-${count}.wav`)
      await esl.execute(legId, 'endless_playback', MUSIC)
      await esl.bgapi(`uuid_record ${legId} start ${path}`, `record-${count}`)
      const started = await esl.eventOf(legId, 'RECORD_START')
      expect(started['Record-File-Path']).toBe(path)
      const startedAt = performance.now()
      await until(() => performance.now() > startedAt + 1_000, 'a second on record')
      await esl.api(`uuid_kill ${legId} NORMAL_CLEARING`)
      const stopped = await esl.eventOf(legId, 'RECORD_STOP')
      expect(stopped['Record-File-Path']).toBe(path)
      const recordedMs = Number(stopped.variable_record_ms)
      expect(recordedMs).toBeGreaterThan(700)
      expect(recordedMs).toBeLessThan(2_500)
      expect(existsSync(path)).toBe(true)
      // Two channels of 16 bit at 8,000 a second.
      expect(statSync(path).size).toBeGreaterThan(700 * 32)
    })

    test('lets the agent ask a third while the caller hears music, and hands the caller over', async () => {
      const { legId, agentLegId } = await talk()
      let mark = esl.events.length
      await esl.api(`uuid_transfer ${legId} 'endless_playback:${MUSIC},park:' inline`)
      await esl.eventOf(agentLegId, 'CHANNEL_PARK', mark)
      const { legId: third } = await originate('answers')
      await esl.eventOf(third, 'CHANNEL_PARK')
      mark = esl.events.length
      await esl.api(`uuid_bridge ${agentLegId} ${third}`)
      const asked = await esl.eventOf(agentLegId, 'CHANNEL_BRIDGE', mark)
      expect(asked['Bridge-B-Unique-ID']).toBe(third)
      await esl.api(`uuid_setvar ${third} park_after_bridge true`)
      mark = esl.events.length
      await esl.api(`uuid_break ${legId} all`)
      await esl.api(`uuid_bridge ${legId} ${third}`)
      const joined = await esl.eventOf(legId, 'CHANNEL_BRIDGE', mark)
      expect(joined['Bridge-B-Unique-ID']).toBe(third)
      await esl.eventOf(agentLegId, 'CHANNEL_PARK', mark)
    })

    test('brings three together, says who comes and goes, and bridges two of them again', async () => {
      const { legId, agentLegId } = await talk()
      const { legId: third } = await originate('answers')
      await esl.eventOf(third, 'CHANNEL_PARK')
      const room = `conference:contract-${count}@default`
      const moved = (member: string, action: string, mark: number) =>
        esl.event(
          `${action} of ${member}`,
          (event) =>
            event['Event-Subclass'] === 'conference::maintenance' &&
            event.Action === action &&
            event['Unique-ID'] === member,
          mark,
        )
      let mark = esl.events.length
      await esl.api(`uuid_transfer ${legId} '${room},park:' inline`)
      await esl.eventOf(agentLegId, 'CHANNEL_PARK', mark)
      for (const member of [agentLegId, third]) {
        await esl.api(`uuid_transfer ${member} '${room},park:' inline`)
      }
      for (const member of [legId, agentLegId, third]) await moved(member, 'add-member', mark)
      mark = esl.events.length
      await esl.api(`uuid_kill ${third} NORMAL_CLEARING`)
      await moved(third, 'del-member', mark)
      await esl.api(`uuid_bridge ${legId} ${agentLegId}`)
      await esl.eventOf(legId, 'CHANNEL_BRIDGE', mark)
    })

    test.each([
      ['what was pressed', '4', '4'],
      ['nothing where the key does not fit', '9', undefined],
    ] as const)('asks for one key and parks with %s', async (_, key, collected) => {
      const { call, legId } = await claimedCaller()
      const mark = esl.events.length
      const ask =
        'play_and_get_digits:1 1 1 1500 # hold_end.wav silence_stream://100 cc_collected [1-5]'
      await esl.api(`uuid_transfer ${legId} '${ask},park:' inline`)
      await esl.event(
        'the question',
        (event) => event['Event-Name'] === 'PLAYBACK_START' && event['Unique-ID'] === legId,
        mark,
      )
      call.press(key)
      const park = await esl.eventOf(legId, 'CHANNEL_PARK', mark)
      expect(park.variable_cc_collected).toBe(collected)
    })

    test('presses keys for a far end, and mutes it', async () => {
      const { agentLegId } = await talk()
      expect(await esl.api(`uuid_send_dtmf ${agentLegId} 12#`)).toMatch(/^\+OK/)
      expect(await esl.api(`uuid_audio ${agentLegId} start read mute 1`)).toMatch(/^\+OK/)
      expect(await esl.api(`uuid_audio ${agentLegId} stop`)).toMatch(/^\+OK/)
    })

    test('refuses what concerns a leg that it does not have', async () => {
      const gone = '00000000-0000-4000-8000-000000000000'
      expect(await esl.api(`uuid_kill ${gone} NORMAL_CLEARING`)).toBe(NO_CHANNEL)
      expect(await esl.api(`uuid_dump ${gone} json`)).toBe(NO_CHANNEL)
      expect(await esl.api(`uuid_setvar ${gone} cc_claimed true`)).toBe(NO_CHANNEL)
      expect(await esl.api(`uuid_exists ${gone}`)).toBe('false')
      expect(await esl.api(`sched_del ${gone}`)).toBe('+OK Deleted: 0')
      expect(await esl.api(`uuid_bridge ${gone} ${gone}`)).toMatch(/^-ERR/)
      expect(await esl.execute(gone, 'park', '')).toBe(`-ERR invalid session id [${gone}]`)
      await until(async () => (await channels()).length === 0, 'an empty list of channels')
      expect(JSON.parse(await esl.api('show channels as json'))).toEqual({ row_count: 0 })
    })
  })
}
