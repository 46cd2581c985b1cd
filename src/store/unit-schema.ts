// Departments and emergency services that agents call on citizens' behalf, and every attempt to reach one.
import { sql } from 'drizzle-orm'
import { bigint, boolean, check, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { type RetryPolicy, UNIT_DEFAULTS, type UnitSettings } from '../core/config.ts'
import { PARTY_OUTCOMES } from '../core/party-facts.ts'
import { instant, oneOf } from './columns.ts'

export const units = pgTable(
  'units',
  {
    unitId: text('unit_id').primaryKey(),
    name: text('name').notNull(),
    phones: jsonb('phones').$type<UnitSettings['phones']>().notNull(),
    isEmergency: boolean('is_emergency').notNull().default(UNIT_DEFAULTS.isEmergency),
    ringMsMax: integer('ring_ms_max').notNull().default(UNIT_DEFAULTS.ringMsMax),
    retry: jsonb('retry').$type<RetryPolicy>().notNull().default(UNIT_DEFAULTS.retry),
  },
  (table) => [check('units_limits', sql`${table.ringMsMax} > 0`)],
)

/** `answered`, or why nobody was reached. */
export const ATTEMPT_RESULTS = ['answered', ...PARTY_OUTCOMES] as const
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number]

/** One row per ringing of a department; no foreign key, since history outlives the directory. */
export const unitAttempts = pgTable(
  'unit_attempts',
  {
    /** The leg's id; of an attempt entered by hand its own. */
    attemptId: text('attempt_id').primaryKey(),
    unitId: text('unit_id').notNull(),
    callId: text('call_id'),
    agentId: text('agent_id'),
    number: text('number'),
    startedAt: instant('started_at').notNull(),
    /** Null while it rings. */
    result: text('result', { enum: ATTEMPT_RESULTS }),
    endedAt: instant('ended_at'),
    ringMs: bigint('ring_ms', { mode: 'number' }),
    talkMs: bigint('talk_ms', { mode: 'number' }),
  },
  (table) => [
    index('unit_attempts_unit').on(table.unitId, table.startedAt),
    index('unit_attempts_call').on(table.callId),
    oneOf('unit_attempts_result', table.result, ATTEMPT_RESULTS),
  ],
)
