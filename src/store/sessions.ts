// Sign-ins. A token is handed out once and only its SHA-256 is kept, so that a copy of the records lets
// nobody in. A sign-in that has expired, or whose user is disabled, is not found.
import { createHash } from 'node:crypto'
import { and, asc, desc, eq, gt, isNull, lte } from 'drizzle-orm'
import type { Queryable } from './database.ts'
import { sessions, users } from './schema.ts'
import { USER_COLUMNS, type User } from './users.ts'

export interface SignIn {
  /** Names the sign-in without letting anybody in. */
  readonly sessionId: string
  readonly user: User
  readonly createdAt: number
  readonly expiresAt: number
  readonly lastSeenAt: number
}

const SIGN_IN_COLUMNS = {
  sessionId: sessions.tokenHash,
  user: USER_COLUMNS,
  createdAt: sessions.createdAt,
  expiresAt: sessions.expiresAt,
  lastSeenAt: sessions.lastSeenAt,
}

/** The token must be unguessable (32 random bytes); it is stored nowhere. */
export async function createSession(
  db: Queryable,
  signIn: { token: string; userId: number; at: number; expiresAt: number },
): Promise<void> {
  const { token, userId, at, expiresAt } = signIn
  const tokenHash = hashOf(token)
  await db.insert(sessions).values({ tokenHash, userId, createdAt: at, expiresAt, lastSeenAt: at })
}

export async function findSession(
  db: Queryable,
  token: string,
  at: number,
): Promise<SignIn | null> {
  const [row] = await db
    .select(SIGN_IN_COLUMNS)
    .from(sessions)
    .innerJoin(users, eq(users.userId, sessions.userId))
    .where(
      and(
        eq(sessions.tokenHash, hashOf(token)),
        gt(sessions.expiresAt, at),
        isNull(users.disabledAt),
      ),
    )
  return row ?? null
}

/** Whether a sign-in that was found before would be found again. */
export async function isSessionAlive(
  db: Queryable,
  sessionId: string,
  at: number,
): Promise<boolean> {
  const rows = await db
    .select({ userId: sessions.userId })
    .from(sessions)
    .where(and(eq(sessions.tokenHash, sessionId), gt(sessions.expiresAt, at)))
  return rows.length > 0
}

/** Notes that the sign-in was used, and how long it lasts from now on. */
export async function touchSession(
  db: Queryable,
  token: string,
  seen: { at: number; expiresAt: number },
): Promise<void> {
  await db
    .update(sessions)
    .set({ lastSeenAt: seen.at, expiresAt: seen.expiresAt })
    .where(eq(sessions.tokenHash, hashOf(token)))
}

/** Of all users, the latest used first. */
export async function listSessions(db: Queryable, at: number): Promise<SignIn[]> {
  return db
    .select(SIGN_IN_COLUMNS)
    .from(sessions)
    .innerJoin(users, eq(users.userId, sessions.userId))
    .where(and(gt(sessions.expiresAt, at), isNull(users.disabledAt)))
    .orderBy(desc(sessions.lastSeenAt), asc(sessions.tokenHash))
}

/** Ends the sign-in for good; what it was, null if there is none of that name. */
export async function endSession(
  db: Queryable,
  sessionId: string,
): Promise<{ readonly userId: number } | null> {
  const [row] = await db
    .delete(sessions)
    .where(eq(sessions.tokenHash, sessionId))
    .returning({ userId: sessions.userId })
  return row ?? null
}

/** Harmless for a token that is none. */
export async function revokeSession(db: Queryable, token: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.tokenHash, hashOf(token)))
}

/** Returns how many were taken away. */
export async function deleteExpiredSessions(db: Queryable, at: number): Promise<number> {
  const gone = await db
    .delete(sessions)
    .where(lte(sessions.expiresAt, at))
    .returning({ userId: sessions.userId })
  return gone.length
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
