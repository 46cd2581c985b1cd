// A queue of lines on disk, for facts that the database cannot take at the moment. Lines come out in
// the order they went in. A line that was appended survives the end of the process and of the machine
// (every append is followed by fdatasync); one that was cut short by either is dropped when the file
// is opened again, since nobody was told that it was kept. What was read stays in the file until all
// of it was, so a crash in between gives the same lines once more.
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'

const NEWLINE = 0x0a
const CHUNK_BYTES = 1 << 20

export class Spool {
  readonly #folder: string
  readonly #path: string
  readonly #bytesMax: number
  #file: FileHandle | null = null
  /** Where the file ends, and up to where it was read. */
  #size = 0
  #offset = 0
  #lines = 0

  constructor(folder: string, bytesMax: number) {
    this.#folder = folder
    this.#path = join(folder, 'spool.ndjson')
    this.#bytesMax = bytesMax
  }

  /** Lines not yet taken out. */
  get lines(): number {
    return this.#lines
  }

  /** Bytes not yet taken out. */
  get bytes(): number {
    return this.#size - this.#offset
  }

  /** Returns how many bytes of an unfinished last line were dropped. */
  async open(): Promise<number> {
    await mkdir(this.#folder, { recursive: true })
    // `a+` makes the file but would ignore positions; `r+` honours them.
    await (await open(this.#path, 'a+')).close()
    const file = await open(this.#path, 'r+')
    this.#file = file
    const { size } = await file.stat()
    this.#offset = 0
    this.#size = 0
    this.#lines = 0
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (let position = 0; position < size; ) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
      if (bytesRead === 0) break
      for (let at = chunk.indexOf(NEWLINE); at !== -1 && at < bytesRead; ) {
        this.#lines += 1
        this.#size = position + at + 1
        at = chunk.indexOf(NEWLINE, at + 1)
      }
      position += bytesRead
    }
    if (this.#size < size) await file.truncate(this.#size)
    return size - this.#size
  }

  /** False, and nothing is written, where the file would grow above its bound. */
  async append(lines: readonly string[]): Promise<boolean> {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
    if (this.#size + bytes.length > this.#bytesMax) return false
    const file = this.#opened()
    try {
      for (let written = 0; written < bytes.length; ) {
        const rest = bytes.length - written
        const step = await file.write(bytes, written, rest, this.#size + written)
        written += step.bytesWritten
      }
      await file.datasync()
    } catch (error) {
      // Half a line must not stand before the next one. Should this fail too, the next append
      // overwrites it, because positions are ours and not the file's.
      await file.truncate(this.#size).catch(() => {})
      throw error
    }
    this.#size += bytes.length
    this.#lines += lines.length
    return true
  }

  /** The next lines, up to `linesMax`; they stay until `take`. */
  async peek(linesMax: number): Promise<string[]> {
    const file = this.#opened()
    let length = Math.min(CHUNK_BYTES, this.bytes)
    for (;;) {
      const chunk = Buffer.alloc(length)
      const { bytesRead } = await file.read(chunk, 0, length, this.#offset)
      const end = chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE)
      if (end !== -1) return chunk.toString('utf8', 0, end).split('\n').slice(0, linesMax)
      if (length >= this.bytes) throw new Error(`the spool ${this.#path} was cut from outside`)
      length = Math.min(length * 2, this.bytes)
    }
  }

  /** The first of the lines last peeked at are done with. */
  async take(lines: readonly string[]): Promise<void> {
    this.#lines -= lines.length
    for (const line of lines) this.#offset += Buffer.byteLength(line) + 1
    if (this.#offset < this.#size) return
    await this.#opened().truncate(0)
    this.#size = 0
    this.#offset = 0
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = null
  }

  #opened(): FileHandle {
    if (this.#file === null) throw new Error('the spool is not open')
    return this.#file
  }
}
