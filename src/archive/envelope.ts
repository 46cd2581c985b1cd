// Recordings at rest, unreadable without a key: every file has a key of its own, wrapped by the newest of
// the hotline's keys, so that rotating those rewrites no file. Files are sealed in pieces, each with its
// place, so that a player can seek and no piece can be moved, left out or put in.
//
//   magic 'YDE1' · length of the head (4 bytes) · head as JSON · sealed pieces of 64 KiB + 32 bytes
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  getCiphers,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/** `sm4-ctr` is authenticated by an HMAC of its own; OpenSSL has no SM4 in GCM everywhere. */
export const CIPHERS = ['aes-256-gcm', 'sm4-ctr'] as const
export type Cipher = (typeof CIPHERS)[number]

const MAGIC = Buffer.from('YDE1')
export const PIECE_BYTES = 64 * 1024
const TAG_BYTES = 32
export const SEALED_BYTES = PIECE_BYTES + TAG_BYTES
const HEAD_BYTES_MAX = 4_096

export interface MasterKey {
  readonly keyId: string
  readonly secret: Buffer
}

export interface Head {
  readonly cipher: Cipher
  readonly keyId: string
  /** The file's own key, sealed by the hotline's. Base64. */
  readonly wrapped: string
  readonly nonce: string
  readonly plainBytes: number
}

/** Throws where this machine's OpenSSL lacks the cipher: better no start than files nobody can read. */
export function requireCipher(cipher: Cipher): void {
  if (!getCiphers().includes(cipher)) throw new Error(`this OpenSSL has no ${cipher}`)
}

/** Seals one file, piece by piece, in order. */
export class Sealer {
  readonly headBytes: Buffer
  readonly #key: Buffer
  readonly #head: Head

  constructor(master: MasterKey, cipher: Cipher, plainBytes: number) {
    this.#key = randomBytes(32)
    const wrapNonce = randomBytes(12)
    const wrap = createCipheriv('aes-256-gcm', wrapKeyOf(master), wrapNonce)
    const wrapped = Buffer.concat([
      wrapNonce,
      wrap.update(this.#key),
      wrap.final(),
      wrap.getAuthTag(),
    ])
    this.#head = {
      cipher,
      keyId: master.keyId,
      wrapped: wrapped.toString('base64'),
      nonce: randomBytes(8).toString('base64'),
      plainBytes,
    }
    const json = Buffer.from(JSON.stringify(this.#head))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(json.length)
    this.headBytes = Buffer.concat([MAGIC, length, json])
  }

  /** `piece` is `PIECE_BYTES` long, the last one shorter. */
  seal(piece: Buffer, place: number): Buffer {
    const { cipher, nonce } = this.#head
    const about = aboutOf(this.#head, place)
    if (cipher === 'aes-256-gcm') {
      const sealing = createCipheriv(cipher, this.#key, pieceNonce(nonce, place, 12))
      sealing.setAAD(about)
      const sealed = Buffer.concat([sealing.update(piece), sealing.final()])
      return Buffer.concat([sealed, sealing.getAuthTag(), Buffer.alloc(TAG_BYTES - 16)])
    }
    const sealing = createCipheriv(cipher, this.#key.subarray(0, 16), pieceNonce(nonce, place, 16))
    const sealed = Buffer.concat([sealing.update(piece), sealing.final()])
    return Buffer.concat([sealed, macOf(this.#key, about, sealed)])
  }
}

/** Opens the pieces of one file, in any order. Throws for a piece that is not as it was sealed. */
export class Opener {
  readonly head: Head
  readonly #key: Buffer

  constructor(head: Head, keys: readonly MasterKey[]) {
    const master = keys.find(({ keyId }) => keyId === head.keyId)
    if (master === undefined) throw new Error(`the key ${head.keyId} is not known here`)
    const wrapped = Buffer.from(head.wrapped, 'base64')
    const unwrap = createDecipheriv('aes-256-gcm', wrapKeyOf(master), wrapped.subarray(0, 12))
    unwrap.setAuthTag(wrapped.subarray(-16))
    this.#key = Buffer.concat([unwrap.update(wrapped.subarray(12, -16)), unwrap.final()])
    this.head = head
  }

  open(piece: Buffer, place: number): Buffer {
    const { cipher, nonce } = this.head
    const about = aboutOf(this.head, place)
    const sealed = piece.subarray(0, -TAG_BYTES)
    const tag = piece.subarray(-TAG_BYTES)
    if (cipher === 'aes-256-gcm') {
      const opening = createDecipheriv(cipher, this.#key, pieceNonce(nonce, place, 12))
      opening.setAAD(about)
      opening.setAuthTag(tag.subarray(0, 16))
      return Buffer.concat([opening.update(sealed), opening.final()])
    }
    if (!timingSafeEqual(macOf(this.#key, about, sealed), tag))
      throw new Error('a piece was altered')
    const opening = createDecipheriv(
      cipher,
      this.#key.subarray(0, 16),
      pieceNonce(nonce, place, 16),
    )
    return Buffer.concat([opening.update(sealed), opening.final()])
  }
}

/** The head and where the pieces begin; null for a file that is not sealed. */
export function headIn(beginning: Buffer): { readonly head: Head; readonly at: number } | null {
  if (!beginning.subarray(0, MAGIC.length).equals(MAGIC) || beginning.length < 8) return null
  const length = beginning.readUInt32BE(4)
  if (length > HEAD_BYTES_MAX || beginning.length < 8 + length) return null
  const head: Head = JSON.parse(beginning.toString('utf8', 8, 8 + length))
  return { head, at: 8 + length }
}

/** As much of a file as `headIn` may need. */
export const BEGINNING_BYTES = 8 + HEAD_BYTES_MAX

/** `id:secret` pairs, the newest first; a secret is any text of 32 characters or more. */
export function masterKeysIn(text: string): readonly MasterKey[] {
  return text.split(',').map((pair) => {
    const colon = pair.indexOf(':')
    return { keyId: pair.slice(0, colon).trim(), secret: Buffer.from(pair.slice(colon + 1).trim()) }
  })
}

function wrapKeyOf({ secret }: MasterKey): Buffer {
  return createHash('sha256').update('yingda recordings').update(secret).digest()
}

function pieceNonce(nonce: string, place: number, bytes: 12 | 16): Buffer {
  const whole = Buffer.alloc(bytes)
  Buffer.from(nonce, 'base64').copy(whole)
  // In counter mode the last four bytes count blocks within the piece.
  whole.writeUInt32BE(place, 8)
  return whole
}

function aboutOf({ keyId, plainBytes, cipher }: Head, place: number): Buffer {
  return Buffer.from(JSON.stringify([keyId, cipher, plainBytes, place]))
}

function macOf(key: Buffer, about: Buffer, sealed: Buffer): Buffer {
  return createHmac('sha256', createHash('sha256').update('mac').update(key).digest())
    .update(about)
    .update(sealed)
    .digest()
}
