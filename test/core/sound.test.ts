// What is found in the sound of a recording, however it is cut into pieces.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SoundMeter, type Stretch, stretchesOutside } from '../../src/core/sound.ts'

const RATE = 8_000
type Part = readonly [seconds: number, caller: number, agent: number]

/** Stereo of parts, each as loud on either side as it says. */
function stereo(parts: readonly Part[]): Int16Array {
  const samples: number[] = []
  for (const [seconds, caller, agent] of parts) {
    for (let i = 0; i < seconds * RATE; i += 1) {
      const sign = i % 2 === 0 ? 1 : -1
      samples.push(sign * caller, sign * agent)
    }
  }
  return Int16Array.from(samples)
}

function measured(samples: Int16Array, pieces: readonly number[] = [samples.length]) {
  const meter = new SoundMeter({ framesPerSecond: RATE, gapMsMin: 5_000 })
  let at = 0
  for (let i = 0; at < samples.length; i += 1) {
    const frames = Math.max(1, pieces[i % pieces.length] ?? 1)
    meter.take(samples.subarray(at, at + frames * 2))
    at += frames * 2
  }
  return meter.finish()
}

describe('gaps', () => {
  it('are longer than five seconds in which neither speaks', () => {
    const samples = stereo([
      [2, 3_000, 0],
      [5, 0, 0],
      [1, 0, 3_000],
      [5.1, 20, 20],
      [1, 3_000, 0],
      [7, 0, 0],
    ])
    expect(measured(samples).gaps).toEqual([
      { fromMs: 8_000, toMs: 13_100 },
      { fromMs: 14_100, toMs: 21_100 },
    ])
  })

  it('are none while music or a voice is on one side', () => {
    expect(measured(stereo([[30, 0, 900]])).gaps).toEqual([])
  })
})

it('names the channels on which nothing was ever heard', () => {
  expect(measured(stereo([[6, 2_000, 0]])).silent).toEqual(['agent'])
  expect(measured(stereo([[6, 30, 2_000]])).silent).toEqual(['caller'])
  expect(measured(stereo([[6, 0, 0]])).silent).toEqual(['caller', 'agent'])
  expect(measured(stereo([[6, 500, 500]])).silent).toEqual([])
})

it('finds the same however the file comes in pieces', () => {
  const parts = fc.array(
    fc.tuple(
      fc.integer({ min: 1, max: 80 }).map((tenths) => tenths / 10),
      fc.constantFrom(0, 50, 4_000),
      fc.constantFrom(0, 50, 4_000),
    ),
    { minLength: 1, maxLength: 6 },
  )
  const pieces = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(parts, pieces, (some, cuts) => {
      const samples = stereo(some)
      expect(measured(samples, cuts)).toEqual(measured(samples))
    }),
    { numRuns: 25 },
  )
})

it('leaves of gaps only what no pause covers', () => {
  const gaps: Stretch[] = [
    { fromMs: 0, toMs: 20_000 },
    { fromMs: 30_000, toMs: 40_000 },
  ]
  const pauses = [
    { fromMs: 6_000, toMs: 17_000 },
    { fromMs: 29_000, toMs: 41_000 },
  ]
  expect(stretchesOutside(gaps, pauses, 5_000)).toEqual([{ fromMs: 0, toMs: 6_000 }])
  expect(stretchesOutside(gaps, [], 5_000)).toEqual(gaps)
})
