// The tables of the agents' shift: what the administrators allow, what agents ask for, and what they
// write about calls. `agent_seats` and `off_seat_requests` are made from the facts; reasons, categories
// and contact records are edited, and every version of them that anybody could have relied on is kept.
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { AgentPolicy } from '../core/agent-policy.ts'
import type { CategoryNode } from '../core/categories.ts'
import {
  ANSWER_BASES,
  APPEAL_TYPES,
  type ContactRecordFields,
  RECORD_STATUSES,
  SALUTATIONS,
} from '../core/contact-records.ts'
import { CHECK_RESULTS, DISPOSITIONS } from '../core/inputs.ts'
import type { Seat } from '../core/seats.ts'
import { instant, oneOf } from './columns.ts'

const milliseconds = (name: string) => bigint(name, { mode: 'number' })

export const notReadyReasons = pgTable(
  'not_ready_reasons',
  {
    reasonId: text('reason_id').primaryKey(),
    name: text('name').notNull(),
    msMaxPerUse: milliseconds('ms_max_per_use'),
    msMaxPerDay: milliseconds('ms_max_per_day'),
    isActive: boolean('is_active').notNull().default(true),
  },
  (table) => [
    check(
      'not_ready_reasons_limits',
      sql`least(${table.msMaxPerUse}, ${table.msMaxPerDay}) > 0 is not false`,
    ),
  ],
)

/** One row: what holds for every agent of the hotline. */
export const agentPolicies = pgTable(
  'agent_policies',
  {
    policyId: integer('policy_id').primaryKey().default(1),
    policy: jsonb('policy').$type<AgentPolicy>().notNull(),
  },
  (table) => [check('agent_policies_one_row', sql`${table.policyId} = 1`)],
)

/** The present seat of each agent, folded from the facts as the live state folds it. */
export const agentSeats = pgTable('agent_seats', {
  agentId: text('agent_id').primaryKey(),
  seat: jsonb('seat').$type<Seat>().notNull(),
})

export const OFF_SEAT_STATUSES = [
  'requested',
  'approved',
  'refused',
  'cancelled',
  'expired',
  'taken',
  'ended',
] as const

export const offSeatRequests = pgTable(
  'off_seat_requests',
  {
    requestId: text('request_id').primaryKey(),
    agentId: text('agent_id').notNull(),
    status: text('status', { enum: OFF_SEAT_STATUSES }).notNull(),
    requestedAt: instant('requested_at').notNull(),
    durationMs: milliseconds('duration_ms').notNull(),
    note: text('note').notNull(),
    decidedAt: instant('decided_at'),
    /** User name; null where the policy gave it. */
    decidedBy: text('decided_by'),
    decisionNote: text('decision_note'),
    leftAt: instant('left_at'),
    returnedAt: instant('returned_at'),
    overranAt: instant('overran_at'),
  },
  (table) => [
    index('off_seat_requests_agent').on(table.agentId, table.requestedAt),
    index('off_seat_requests_requested').on(table.requestedAt, table.requestId),
    oneOf('off_seat_requests_status', table.status, OFF_SEAT_STATUSES),
  ],
)

export const CONDUCT_TYPES = ['unauthorised_off_seat', 'absence_overrun'] as const

/** What agents did against the rules of conduct, as far as the floor itself shows it. */
export const conductEvents = pgTable(
  'conduct_events',
  {
    /** Of the fact that shows it. */
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    agentId: text('agent_id').notNull(),
    type: text('type', { enum: CONDUCT_TYPES }).notNull(),
    reason: text('reason').notNull(),
    since: instant('since').notNull(),
    at: instant('at').notNull(),
    limitMs: milliseconds('limit_ms'),
  },
  (table) => [
    index('conduct_events_agent').on(table.agentId, table.at),
    index('conduct_events_at').on(table.at, table.seq),
    oneOf('conduct_events_type', table.type, CONDUCT_TYPES),
  ],
)

/** Results of the checks at the beginning of a shift. */
export const seatChecks = pgTable(
  'seat_checks',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    agentId: text('agent_id').notNull(),
    at: instant('at').notNull(),
    isRegistered: boolean('is_registered').notNull(),
    echoCall: text('echo_call', { enum: CHECK_RESULTS }).notNull(),
    microphone: text('microphone', { enum: CHECK_RESULTS }).notNull(),
    isPassed: boolean('is_passed').notNull(),
  },
  (table) => [
    index('seat_checks_agent').on(table.agentId, table.at),
    oneOf('seat_checks_echo_call', table.echoCall, CHECK_RESULTS),
    oneOf('seat_checks_microphone', table.microphone, CHECK_RESULTS),
  ],
)

/** Every published version of the category tree, whole; records name the version they were made with. */
export const categoryTrees = pgTable('category_trees', {
  version: integer('version').primaryKey(),
  publishedAt: instant('published_at').notNull(),
  publishedBy: text('published_by').notNull(),
  nodes: jsonb('nodes').$type<readonly CategoryNode[]>().notNull(),
})

export const contactRecords = pgTable(
  'contact_records',
  {
    recordId: bigint('record_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    callId: text('call_id').notNull(),
    /** Who writes it. */
    agentId: text('agent_id').notNull(),
    status: text('status', { enum: RECORD_STATUSES }).notNull(),
    version: integer('version').notNull(),
    /** When the call arrived. */
    calledAt: instant('called_at').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** First saved; what takes longer than the call's end is measured from there. */
    savedAt: instant('saved_at'),
    contactPhone: text('contact_phone'),
    callerName: text('caller_name'),
    callerSurname: text('caller_surname'),
    salutation: text('salutation', { enum: SALUTATIONS }),
    appealType: text('appeal_type', { enum: APPEAL_TYPES }),
    categoryId: text('category_id'),
    categoryVersion: integer('category_version'),
    disposition: text('disposition', { enum: DISPOSITIONS }),
    answerBasis: text('answer_basis', { enum: ANSWER_BASES }),
    /** Every field as it stands, those above included. */
    fields: jsonb('fields').$type<ContactRecordFields>().notNull(),
  },
  (table) => [
    uniqueIndex('contact_records_call').on(table.callId),
    index('contact_records_called').on(table.calledAt, table.recordId),
    index('contact_records_agent').on(table.agentId, table.calledAt),
    index('contact_records_repeats').on(table.contactPhone, table.categoryId, table.calledAt),
    oneOf('contact_records_status', table.status, RECORD_STATUSES),
    oneOf('contact_records_salutation', table.salutation, SALUTATIONS),
    oneOf('contact_records_appeal_type', table.appealType, APPEAL_TYPES),
    oneOf('contact_records_disposition', table.disposition, DISPOSITIONS),
    oneOf('contact_records_answer_basis', table.answerBasis, ANSWER_BASES),
  ],
)

/** What was put right in a saved record, with both values and why. */
export const contactRecordCorrections = pgTable(
  'contact_record_corrections',
  {
    recordId: bigint('record_id', { mode: 'number' })
      .notNull()
      .references(() => contactRecords.recordId),
    /** Of the record after it. */
    version: integer('version').notNull(),
    at: instant('at').notNull(),
    by: text('by').notNull(),
    reason: text('reason').notNull(),
    apologyGiven: boolean('apology_given').notNull(),
    before: jsonb('before').$type<Partial<ContactRecordFields>>().notNull(),
    after: jsonb('after').$type<Partial<ContactRecordFields>>().notNull(),
  },
  (table) => [uniqueIndex('contact_record_corrections_version').on(table.recordId, table.version)],
)
