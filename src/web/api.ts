// The service's HTTP interface as the pages use it. A refusal is an `ApiFault` that carries the code of
// the closed list, so that a page can say in either language what went wrong; a sign-in that has ended
// leads to the sign-in page and back.
import { signInPathFor } from './sign-in/account.ts'

export interface FaultDetail {
  /** Where in the request, e.g. `body.ringMsMax`, or the id of an entry that is concerned. */
  readonly path: string
  readonly message: string
}

/** Why a request was not fulfilled. `unreachable` where there was no answer at all. */
export class ApiFault extends Error {
  readonly status: number
  readonly code: string
  readonly details: readonly FaultDetail[]

  constructor(status: number, code: string, message: string, details: readonly FaultDetail[] = []) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

/** The address below `/api/v1` with the query's values that are given. */
export function apiPath(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`
}

/** The reply's JSON, or null where it has none. Throws `ApiFault`. */
export async function request<Reply>(
  method: Method,
  address: string,
  body?: unknown,
): Promise<Reply> {
  const isFile = body instanceof Blob
  const response = await answered(address, {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(body === undefined
      ? {}
      : {
          headers: { 'content-type': isFile ? body.type : 'application/json' },
          body: isFile ? body : JSON.stringify(body),
        }),
  })
  if (!response.ok) throw await faultOf(response)
  return (response.status === 204 ? null : await response.json()) as Reply
}

export function get<Reply>(path: string, query?: Query): Promise<Reply> {
  return request('GET', apiPath(path, query))
}

export function post<Reply>(path: string, body?: unknown): Promise<Reply> {
  return request('POST', apiPath(path), body)
}

export function patch<Reply>(path: string, body: unknown): Promise<Reply> {
  return request('PATCH', apiPath(path), body)
}

export function put<Reply>(path: string, body: unknown): Promise<Reply> {
  return request('PUT', apiPath(path), body)
}

export function remove(path: string): Promise<null> {
  return request('DELETE', apiPath(path))
}

async function answered(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch {
    throw new ApiFault(0, 'unreachable', 'The service cannot be reached.')
  }
}

async function faultOf(response: Response): Promise<ApiFault> {
  if (response.status === 401) {
    location.assign(signInPathFor(location.pathname + location.search))
  }
  const { error } = await response.json().catch(() => ({ error: undefined }))
  const { code = 'internal_error', message = response.statusText, details = [] } = error ?? {}
  return new ApiFault(response.status, code, message, details)
}
