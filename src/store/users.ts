// Who may sign in: a name, a role, a hash of the password (never the password), and for agents the seat
// they act for. Names differ whatever their case. Users are disabled rather than deleted, so that what
// they did keeps a name; disabling or a new password ends their sign-ins.
import { asc, eq, sql } from 'drizzle-orm'
import type { AgentId } from '../core/config.ts'
import type { Role } from '../core/permissions.ts'
import { type Changed, changed, conflict, refusing } from './conflicts.ts'
import type { Database, Queryable } from './database.ts'
import { sessions, users } from './schema.ts'

/** A user as others may see them. */
export interface User {
  readonly userId: number
  readonly username: string
  readonly name: string
  readonly role: Role
  readonly agentId: AgentId | null
  readonly disabledAt: number | null
}

export interface NewUser {
  readonly username: string
  readonly name: string
  readonly role: Role
  readonly passwordHash: string
  readonly agentId: AgentId | null
}

export interface UserChanges {
  readonly name?: string
  readonly role?: Role
  readonly passwordHash?: string
  readonly agentId?: AgentId | null
  readonly disabledAt?: number | null
}

/** All of a user but the password's hash. */
export const USER_COLUMNS = {
  userId: users.userId,
  username: users.username,
  name: users.name,
  role: users.role,
  agentId: users.agentId,
  disabledAt: users.disabledAt,
}

export async function listUsers(db: Queryable): Promise<User[]> {
  return db.select(USER_COLUMNS).from(users).orderBy(asc(users.username))
}

/** For signing in; disabled users are found too. */
export async function findUserByName(
  db: Queryable,
  username: string,
): Promise<(User & { readonly passwordHash: string }) | null> {
  const [row] = await db
    .select({ ...USER_COLUMNS, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(sql`lower(${users.username})`, sql`lower(${username})`))
  return row ?? null
}

export async function createUser(db: Queryable, user: NewUser): Promise<Changed<User>> {
  return refusingForUsers(user.username, user.agentId, async () => {
    const [row] = await db.insert(users).values(user).returning(USER_COLUMNS)
    return row === undefined ? conflict('duplicate', [user.username]) : changed(row)
  })
}

export async function updateUser(
  db: Database,
  userId: number,
  changes: UserChanges,
): Promise<Changed<User>> {
  return refusingForUsers(String(userId), changes.agentId ?? null, () =>
    db.transaction(async (tx) => {
      // An empty SET is no SQL.
      const set = { name: sql`${users.name}`, ...changes }
      const where = eq(users.userId, userId)
      const [row] = await tx.update(users).set(set).where(where).returning(USER_COLUMNS)
      if (row === undefined) return conflict('not_found', [String(userId)])
      if (changes.passwordHash !== undefined || row.disabledAt !== null) {
        await tx.delete(sessions).where(eq(sessions.userId, userId))
      }
      return changed(row)
    }),
  )
}

function refusingForUsers<T>(
  username: string,
  agentId: AgentId | null,
  run: () => Promise<Changed<T>>,
): Promise<Changed<T>> {
  const agentIds = agentId === null ? [] : [agentId]
  return refusing({ users_username_unique: 'duplicate' }, [username], () =>
    refusing(
      {
        users_agent_unique: 'agent_has_user',
        users_agent_id_agents_agent_id_fk: 'unknown_agent',
      },
      agentIds,
      run,
    ),
  )
}
