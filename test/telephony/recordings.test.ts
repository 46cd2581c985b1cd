// Recordings on real servers: who is on which channel in every part of a conversation, held, paused,
// consulted, conferred and handed over; and that every fault is found and named, and no good one blamed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drachtioProgram } from '../support/drachtio.ts'
import { missingServers } from '../support/freeswitch.ts'
import { type Person, phaseIs } from '../support/person.ts'
import type { PhoneCall } from '../support/phone-call.ts'
import type { SipPhone } from '../support/sip-phone.ts'
import { type Hearing, hasTone, hearings, readWav, TONES, tonesHeard } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { WholeHotline } from '../support/whole-hotline.ts'
import { wireNow } from '../support/wire-time.ts'

/** Of each part of a call: where it changes, what is heard is still or already another's. */
const EDGE_MS = 400
const PART_MS = 1_800

interface Recording {
  readonly recordingId: string
  readonly status: string
  readonly startedAt: string
  readonly durationMs: number | null
  readonly flaws: readonly string[]
  readonly reason: string | null
}
interface Timeline {
  readonly call: { readonly endedAt: string }
  readonly recordings: readonly Recording[]
}

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0
const isMissing = missingServers() !== null || drachtioProgram() === null
const where = `recordings${isMissing ? ' (left out: no FreeSWITCH or drachtio here)' : ''}`

describe.skipIf(isMissing)(where, { timeout: 90_000 }, () => {
  let hotline: WholeHotline
  let admin: Person
  let agent: Person
  let caller: SipPhone
  let department: SipPhone
  let phone: SipPhone
  let rings = 0
  let departmentRings = 0

  beforeAll(async () => {
    hotline = await WholeHotline.start()
    admin = hotline.admin
    agent = hotline.agent
    caller = await hotline.carrierPhone('13800001234', TONES.caller)
    department = await hotline.outsidePhone('57188001111', TONES.third)
    phone = await hotline.deskPhone('1001', TONES.agent)
    await hotline.sendCallsTo(department)
    const phones = [{ number: '57188001111' }]
    if (hasFfmpeg) {
      await admin.does('PATCH', '/queues/city', { recording: { copies: 'opus_beside' } })
    }
    await admin.does('POST', '/units', { unitId: 'water', name: '供水公司', phones })
    await agent.does('POST', '/me/agent/sign-in')
    await phone.register()
    await until(
      async () => (await agent.request('POST', '/me/agent/ready')).ok,
      'the phone to count',
    )
  }, 60_000)

  afterAll(() => hotline?.stop())

  /** Citizen and agent talk. */
  async function talk(): Promise<{ call: PhoneCall; callId: string; at: number }> {
    await phaseIs(agent, 'ready')
    const call = caller.dial('12345')
    await call.outcome()
    rings += 1
    const ringing = await phone.ring(rings)
    ringing.ringing()
    ringing.answer()
    const { agent: talking } = await phaseIs(agent, 'talking')
    return { call, callId: talking.callId ?? '', at: wireNow() }
  }

  async function askDepartment(): Promise<void> {
    await agent.does('POST', '/me/agent/consult', { target: { kind: 'unit', unitId: 'water' } })
    await departmentAnswers()
  }

  async function departmentAnswers(): Promise<void> {
    departmentRings += 1
    ;(await department.ring(departmentRings)).answer()
  }

  async function writeUp(): Promise<void> {
    await phaseIs(agent, 'wrap_up')
    await agent.does('POST', '/me/agent/wrap-up-done', { disposition: 'answered', summary: '' })
  }

  /** What is there of the call's recording once it has been looked at. */
  function checked(callId: string): Promise<Timeline> {
    return until(
      async () => {
        const timeline = await admin.does<Timeline>('GET', `/calls/${callId}`)
        const isOpen = ['requested', 'recording', 'stopped'].includes(
          timeline.recordings[0]?.status ?? 'requested',
        )
        return !isOpen && timeline
      },
      'the recording to be checked',
      30_000,
    )
  }

  const pathOf = (callId: string): string => {
    const day = new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Shanghai' }).format(Date.now())
    return join(hotline.freeSwitch.recordingsFolder, ...day.split('-'), `${callId}.wav`)
  }

  /** Some seconds of this part of the conversation; the result is when it was. */
  async function part(): Promise<{ from: number; to: number }> {
    const from = wireNow() + EDGE_MS
    await until(() => wireNow() > from + PART_MS, 'some of the conversation')
    return { from, to: from + PART_MS - EDGE_MS }
  }

  function channelsOf(callId: string, recording: Recording) {
    const wav = readWav(pathOf(callId))
    expect(wav.samplesPerSecond).toBe(8_000)
    expect(wav.channels).toHaveLength(2)
    const startedAt = Date.parse(recording.startedAt)
    const [citizen = [], other = []] = wav.channels.map((samples) =>
      Array.from({ length: Math.floor(samples.length / 160) }, (_, index) => ({
        at: startedAt + index * 20,
        samples: samples.subarray(index * 160, (index + 1) * 160),
      })),
    )
    const mostly = (
      frames: typeof citizen,
      { from, to }: { from: number; to: number },
    ): Hearing => {
      const { all, ...heard } = hearings(frames, from, to)
      expect(all).toBeGreaterThan(40)
      const [most] = Object.entries(heard).sort(([, a], [, b]) => b - a)
      expect(most?.[1], JSON.stringify(heard)).toBeGreaterThan(0.8 * all)
      return most?.[0] as Hearing
    }
    return {
      /** Left and right in that part. */
      in: (when: { from: number; to: number }) => [mostly(citizen, when), mostly(other, when)],
      tones: (when: { from: number; to: number }) => [
        tonesHeard(citizen, when.from, when.to),
        tonesHeard(other, when.from, when.to),
      ],
      durationMs: wav.durationMs,
    }
  }

  /** A compressed copy comes beside it, much smaller. */
  async function expectCopy(callId: string, { recordings: [recording] }: Timeline): Promise<void> {
    const url = `/recordings/${recording?.recordingId}/audio?form=copy`
    const copy = await until(
      async () => {
        const reply = await admin.request('GET', url)
        return reply.ok && reply
      },
      'the compressed copy',
      30_000,
    )
    expect(copy.headers.get('content-type')).toBe('audio/ogg')
    const { length } = readFileSync(pathOf(callId))
    const { byteLength } = await copy.arrayBuffer()
    console.log(`an Opus copy of ${byteLength} bytes beside a WAV file of ${length}`)
    expect(byteLength).toBeLessThan(length / 3)
  }

  /** Within a second from the answer to the end, and found so within a minute of it. */
  function expectWhole(timeline: Timeline, answeredAt: number, durationMs: number): void {
    const [recording] = timeline.recordings
    const endedAt = Date.parse(timeline.call.endedAt)
    expect(recording).toMatchObject({ status: 'verified', flaws: [] })
    expect(Math.abs((recording?.durationMs ?? 0) - durationMs)).toBeLessThan(5)
    expect(Math.abs(endedAt - answeredAt - durationMs)).toBeLessThan(1_000)
    expect(wireNow() - endedAt).toBeLessThan(60_000)
  }

  test('talk, hold, pause, and the department to which the citizen is handed: one recording, citizen left', async () => {
    const { call, callId, at } = await talk()
    const talking = await part()
    await agent.does('POST', '/me/agent/hold')
    await phaseIs(agent, 'held')
    const held = await part()
    await agent.does('POST', '/me/agent/retrieve')
    await phaseIs(agent, 'talking')
    const again = await part()
    await agent.does('POST', '/me/agent/pause-recording')
    const paused = await part()
    await agent.does('POST', '/me/agent/resume-recording')
    const resumed = await part()
    await agent.does('POST', '/me/agent/transfer', { target: { kind: 'unit', unitId: 'water' } })
    await departmentAnswers()
    await writeUp()
    const handedOver = await part()
    await call.hangUp()
    const timeline = await checked(callId)
    const sound = channelsOf(callId, timeline.recordings[0] as Recording)
    expectWhole(timeline, at, sound.durationMs)
    if (hasFfmpeg) await expectCopy(callId, timeline)
    expect(sound.in(talking)).toEqual(['caller', 'agent'])
    expect(sound.in(held)).toEqual(['caller', 'sound'])
    expect(sound.in(again)).toEqual(['caller', 'agent'])
    expect(sound.in(paused)).toEqual(['silence', 'silence'])
    expect(sound.in(resumed)).toEqual(['caller', 'agent'])
    expect(sound.in(handedOver)).toEqual(['caller', 'third'])
    console.log(
      `a recording of ${(sound.durationMs / 1_000).toFixed(1)} s through hold, pause and transfer: ` +
        `${Math.round(Date.parse(timeline.call.endedAt) - at - sound.durationMs)} ms off the talk`,
    )
  })

  test('a consultation that the citizen does not hear, and then three of whom the citizen hears two', async () => {
    const { call, callId, at } = await talk()
    await part()
    await agent.does('POST', '/me/agent/hold')
    await phaseIs(agent, 'held')
    await askDepartment()
    await until(
      () => hearings(department.rtp.heard, wireNow() - 500, wireNow()).agent > 15,
      'agent and department to talk',
    )
    const consulting = await part()
    await agent.does('POST', '/me/agent/conference')
    await phaseIs(agent, 'talking')
    // The citizen is told first that the wait is over.
    await until(() => {
      const latest = caller.rtp.heard.filter(({ at }) => at > wireNow() - 500)
      const both = latest.filter(
        ({ samples }) => hasTone(samples, 'agent') && hasTone(samples, 'third'),
      )
      return both.length > 18
    }, 'the citizen to hear both')
    const together = await part()
    await agent.does('POST', '/me/agent/leave')
    await writeUp()
    const left = await part()
    await call.hangUp()
    const timeline = await checked(callId)
    const sound = channelsOf(callId, timeline.recordings[0] as Recording)
    expectWhole(timeline, at, sound.durationMs)
    expect(sound.in(consulting)).toEqual(['caller', 'sound'])
    expect(sound.tones(together)).toEqual([['caller'], ['agent', 'third']])
    expect(sound.in(left)).toEqual(['caller', 'third'])
  })

  test('what is done to a recording, while it is made or after, is found and named; the others stay good', async () => {
    const calls: Record<string, string> = {}
    const esl = await hotline.freeSwitch.esl()
    const legOf = async () => /^([0-9a-f-]{36}),inbound/m.exec(await esl.api('show channels'))?.[1]
    for (const fault of [
      'good',
      'stopped',
      'deleted',
      'emptied',
      'cut',
      'altered',
      'removed',
      'fine',
    ]) {
      const { call, callId } = await talk()
      calls[fault] = callId
      await part()
      if (fault === 'stopped') {
        expect(await esl.api(`uuid_record ${await legOf()} stop all`)).toMatch(/^\+OK/)
        await part()
      }
      if (fault === 'deleted') rmSync(pathOf(callId))
      await call.hangUp()
      await writeUp()
    }
    esl.close()
    const of = (fault: string) => calls[fault] ?? ''
    const seen: Record<string, Recording | undefined> = {}
    for (const [fault, callId] of Object.entries(calls)) {
      seen[fault] = (await checked(callId)).recordings[0]
    }
    for (const fault of ['good', 'emptied', 'cut', 'altered', 'removed', 'fine']) {
      expect(seen[fault], fault).toMatchObject({ status: 'verified', flaws: [] })
    }
    expect(seen.stopped?.flaws).toContain('stopped_early')
    expect(seen.deleted).toMatchObject({ status: 'missing', reason: 'missing_file' })

    writeFileSync(pathOf(of('emptied')), '')
    truncateSync(pathOf(of('cut')), 20_000)
    const bytes = readFileSync(pathOf(of('altered')))
    bytes.writeInt16LE(bytes.readInt16LE(10_000) ^ 0x40, 10_000)
    writeFileSync(pathOf(of('altered')), bytes)
    rmSync(pathOf(of('removed')))
    expect(existsSync(pathOf(of('good')))).toBe(true)
    const day = new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Shanghai' }).format(Date.now())
    const { code, lines } = await hotline.verifyRecordings(day, day)
    const findings = lines.slice(0, -1).map((line) => line.split('\t').slice(0, 2).join(' '))
    expect(findings.sort()).toEqual(
      [
        `altered ${of('altered')}`,
        `file_missing ${of('removed')}`,
        `flawed ${of('stopped')}`,
        `truncated ${of('cut')}`,
        `truncated ${of('emptied')}`,
        `unrecorded ${of('deleted')}`,
      ].sort(),
    )
    expect(code).toBe(1)
    console.log(lines.at(-1))
  })
})
