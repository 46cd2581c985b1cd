import { describe, expect, test } from 'vitest'
import type { Input } from '../../src/core/inputs.ts'
import { type Decoded, decodeEvent } from '../../src/switch/decode.ts'
import { transcript } from '../support/transcripts.ts'

const context = { nodeId: 'fs1', recordingsDir: '/var/lib/yingda/rec' }
const decode = (headers: Record<string, unknown>): Decoded => decodeEvent(headers, context)

/** The inputs of a conversation, each as one short line. */
function told(name: string): string[] {
  return transcript(name)
    .map(decode)
    .filter((input): input is Input => typeof input === 'object')
    .map((input) => {
      const { type } = input
      const { legId = '', cause = '', sipStatus = '' } = input as unknown as Record<string, string>
      return [type, legId, cause, sipStatus].join(' ').trim()
    })
}

describe('what a real switch told', () => {
  test('of a call that was answered, held, and ended by the agent', () => {
    expect(told('answered-held-ended')).toEqual([
      'call.parked caller-1',
      'leg.ringing agent-1',
      'leg.answered agent-1',
      'leg.parked agent-1',
      'recording.started',
      'leg.bridged caller-1',
      'leg.parked agent-1',
      'leg.unbridged caller-1',
      'leg.parked caller-1',
      'leg.bridged caller-1',
      'leg.hung_up agent-1 NORMAL_CLEARING',
      'leg.ended agent-1 NORMAL_CLEARING 200',
      'leg.unbridged caller-1',
      'leg.parked caller-1',
      'recording.stopped  success-maxtime',
      'leg.hung_up caller-1 NORMAL_CLEARING',
      'leg.ended caller-1 NORMAL_CLEARING',
    ])
  })

  test('of a phone that was busy: by its leg, then by the job', () => {
    expect(told('agent-busy').slice(0, 4)).toEqual([
      'leg.ringing agent-1',
      'leg.hung_up agent-1 USER_BUSY',
      'leg.ended agent-1 USER_BUSY 486',
      'offer.failed agent-1 USER_BUSY',
    ])
  })

  test('of a caller who gave up while the phone rang', () => {
    expect(told('caller-abandons-ringing')).toEqual([
      'leg.ringing agent-1',
      'leg.hung_up caller-1 NORMAL_CLEARING',
      'leg.ended caller-1 NORMAL_CLEARING 200',
      'leg.hung_up agent-1 ORIGINATOR_CANCEL',
      'leg.ended agent-1 ORIGINATOR_CANCEL',
      'offer.failed agent-1 ORIGINATOR_CANCEL',
    ])
  })

  test('of a hold at the phone itself', () => {
    expect(told('held-at-the-phone')).toContain('leg.held agent-1')
    expect(told('held-at-the-phone')).toContain('leg.unheld agent-1')
  })

  test('of the arrival, in full', () => {
    const [arrival] = transcript('answered-held-ended')
      .map(decode)
      .filter((d) => d !== 'ignored')
    expect(arrival).toEqual({
      type: 'call.parked',
      at: 1_795_451_803_725,
      nodeId: 'fs1',
      callId: 'caller-1',
      legId: 'caller-1',
      from: '13800138000',
      to: '12345',
      arrivedAt: 1_795_451_803_725,
    })
  })

  test('of the bridge and the recording, in full', () => {
    const inputs = transcript('answered-held-ended').map(decode)
    expect(inputs).toContainEqual({
      type: 'leg.bridged',
      at: 1_795_451_807_485,
      legId: 'caller-1',
      otherLegId: 'agent-1',
    })
    expect(inputs).toContainEqual({
      type: 'recording.stopped',
      at: 1_795_451_812_830,
      path: '2026/11/23/c-1.wav',
      durationMs: 5_320,
      cause: 'success-maxtime',
    })
  })
})

const base = {
  'Event-Date-Timestamp': '1795451803725999',
  'Unique-ID': '2aa43a10-48e8-4a44-b808-b012a9baae2e',
  variable_cc_role: 'caller',
}
const parked = {
  ...base,
  'Event-Name': 'CHANNEL_PARK',
  'Caller-Channel-Created-Time': '1795451803700001',
  'Caller-Caller-ID-Number': '+8613800138000',
  'Caller-Destination-Number': '12345',
}

describe('a parked caller', () => {
  test('has arrived the first time, and only then', () => {
    expect(decode(parked)).toMatchObject({ type: 'call.parked' })
    expect(decode({ ...parked, variable_cc_claimed: 'true' })).toEqual({
      type: 'leg.parked',
      at: 1_795_451_803_725,
      legId: base['Unique-ID'],
    })
  })

  test('brings the id and the number that the edge gave the call', () => {
    expect(
      decode({ ...parked, variable_cc_call_id: 'c-77', variable_cc_number: '02012345' }),
    ).toMatchObject({ callId: 'c-77', to: '02012345' })
  })

  test('is not lost for an id that is none', () => {
    expect(decode({ ...parked, variable_cc_call_id: "x'; drop" })).toMatchObject({
      callId: base['Unique-ID'],
    })
  })

  test('may hide its number', () => {
    const { 'Caller-Caller-ID-Number': _, ...hidden } = parked
    expect(decode(hidden)).toMatchObject({ type: 'call.parked', from: '' })
  })
})

describe('a pressed key', () => {
  const key = {
    'Event-Name': 'DTMF',
    'Event-Date-Timestamp': base['Event-Date-Timestamp'],
    'Unique-ID': base['Unique-ID'],
  }

  test.each(['0', '9', '*', '#'])(
    '%s is told, though the event does not say whose leg it is',
    (digit) => {
      expect(decode({ ...key, 'DTMF-Digit': digit })).toEqual({
        type: 'leg.digit_pressed',
        at: 1_795_451_803_725,
        legId: base['Unique-ID'],
        digit,
      })
    },
  )

  test('that no telephone has is of no interest, and one without a name is malformed', () => {
    expect(decode({ ...key, 'DTMF-Digit': 'A' })).toBe('ignored')
    expect(decode(key)).toBe('malformed')
    expect(decode({ ...key, 'Unique-ID': 'a b', 'DTMF-Digit': '1' })).toBe('malformed')
  })
})

describe('malformed is', () => {
  test.each([
    ['no event at all', {}],
    ['an id with anything else in it', { ...parked, 'Unique-ID': 'abc def' }],
    ['an id that is too long', { ...parked, 'Unique-ID': 'a'.repeat(65) }],
    ['no id', { ...parked, 'Unique-ID': undefined }],
    ['no time', { ...parked, 'Event-Date-Timestamp': undefined }],
    ['a time that is none', { ...parked, 'Event-Date-Timestamp': '1e99' }],
    ['a time in other units', { ...parked, 'Event-Date-Timestamp': '1795451803' }],
    ['an unknown role', { ...parked, variable_cc_role: 'boss' }],
    ['a header that is no text', { ...parked, 'Caller-Caller-ID-Number': { a: 1 } }],
    ['a number as long as a book', { ...parked, 'Caller-Caller-ID-Number': '1'.repeat(1_000) }],
    [
      'a bridge with one end',
      { ...base, 'Event-Name': 'CHANNEL_BRIDGE', 'Bridge-A-Unique-ID': 'a' },
    ],
    [
      'a job of an id that is none',
      { ...base, 'Event-Name': 'BACKGROUND_JOB', 'Job-UUID': 'originate-a b', _body: '-ERR X' },
    ],
  ])('%s', (_, headers) => {
    expect(decode(headers)).toBe('malformed')
  })
})

describe('of no interest is', () => {
  test.each([
    ['a leg that is not ours', { ...parked, variable_cc_role: undefined }],
    ['a heartbeat', { ...base, 'Event-Name': 'HEARTBEAT' }],
    ['a new channel', { ...base, 'Event-Name': 'CHANNEL_CREATE' }],
    [
      'the answer of a caller, which is the dialplan’s',
      { ...base, 'Event-Name': 'CHANNEL_ANSWER' },
    ],
    [
      'a job of somebody else',
      { ...base, 'Event-Name': 'BACKGROUND_JOB', 'Job-UUID': '9ec0ff7a', _body: '-ERR X' },
    ],
    [
      'an originate that went well',
      { ...base, 'Event-Name': 'BACKGROUND_JOB', 'Job-UUID': 'originate-a', _body: '+OK a' },
    ],
    ...['/var/lib/other/x.wav', '/var/lib/yingda/rec/../x.wav', '/var/lib/yingda/rec'].map(
      (path): [string, Record<string, unknown>] => [
        `a recording at ${path}`,
        { ...base, 'Event-Name': 'RECORD_START', 'Record-File-Path': path },
      ],
    ),
  ])('%s', (_, headers) => {
    expect(decode(headers)).toBe('ignored')
  })
})

describe('a job that failed', () => {
  const job = {
    'Event-Date-Timestamp': base['Event-Date-Timestamp'],
    'Event-Name': 'BACKGROUND_JOB',
  }

  test('ends the offer whose leg it names, even where no leg ever was', () => {
    expect(
      decode({ ...job, 'Job-UUID': 'originate-a1b2c3-17', _body: '-ERR USER_NOT_REGISTERED\n' }),
    ).toEqual({
      type: 'offer.failed',
      at: 1_795_451_803_725,
      legId: 'a1b2c3-17',
      cause: 'USER_NOT_REGISTERED',
    })
  })

  test('with no cause that has a name is unspecified', () => {
    expect(
      decode({ ...job, 'Job-UUID': 'originate-a', _body: '-ERR originate Command not found!\n' }),
    ).toMatchObject({ cause: 'UNSPECIFIED' })
  })

  test('to record is the failure of that command', () => {
    expect(
      decode({ ...job, 'Job-UUID': 'record-caller-1', _body: '-ERR Cannot record session!\n' }),
    ).toEqual({
      type: 'command.failed',
      at: 1_795_451_803_725,
      command: 'start_recording',
      legId: 'caller-1',
      reason: 'Cannot record session!',
    })
  })
})

test('the end of a leg is never missed for a cause or status that makes no sense', () => {
  expect(
    decode({ ...base, 'Event-Name': 'CHANNEL_HANGUP_COMPLETE', variable_sip_term_status: 'soon' }),
  ).toMatchObject({ type: 'leg.ended', cause: 'UNSPECIFIED', sipStatus: null })
})
