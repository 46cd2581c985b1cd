// Days that are not what their weekday says: holidays, weekend days that are worked, events.
import { asc, eq } from 'drizzle-orm'
import type { CalendarKind } from '../core/forecast.ts'
import type { Queryable } from './database.ts'
import { calendarDays } from './forecast-schema.ts'

export interface CalendarDay {
  /** `YYYY-MM-DD`. */
  readonly day: string
  readonly kind: CalendarKind
  readonly name: string
}

export async function listCalendarDays(db: Queryable): Promise<CalendarDay[]> {
  return db.select().from(calendarDays).orderBy(asc(calendarDays.day))
}

export async function saveCalendarDay(db: Queryable, day: CalendarDay): Promise<void> {
  const { kind, name } = day
  await db
    .insert(calendarDays)
    .values(day)
    .onConflictDoUpdate({ target: calendarDays.day, set: { kind, name } })
}

/** False where the day was none of them. */
export async function deleteCalendarDay(db: Queryable, day: string): Promise<boolean> {
  const rows = await db.delete(calendarDays).where(eq(calendarDays.day, day)).returning()
  return rows.length > 0
}
