// What people record and what callers hear of it.
import { describe, expect, it } from 'vitest'
import { promptWavOf, readPromptSound, resampled } from '../../src/core/prompt-sound.ts'
import { formatChunk, pcm, peakAt, riff, tone, wavOf } from '../support/prompt-wav.ts'

function heard(file: Buffer): Int16Array {
  const read = readPromptSound(file)
  if (!read.ok) throw new Error(read.message)
  const work = resampled(read.sound)
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

/** Without the first and last tenth of a second, where the filter begins and ends. */
const middle = (samples: Int16Array): Int16Array => samples.subarray(800, samples.length - 800)

describe.each([8_000, 11_025, 16_000, 22_050, 44_100, 48_000])('from %i Hz', (framesPerSecond) => {
  it.each([300, 1_000, 3_000])('a tone of %i Hz keeps its pitch and level', (hz) => {
    const samples = heard(wavOf({ framesPerSecond }, tone(hz, framesPerSecond, 1.2)))
    expect(samples.length).toBe(9_600)
    const peak = peakAt(hz, middle(samples))
    expect(20 * Math.log10(peak / 10_000)).toBeGreaterThan(-0.5)
    expect(20 * Math.log10(peak / 10_000)).toBeLessThan(0.1)
    expect(peakAt(hz + 200, middle(samples))).toBeLessThan(50)
  })
})

it.each([
  [5_000, 3_000],
  [7_000, 1_000],
  [15_500, 500],
])('a tone of %i Hz is taken away, not heard as one of %i Hz', (hz, alias) => {
  const samples = heard(wavOf({ framesPerSecond: 44_100 }, tone(hz, 44_100, 1)))
  expect(peakAt(alias, middle(samples))).toBeLessThan(10)
  expect(Math.max(...middle(samples).map(Math.abs))).toBeLessThan(30)
})

it('two channels become one: what both carry keeps its level, what one carries is halved', () => {
  const both = tone(400, 16_000, 1).flatMap((sample) => [sample, sample])
  const left = tone(400, 16_000, 1).flatMap((sample) => [sample, 0])
  const form = { framesPerSecond: 16_000, channels: 2 }
  expect(peakAt(400, middle(heard(wavOf(form, both))))).toBeCloseTo(10_000, -2)
  expect(peakAt(400, middle(heard(wavOf(form, left))))).toBeCloseTo(5_000, -2)
})

it('8 kHz and one channel stay as they are, sample by sample', () => {
  const samples = [0, 1, -1, 32_767, -32_768, 1_234]
  expect([...heard(wavOf({ framesPerSecond: 8_000 }, samples))]).toEqual(samples)
})

it('the loudest sound does not turn over', () => {
  const square = Array.from({ length: 44_100 }, (_, i) => (i % 100 < 50 ? 32_767 : -32_768))
  const samples = middle(heard(wavOf({ framesPerSecond: 44_100 }, square)))
  // 441 Hz: neighbours differ by less than half the range but at the flanks, where they cross once.
  const flips = samples.filter((sample, i) => i > 0 && sample * (samples[i - 1] ?? 0) < 0).length
  expect(flips / (samples.length / 8_000)).toBeCloseTo(882, -1)
})

it('A-law and µ-law are read as G.711 has them', () => {
  const law = (code: number, bytes: number[]) =>
    heard(
      riff(
        ['fmt ', formatChunk({ framesPerSecond: 8_000, code, bits: 8 })],
        ['data', Buffer.from(bytes)],
      ),
    )
  expect([...law(7, [0xff, 0x7f, 0x80, 0x00, 0xf0])]).toEqual([0, 0, 32_124, -32_124, 120])
  expect([...law(6, [0xd5, 0x55, 0xaa, 0x2a, 0x80])]).toEqual([8, -8, 32_256, -32_256, 5_504])
})

it('other chunks are stepped over, and the extensible form of PCM is PCM', () => {
  const plain = formatChunk({ framesPerSecond: 8_000 })
  const extensible = Buffer.concat([
    Buffer.from([0xfe, 0xff]),
    plain.subarray(2),
    Buffer.from('1600100004000000', 'hex'),
    Buffer.from('0100000000001000800000aa00389b71', 'hex'),
  ])
  const data: [string, Buffer] = ['data', pcm([5, 6, 7])]
  const file = riff(['LIST', Buffer.from('odd')], ['fmt ', extensible], data, ['id3 ', pcm([9])])
  expect([...heard(file)]).toEqual([5, 6, 7])
  expect([...heard(Buffer.from(promptWavOf(heard(file))))]).toEqual([5, 6, 7])
})

const good = wavOf({ framesPerSecond: 8_000 }, tone(400, 8_000, 0.1))
const data: [string, Buffer] = ['data', pcm([1, 2])]
const withForm = (form: Parameters<typeof formatChunk>[0]) =>
  riff(['fmt ', formatChunk(form)], ['data', Buffer.alloc(24)])
const altered = (at: number, byte: number) => {
  const copy = Buffer.from(good)
  copy[at] = byte
  return copy
}

it.each<[string, Buffer, string]>([
  ['nothing', Buffer.alloc(0), 'malformed'],
  ['an MP3', Buffer.from('ID3\u0003 and more of the like, long enough to be read'), 'malformed'],
  ['a file cut short', good.subarray(0, good.length - 10), 'malformed'],
  ['RIFF of another kind', altered(8, 0x41), 'malformed'],
  ['no format', riff(data), 'malformed'],
  ['a short format', riff(['fmt ', Buffer.alloc(8)], data), 'malformed'],
  ['no data', riff(['fmt ', formatChunk({ framesPerSecond: 8_000 })]), 'malformed'],
  ['empty data', withForm({ framesPerSecond: 8_000 }).subarray(0, 36), 'malformed'],
  ['a chunk longer than the file', altered(43, 0x7f), 'malformed'],
  [
    'half a sample',
    riff(['fmt ', formatChunk({ framesPerSecond: 8_000 })], ['data', Buffer.alloc(3)]),
    'malformed',
  ],
  ['a wrong byte rate', altered(28, 1), 'malformed'],
  ['24 bits', withForm({ framesPerSecond: 8_000, bits: 24 }), 'unsupported'],
  ['8-bit PCM', withForm({ framesPerSecond: 8_000, bits: 8 }), 'unsupported'],
  ['floats', withForm({ framesPerSecond: 8_000, code: 3, bits: 32 }), 'unsupported'],
  ['GSM', withForm({ framesPerSecond: 8_000, code: 0x31 }), 'unsupported'],
  ['three channels', withForm({ framesPerSecond: 8_000, channels: 3 }), 'unsupported'],
  ['no channel', withForm({ framesPerSecond: 8_000, channels: 0 }), 'unsupported'],
  ['too slow', withForm({ framesPerSecond: 7_999 }), 'unsupported'],
  ['too fast', withForm({ framesPerSecond: 96_000 }), 'unsupported'],
  ['more than two minutes', wavOf({ framesPerSecond: 8_000 }, new Int16Array(960_001)), 'too_long'],
])('%s is refused', (_, file, fault) => {
  expect(readPromptSound(file)).toMatchObject({ ok: false, fault })
})
