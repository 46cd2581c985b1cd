// WAV files as people upload them, and how loud a tone is in one.

export interface WavForm {
  readonly framesPerSecond: number
  readonly channels?: number
  readonly code?: number
  readonly bits?: number
}

/** Chunks in the order given, each padded to whole words. */
export function riff(...chunks: readonly [string, Buffer][]): Buffer {
  const body = Buffer.concat(
    chunks.flatMap(([name, bytes]) => {
      const head = Buffer.alloc(8)
      head.write(name, 'latin1')
      head.writeUInt32LE(bytes.length, 4)
      return [head, bytes, Buffer.alloc(bytes.length % 2)]
    }),
  )
  const head = Buffer.alloc(12)
  head.write('RIFF')
  head.writeUInt32LE(body.length + 4, 4)
  head.write('WAVE', 8)
  return Buffer.concat([head, body])
}

export function formatChunk({
  framesPerSecond,
  channels = 1,
  code = 1,
  bits = 16,
}: WavForm): Buffer {
  const chunk = Buffer.alloc(16)
  chunk.writeUInt16LE(code, 0)
  chunk.writeUInt16LE(channels, 2)
  chunk.writeUInt32LE(framesPerSecond, 4)
  chunk.writeUInt32LE((framesPerSecond * channels * bits) / 8, 8)
  chunk.writeUInt16LE((channels * bits) / 8, 12)
  chunk.writeUInt16LE(bits, 14)
  return chunk
}

/** Interleaved samples of 16 bits. */
export function pcm(samples: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(samples.length * 2)
  for (let i = 0; i < samples.length; i += 1) bytes.writeInt16LE(Math.round(samples[i] ?? 0), i * 2)
  return bytes
}

export function wavOf(form: WavForm, samples: ArrayLike<number>): Buffer {
  return riff(['fmt ', formatChunk(form)], ['data', pcm(samples)])
}

export function tone(hz: number, framesPerSecond: number, seconds: number, peak = 10_000) {
  const length = Math.round(framesPerSecond * seconds)
  return Array.from({ length }, (_, i) => peak * Math.sin((2 * Math.PI * hz * i) / framesPerSecond))
}

/** The peak of the tone of that pitch within the samples (Goertzel). */
export function peakAt(hz: number, samples: ArrayLike<number>, framesPerSecond = 8_000): number {
  let [re, im] = [0, 0]
  for (let i = 0; i < samples.length; i += 1) {
    const angle = (2 * Math.PI * hz * i) / framesPerSecond
    re += (samples[i] ?? 0) * Math.cos(angle)
    im += (samples[i] ?? 0) * Math.sin(angle)
  }
  return (2 * Math.hypot(re, im)) / samples.length
}
