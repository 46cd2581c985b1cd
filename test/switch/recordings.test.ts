import { createHash } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Input } from '../../src/core/inputs.ts'
import { RecordingVerifier } from '../../src/switch/recordings.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../support/until.ts'

let recordingsDir: string
let clock: ManualClock
let inputs: Input[]
let verifier: RecordingVerifier

beforeEach(async () => {
  recordingsDir = await mkdtemp(join(tmpdir(), 'recordings-'))
  clock = new ManualClock()
  inputs = []
  verifier = new RecordingVerifier({ recordingsDir, clock, submit: (input) => inputs.push(input) })
})

afterEach(async () => {
  verifier.stop()
  await until(() => verifier.isQuiet, 'reads to end')
  await rm(recordingsDir, { recursive: true })
})

interface Shape {
  readonly channels?: number
  readonly ms?: number
  readonly dataBytes?: number
  readonly before?: readonly Buffer[]
}

function chunk(name: string, body: Buffer, length = body.length): Buffer {
  const head = Buffer.alloc(8)
  head.write(name, 0, 'latin1')
  head.writeUInt32LE(length, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
}

/** 16 bit, 8 kHz. `dataBytes` is what the head claims; the sound is always there. */
function wav({ channels = 2, ms = 1_500, dataBytes, before = [] }: Shape = {}): Buffer {
  const format = Buffer.alloc(16)
  format.writeUInt16LE(1, 0)
  format.writeUInt16LE(channels, 2)
  format.writeUInt32LE(8_000, 4)
  format.writeUInt32LE(16_000 * channels, 8)
  format.writeUInt16LE(2 * channels, 12)
  format.writeUInt16LE(16, 14)
  const sound = Buffer.alloc((ms * 16 * channels) | 0, 7)
  const chunks = Buffer.concat([
    chunk('fmt ', format),
    ...before,
    chunk('data', sound, dataBytes ?? sound.length),
  ])
  const riff = Buffer.alloc(12)
  riff.write('RIFF', 0, 'latin1')
  riff.writeUInt32LE(chunks.length + 4, 4)
  riff.write('WAVE', 8, 'latin1')
  return Buffer.concat([riff, chunks])
}

/** What is reported of a file, letting the verifier look as often as it likes. */
async function report(path: string): Promise<Input> {
  verifier.verify({ type: 'verify_recording', callId: 'c-1', path })
  return until(() => {
    if (verifier.isQuiet && inputs.length === 0) clock.advance(250)
    return inputs[0]
  }, 'a report')
}

const file = (path: string): string => join(recordingsDir, path)

test('a recording is reported with its length, size and hash', async () => {
  const bytes = wav({ ms: 61_250 })
  await mkdir(file('2026/11/23'), { recursive: true })
  await writeFile(file('2026/11/23/c-1.wav'), bytes)
  expect(await report('2026/11/23/c-1.wav')).toEqual({
    type: 'recording.verified',
    at: clock.now(),
    callId: 'c-1',
    path: '2026/11/23/c-1.wav',
    durationMs: 61_250,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    gaps: [],
    silent: [],
  })
})

describe('the length', () => {
  test('is that of the file when a crash left 0 in the head', async () => {
    await writeFile(file('a.wav'), wav({ ms: 2_000, dataBytes: 0 }))
    expect(await report('a.wav')).toMatchObject({ type: 'recording.verified', durationMs: 2_000 })
  })

  test('is that of the file when the head promises more than is there', async () => {
    await writeFile(file('a.wav'), wav({ ms: 2_000, dataBytes: 9_999_999 }))
    expect(await report('a.wav')).toMatchObject({ type: 'recording.verified', durationMs: 2_000 })
  })

  test('is found behind other chunks, odd ones included', async () => {
    const before = [chunk('LIST', Buffer.alloc(33, 1)), chunk('junk', Buffer.alloc(100_000, 2))]
    await writeFile(file('a.wav'), wav({ ms: 2_000, before }))
    expect(await report('a.wav')).toMatchObject({ type: 'recording.verified', durationMs: 2_000 })
  })
})

describe('a file that is no recording is reported with the reason', () => {
  test.each<[string, string, Buffer | null]>([
    ['missing_file', 'a.wav', null],
    ['empty_file', 'a.wav', Buffer.alloc(0)],
    ['empty_file', 'a.wav', wav({ ms: 0 })],
    ['not_wav', 'a.wav', Buffer.from('hello')],
    ['not_wav', 'a.wav', wav().subarray(0, 30)],
    ['not_wav', 'a.wav', Buffer.alloc(10_000)],
    ['not_stereo', 'a.wav', wav({ channels: 1 })],
    ['unreadable', '.', null],
    ['unreadable', '../outside.wav', null],
    ['unreadable', '/etc/passwd', null],
  ])('%s (%s)', async (reason, path, bytes) => {
    if (bytes !== null) await writeFile(file('a.wav'), bytes)
    expect(await report(path)).toEqual({
      type: 'recording.unverified',
      at: clock.now(),
      callId: 'c-1',
      path,
      reason,
    })
  })

  test('unreadable: a folder of that name', async () => {
    await mkdir(file('a.wav'))
    expect(await report('a.wav')).toMatchObject({ reason: 'unreadable' })
  })
})

test('a file that the switch finishes a moment later is found', async () => {
  verifier.verify({ type: 'verify_recording', callId: 'c-1', path: 'late.wav' })
  await until(() => verifier.isQuiet, 'the first look')
  const bytes = wav()
  await writeFile(file('late.wav'), bytes.subarray(0, 20))
  clock.advance(250)
  await until(() => verifier.isQuiet, 'the second look')
  expect(inputs).toEqual([])
  await appendFile(file('late.wav'), bytes.subarray(20))
  clock.advance(500)
  await until(() => inputs.length > 0, 'the report')
  expect(inputs[0]).toMatchObject({ type: 'recording.verified', durationMs: 1_500 })
})

test('many recordings are all reported', async () => {
  const paths = Array.from({ length: 40 }, (_, i) => `${i}.wav`)
  await Promise.all(paths.map((path) => writeFile(file(path), wav({ ms: 100 }))))
  for (const path of paths) verifier.verify({ type: 'verify_recording', callId: path, path })
  await until(() => inputs.length === 40, 'all reports')
  expect(inputs.every((input) => input.type === 'recording.verified')).toBe(true)
})

test('nothing is reported after the end', async () => {
  verifier.verify({ type: 'verify_recording', callId: 'c-1', path: 'missing.wav' })
  await until(() => verifier.isQuiet, 'the first look')
  verifier.stop()
  clock.advance(60_000)
  expect(clock.timers).toBe(0)
  expect(inputs).toEqual([])
})
