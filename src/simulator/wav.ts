// Stereo WAV files of calls that never took place: who was heard when, as tones that sound like people
// talking. Voices and music are made once, as loops of some seconds, and only copied afterwards; that is
// what keeps hours of calls cheap. Files are 16-bit PCM at 8 kHz, caller left, what the caller hears right.
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { Random } from './random.ts'

export const SAMPLES_PER_MS = 8
const RATE = 8_000
const HEADER_BYTES = 44
const FRAME_BYTES = 4
const CHUNK_FRAMES = 16_384
const LOOP_SECONDS = 24

/** What one channel carries from a moment on, in samples since the beginning. */
export interface Sound {
  readonly from: number
  /** `silence`, `music`, `prompt:…`, or a speaker: `caller:…` or `agent:…`. */
  readonly source: string
}

export function headerOfWav(frames: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('RIFF', 0)
  header.writeUInt32LE(HEADER_BYTES - 8 + frames * FRAME_BYTES, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(2, 22)
  header.writeUInt32LE(RATE, 24)
  header.writeUInt32LE(RATE * FRAME_BYTES, 28)
  header.writeUInt16LE(FRAME_BYTES, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(frames * FRAME_BYTES, 40)
  return header
}

export function sizeOfWav(frames: number): number {
  return HEADER_BYTES + frames * FRAME_BYTES
}

/** Of a PCM file's header; null for anything else, and for what is not there. */
export function durationOfWav(path: string): number | null {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return null
  }
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    if (readSync(file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return null
    if (header.toString('latin1', 0, 4) !== 'RIFF') return null
    const bytesPerSecond = header.readUInt32LE(28)
    return bytesPerSecond === 0
      ? null
      : Math.round((header.readUInt32LE(40) / bytesPerSecond) * 1_000)
  } finally {
    closeSync(file)
  }
}

/** As loud as a word on both channels: a line on which nothing was ever heard is taken for broken. */
const BEEP = new Int16Array(2 * RATE * 0.1).fill(3_000)

/** Header, a beep and silence of exactly that length, taking no room on the disk to speak of. */
export function writeSilence(path: string, frames: number): void {
  const file = openSync(path, 'w')
  try {
    writeSync(file, headerOfWav(frames))
    writeSync(file, new Uint8Array(BEEP.buffer, 0, BEEP.byteLength))
    ftruncateSync(file, sizeOfWav(frames))
  } finally {
    closeSync(file)
  }
}

/** Both lists begin at sample 0 and ascend. */
export function writeSpeech(
  path: string,
  frames: number,
  left: readonly Sound[],
  right: readonly Sound[],
): void {
  const file = openSync(path, 'w')
  try {
    writeSync(file, headerOfWav(frames))
    const chunk = new Int16Array(CHUNK_FRAMES * 2)
    for (let at = 0; at < frames; at += CHUNK_FRAMES) {
      const length = Math.min(CHUNK_FRAMES, frames - at)
      chunk.fill(0)
      mix(chunk, 0, at, length, left)
      mix(chunk, 1, at, length, right)
      writeSync(file, new Uint8Array(chunk.buffer, 0, length * FRAME_BYTES))
    }
  } finally {
    closeSync(file)
  }
}

function mix(
  chunk: Int16Array,
  channel: 0 | 1,
  chunkAt: number,
  length: number,
  sounds: readonly Sound[],
): void {
  sounds.forEach((sound, i) => {
    const loop = loopOf(sound.source)
    if (loop === null) return
    const from = Math.max(sound.from, chunkAt)
    const to = Math.min(sounds[i + 1]?.from ?? Number.POSITIVE_INFINITY, chunkAt + length)
    for (let sample = from; sample < to; sample += 1) {
      chunk[(sample - chunkAt) * 2 + channel] = loop[sample % loop.length] ?? 0
    }
  })
}

const loops = new Map<string, Int16Array>()

function loopOf(source: string): Int16Array | null {
  if (source === 'silence') return null
  const [kind = '', speaker = ''] = source.split(':')
  // Four voices a side are enough to tell two calls apart.
  const voice = [...speaker].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 4
  const key = kind === 'caller' || kind === 'agent' ? `${kind}/${voice}` : kind
  let loop = loops.get(key)
  if (loop === undefined) {
    loop = makeLoop(kind, voice)
    loops.set(key, loop)
  }
  return loop
}

function makeLoop(kind: string, voice: number): Int16Array {
  switch (kind) {
    case 'music':
      return music()
    case 'caller':
      return speech(`caller/${voice}`, 105 + 14 * voice, [7.2, 8.4])
    case 'agent':
      return speech(`agent/${voice}`, 190 + 16 * voice, [0, 6.9])
    default:
      return speech('prompt', 165, [0, LOOP_SECONDS])
  }
}

/**
 * Syllables of a voice with the pitch moving within each, in phrases with pauses between. In a dialogue
 * the two sides take turns: a side speaks from `turn[0]` for `turn[1]` seconds in every 16.
 */
function speech(seed: string, pitchHz: number, turn: readonly [number, number]): Int16Array {
  const random = new Random(`voice/${seed}`)
  const loop = new Int16Array(LOOP_SECONDS * RATE)
  const [turnFrom, turnSeconds] = turn
  let at = 0
  let left = random.whole(5, 12)
  while (at < LOOP_SECONDS) {
    const seconds = random.between(0.12, 0.24)
    const isOwnTurn = (at - turnFrom + 16) % 16 < turnSeconds
    if (isOwnTurn) syllable(loop, at, seconds, pitchHz * random.between(0.85, 1.2), random)
    at += seconds + random.between(0.01, 0.04)
    left -= 1
    if (left === 0) {
      at += random.between(0.25, 0.7)
      left = random.whole(5, 12)
    }
  }
  return loop
}

function syllable(
  loop: Int16Array,
  at: number,
  seconds: number,
  pitchHz: number,
  random: Random,
): void {
  const glide = random.between(-0.25, 0.25)
  const brightness = random.between(1.1, 2)
  const loudness = random.between(2_200, 3_600)
  const first = Math.floor(at * RATE)
  const length = Math.floor(seconds * RATE)
  let phase = 0
  for (let i = 0; i < length && first + i < loop.length; i += 1) {
    const progress = i / length
    phase += (2 * Math.PI * pitchHz * (1 + glide * progress)) / RATE
    let value = 0
    for (let harmonic = 1; harmonic <= 6; harmonic += 1) {
      value += Math.sin(phase * harmonic) / harmonic ** brightness
    }
    loop[first + i] = Math.round(loudness * value * Math.sin(Math.PI * progress) ** 0.6)
  }
}

/** A slow broken chord. */
function music(): Int16Array {
  const loop = new Int16Array(LOOP_SECONDS * RATE)
  const notes = [261.6, 329.6, 392, 523.3, 392, 329.6, 220, 261.6, 329.6, 440, 329.6, 261.6]
  const seconds = 0.5
  for (let i = 0; i < LOOP_SECONDS / seconds; i += 1) {
    const pitchHz = notes[i % notes.length] ?? 0
    const first = Math.round(i * seconds * RATE)
    for (let j = 0; j < seconds * RATE; j += 1) {
      const t = j / RATE
      const envelope = Math.min(1, t * 40) * Math.exp(-3 * t)
      const value = Math.sin(2 * Math.PI * pitchHz * t) + 0.4 * Math.sin(4 * Math.PI * pitchHz * t)
      loop[first + j] = Math.round(4_200 * envelope * value)
    }
  }
  return loop
}
