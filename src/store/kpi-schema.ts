// The tables behind the figures: what they are judged by, what is left out of them, and the sums that are
// kept beside the facts so that no wallboard and no report has to read the calls.
import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { AgentCounts } from '../core/agent-counts.ts'
import { EXCLUSION_REASONS, WINDOW_STATUSES } from '../core/exclusion-windows.ts'
import { CLOCK_STARTS } from '../core/kpi-definitions.ts'
import { COMPARATORS, KPI_CODES } from '../core/kpi-targets.ts'
import type { Counts } from '../core/metrics.ts'
import { REPORT_KINDS, REPORT_STATUSES, type Report } from '../core/reports.ts'
import { instant, oneOf } from './columns.ts'

/** Targets beyond the norms' own; the latest for a code and day counts. */
export const kpiTargets = pgTable(
  'kpi_targets',
  {
    code: text('code', { enum: KPI_CODES }).notNull(),
    effectiveFrom: date('effective_from').notNull(),
    comparator: text('comparator', { enum: COMPARATORS }).notNull(),
    threshold: doublePrecision('threshold').notNull(),
    decidedBy: text('decided_by').notNull(),
    decidedAt: instant('decided_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'kpi_targets_pk', columns: [table.code, table.effectiveFrom] }),
    oneOf('kpi_targets_code', table.code, KPI_CODES),
    oneOf('kpi_targets_comparator', table.comparator, COMPARATORS),
    check('kpi_targets_threshold', sql`${table.threshold} between 0 and 1`),
  ],
)

/** Versions after the first, which is the norms' own and stands in the code. Never changed once made. */
export const kpiDefinitions = pgTable(
  'kpi_definitions',
  {
    version: integer('version').primaryKey(),
    effectiveFrom: date('effective_from').notNull(),
    answerClockStart: text('answer_clock_start', { enum: CLOCK_STARTS }).notNull(),
    answerMsMax: integer('answer_ms_max'),
    shortAbandonMs: integer('short_abandon_ms').notNull(),
    decidedBy: text('decided_by').notNull(),
    decidedAt: instant('decided_at').notNull(),
  },
  (table) => [
    oneOf('kpi_definitions_clock', table.answerClockStart, CLOCK_STARTS),
    check('kpi_definitions_version', sql`${table.version} > 1`),
  ],
)

/** Stretches of time whose calls the adjusted figures leave out. */
export const exclusionWindows = pgTable(
  'kpi_exclusion_windows',
  {
    windowId: bigint('window_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    reason: text('reason', { enum: EXCLUSION_REASONS }).notNull(),
    /** Null: the whole hotline. */
    queueId: text('queue_id'),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    status: text('status', { enum: WINDOW_STATUSES }).notNull().default('proposed'),
    /** A username, or `system`. */
    declaredBy: text('declared_by').notNull(),
    declaredAt: instant('declared_at').notNull(),
    evidence: text('evidence').notNull(),
    decidedBy: text('decided_by'),
    decidedAt: instant('decided_at'),
  },
  (table) => [
    index('kpi_exclusion_windows_time').on(table.startsAt, table.endsAt),
    uniqueIndex('kpi_exclusion_windows_system')
      .on(table.reason, table.startsAt, sql`coalesce(queue_id, '')`)
      .where(sql`declared_by = 'system'`),
    oneOf('kpi_exclusion_windows_reason', table.reason, EXCLUSION_REASONS),
    oneOf('kpi_exclusion_windows_status', table.status, WINDOW_STATUSES),
    check('kpi_exclusion_windows_order', sql`${table.startsAt} < ${table.endsAt}`),
    check(
      'kpi_exclusion_windows_two_people',
      sql`${table.status} <> 'approved' or ${table.decidedBy} <> ${table.declaredBy}`,
    ),
  ],
)

export const GRAINS = ['quarter', 'day'] as const
export type Grain = (typeof GRAINS)[number]
export const DIMENSIONS = ['total', 'queue', 'number'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Sums of the calls that arrived in a stretch of time, written in the transaction of their facts. */
export const kpiAggregates = pgTable(
  'kpi_aggregates',
  {
    dimension: text('dimension', { enum: DIMENSIONS }).notNull(),
    /** Queue or number; empty for the total. */
    key: text('key').notNull(),
    grain: text('grain', { enum: GRAINS }).notNull(),
    /** Of the definition that was used. */
    version: integer('version').notNull(),
    startAt: instant('start_at').notNull(),
    /** What is not 0. */
    counts: jsonb('counts').$type<Partial<Counts>>().notNull(),
    /** How many answered and abandoned calls waited how long: see wait-distribution.ts. */
    waits: jsonb('waits').$type<Readonly<Record<string, number>>>().notNull().default({}),
  },
  (table) => [
    primaryKey({
      name: 'kpi_aggregates_pk',
      columns: [table.dimension, table.key, table.grain, table.version, table.startAt],
    }),
    index('kpi_aggregates_start').on(table.grain, table.startAt, table.dimension),
  ],
)

/** The same of agents: their offers by when they rang, their time by when it passed. */
export const agentAggregates = pgTable(
  'agent_aggregates',
  {
    agentId: text('agent_id').notNull(),
    grain: text('grain', { enum: GRAINS }).notNull(),
    startAt: instant('start_at').notNull(),
    counts: jsonb('counts').$type<AgentCounts>().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'agent_aggregates_pk',
      columns: [table.agentId, table.grain, table.startAt],
    }),
    index('agent_aggregates_start').on(table.grain, table.startAt),
  ],
)

/** Keys for screens on walls: they show figures of their queues, and open nothing else. */
export const wallboardTokens = pgTable(
  'wallboard_tokens',
  {
    tokenId: bigint('token_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    name: text('name').notNull(),
    /** Only the SHA-256 is kept. */
    tokenHash: text('token_hash').notNull(),
    /** Null: the whole hotline. */
    queueIds: text('queue_ids').array(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    revokedBy: text('revoked_by'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [uniqueIndex('wallboard_tokens_hash').on(table.tokenHash)],
)

/** One row per generation of a report; the highest version of a kind and period is the current one. */
export const reports = pgTable(
  'reports',
  {
    reportId: bigint('report_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text('kind', { enum: REPORT_KINDS }).notNull(),
    /** Calendar days, both included. */
    fromDay: date('from_day').notNull(),
    toDay: date('to_day').notNull(),
    version: integer('version').notNull(),
    status: text('status', { enum: REPORT_STATUSES }).notNull(),
    /** Percent. */
    progress: integer('progress').notNull().default(0),
    requestedBy: text('requested_by').notNull(),
    requestedAt: instant('requested_at').notNull(),
    finishedAt: instant('finished_at'),
    body: jsonb('body').$type<Report>(),
  },
  (table) => [
    uniqueIndex('reports_version').on(table.kind, table.fromDay, table.toDay, table.version),
    oneOf('reports_kind', table.kind, REPORT_KINDS),
    oneOf('reports_status', table.status, REPORT_STATUSES),
  ],
)
