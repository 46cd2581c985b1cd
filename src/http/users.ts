// Who may sign in, and as what. Users are disabled, never deleted, so that what they did keeps a name.
import { z } from 'zod'
import { isoTimeOrNull } from '../core/iso-times.ts'
import { ROLE_NAMES } from '../core/permissions.ts'
import { createUser, listUsers, type User, type UserChanges, updateUser } from '../store/users.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import { idSchema, list, nameSchema, timeOrNull } from './fields.ts'
import { hashPassword } from './passwords.ts'

const tags = ['users']
const newUserSchema = z.strictObject({
  username: z.string().regex(/^[A-Za-z0-9][\w.@-]{0,63}$/, '1 to 64 letters, digits or .@-_'),
  name: nameSchema,
  role: z.enum(ROLE_NAMES),
  agentId: idSchema.nullable().default(null),
  password: z.string().min(8).max(200),
})
const changesSchema = z.strictObject({
  name: nameSchema.optional(),
  role: z.enum(ROLE_NAMES).optional(),
  agentId: idSchema.nullable().optional(),
  password: newUserSchema.shape.password.optional(),
  isDisabled: z.boolean().optional(),
})
const replySchema = z.object({
  userId: z.int(),
  username: z.string(),
  name: z.string(),
  role: z.enum(ROLE_NAMES),
  agentId: z.string().nullable(),
  disabledAt: timeOrNull,
})
const paramsSchema = z.object({
  userId: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31),
})

export function userRoutes(api: Api, { db, clock, timeZone }: AppOptions): void {
  const viewOf = (user: User) => ({
    ...user,
    disabledAt: isoTimeOrNull(user.disabledAt, timeZone),
  })

  api.get(
    '/users',
    {
      config: { permission: 'users.write' },
      schema: {
        tags,
        summary: 'All users.',
        response: { 200: z.object({ users: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ users: (await listUsers(db)).map(viewOf) }),
  )

  api.post(
    '/users',
    {
      config: { permission: 'users.write' },
      schema: {
        tags,
        summary: 'Add a user.',
        body: newUserSchema,
        response: { 201: replySchema, ...FAULTS },
      },
    },
    async ({ body }, reply) => {
      const { password, ...user } = body
      const passwordHash = await hashPassword(password)
      const made = resultOf(await createUser(db, { ...user, passwordHash }))
      return reply.code(201).send(viewOf(made))
    },
  )

  api.patch(
    '/users/:userId',
    {
      config: { permission: 'users.write' },
      schema: {
        tags,
        summary: 'Change a user. Disabling one or a new password ends their sign-ins.',
        params: paramsSchema,
        body: changesSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params, body }) => {
      const { name, role, agentId, password, isDisabled } = body
      const changes: UserChanges = {
        ...(name !== undefined && { name }),
        ...(role !== undefined && { role }),
        ...(agentId !== undefined && { agentId }),
        ...(password !== undefined && { passwordHash: await hashPassword(password) }),
        ...(isDisabled !== undefined && { disabledAt: isDisabled ? clock.now() : null }),
      }
      return viewOf(resultOf(await updateUser(db, params.userId, changes)))
    },
  )
}
