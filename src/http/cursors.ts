// Where the next page of a list begins: the keys of the last row of this one, packed into one opaque
// word. One that was tampered with is a fault of the request, like any other.
import { z } from 'zod'
import { invalid } from './errors.ts'

/** The last year that PostgreSQL and ISO strings agree on without a sign. */
const AT_MAX = Date.UTC(9999, 0)
const keysSchema = z.tuple([
  z.int().min(0).max(AT_MAX),
  z.string().regex(/^[^\p{Cc}\p{Cs}]{1,300}$/u),
])

export interface Keys {
  readonly at: number
  readonly id: string
}

export function cursorOf(keys: Keys | null): string | null {
  if (keys === null) return null
  return Buffer.from(JSON.stringify([keys.at, keys.id])).toString('base64url')
}

export function keysOf(cursor: string | undefined): Keys | undefined {
  if (cursor === undefined) return undefined
  const parsed = keysSchema.safeParse(jsonIn(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success) throw invalid([{ path: 'query.cursor', message: 'not a cursor' }])
  const [at, id] = parsed.data
  return { at, id }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON is not a cursor, which the schema says of undefined too.
    return undefined
  }
}
