// Who may call what. Every route says which permission it needs, and the service does not start with one
// that does not; the check happens before anything else of a request is looked at. A request that would
// change something may not come from another site's page.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isAllowed, type Permission } from '../core/permissions.ts'
import { ApiError } from './errors.ts'
import type { SignedIn, SignIns } from './sign-ins.ts'

/** `public`: anybody; `signed_in`: every user, whatever the role. */
export type Access = Permission | 'public' | 'signed_in'

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: Access
  }
  interface FastifyRequest {
    signedIn: SignedIn | null
  }
}

/** `denied` is told of every request that its caller's role does not allow, before it is refused. */
export function guard(
  app: FastifyInstance,
  signIns: SignIns,
  denied: (request: FastifyRequest) => Promise<void>,
): void {
  app.decorateRequest('signedIn', null)
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.permission === undefined) {
      throw new Error(`route ${String(method)} ${url} does not say who may call it`)
    }
  })
  app.addHook('onRequest', async (request) => {
    if (isForeign(request)) {
      throw new ApiError(403, 'foreign_origin', 'Requests from other sites are refused.')
    }
    const { permission = 'public' } = request.routeOptions.config
    if (permission === 'public') return
    request.signedIn = await signIns.authenticate(request.headers.cookie)
    if (request.signedIn === null) throw new ApiError(401, 'unauthenticated', 'Sign in first.')
    if (permission !== 'signed_in' && !isAllowed(request.signedIn.role, permission)) {
      await denied(request)
      throw new ApiError(403, 'forbidden', 'Your role does not allow this.')
    }
  })
}

/** For routes that are not public, where the guard has let nobody else through. */
export function callerOf(request: FastifyRequest): SignedIn {
  if (request.signedIn === null) throw new Error('the route is public')
  return request.signedIn
}

export function seesNumbers(request: FastifyRequest): boolean {
  return isAllowed(callerOf(request).role, 'pii.read')
}

const HARMLESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Browsers name the page's origin with every such request; other clients need not. */
function isForeign({ method, headers, host }: FastifyRequest): boolean {
  if (HARMLESS.has(method) || headers.origin === undefined) return false
  return !URL.canParse(headers.origin) || new URL(headers.origin).host !== host
}
