// Messages that callers left. See schema.ts for what all tables have in common.
import { index, pgTable, text } from 'drizzle-orm/pg-core'
import { MESSAGE_STATUSES } from '../core/message-tasks.ts'
import { instant, oneOf } from './columns.ts'

/** A call leaves one message at most. Its sound is a recording like any other, found by `path`. */
export const messages = pgTable(
  'messages',
  {
    callId: text('call_id').primaryKey(),
    queueId: text('queue_id').notNull(),
    fromNumber: text('from_number').notNull(),
    toNumber: text('to_number').notNull(),
    path: text('path').notNull(),
    beganAt: instant('began_at').notNull(),
    /** Null while the caller speaks. */
    leftAt: instant('left_at'),
    /** Null while the caller speaks. */
    status: text('status', { enum: MESSAGE_STATUSES }),
    assignedTo: text('assigned_to'),
    doneAt: instant('done_at'),
    doneBy: text('done_by'),
    note: text('note'),
  },
  (table) => [
    index('messages_open').on(table.status, table.leftAt),
    oneOf('messages_status', table.status, MESSAGE_STATUSES),
  ],
)
