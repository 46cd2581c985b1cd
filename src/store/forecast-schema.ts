// What forecasts need beside the sums of calls: days that are not what their weekday says, and the advice on
// staffing that was made from the forecasts, kept so that it can be held against what came.
import { date, doublePrecision, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { CALENDAR_KINDS } from '../core/forecast.ts'
import { instant, oneOf } from './columns.ts'

export const calendarDays = pgTable(
  'calendar_days',
  {
    day: date('day').primaryKey(),
    kind: text('kind', { enum: CALENDAR_KINDS }).notNull(),
    name: text('name').notNull(),
  },
  (table) => [oneOf('calendar_days_kind', table.kind, CALENDAR_KINDS)],
)

export const staffingAdvice = pgTable(
  'staffing_advice',
  {
    /** Empty for the whole hotline. */
    queueId: text('queue_id').notNull(),
    startAt: instant('start_at').notNull(),
    endAt: instant('end_at').notNull(),
    calls: doublePrecision('calls').notNull(),
    agents: integer('agents').notNull(),
    madeAt: instant('made_at').notNull(),
  },
  (table) => [primaryKey({ name: 'staffing_advice_pk', columns: [table.startAt, table.queueId] })],
)
