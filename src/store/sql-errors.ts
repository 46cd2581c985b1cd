// What a failed query says of itself. Drizzle wraps what the drivers throw, and both drivers carry
// PostgreSQL's five-character SQLSTATE and the constraint; the rest of an error is for logs only.

/** SQLSTATE of a failed statement; null when PostgreSQL itself gave no answer. */
export function sqlStateOf(error: unknown): string | null {
  const code = fieldOf(error, 'code')
  return code !== null && /^[0-9A-Z]{5}$/.test(code) ? code : null
}

/** Name of the constraint or unique index that refused a row. */
export function constraintOf(error: unknown): string | null {
  return fieldOf(error, 'constraint')
}

function fieldOf(error: unknown, name: 'code' | 'constraint'): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const value: unknown = Reflect.get(cause, name)
    if (typeof value === 'string') return value
  }
  return null
}

/** The innermost message: the outer one repeats the whole statement with its parameters. */
export function reasonOf(error: unknown): string {
  let reason = String(error)
  for (let cause = error; cause instanceof Error; cause = cause.cause) reason = cause.message
  return reason
}
