// Who is signed in at the moment, and the end of a sign-in that should not be: a lost laptop, a colleague
// who has left. The console that it belongs to must sign in again.
import { z } from 'zod'
import { isoTime } from '../core/iso-times.ts'
import { ROLE_NAMES } from '../core/permissions.ts'
import { endSession, listSessions } from '../store/sessions.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, notFound } from './errors.ts'
import { list, timeSchema } from './fields.ts'

const tags = ['users']
const permission = 'users.write'
const sessionSchema = z.object({
  sessionId: z.string().describe('Names the sign-in; it lets nobody in.'),
  username: z.string(),
  name: z.string(),
  role: z.enum(ROLE_NAMES),
  createdAt: timeSchema,
  lastSeenAt: timeSchema,
  expiresAt: timeSchema,
  isOwn: z.boolean().describe('Whether it is the one that asks.'),
})

export function sessionListRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options

  api.get(
    '/sessions',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'All sign-ins that are valid, the latest used first.',
        response: { 200: z.object({ sessions: list(sessionSchema) }), ...FAULTS },
      },
    },
    async (request) => {
      const own = callerOf(request).consoleId
      const found = await listSessions(db, clock.now())
      return {
        sessions: found.map(({ sessionId, user, createdAt, lastSeenAt, expiresAt }) => ({
          sessionId,
          username: user.username,
          name: user.name,
          role: user.role,
          createdAt: isoTime(createdAt, timeZone),
          lastSeenAt: isoTime(lastSeenAt, timeZone),
          expiresAt: isoTime(expiresAt, timeZone),
          isOwn: sessionId === own,
        })),
      }
    },
  )

  api.delete(
    '/sessions/:sessionId',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'End a sign-in.',
        params: z.object({ sessionId: z.string().regex(/^[0-9a-f]{64}$/, 'not a sign-in') }),
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const ended = await endSession(db, request.params.sessionId)
      if (ended === null) throw notFound('No such sign-in.')
      await audit(options, request, {
        action: 'session.ended',
        entity: 'user',
        entityId: String(ended.userId),
        details: {},
      })
      return reply.code(204).send(null)
    },
  )
}
