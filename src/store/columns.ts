// The two column kinds that every table shares: an instant and a text out of a closed list. An
// instant is epoch milliseconds in our code and `timestamptz(3)` in SQL, so nothing is rounded and no
// row depends on the time zone of a server or a connection.
import { type SQL, sql } from 'drizzle-orm'
import { type AnyPgColumn, check, customType } from 'drizzle-orm/pg-core'

export const instant = customType<{ data: number; driverData: string }>({
  dataType: () => 'timestamp(3) with time zone',
  toDriver: (at) => new Date(at).toISOString(),
  fromDriver: instantFromSql,
})

/** Epoch ms of what the drivers hand over for a `timestamptz`: text with an offset. */
export function instantFromSql(text: string): number {
  const at = new Date(text).getTime()
  if (Number.isNaN(at)) throw new RangeError(`not an instant: ${text}`)
  return at
}

/** A CHECK that the column is one of the values; null passes, as in all of SQL. */
export function oneOf(name: string, column: AnyPgColumn, values: readonly string[]) {
  // Drizzle writes no parameters into DDL; the values are our own identifiers, never anybody's input.
  const list: SQL = sql.raw(values.map((value) => `'${value}'`).join(', '))
  return check(name, sql`${column} in (${list})`)
}
