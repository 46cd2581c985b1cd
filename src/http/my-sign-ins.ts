// One's own sign-ins and password: somebody who has lost a laptop need not find an administrator first.
import { z } from 'zod'
import { isoTime } from '../core/iso-times.ts'
import { endSession, listSessions } from '../store/sessions.ts'
import { findUserByName, updateUser } from '../store/users.ts'
import { callerOf } from './access.ts'
import { Attempts } from './attempts.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { ApiError, FAULTS, notFound, resultOf } from './errors.ts'
import { list, timeSchema } from './fields.ts'
import { hashPassword, isPassword } from './passwords.ts'

const tags = ['session']
const permission = 'signed_in'
/** Whoever sits down at a console that was left open must not find out its password by trying. */
const GUESSES = { max: 5, windowMs: 15 * 60_000 } as const
const signInSchema = z.object({
  sessionId: z.string(),
  createdAt: timeSchema,
  lastSeenAt: timeSchema,
  isOwn: z.boolean().describe('Whether it is the one that asks.'),
})

export function mySignInRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options
  const own = async (userId: number) =>
    (await listSessions(db, clock.now())).filter(({ user }) => user.userId === userId)

  api.get(
    '/me/sign-ins',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Where one is signed in oneself, the latest used first.',
        response: { 200: z.object({ signIns: list(signInSchema) }), ...FAULTS },
      },
    },
    async (request) => {
      const { userId, consoleId } = callerOf(request)
      const signIns = (await own(userId)).map(({ sessionId, createdAt, lastSeenAt }) => ({
        sessionId,
        createdAt: isoTime(createdAt, timeZone),
        lastSeenAt: isoTime(lastSeenAt, timeZone),
        isOwn: sessionId === consoleId,
      }))
      return { signIns }
    },
  )

  api.delete(
    '/me/sign-ins/:sessionId',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'End one of one’s own sign-ins.',
        params: z.object({ sessionId: z.string().regex(/^[0-9a-f]{64}$/, 'not a sign-in') }),
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const { userId } = callerOf(request)
      const { sessionId } = request.params
      const isOwn = (await own(userId)).some((signIn) => signIn.sessionId === sessionId)
      if (!isOwn || (await endSession(db, sessionId)) === null) throw notFound('No such sign-in.')
      await audit(options, request, {
        action: 'session.ended',
        entity: 'user',
        entityId: String(userId),
        details: {},
      })
      return reply.code(204).send(null)
    },
  )
  passwordRoute(api, options)
}

function passwordRoute(api: Api, options: AppOptions): void {
  const { db, clock } = options
  const guesses = new Attempts(clock, GUESSES)
  const passwordSchema = z.string().min(8).max(200)
  api.put(
    '/me/password',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Change one’s own password. It ends all of one’s sign-ins, this one too.',
        body: z.strictObject({ current: z.string().max(200), next: passwordSchema }),
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const { userId, username } = callerOf(request)
      const waitMs = guesses.take(username)
      if (waitMs > 0) {
        void reply.header('retry-after', Math.ceil(waitMs / 1_000))
        throw new ApiError(429, 'too_many_attempts', 'Too many attempts; try again later.')
      }
      const user = await findUserByName(db, username)
      if (!(await isPassword(user?.passwordHash ?? null, request.body.current)))
        throw new ApiError(403, 'wrong_password', 'The present password is wrong.')
      guesses.forget(username)
      const passwordHash = await hashPassword(request.body.next)
      resultOf(await updateUser(db, userId, { passwordHash }))
      await audit(options, request, {
        action: 'user.password_changed',
        entity: 'user',
        entityId: String(userId),
        details: {},
      })
      return reply.code(204).send(null)
    },
  )
}
