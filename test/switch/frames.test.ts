import { describe, expect, test } from 'vitest'
import { FrameReader } from '../../src/switch/frames.ts'
import { apiResponse, commandReply, event } from '../support/esl-peer.ts'

const conversation = Buffer.from(
  [
    'Content-Type: auth/request\n\n',
    commandReply('+OK accepted'),
    event({ 'Event-Name': 'CHANNEL_PARK', name: '张三 🎧' }),
    apiResponse('a body with\n\nan empty line in it'),
    event({ 'Event-Name': 'HEARTBEAT' }),
    apiResponse(''),
  ].join(''),
)

describe('frames', () => {
  const whole = new FrameReader().push(conversation)

  test('are cut out of a stream that arrives at once', () => {
    expect(whole.map(({ headers }) => headers.get('Content-Type'))).toEqual([
      'auth/request',
      'command/reply',
      'text/event-json',
      'api/response',
      'text/event-json',
      'api/response',
    ])
    expect(JSON.parse(whole[2]?.body ?? '')).toEqual({
      'Event-Name': 'CHANNEL_PARK',
      name: '张三 🎧',
    })
    expect(whole[3]?.body).toBe('a body with\n\nan empty line in it')
  })

  test('are the same wherever the stream is split in two', () => {
    for (let at = 0; at <= conversation.length; at += 1) {
      const reader = new FrameReader()
      const frames = [
        ...reader.push(conversation.subarray(0, at)),
        ...reader.push(conversation.subarray(at)),
      ]
      expect(frames, `split at ${at}`).toEqual(whole)
    }
  })

  test('are the same when every byte comes by itself', () => {
    const reader = new FrameReader()
    expect([...conversation].flatMap((byte) => reader.push(Buffer.of(byte)))).toEqual(whole)
  })

  test('of 2 MB arrive in pieces without delay', () => {
    const text = '应'.repeat(700_000)
    const bytes = Buffer.from(event({ 'Event-Name': 'X', text }))
    const reader = new FrameReader()
    const frames = []
    const begunAt = performance.now()
    for (let from = 0; from < bytes.length; from += 1_000) {
      frames.push(...reader.push(bytes.subarray(from, from + 1_000)))
    }
    expect(JSON.parse(frames[0]?.body ?? '').text).toBe(text)
    // Joined anew at every piece they would take seconds.
    expect(performance.now() - begunAt).toBeLessThan(1_000)
  })

  test('by the ten thousand in one piece do not exhaust the stack', () => {
    const frames = new FrameReader().push(Buffer.from('a: b\n\n'.repeat(50_000)))
    expect(frames).toHaveLength(50_000)
  })

  test('keep a percent sign that is no encoding', () => {
    const [frame] = new FrameReader().push(Buffer.from(commandReply('+OK 50% done %E5')))
    expect(frame?.headers.get('Reply-Text')).toBe('+OK 50% done %E5')
  })

  test.each(['-1', '1e3', 'NaN', '', '99999999999', '0x10'])(
    'with length %j are refused',
    (text) => {
      const reader = new FrameReader()
      expect(() => reader.push(Buffer.from(`Content-Length: ${text}\n\n`))).toThrow('length')
    },
  )

  test('whose head never ends are refused', () => {
    const reader = new FrameReader()
    expect(() => {
      for (let i = 0; i < 100; i += 1) reader.push(Buffer.alloc(1_000, 'a'))
    }).toThrow('without an end')
  })
})
