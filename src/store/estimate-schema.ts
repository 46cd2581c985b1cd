// Estimates of waits and what came true. See schema.ts for what all tables have in common.
import { bigint, boolean, index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { instant, oneOf } from './columns.ts'

export const ESTIMATE_OUTCOMES = ['answered', 'not_answered'] as const

/** One row per estimate, made or said. */
export const estimates = pgTable(
  'estimates',
  {
    /** Of the fact. */
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    callId: text('call_id').notNull(),
    queueId: text('queue_id').notNull(),
    madeAt: instant('made_at').notNull(),
    isSaid: boolean('is_said').notNull(),
    ahead: integer('ahead').notNull(),
    agents: integer('agents').notNull(),
    baseMs: bigint('base_ms', { mode: 'number' }).notNull(),
    lowMs: bigint('low_ms', { mode: 'number' }).notNull(),
    likelyMs: bigint('likely_ms', { mode: 'number' }).notNull(),
    highMs: bigint('high_ms', { mode: 'number' }).notNull(),
    /** Null while the caller waits. */
    outcome: text('outcome', { enum: ESTIMATE_OUTCOMES }),
    /** From the estimate to the answer; of a caller who was not answered, to the end. */
    waitedMs: bigint('waited_ms', { mode: 'number' }),
  },
  (table) => [
    index('estimates_call').on(table.callId),
    index('estimates_made').on(table.madeAt, table.queueId),
    oneOf('estimates_outcome', table.outcome, ESTIMATE_OUTCOMES),
  ],
)
