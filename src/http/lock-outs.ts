// Who is held back from signing in because too many attempts went wrong, and letting them try again at once:
// somebody who has just been told their password anew does not have to wait.
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { isoTime } from '../core/iso-times.ts'
import { Attempts } from './attempts.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, notFound } from './errors.ts'
import { list, timeSchema } from './fields.ts'

const tags = ['users']
const permission = 'users.write'
const WINDOW_MS = 5 * 60_000
const OF_ONE_NAME_MAX = 10
/** A whole office may come from one address. */
const OF_ONE_ADDRESS_MAX = 100

export interface SignInLimits {
  /** By lower-case username and address. */
  readonly ofName: Attempts
  readonly ofAddress: Attempts
}

export function signInLimits(clock: Clock): SignInLimits {
  return {
    ofName: new Attempts(clock, { max: OF_ONE_NAME_MAX, windowMs: WINDOW_MS }),
    ofAddress: new Attempts(clock, { max: OF_ONE_ADDRESS_MAX, windowMs: WINDOW_MS }),
  }
}

const lockOutSchema = z.object({
  lockOutId: z.string(),
  username: z.string().nullable().describe('Null: everybody from that address.'),
  address: z.string(),
  until: timeSchema,
})

export function lockOutRoutes(api: Api, options: AppOptions, limits: SignInLimits): void {
  const { timeZone } = options
  const all = () => [
    ...limits.ofName.held().map(({ key, until }) => {
      const [username = '', address = ''] = key.split(' ')
      return { attempts: limits.ofName, key, username, address, until }
    }),
    ...limits.ofAddress.held().map(({ key, until }) => {
      return { attempts: limits.ofAddress, key, username: null, address: key, until }
    }),
  ]
  const idOf = ({ key }: { readonly key: string }) => Buffer.from(key).toString('base64url')

  api.get(
    '/lock-outs',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Who may not sign in for a while, after too many wrong attempts.',
        response: { 200: z.object({ lockOuts: list(lockOutSchema) }), ...FAULTS },
      },
    },
    async () => ({
      lockOuts: all().map((one) => ({
        lockOutId: idOf(one),
        username: one.username,
        address: one.address,
        until: isoTime(one.until, timeZone),
      })),
    }),
  )

  api.delete(
    '/lock-outs/:lockOutId',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Let them try again at once.',
        params: z.object({ lockOutId: z.string().regex(/^[\w-]{1,300}$/) }),
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const found = all().find((one) => idOf(one) === request.params.lockOutId)
      if (found === undefined) throw notFound('Nobody is locked out there any more.')
      found.attempts.forget(found.key)
      const { username, address } = found
      await audit(options, request, {
        action: 'lock_out.lifted',
        entity: 'lock_out',
        entityId: username ?? address,
        details: { address },
      })
      return reply.code(204).send(null)
    },
  )
}
