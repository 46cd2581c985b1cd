// Who it is that asks: digest authentication (RFC 3261, RFC 8760) with MD5 and SHA-256, qop=auth only.
// A nonce is a time with a seal on it, so none has to be remembered until it is used; a used one is, with
// its count, so that no answer is taken twice. Knows HA1 hashes and never a password.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export const DIGEST_ALGORITHMS = ['MD5', 'SHA-256'] as const
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number]

/** Hashes of `user:realm:password` in lower-case hex. */
export interface Ha1 {
  readonly md5: string
  readonly sha256: string
}

export interface DigestAnswer {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  readonly algorithm: DigestAlgorithm
  readonly cnonce: string
  readonly nc: number
}

export type DigestVerdict = 'valid' | 'stale' | 'invalid'

const NONCE_MS_MAX = 60_000
/** Each costs some 100 bytes and lives for a minute. */
const USED_NONCES_MAX = 50_000

export class Digest {
  readonly #realm: string
  readonly #secret: string
  readonly #newId: () => string
  /** Highest count seen, in the order of first use. */
  readonly #counts = new Map<string, number>()
  /** What was issued before cannot be told from a replay any more. */
  #forgottenUntil = -1

  constructor(options: {
    readonly realm: string
    readonly secret: string
    readonly newId: () => string
  }) {
    this.#realm = options.realm
    this.#secret = options.secret
    this.#newId = options.newId
  }

  /**
   * Values for one WWW- or Proxy-Authenticate header each. Phones that know only MD5 look at one header
   * and give up on it: old desk phones at the first, JsSIP at the last. `md5At` is where they look.
   */
  challenges(at: number, isStale: boolean, md5At: 'first' | 'last'): string[] {
    const nonce = this.#nonce(at)
    const values = DIGEST_ALGORITHMS.map(
      (algorithm) =>
        `Digest realm="${this.#realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"` +
        (isStale ? ', stale=true' : ''),
    )
    return md5At === 'first' ? values : values.reverse()
  }

  /** Whether the answer proves knowledge of one of the user's passwords; none: there is no such user. */
  verify(answer: DigestAnswer, method: string, secrets: readonly Ha1[], at: number): DigestVerdict {
    const issuedAt = this.#issuedAt(answer.nonce)
    if (issuedAt === null || answer.realm !== this.#realm) return 'invalid'
    const known = secrets.map(({ md5, sha256 }) => (answer.algorithm === 'MD5' ? md5 : sha256))
    // An unknown user takes as long as a wrong password.
    const right = (known.length === 0 ? ['no such user'] : known).filter((ha1) =>
      isEqual(responseFor(answer, method, ha1), answer.response),
    )
    if (right.length === 0 || known.length === 0) return 'invalid'
    if (issuedAt + NONCE_MS_MAX <= at || issuedAt <= this.#forgottenUntil) return 'stale'
    // The same count again is a copy of an earlier answer. The phone itself tries once more.
    if (answer.nc <= (this.#counts.get(answer.nonce) ?? 0)) return 'stale'
    this.#counts.set(answer.nonce, answer.nc)
    this.#forget(at)
    return 'valid'
  }

  #nonce(at: number): string {
    const text = `${at.toString(36)}.${this.#newId().replaceAll('-', '').slice(0, 12)}`
    return `${text}.${this.#seal(text)}`
  }

  #issuedAt(nonce: string): number | null {
    const end = nonce.lastIndexOf('.')
    const text = nonce.slice(0, Math.max(end, 0))
    if (!isEqual(this.#seal(text), nonce.slice(end + 1))) return null
    const at = Number.parseInt(text, 36)
    return Number.isFinite(at) ? at : null
  }

  #seal(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('hex').slice(0, 32)
  }

  #forget(at: number): void {
    for (const nonce of this.#counts.keys()) {
      const issuedAt = this.#issuedAt(nonce) ?? 0
      const isOld = issuedAt + NONCE_MS_MAX <= at
      if (!isOld && this.#counts.size <= USED_NONCES_MAX) return
      this.#counts.delete(nonce)
      if (!isOld) this.#forgottenUntil = Math.max(this.#forgottenUntil, issuedAt)
    }
  }
}

export function hash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex')
}

export function ha1Of(user: string, realm: string, password: string): Ha1 {
  const text = `${user}:${realm}:${password}`
  return { md5: hash('MD5', text), sha256: hash('SHA-256', text) }
}

/** Null for anything but a complete answer to a challenge of ours. */
export function parseAnswer(header: string | undefined): DigestAnswer | null {
  if (header === undefined || header.length > 4_096 || !/^digest\s/i.test(header)) return null
  const fields = new Map<string, string>()
  for (const [, name = '', quoted, plain] of header.matchAll(
    /(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g,
  )) {
    // A field given twice is a trick, not a phone.
    if (fields.has(name.toLowerCase())) return null
    fields.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
  }
  const asked = (fields.get('algorithm') ?? 'MD5').toUpperCase()
  const algorithm = DIGEST_ALGORITHMS.find((one) => one === asked)
  const nc = fields.get('nc') ?? ''
  const wanted = ['username', 'realm', 'nonce', 'uri', 'response', 'cnonce']
  if (algorithm === undefined || !/^[0-9a-f]{8}$/i.test(nc)) return null
  if (fields.get('qop') !== 'auth' || wanted.some((name) => !fields.get(name))) return null
  return {
    username: fields.get('username') ?? '',
    realm: fields.get('realm') ?? '',
    nonce: fields.get('nonce') ?? '',
    uri: fields.get('uri') ?? '',
    response: (fields.get('response') ?? '').toLowerCase(),
    algorithm,
    cnonce: fields.get('cnonce') ?? '',
    nc: Number.parseInt(nc, 16),
  }
}

/** What a phone that knows the password answers. */
export function responseFor(
  answer: Omit<DigestAnswer, 'response'>,
  method: string,
  ha1: string,
): string {
  const { algorithm, nonce, nc, cnonce, uri } = answer
  const count = nc.toString(16).padStart(8, '0')
  const ha2 = hash(algorithm, `${method}:${uri}`)
  return hash(algorithm, `${ha1}:${nonce}:${count}:${cnonce}:auth:${ha2}`)
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
