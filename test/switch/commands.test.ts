import { describe, expect, test } from 'vitest'
import type { LegStamp, SwitchCommand } from '../../src/core/commands.ts'
import { requestsFor } from '../../src/switch/commands.ts'
import { decodeText, encodeText, UnsafeText } from '../../src/switch/encoding.ts'

const U = '2aa43a10-48e8-4a44-b808-b012a9baae2e'
const A = 'a1b2c3-17'
const on = { nodeId: 'fs1', legId: U }

function lines(command: SwitchCommand, recordingsDir = '/rec', isBrowser = false): string[] {
  return requestsFor(command, { recordingsDir, isBrowser: () => isBrowser }).map((request) => {
    if (request.kind === 'event') return `event ${JSON.stringify(request.headers)}`
    const job = request.kind === 'bgapi' ? ` [${request.jobId}]` : ''
    return `${request.kind} ${request.text}${job}`
  })
}

const stamp: LegStamp = {
  callId: 'c-1',
  queueId: 'q1',
  queuedAt: 1_795_451_803_725,
  agentId: null,
  answeredAt: null,
  connectedAt: null,
  heldAt: null,
  recordingPath: null,
  stage: null,
  promptedAt: null,
  priority: 0,
  placeAt: null,
  language: null,
}

const originate = {
  type: 'originate_agent',
  nodeId: 'fs1',
  legId: A,
  callId: 'c-1',
  agentId: 'a7',
  queueId: 'q1',
  from: '+8613800138000',
  ringMsMax: 15_000,
} as const satisfies SwitchCommand

/** The variables of an originate by name, cut as FreeSWITCH cuts them: at every comma up to the brace. */
function variablesOf(command: SwitchCommand, isBrowser = false): Record<string, string> {
  const [line = ''] = lines(command, '/rec', isBrowser)
  const inner =
    /^bgapi originate \{([^}]*)\}sofia\/gateway\/edge\/\S+ '?&\w+\([^()]*\)'? \[\S+\]$/.exec(line)
  expect(inner, line).not.toBeNull()
  const pairs = (inner?.[1] ?? '').split(',').map((pair) => pair.split(/=(.*)/s))
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]))
}

test('the file of a prompt is the site’s to name, and nothing in its name reaches the switch as a command', () => {
  const named = (fileOf: (prompt: string, language: string) => string) =>
    requestsFor(
      { ...on, type: 'announce', prompts: ['greeting'], language: 'en' },
      { recordingsDir: '/rec', isBrowser: () => false, fileOf },
    )
  expect(named((prompt, language) => `/rec/prompts/${prompt}.${language}.v3.wav`)).toEqual([
    { kind: 'api', text: `uuid_broadcast ${U} /rec/prompts/greeting.en.v3.wav aleg` },
  ])
  for (const file of ['a b.wav', "a'.wav", 'a!b.wav', 'a,hangup:.wav', '$(x).wav', ''])
    expect(() => named(() => file), file).toThrow(UnsafeText)
})

describe('commands on a caller’s leg', () => {
  test.each<[SwitchCommand, string[]]>([
    [
      { ...on, type: 'claim' },
      [
        `api uuid_setvar_multi ${U} cc_claimed=true;park_after_bridge=true;RECORD_STEREO=true;playback_terminators=none;presence_data=cc|${U}|arrived`,
        `api sched_del ${U}`,
      ],
    ],
    [
      { ...on, type: 'play_music' },
      [
        `api uuid_transfer ${U} 'playback:local_stream://moh,playback:local_stream://moh,playback:local_stream://moh,endless_playback:local_stream://moh,park:' inline`,
        `api uuid_setvar_multi ${U} cc_music=true`,
      ],
    ],
    [
      { ...on, type: 'play_music', first: ['greeting', 'recording_notice'], language: 'yue' },
      [
        `api uuid_transfer ${U} 'playback:file_string://yue/greeting.wav!yue/recording_notice.wav,playback:local_stream://moh,playback:local_stream://moh,playback:local_stream://moh,endless_playback:local_stream://moh,park:' inline`,
        `api uuid_setvar_multi ${U} cc_music=true`,
      ],
    ],
    [
      { ...on, type: 'announce', prompts: ['position_before', 'number_3', 'position_after'] },
      [
        `api uuid_broadcast ${U} file_string://position_before.wav!number_3.wav!position_after.wav aleg`,
      ],
    ],
    [
      { ...on, type: 'announce', prompts: ['comfort_1'], language: 'yue' },
      [`api uuid_broadcast ${U} yue/comfort_1.wav aleg`],
    ],
    [
      { ...on, type: 'play_prompt', prompt: 'hold_reassurance' },
      [`api uuid_broadcast ${U} hold_reassurance.wav aleg`],
    ],
    [
      { ...on, type: 'refuse', prompt: 'queue_full', cause: 'NORMAL_CLEARING' },
      [`api uuid_transfer ${U} 'playback:queue_full.wav,hangup:NORMAL_CLEARING' inline`],
    ],
    [
      { ...on, type: 'bridge', otherLegId: A },
      [
        `api uuid_break ${U} all`,
        `api uuid_bridge ${U} ${A}`,
        `api uuid_setvar_multi ${U} cc_music=`,
      ],
    ],
    [
      { ...on, type: 'hold', prompt: 'hold_begin', music: 'moh' },
      [
        `api uuid_transfer ${U} 'playback:hold_begin.wav,endless_playback:local_stream://moh,park:' inline`,
        `api uuid_setvar_multi ${U} cc_music=true`,
      ],
    ],
    [
      { ...on, type: 'retrieve', prompt: 'hold_end' },
      [
        `api uuid_transfer ${U} 'playback:hold_end.wav,park:' inline`,
        `api uuid_setvar_multi ${U} cc_music=`,
      ],
    ],
    [
      { ...on, type: 'hold_in_bridge', prompt: 'hold_begin', music: 'moh' },
      [
        `api uuid_broadcast ${U} hold_begin.wav aleg`,
        `api uuid_broadcast ${U} local_stream://moh aleg`,
      ],
    ],
    [
      { ...on, type: 'hold_in_bridge', prompt: 'hold_reassurance', music: 'moh' },
      [
        `api uuid_break ${U} all`,
        `api uuid_broadcast ${U} hold_reassurance.wav aleg`,
        `api uuid_broadcast ${U} local_stream://moh aleg`,
      ],
    ],
    [
      { ...on, type: 'retrieve_in_bridge', prompt: 'hold_end' },
      [`api uuid_break ${U} all`, `api uuid_broadcast ${U} hold_end.wav aleg`],
    ],
    [
      { ...on, type: 'hang_up', cause: 'ORIGINATOR_CANCEL' },
      [`api uuid_kill ${U} ORIGINATOR_CANCEL`],
    ],
    [
      { ...on, type: 'start_recording', path: '2026/11/23/c-1.wav' },
      [`bgapi uuid_record ${U} start /rec/2026/11/23/c-1.wav [record-${U}]`],
    ],
    [
      { ...on, legId: A, type: 'keep_after_bridge' },
      [`api uuid_setvar ${A} park_after_bridge true`],
    ],
  ])('$type', (command, expected) => {
    expect(lines(command)).toEqual(expected)
  })

  test('where the agent speaks the phrases the switch is silent', () => {
    const quiet = { ...on, prompt: null }
    expect(lines({ ...quiet, type: 'hold', music: 'night' })[0]).toBe(
      `api uuid_transfer ${U} 'endless_playback:local_stream://night,park:' inline`,
    )
    expect(lines({ ...quiet, type: 'retrieve' })[0]).toBe(`api uuid_transfer ${U} 'park:' inline`)
    expect(lines({ ...quiet, type: 'hold_in_bridge', music: 'night' })).toEqual([
      `api uuid_broadcast ${U} local_stream://night aleg`,
    ])
    expect(lines({ ...quiet, type: 'retrieve_in_bridge' })).toEqual([`api uuid_break ${U} all`])
  })

  test('a stream of music is a plain name', () => {
    const command = { ...on, type: 'hold' as const, prompt: null }
    for (const music of ["moh'", 'moh,hangup:', '', '$x', 'MOH']) {
      expect(() => lines({ ...command, music })).toThrow('stream of music')
    }
  })

  test('a stamp clears what is not so any more', () => {
    expect(lines({ ...on, type: 'stamp', stamp })).toEqual([
      `api uuid_setvar_multi ${U} cc_call_id=c-1;cc_queue=q1;cc_queued_ms=1795451803725;cc_agent=;` +
        'cc_answered_ms=;cc_connected_ms=;cc_held_ms=;cc_recording=;cc_stage=;cc_prompted_ms=;cc_priority=0;cc_place_ms=;cc_language=;presence_data=cc|c-1|waiting',
    ])
  })

  test('a stamp shows people at the switch where the call stands', () => {
    const talking = { ...stamp, agentId: 'a7', answeredAt: 1, connectedAt: 2 }
    expect(lines({ ...on, type: 'stamp', stamp: talking })[0]).toMatch(/cc\|c-1\|talking$/)
    expect(lines({ ...on, type: 'stamp', stamp: { ...talking, heldAt: 3 } })[0]).toMatch(
      /cc_held_ms=3;.*cc\|c-1\|held$/,
    )
  })
})

describe('ringing an agent’s phone', () => {
  test('goes to the edge and carries everything that the phone and a restart need', () => {
    const [line = ''] = lines(originate)
    expect(line).toMatch(/\}sofia\/gateway\/edge\/agent-a7 &park\(\) \[originate-a1b2c3-17\]$/)
    expect(variablesOf(originate)).toEqual({
      origination_uuid: A,
      origination_caller_id_name: '+8613800138000',
      origination_caller_id_number: '+8613800138000',
      ignore_early_media: 'true',
      originate_timeout: '16',
      park_after_bridge: 'true',
      park_timeout: '10:NORMAL_CLEARING',
      send_silence_when_idle: '-1',
      hold_music: 'silence',
      hold_hangup_xfer_exten: 'park:inline',
      media_timeout: '60000',
      cc_role: 'agent',
      cc_call_id: 'c-1',
      cc_agent: 'a7',
      cc_queue: 'q1',
      presence_data: 'cc|c-1|agent|a7',
      'sip_h_X-CC-Call-Id': 'c-1',
      'sip_h_X-CC-Leg': A,
      'sip_h_X-CC-Queue': 'q1',
      'sip_h_X-CC-Agent': 'a7',
    })
  })

  test('offers a page encrypted media and the codecs that pages know', () => {
    expect(variablesOf(originate)).not.toHaveProperty('media_webrtc')
    expect(variablesOf(originate, true)).toMatchObject({
      media_webrtc: 'true',
      absolute_codec_string: '^^:OPUS:PCMU',
    })
  })

  test('asks the edge for a phone that answers by itself, and only where the queue says so', () => {
    const asked = variablesOf({ ...originate, autoAnswer: true })
    expect(asked['sip_h_X-CC-Auto-Answer']).toBe('true')
    expect(variablesOf(originate)).not.toHaveProperty('sip_h_X-CC-Auto-Answer')
  })

  test('gives up a second after the core does', () => {
    expect(variablesOf({ ...originate, ringMsMax: 14_001 }).originate_timeout).toBe('16')
  })
})

const originateSupervisor = {
  type: 'originate_supervisor',
  nodeId: 'fs1',
  legId: 'a1b2c3-18',
  callId: 'c-1',
  agentId: 's1',
  targetLegId: A,
  mode: 'listen',
  ringMsMax: 30_000,
} as const satisfies SwitchCommand

describe('a supervisor’s phone', () => {
  test('is rung to hear the agent’s leg, and its keys do nothing', () => {
    const [line = ''] = lines(originateSupervisor)
    expect(line).toMatch(
      /\}sofia\/gateway\/edge\/agent-s1 '&eavesdrop\(a1b2c3-17\)' \[originate-a1b2c3-18\]$/,
    )
    const variables = variablesOf(originateSupervisor)
    expect(variables).toMatchObject({
      origination_uuid: 'a1b2c3-18',
      eavesdrop_enable_dtmf: 'false',
      cc_role: 'supervisor',
      cc_call_id: 'c-1',
      cc_agent: 's1',
      presence_data: 'cc|c-1|supervisor|s1',
      'sip_h_X-CC-Monitor': 'listen',
    })
    // It never parks by itself, so that nothing would end it then.
    expect(variables).not.toHaveProperty('park_timeout')
  })

  test.each([
    ['listen', 'false', 'false', '0'],
    ['whisper', 'false', 'true', '2'],
    ['barge', 'true', 'true', '3'],
  ] as const)('begins with %s and can go over to it', (mode, aleg, bleg, digit) => {
    expect(variablesOf({ ...originateSupervisor, mode })).toMatchObject({
      eavesdrop_whisper_aleg: aleg,
      eavesdrop_whisper_bleg: bleg,
    })
    expect(lines({ ...on, type: 'set_monitor_mode', mode })).toEqual([
      `event ${JSON.stringify({ 'unique-id': U, 'eavesdrop-command': digit })}`,
    ])
  })

  test('goes over to another agent without ringing again', () => {
    const command = {
      ...on,
      type: 'monitor',
      callId: 'c-2',
      targetLegId: A,
      mode: 'whisper',
    } as const
    expect(lines(command)).toEqual([
      `api uuid_setvar_multi ${U} eavesdrop_whisper_aleg=false;eavesdrop_whisper_bleg=true;cc_call_id=c-2`,
      `api uuid_transfer ${U} 'eavesdrop:${A}' inline`,
    ])
  })

  test('becomes the phone of the agent who serves the call', () => {
    expect(lines({ ...on, type: 'make_agent_leg', callId: 'c-1', agentId: 's1' })).toEqual([
      `api uuid_setvar_multi ${U} cc_role=agent;cc_call_id=c-1;park_after_bridge=true;presence_data=cc|c-1|agent|s1`,
    ])
  })
})

const HOSTILE = [
  '}sofia/internal/x',
  "o'clock",
  'a,origination_uuid=x',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what an attacker would send.
  '${global_getvar(x)}',
  'a\r\nb',
  'a\n\napi shutdown',
  'a;cc_claimed=false',
  'a b',
  'a"b\\c',
  '张三;#*(!)~',
  '\0',
  '\ud800',
]

describe('text from outside', () => {
  test.each(HOSTILE)('%j stays one value of an originate', (text) => {
    const variables = variablesOf({ ...originate, from: text, agentId: text, queueId: text })
    expect(Object.keys(variables)).toHaveLength(20)
    expect(variables.origination_uuid).toBe(A)
    expect(variables.origination_caller_id_number).toMatch(/^[A-Za-z0-9._+%-]*$/)
    const [line = ''] = lines({ ...originate, from: text, agentId: text, queueId: text })
    expect(line).not.toMatch(/[\r\n\0'"\\;$]/)
  })

  test.each(HOSTILE)('%j stays one value of a stamp', (text) => {
    const hostile = { ...stamp, queueId: text, agentId: text, recordingPath: text }
    const [line = ''] = lines({ ...on, type: 'stamp', stamp: hostile })
    expect(line.split(';')).toHaveLength(14)
    expect(line.split(' ')).toHaveLength(4)
    expect(line).not.toMatch(/[\r\n\0'"\\$]/)
  })

  test.each(HOSTILE)('%j is no id, no cause and no safe path', (text) => {
    const commands: SwitchCommand[] = [
      { nodeId: 'fs1', legId: text, type: 'play_music' },
      { ...on, type: 'bridge', otherLegId: text },
      { ...originate, callId: text },
      { ...originateSupervisor, targetLegId: text },
      { ...on, type: 'monitor', callId: 'c-1', targetLegId: text, mode: 'listen' },
      { ...on, type: 'make_agent_leg', callId: text, agentId: 's1' },
      { ...on, type: 'stamp', stamp: { ...stamp, callId: text } },
      { ...on, type: 'hang_up', cause: text },
      { ...on, type: 'refuse', prompt: 'queue_full', cause: text },
    ]
    for (const command of commands) expect(() => lines(command)).toThrow(UnsafeText)
  })

  const harmlessInQuotes = ['a b', 'a,origination_uuid=x', '\ud800']
  const noPaths = HOSTILE.filter((text) => !harmlessInQuotes.includes(text))
  test.each(noPaths)('%j is no path', (text) => {
    expect(() => lines({ ...on, type: 'start_recording', path: text })).toThrow(UnsafeText)
  })

  test('comes back from a leg as it was', () => {
    for (const text of HOSTILE.filter((text) => text !== '\ud800')) {
      expect(decodeText(encodeText(text))).toBe(text)
    }
    expect(decodeText('50% done')).toBe('50% done')
  })
})

test('a folder with a blank in its name is quoted, or the recording would land elsewhere', () => {
  expect(lines({ ...on, type: 'start_recording', path: 'c-1.wav' }, '/srv/录音 1')).toEqual([
    `bgapi uuid_record ${U} start '/srv/录音 1/c-1.wav' [record-${U}]`,
  ])
})
