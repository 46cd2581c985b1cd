// The bytes of FreeSWITCH's event socket cut into frames: header lines, an empty line, and as many
// bytes of body as the headers say. It accepts any split of the stream, down to single bytes and in
// the middle of a character, and refuses what cannot be a frame, because nothing after a wrong length
// could be trusted.

export interface Frame {
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** Replies have a few short lines; events carry everything in their body. */
const HEAD_BYTES_MAX = 64 * 1024
/** `show channels` of 10,000 channels is about 12 MB. */
const BODY_BYTES_MAX = 64 * 1024 * 1024

const END_OF_HEAD = '\n\n'

export class FrameReader {
  /** Bytes not yet made into frames, and how many of them are needed before another look is worth it. */
  #chunks: Buffer[] = []
  #length = 0
  #needed = 0

  /**
   * The frames that these bytes complete. Throws on a head without an end or a length that is none;
   * the reader is of no use after that.
   */
  push(bytes: Buffer): Frame[] {
    this.#chunks.push(bytes)
    this.#length += bytes.length
    // A giant frame arrives in hundreds of pieces; joining them at each would copy it hundreds of times.
    if (this.#length < this.#needed) return []
    const all = this.#chunks.length === 1 ? bytes : Buffer.concat(this.#chunks, this.#length)
    const frames: Frame[] = []
    let from = 0
    this.#needed = 0
    for (;;) {
      // Line ends before a head belong to nobody.
      while (all[from] === 0x0a) from += 1
      const headEnd = all.indexOf(END_OF_HEAD, from)
      if (headEnd === -1) {
        if (all.length - from > HEAD_BYTES_MAX) throw new Error('frame head without an end')
        break
      }
      const headers = readHead(all.toString('utf8', from, headEnd))
      const bodyStart = headEnd + END_OF_HEAD.length
      const bodyEnd = bodyStart + bodyLength(headers)
      if (bodyEnd > all.length) {
        this.#needed = bodyEnd - from
        break
      }
      frames.push({ headers, body: all.toString('utf8', bodyStart, bodyEnd) })
      from = bodyEnd
    }
    const rest = all.subarray(from)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#length = rest.length
    return frames
  }
}

/**
 * Header values are taken as they are. FreeSWITCH encodes them only in plain-text events, which we
 * never subscribe to; a reply may hold a bare percent sign.
 */
function readHead(text: string): Map<string, string> {
  const headers = new Map<string, string>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim())
  }
  return headers
}

function bodyLength(headers: ReadonlyMap<string, string>): number {
  const text = headers.get('Content-Length')
  if (text === undefined) return 0
  if (!/^\d{1,10}$/.test(text) || Number(text) > BODY_BYTES_MAX) {
    throw new Error(`frame with impossible length ${text.slice(0, 20)}`)
  }
  return Number(text)
}
