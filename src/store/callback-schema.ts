// The tables of calling back: one row for each citizen who is to be called, one for each time that the
// phone there was called. Both are projections of the facts.
import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { ATTEMPT_OUTCOMES, CALLBACK_CLOSINGS, CALLBACK_KINDS } from '../core/callback-facts.ts'
import { instant, oneOf } from './columns.ts'

export const CALLBACK_STATUSES = ['open', ...CALLBACK_CLOSINGS] as const
export type CallbackStatus = (typeof CALLBACK_STATUSES)[number]

export const callbacks = pgTable(
  'callbacks',
  {
    callbackId: text('callback_id').primaryKey(),
    kind: text('kind', { enum: CALLBACK_KINDS }).notNull(),
    status: text('status', { enum: CALLBACK_STATUSES }).notNull(),
    originalCallId: text('original_call_id'),
    /** The citizen's; `toNumber` is the hotline's, as in calls. */
    fromNumber: text('from_number').notNull(),
    toNumber: text('to_number').notNull(),
    queueId: text('queue_id').notNull(),
    priority: integer('priority').notNull(),
    queuedAt: instant('queued_at').notNull(),
    requestedAt: instant('requested_at').notNull(),
    requestedBy: text('requested_by'),
    dueAt: instant('due_at'),
    startAt: instant('start_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
    attemptsMax: integer('attempts_max').notNull(),
    assignedTo: text('assigned_to'),
    /** The call that is or was last made for it. */
    callId: text('call_id'),
    closedAt: instant('closed_at'),
    closedBy: text('closed_by'),
  },
  (table) => [
    index('callbacks_requested').on(table.requestedAt, table.callbackId),
    index('callbacks_status').on(table.status, table.startAt),
    index('callbacks_original_call').on(table.originalCallId),
    oneOf('callbacks_kind', table.kind, CALLBACK_KINDS),
    oneOf('callbacks_status', table.status, CALLBACK_STATUSES),
  ],
)

export const callbackAttempts = pgTable(
  'callback_attempts',
  {
    callbackId: text('callback_id').notNull(),
    attempt: integer('attempt').notNull(),
    callId: text('call_id').notNull(),
    agentId: text('agent_id'),
    endedAt: instant('ended_at').notNull(),
    outcome: text('outcome', { enum: ATTEMPT_OUTCOMES }).notNull(),
    cause: text('cause').notNull(),
  },
  (table) => [
    primaryKey({ name: 'callback_attempts_pk', columns: [table.callbackId, table.attempt] }),
    oneOf('callback_attempts_outcome', table.outcome, ATTEMPT_OUTCOMES),
  ],
)
