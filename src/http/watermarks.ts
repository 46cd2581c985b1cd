// Copies of recordings that say who took them, in the WAV file's own notes (RIFF INFO): the sound itself is
// not touched, so the original can still be told from its hash.
import { Readable } from 'node:stream'
import type { Sound } from './context.ts'

const RIFF_HEAD_BYTES = 8

export function watermarked(
  { sizeBytes, read }: Sound,
  words: { readonly artist: string; readonly comment: string },
): { readonly sizeBytes: number; readonly bytes: Readable } {
  const notes = Buffer.concat([
    Buffer.from('INFO'),
    noteOf('IART', words.artist),
    noteOf('ICMT', words.comment),
  ])
  const list = chunkOf('LIST', notes)
  const isOdd = sizeBytes % 2 === 1
  const total = sizeBytes + (isOdd ? 1 : 0) + list.length
  async function* parts(): AsyncGenerator<Buffer> {
    const head = Buffer.alloc(RIFF_HEAD_BYTES)
    head.write('RIFF', 0, 'latin1')
    head.writeUInt32LE(total - RIFF_HEAD_BYTES, 4)
    yield head
    for await (const part of read(RIFF_HEAD_BYTES, sizeBytes - 1)) yield part as Buffer
    if (isOdd) yield Buffer.alloc(1)
    yield list
  }
  return { sizeBytes: total, bytes: Readable.from(parts()) }
}

function noteOf(name: string, text: string): Buffer {
  return chunkOf(name, Buffer.from(`${text}\0`))
}

function chunkOf(name: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(name, 0, 'latin1')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
}
