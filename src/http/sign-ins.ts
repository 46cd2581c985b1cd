// Who is behind a cookie. A sign-in is a random token in a signed cookie and its hash in the records; the
// signature refuses made-up tokens before a query is spent on them. It lasts 12 h from its last use and
// 30 days at most, and ends at once when it is revoked or its user disabled.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { AgentId } from '../core/config.ts'
import type { Role } from '../core/permissions.ts'
import type { Database } from '../store/database.ts'
import {
  createSession,
  deleteExpiredSessions,
  findSession,
  revokeSession,
  touchSession,
} from '../store/sessions.ts'

export const COOKIE = 'yingda_session'
/** Token and signature, 32 bytes each. */
const IN_HEADER = new RegExp(`(?:^|;)\\s*${COOKIE}=([\\w-]{43})\\.([\\w-]{43})\\s*(?:;|$)`)

const IDLE_MS_MAX = 12 * 3_600_000
const AGE_MS_MAX = 30 * 86_400_000
/** Use is noted no more often than this: every push connection asks every few seconds. */
const TOUCH_MS_MIN = 300_000

export interface SignedIn {
  readonly userId: number
  readonly username: string
  readonly name: string
  readonly role: Role
  readonly agentId: AgentId | null
  /** Which of the user's sign-ins it is: two browsers are two consoles. */
  readonly consoleId: string
}

export interface SignInsOptions {
  readonly db: Database
  readonly clock: Clock
  readonly sessionSecret: string
}

export class SignIns {
  readonly #options: SignInsOptions

  constructor(options: SignInsOptions) {
    this.#options = options
  }

  /** Whose sign-in the Cookie header carries; null for none. Rejects while the records are away. */
  async authenticate(cookieHeader: string | undefined): Promise<SignedIn | null> {
    const token = this.#tokenIn(cookieHeader)
    if (token === null) return null
    const { db, clock } = this.#options
    const at = clock.now()
    const found = await findSession(db, token, at)
    if (found === null) return null
    const expiresAt = Math.min(at + IDLE_MS_MAX, found.createdAt + AGE_MS_MAX)
    if (at - found.lastSeenAt >= TOUCH_MS_MIN) await touchSession(db, token, { at, expiresAt })
    const { userId, username, name, role, agentId } = found.user
    return { userId, username, name, role, agentId, consoleId: found.sessionId }
  }

  /** Signs a user in and returns the Set-Cookie header. */
  async open(userId: number, isSecure: boolean): Promise<string> {
    const { db, clock } = this.#options
    const at = clock.now()
    const token = randomBytes(32).toString('base64url')
    await deleteExpiredSessions(db, at)
    await createSession(db, { token, userId, at, expiresAt: at + IDLE_MS_MAX })
    return setCookie(
      `${token}.${this.#signatureOf(token).toString('base64url')}`,
      isSecure,
      AGE_MS_MAX,
    )
  }

  /** Ends the sign-in, if there is one, and returns the Set-Cookie header. */
  async close(cookieHeader: string | undefined, isSecure: boolean): Promise<string> {
    const token = this.#tokenIn(cookieHeader)
    if (token !== null) await revokeSession(this.#options.db, token)
    return setCookie('', isSecure, 0)
  }

  #tokenIn(cookieHeader: string | undefined): string | null {
    const [, token, signature] = IN_HEADER.exec(cookieHeader ?? '') ?? []
    if (token === undefined || signature === undefined) return null
    const given = Buffer.from(signature, 'base64url')
    return timingSafeEqual(given, this.#signatureOf(token)) ? token : null
  }

  #signatureOf(token: string): Buffer {
    return createHmac('sha256', this.#options.sessionSecret).update(token).digest()
  }
}

function setCookie(value: string, isSecure: boolean, ageMs: number): string {
  const attributes = [`Max-Age=${ageMs / 1_000}`, 'Path=/', 'HttpOnly', 'SameSite=Lax']
  return [`${COOKIE}=${value}`, ...attributes, ...(isSecure ? ['Secure'] : [])].join('; ')
}
