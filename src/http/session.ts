// Signing in and out, and who one is. A wrong password and an unknown name get the same answer after the
// same time, and guessing is held back by name and address.
import { z } from 'zod'
import { PERMISSIONS, ROLE_NAMES, ROLES } from '../core/permissions.ts'
import { findUserByName } from '../store/users.ts'
import { callerOf } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { ApiError, FAULTS } from './errors.ts'
import { list } from './fields.ts'
import type { SignInLimits } from './lock-outs.ts'
import { isPassword } from './passwords.ts'
import type { SignedIn, SignIns } from './sign-ins.ts'

const tags = ['session']
const signInSchema = z.strictObject({
  username: z.string().trim().min(1).max(64),
  password: z.string().min(1).max(200),
})
const sessionSchema = z.object({
  userId: z.int(),
  username: z.string(),
  name: z.string(),
  role: z.enum(ROLE_NAMES),
  permissions: list(z.enum(PERMISSIONS)),
  agentId: z.string().nullable(),
})

function viewOf(user: Omit<SignedIn, 'consoleId'>): z.infer<typeof sessionSchema> {
  const { userId, username, name, role, agentId } = user
  return { userId, username, name, role, agentId, permissions: ROLES[role] }
}

export function sessionRoutes(
  api: Api,
  { db }: AppOptions,
  signIns: SignIns,
  { ofName, ofAddress }: SignInLimits,
): void {
  api.post(
    '/session',
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: 'Sign in; sets the cookie `yingda_session`.',
        body: signInSchema,
        response: { 200: sessionSchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const { username, password } = request.body
      const key = `${username.toLowerCase()} ${request.ip}`
      const waitMs = Math.max(ofName.take(key), ofAddress.take(request.ip))
      if (waitMs > 0) {
        void reply.header('retry-after', Math.ceil(waitMs / 1_000))
        throw new ApiError(429, 'too_many_attempts', 'Too many attempts; try again later.')
      }
      const user = /\p{Cc}/u.test(username) ? null : await findUserByName(db, username)
      const isRight = await isPassword(user?.passwordHash ?? null, password)
      if (user === null || !isRight || user.disabledAt !== null) {
        throw new ApiError(401, 'wrong_credentials', 'User name or password is wrong.')
      }
      ofName.forget(key)
      ofAddress.giveBack(request.ip)
      const isSecure = request.protocol === 'https'
      void reply.header('set-cookie', await signIns.open(user.userId, isSecure))
      return viewOf(user)
    },
  )

  api.get(
    '/session',
    {
      config: { permission: 'signed_in' },
      schema: {
        tags,
        summary: 'Who is signed in, and what they may do.',
        response: { 200: sessionSchema, ...FAULTS },
      },
    },
    async (request) => viewOf(callerOf(request)),
  )

  api.delete(
    '/session',
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: 'Sign out; harmless for one who is not signed in.',
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const isSecure = request.protocol === 'https'
      void reply.header('set-cookie', await signIns.close(request.headers.cookie, isSecure))
      return reply.code(204).send(null)
    },
  )
}
