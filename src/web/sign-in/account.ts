// Signing in and out, and who is signed in, over the service's cookie. Every outcome is a value that
// the page can put into words; nothing here throws.
import type { MessageKey } from '../messages.ts'

const PATH = '/api/v1/session'

export type SignInFault = Extract<MessageKey, `signIn.${string}`>

/** Null once signed in, otherwise the text that says why not. */
export async function signIn(username: string, password: string): Promise<SignInFault | null> {
  if (username.trim() === '' || password === '') return 'signIn.blank'
  const response = await asked('POST', { username: username.trim(), password })
  if (response === null) return 'signIn.unreachable'
  return response.ok ? null : faultOf(response.status)
}

function faultOf(status: number): SignInFault {
  if (status === 400 || status === 401 || status === 422) return 'signIn.wrong'
  // A wrong name, a wrong password and a disabled account are all 401; this is about the page's origin.
  if (status === 403) return 'signIn.refused'
  if (status === 429) return 'signIn.locked'
  return status === 502 || status === 503 || status === 504 ? 'signIn.unreachable' : 'signIn.failed'
}

/** `unknown` while the service cannot be asked. */
export async function signedIn(): Promise<'yes' | 'no' | 'unknown'> {
  const response = await asked('GET')
  if (response?.ok) return 'yes'
  return response?.status === 401 ? 'no' : 'unknown'
}

export async function signOut(): Promise<void> {
  await asked('DELETE')
}

async function asked(method: string, body?: object): Promise<Response | null> {
  try {
    return await fetch(PATH, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  } catch {
    // The one thing fetch rejects for here is a service that cannot be reached.
    return null
  }
}

/**
 * Where to go after signing in: the absolute address of `next` if it is a page of this origin, and the
 * first page otherwise. Absolute, since a path such as `//elsewhere` would lead away by itself.
 */
export function destinationOf(next: string | null, origin: string): string {
  const home = `${origin}/`
  if (next?.startsWith('/') !== true) return home
  try {
    const url = new URL(next, origin)
    return url.origin === origin && url.pathname !== '/sign-in' ? url.href : home
  } catch {
    return home
  }
}

/** The sign-in page that leads back to `path`. */
export function signInPathFor(path: string): string {
  return `/sign-in?next=${encodeURIComponent(path)}`
}
