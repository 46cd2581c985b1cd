// The head of a WAV file: enough to know how long it plays. Chunks of any kind and order are stepped
// over; only what makes the length unknowable is refused.
import type { FileHandle } from 'node:fs/promises'

export interface WavHead {
  readonly channels: number
  readonly bytesPerSecond: number
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
      return { channels, bytesPerSecond, soundBytes }
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
