// The head of a WAV file: enough to know how long it plays. Chunks of any kind and order are stepped
// over; only what makes the length unknowable is refused.
import type { FileHandle } from 'node:fs/promises'

export interface WavHead {
  readonly channels: number
  readonly bytesPerSecond: number
  /** Where the sound begins. */
  readonly soundAt: number
  /** Bytes of sound that are really there. */
  readonly soundBytes: number
}

const RIFF_HEAD_BYTES = 12
const CHUNK_HEAD_BYTES = 8
const FORMAT_BYTES = 16
/** FreeSWITCH writes three; a file of nothing but chunk heads is not one of ours. */
const CHUNKS_MAX = 64

/** Null if this is no WAV file, or not one yet. */
export async function readWavHead(file: FileHandle, fileBytes: number): Promise<WavHead | null> {
  const riff = await bytesAt(file, 0, RIFF_HEAD_BYTES)
  if (riff?.toString('latin1', 0, 4) !== 'RIFF' || riff.toString('latin1', 8) !== 'WAVE')
    return null
  let format: Buffer | null = null
  let at = RIFF_HEAD_BYTES
  for (let i = 0; i < CHUNKS_MAX; i += 1) {
    const head = await bytesAt(file, at, CHUNK_HEAD_BYTES)
    if (head === null) return null
    const name = head.toString('latin1', 0, 4)
    const length = head.readUInt32LE(4)
    const start = at + CHUNK_HEAD_BYTES
    if (name === 'fmt ') format = await bytesAt(file, start, FORMAT_BYTES)
    if (name === 'data') {
      if (format === null) return null
      const channels = format.readUInt16LE(2)
      const bytesPerSecond = format.readUInt32LE(8)
      if (channels === 0 || bytesPerSecond === 0) return null
      const there = fileBytes - start
      // The length is written last: 0 in a file that a crash cut short, and more than is there in one
      // that a full disk did.
      const soundBytes = length === 0 ? there : Math.min(length, there)
      return { channels, bytesPerSecond, soundAt: start, soundBytes }
    }
    // Chunks are padded to whole words.
    at = start + length + (length % 2)
  }
  return null
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer | null> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  return bytesRead === length ? buffer : null
}

/** Of 16-bit stereo. */
export const FRAME_BYTES = 4

/** Hands on the samples in a file that comes in pieces, whole frames at a time. */
export class SoundPieces {
  readonly #from: number
  readonly #to: number
  readonly #take: (samples: Int16Array) => void
  #rest: Buffer = Buffer.alloc(0)

  constructor(soundAt: number, soundBytes: number, take: (samples: Int16Array) => void) {
    this.#from = soundAt
    this.#to = soundAt + soundBytes
    this.#take = take
  }

  /** `at`: where the piece stands in the file; pieces come in order. */
  take(piece: Buffer, at: number): void {
    const sound = piece.subarray(Math.max(0, this.#from - at), Math.max(0, this.#to - at))
    const bytes = this.#rest.length === 0 ? sound : Buffer.concat([this.#rest, sound])
    const wholeBytes = bytes.length - (bytes.length % FRAME_BYTES)
    const samples = new Int16Array(wholeBytes / 2)
    for (let i = 0; i < samples.length; i += 1) samples[i] = bytes.readInt16LE(i * 2)
    this.#rest = Buffer.from(bytes.subarray(wholeBytes))
    this.#take(samples)
  }
}
