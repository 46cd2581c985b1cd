// Where recordings lie and how they are read, whether in the folder or in the bucket, sealed or not: who
// reads gets the bytes of the recording as it was made, from any place in it.
import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, open, realpath, rm, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Bucket } from './bucket.ts'
import {
  BEGINNING_BYTES,
  type Cipher,
  headIn,
  type MasterKey,
  Opener,
  PIECE_BYTES,
  SEALED_BYTES,
  Sealer,
} from './envelope.ts'

export interface Stored {
  readonly path: string
  readonly place: 'local' | 'bucket'
  /** Its name there, where it is another than `path`. */
  readonly storedAs: string | null
}

export interface Sound {
  readonly sizeBytes: number
  /** Both ends included. */
  read(first: number, last: number): Readable
}

export interface VaultOptions {
  readonly recordingsDir: string
  readonly bucket: Bucket | null
  /** The newest first; none: recordings are kept as they are. */
  readonly keys: readonly MasterKey[]
  readonly cipher: Cipher
}

interface Bytes {
  readonly sizeBytes: number
  read(first: number, last: number): Promise<Readable>
}

export class Vault {
  readonly #options: VaultOptions

  constructor(options: VaultOptions) {
    this.#options = options
  }

  get hasBucket(): boolean {
    return this.#options.bucket !== null
  }

  get isSealing(): boolean {
    return this.#options.keys.length > 0
  }

  /** Null if it is not there. Rejects where the bucket cannot be reached, or the key is unknown. */
  async open(stored: Stored): Promise<Sound | null> {
    const bytes = await this.#bytesOf(stored)
    if (bytes === null) return null
    if (bytes.sizeBytes === 0) return { sizeBytes: 0, read: () => Readable.from([]) }
    const beginning = await wholeOf(
      await bytes.read(0, Math.min(BEGINNING_BYTES, bytes.sizeBytes) - 1),
    )
    const sealed = headIn(beginning)
    if (sealed === null) {
      return {
        sizeBytes: bytes.sizeBytes,
        read: (first, last) => Readable.from(unsealed(bytes, first, last)),
      }
    }
    const opener = new Opener(sealed.head, this.#options.keys)
    return {
      sizeBytes: sealed.head.plainBytes,
      read: (first, last) => Readable.from(opened(bytes, opener, sealed.at, first, last)),
    }
  }

  /** Copies the recording into the bucket, or seals it in the folder. Returns where it is then. */
  async archive(path: string): Promise<Pick<Stored, 'place' | 'storedAs'>> {
    const { recordingsDir, bucket, keys, cipher } = this.#options
    const file = await realpath(join(recordingsDir, path))
    const { size } = await stat(file)
    const [master] = keys
    if (master === undefined) {
      if (bucket === null) return { place: 'local', storedAs: null }
      await bucket.put(path, createReadStream(file), size)
      return this.#inBucket(path, size)
    }
    const sealer = new Sealer(master, cipher, size)
    const pieces = Math.ceil(size / PIECE_BYTES)
    const sizeBytes = sealer.headBytes.length + size + pieces * (SEALED_BYTES - PIECE_BYTES)
    const name = `${path}.sealed`
    const sealed = Readable.from(sealedPieces(file, sealer))
    if (bucket === null) {
      await pipeline(sealed, createWriteStream(join(recordingsDir, name)))
      return { place: 'local', storedAs: name }
    }
    await bucket.put(name, sealed, sizeBytes)
    return this.#inBucket(name, sizeBytes)
  }

  async remove({ path, place, storedAs }: Stored): Promise<void> {
    const { recordingsDir, bucket } = this.#options
    if (place === 'bucket') await bucket?.remove(storedAs ?? path)
    for (const name of [path, storedAs ?? path])
      await rm(join(recordingsDir, name), { force: true })
  }

  /** Takes the recording as the switch wrote it out of the folder. */
  async removeOriginal(path: string): Promise<void> {
    await rm(join(this.#options.recordingsDir, path), { force: true })
  }

  async #inBucket(name: string, sizeBytes: number): Promise<Pick<Stored, 'place' | 'storedAs'>> {
    const found = await this.#options.bucket?.sizeOf(name)
    if (found !== sizeBytes) throw new Error('the bucket does not have what it was given')
    return { place: 'bucket', storedAs: name }
  }

  async #bytesOf({ path, place, storedAs }: Stored): Promise<Bytes | null> {
    const { recordingsDir, bucket } = this.#options
    if (place === 'local') return localBytes(recordingsDir, storedAs ?? path)
    if (bucket === null) throw new Error('there is no bucket')
    const name = storedAs ?? path
    const sizeBytes = await bucket.sizeOf(name)
    if (sizeBytes === null) return null
    return { sizeBytes, read: (first, last) => bucket.read(name, first, last) }
  }
}

/** Nothing outside the folder is read, whatever a path or a link in it says. */
async function localBytes(folder: string, path: string): Promise<Bytes | null> {
  try {
    const root = await realpath(folder)
    const file = await realpath(join(root, path))
    if (!file.startsWith(root + sep)) return null
    const { size, isFile } = await stat(file).then((found) => ({
      size: found.size,
      isFile: found.isFile(),
    }))
    if (!isFile) return null
    return {
      sizeBytes: size,
      read: async (start, end) => createReadStream(file, { start, end }),
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

async function* unsealed(bytes: Bytes, first: number, last: number): AsyncGenerator<Buffer> {
  if (last < first) return
  for await (const chunk of await bytes.read(first, last)) yield chunk as Buffer
}

async function* opened(
  bytes: Bytes,
  opener: Opener,
  from: number,
  first: number,
  last: number,
): AsyncGenerator<Buffer> {
  if (last < first) return
  const firstPiece = Math.floor(first / PIECE_BYTES)
  const end = Math.min(bytes.sizeBytes, from + (Math.floor(last / PIECE_BYTES) + 1) * SEALED_BYTES)
  let place = firstPiece
  let rest: Buffer = Buffer.alloc(0)
  const open = (sealed: Buffer): Buffer => {
    const plain = opener.open(sealed, place)
    const at = place * PIECE_BYTES
    place += 1
    return plain.subarray(Math.max(0, first - at), Math.min(plain.length, last + 1 - at))
  }
  for await (const chunk of await bytes.read(from + firstPiece * SEALED_BYTES, end - 1)) {
    rest = Buffer.concat([rest, chunk as Buffer])
    while (rest.length >= SEALED_BYTES) {
      yield open(rest.subarray(0, SEALED_BYTES))
      rest = rest.subarray(SEALED_BYTES)
    }
  }
  if (rest.length > 0) yield open(rest)
}

async function* sealedPieces(path: string, sealer: Sealer): AsyncGenerator<Buffer> {
  yield sealer.headBytes
  const file: FileHandle = await open(path, 'r')
  try {
    for (let place = 0; ; place += 1) {
      const piece = Buffer.alloc(PIECE_BYTES)
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, place * PIECE_BYTES)
      if (bytesRead === 0) return
      yield sealer.seal(piece.subarray(0, bytesRead), place)
    }
  } finally {
    await file.close()
  }
}

async function wholeOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
