// What may stand in requests: the fields that several nouns share, each with its bounds. Ids and numbers
// reach switches and SQL, so they are short and of few characters; free text keeps out control
// characters, which neither a screen nor PostgreSQL takes.
import { z } from 'zod'

/** Of queues, skills and agents. */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, '1 to 40 letters, digits, - or _')

/** Given by the switch. */
export const callIdSchema = z
  .string()
  .regex(/^[\w.:@-]{1,100}$/, '1 to 100 letters, digits or .:@-_')

export const numberSchema = z.string().regex(/^\+?[0-9]{2,20}$/, '2 to 20 digits, + only in front')

export function textSchema(lengthMax: number) {
  return z
    .string()
    .trim()
    .max(lengthMax)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'no control characters')
}

/** Lines are welcome here, other control characters are not. */
export function linesSchema(lengthMax: number) {
  return z
    .string()
    .trim()
    .max(lengthMax)
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, 'no control characters')
}

export const nameSchema = textSchema(100).min(1)

const DAY_MS = 86_400_000

export function millisecondsSchema(min: number, max = DAY_MS) {
  return z.int().min(min).max(max)
}

/** A calendar day in the hotline's time zone. */
export const daySchema = z.iso.date().regex(/^20/, 'a day of this century')

/** An instant with its offset; far enough from the ends of what the records can hold. */
export const instantSchema = z.iso.datetime({ offset: true }).regex(/^20/, 'a time of this century')

export const limitSchema = z.coerce.number().int().min(1).max(200).default(50)

/** Opaque to clients; see cursor.ts. */
export const cursorSchema = z.string().regex(/^[A-Za-z0-9_-]{1,400}$/, 'not a cursor')

/** Of replies. */
export const timeSchema = z.string().meta({ format: 'date-time' })
export const timeOrNull = timeSchema.nullable()
export const count = z.int()

/** Replies are never changed once made, so lists of theirs are read-only. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item).readonly()
}
