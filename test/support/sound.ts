// What was heard, told from the samples: silence, one of the tests' tones, or something else (music or a
// voice), and which file of ours that something is.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { HeardFrame } from './rtp.ts'

/** Multiples of 50 Hz, each exactly in one bin of a 20 ms frame, and none in the music's chords. */
export const TONES = { caller: 1_900, agent: 1_000, otherAgent: 1_450, third: 2_350 } as const
export type Hearing = 'silence' | keyof typeof TONES | 'sound'

function power(samples: Int16Array, hertz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / 8_000)
  let one = 0
  let two = 0
  for (const sample of samples) {
    const next = sample + coefficient * one - two
    two = one
    one = next
  }
  return (2 * (one * one + two * two - coefficient * one * two)) / samples.length
}

/** The part of a frame's energy that is in that tone, 0 to 1. */
export function share(samples: Int16Array, hertz: number): number {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0)
  return energy === 0 ? 0 : power(samples, hertz) / energy
}

/** What one frame holds: a tone if it has at least 80 % of the frame's energy. */
export function hearing(samples: Int16Array): Hearing {
  let energy = 0
  for (const sample of samples) energy += sample * sample
  if (Math.sqrt(energy / samples.length) < 50) return 'silence'
  for (const [name, hertz] of Object.entries(TONES) as [keyof typeof TONES, number][]) {
    if (power(samples, hertz) > 0.8 * energy) return name
  }
  return 'sound'
}

/** A tone is there with at least this share of a frame's energy; two that are mixed have about a half each. */
const MIXED_SHARE_MIN = 0.12

/**
 * The tones, also mixed ones, that were heard in that stretch: each in at least half of its frames. What
 * is heard in less than a tenth of them does not count as heard; anything between throws.
 */
export function tonesHeard(
  frames: readonly HeardFrame[],
  from: number,
  to: number,
): (keyof typeof TONES)[] {
  const within = frames.filter(({ at }) => at >= from && at < to)
  if (within.length < 10) throw new Error(`only ${within.length} frames were heard`)
  return (Object.keys(TONES) as (keyof typeof TONES)[]).filter((name) => {
    const share = within.filter(({ samples }) => hasTone(samples, name)).length / within.length
    if (share >= 0.1 && share < 0.5) throw new Error(`${name} was heard in ${share} of the frames`)
    return share >= 0.5
  })
}

/** Whether the frame holds the tone, alone or with others. */
export function hasTone(samples: Int16Array, name: keyof typeof TONES): boolean {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0)
  if (Math.sqrt(energy / samples.length) < 50) return false
  return power(samples, TONES[name]) > MIXED_SHARE_MIN * energy
}

/** How many of the frames that arrived in that stretch of time hold what. */
export function hearings(
  frames: readonly HeardFrame[],
  from: number,
  to: number,
): Record<Hearing, number> & { readonly all: number } {
  const counts = { silence: 0, caller: 0, agent: 0, otherAgent: 0, third: 0, sound: 0, all: 0 }
  for (const frame of frames) {
    if (frame.at < from || frame.at >= to) continue
    counts[hearing(frame.samples)] += 1
    counts.all += 1
  }
  return counts
}

export interface Wav {
  readonly samplesPerSecond: number
  readonly channels: readonly Int16Array[]
  readonly durationMs: number
}

/** A plain 16-bit PCM file. */
export function readWav(path: string): Wav {
  const bytes = readFileSync(path)
  let offset = 12
  let count = 1
  let samplesPerSecond = 0
  while (offset + 8 <= bytes.length) {
    const name = bytes.toString('latin1', offset, offset + 4)
    const size = bytes.readUInt32LE(offset + 4)
    if (name === 'fmt ') {
      count = bytes.readUInt16LE(offset + 10)
      samplesPerSecond = bytes.readUInt32LE(offset + 12)
    } else if (name === 'data') {
      const length = Math.floor(Math.min(size, bytes.length - offset - 8) / (2 * count))
      const channels = Array.from({ length: count }, (_, channel) =>
        Int16Array.from({ length }, (_, index) =>
          bytes.readInt16LE(offset + 8 + 2 * (index * count + channel)),
        ),
      )
      return { samplesPerSecond, channels, durationMs: (1_000 * length) / samplesPerSecond }
    }
    offset += 8 + size + (size % 2)
  }
  throw new Error(`${path} holds no sound`)
}

export function promptSound(name: string): Int16Array {
  const path = fileURLToPath(new URL(`../../dialplan/prompts/${name}.wav`, import.meta.url))
  return readWav(path).channels[0] ?? new Int16Array()
}

export const musicSound = (): Int16Array => promptSound('music/moh')

/**
 * The likeness, 0 to 1, of a tenth of a second of what was heard, beginning with the frame at or after
 * `at`, to the most similar place of `whole`. Above 0.9 it is that file; unrelated sounds stay below 0.6.
 */
export function likeness(frames: readonly HeardFrame[], at: number, whole: Int16Array): number {
  const first = frames.findIndex((frame) => frame.at >= at)
  if (first < 0) return 0
  const piece = frames.slice(first, first + 5).flatMap((frame) => [...frame.samples])
  const pieceEnergy = piece.reduce((sum, sample) => sum + sample * sample, 0)
  if (piece.length < 800 || pieceEnergy < piece.length * 50 * 50) return 0
  let windowEnergy = 0
  for (let index = 0; index < piece.length; index += 1) windowEnergy += (whole[index] ?? 0) ** 2
  let best = 0
  for (let start = 0; start + piece.length < whole.length; start += 1) {
    if (windowEnergy > piece.length * 50 * 50) {
      let product = 0
      for (let index = 0; index < piece.length; index += 1) {
        product += (piece[index] ?? 0) * (whole[start + index] ?? 0)
      }
      best = Math.max(best, product / Math.sqrt(pieceEnergy * windowEnergy))
    }
    windowEnergy += (whole[start + piece.length] ?? 0) ** 2 - (whole[start] ?? 0) ** 2
  }
  return best
}
