// Every table of the records. Configuration is edited in place; facts are only ever added, which a
// trigger enforces; all other tables are projections of the facts and could be made again from them.
// History names queues and agents without foreign keys: it outlives what the administrators delete.
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { OfferPolicy, WrapUpPolicy } from '../core/agent-policy.ts'
import { DIAL_GROUNDS } from '../core/class-of-service.ts'
import {
  type CallbackPolicy,
  type HoldPolicy,
  QUEUE_DEFAULTS,
  type RecordingPolicy,
  type SurveyPolicy,
} from '../core/config.ts'
import {
  type AdmissionPolicy,
  type EmergencyMode,
  ENTRY_DEFAULTS,
  type NumberEntry,
} from '../core/entry-policy.ts'
import {
  ENDINGS,
  type HangupBy,
  OFFER_OUTCOMES,
  type RecordedFact,
  type RecordingFlaw,
} from '../core/facts.ts'
import { DISPOSITIONS, type NotReadyReason } from '../core/inputs.ts'
import { ROLE_NAMES, type Role } from '../core/permissions.ts'
import {
  LANGUAGE_DEFAULT,
  type Language,
  LEVEL_DEFAULT,
  type RoutingPolicy,
} from '../core/routing-policy.ts'
import type { Stretch } from '../core/sound.ts'
import type { SupervisionPolicy } from '../core/supervision-policy.ts'
import type { WaitingPolicy } from '../core/waiting-policy.ts'
import { instant, oneOf } from './columns.ts'

const HANGUP_BY = [
  'caller',
  'agent',
  'party',
  'supervisor',
  'system',
  'unknown',
] as const satisfies readonly HangupBy[]
export const DIRECTIONS = ['inbound', 'outbound'] as const
const HOLD_BY = ['console', 'phone'] as const
const PROMPTED_BY = ['system', 'agent'] as const

export const RECORDING_STATUSES = [
  'requested',
  'recording',
  'stopped',
  'verified',
  'flawed',
  'missing',
] as const
/** `local`: the folder into which the switch writes. */
/** `copy`: only its compressed copy is left. */
export const RECORDING_PLACES = ['local', 'bucket', 'copy'] as const

/** In which nothing was recorded; times. */
export interface RecordingPause {
  readonly from: number
  readonly to: number | null
}

export type RecordingStatus = (typeof RECORDING_STATUSES)[number]

export const AGENT_PHASES = [
  'signed_out',
  'not_ready',
  'ready',
  'offered',
  'on_call',
  'consulted',
  'wrap_up',
] as const
export type AgentPhaseName = (typeof AGENT_PHASES)[number]

const seq = () => bigint('seq', { mode: 'number' })
const milliseconds = (name: string) => bigint(name, { mode: 'number' })

export const skills = pgTable('skills', {
  skillId: text('skill_id').primaryKey(),
  name: text('name').notNull(),
})

export const queues = pgTable(
  'queues',
  {
    queueId: text('queue_id').primaryKey(),
    name: text('name').notNull(),
    requiredSkills: text('required_skills').array().notNull(),
    priority: integer('priority').notNull().default(QUEUE_DEFAULTS.priority),
    waitingMax: integer('waiting_max').notNull().default(QUEUE_DEFAULTS.waitingMax),
    joinWhenEmpty: boolean('join_when_empty').notNull().default(QUEUE_DEFAULTS.joinWhenEmpty),
    ringMsMax: integer('ring_ms_max').notNull().default(QUEUE_DEFAULTS.ringMsMax),
    answerMsMax: integer('answer_ms_max').notNull().default(QUEUE_DEFAULTS.answerMsMax),
    holdWarningMs: integer('hold_warning_ms').notNull().default(QUEUE_DEFAULTS.holdWarningMs),
    holdMsMax: integer('hold_ms_max').notNull().default(QUEUE_DEFAULTS.holdMsMax),
    hold: jsonb('hold').$type<Partial<HoldPolicy>>().notNull().default({}),
    recording: jsonb('recording').$type<Partial<RecordingPolicy>>().notNull().default({}),
    wrapUpMsMax: integer('wrap_up_ms_max').notNull().default(QUEUE_DEFAULTS.wrapUpMsMax),
    /** What is not in it has its default. */
    waiting: jsonb('waiting').$type<Partial<WaitingPolicy>>().notNull().default({}),
    survey: jsonb('survey').$type<SurveyPolicy>().notNull().default(QUEUE_DEFAULTS.survey),
    /** Knobs that are not there have their defaults. */
    routing: jsonb('routing').$type<Partial<RoutingPolicy>>().notNull().default({}),
    admission: jsonb('admission').$type<Partial<AdmissionPolicy>>().notNull().default({}),
    wrapUp: jsonb('wrap_up').$type<Partial<WrapUpPolicy>>().notNull().default({}),
    offering: jsonb('offering').$type<Partial<OfferPolicy>>().notNull().default({}),
    supervision: jsonb('supervision').$type<Partial<SupervisionPolicy>>().notNull().default({}),
    callback: jsonb('callback').$type<Partial<CallbackPolicy>>().notNull().default({}),
  },
  (table) => [
    check(
      'queues_limits',
      sql`least(${table.waitingMax}, ${table.answerMsMax}, ${table.holdWarningMs}, ${table.wrapUpMsMax}) >= 0 and least(${table.ringMsMax}, ${table.holdMsMax}) > 0`,
    ),
  ],
)

export const numbers = pgTable('numbers', {
  number: text('number').primaryKey(),
  queueId: text('queue_id')
    .notNull()
    .references(() => queues.queueId),
  entry: jsonb('entry').$type<NumberEntry>().notNull().default(ENTRY_DEFAULTS),
})

/** At most one row; see emergency-mode.ts. */
export const emergencyMode = pgTable('emergency_mode', {
  only: boolean('only').primaryKey(),
  mode: jsonb('mode').$type<EmergencyMode>().notNull(),
})

export const agents = pgTable('agents', {
  agentId: text('agent_id').primaryKey(),
  name: text('name').notNull(),
  skills: text('skills').array().notNull(),
  skillLevels: jsonb('skill_levels').$type<Record<string, number>>().notNull().default({}),
  languages: jsonb('languages')
    .$type<Record<Language, number>>()
    .notNull()
    .default({ [LANGUAGE_DEFAULT]: LEVEL_DEFAULT }),
})

export const users = pgTable(
  'users',
  {
    userId: bigint('user_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    username: text('username').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    passwordHash: text('password_hash').notNull(),
    agentId: text('agent_id').references(() => agents.agentId),
    disabledAt: instant('disabled_at'),
  },
  (table) => [
    uniqueIndex('users_username_unique').on(sql`lower(${table.username})`),
    uniqueIndex('users_agent_unique').on(table.agentId),
    oneOf('users_role', table.role, ROLE_NAMES),
  ],
)

/** A user's sign-ins. Only the SHA-256 of the token is kept: who reads this table can sign in nowhere. */
export const sessions = pgTable(
  'sessions',
  {
    tokenHash: text('token_hash').primaryKey(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.userId, { onDelete: 'cascade' }),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
  },
  (table) => [
    index('sessions_user').on(table.userId),
    index('sessions_expires_at').on(table.expiresAt),
  ],
)

export const facts = pgTable(
  'facts',
  {
    seq: seq().primaryKey(),
    at: instant('at').notNull(),
    type: text('type').$type<RecordedFact['type']>().notNull(),
    callId: text('call_id'),
    agentId: text('agent_id'),
    /** The whole fact, these columns included. */
    body: jsonb('body').$type<RecordedFact>().notNull(),
  },
  (table) => [index('facts_call').on(table.callId, table.seq), index('facts_at').on(table.at)],
)

export const calls = pgTable(
  'calls',
  {
    callId: text('call_id').primaryKey(),
    legId: text('leg_id').notNull(),
    nodeId: text('node_id').notNull(),
    fromNumber: text('from_number').notNull(),
    toNumber: text('to_number').notNull(),
    arrivedAt: instant('arrived_at').notNull(),
    queueId: text('queue_id'),
    /** The queue that the call entered first and for which it counts. */
    enteredQueueId: text('entered_queue_id'),
    priority: integer('priority'),
    queuedAt: instant('queued_at'),
    /** When the first phone was rung for the call. */
    offeredAt: instant('offered_at'),
    answeredAt: instant('answered_at'),
    connectedAt: instant('connected_at'),
    endedAt: instant('ended_at'),
    ending: text('ending', { enum: ENDINGS }),
    hangupBy: text('hangup_by', { enum: HANGUP_BY }),
    cause: text('cause'),
    /** The last agent who picked up. */
    agentId: text('agent_id'),
    /** Of a connected call the wait of its first connection; of any other, what its end said. */
    waitMs: milliseconds('wait_ms'),
    talkMs: milliseconds('talk_ms'),
    holdMs: milliseconds('hold_ms'),
    isAnswered: boolean('is_answered').generatedAlwaysAs(sql`answered_at is not null`),
    isConnected: boolean('is_connected').generatedAlwaysAs(sql`connected_at is not null`),
    /** Null until the call is connected. */
    isTimely: boolean('is_timely'),
    disposition: text('disposition', { enum: DISPOSITIONS }),
    summary: text('summary'),
    writtenUpAt: instant('written_up_at'),
    leftUnrecorded: boolean('left_unrecorded').notNull().default(false),
    /** Flagged as an emergency, and how long it then took until the service was on the line. */
    urgentAt: instant('urgent_at'),
    emergencyConnectedMs: milliseconds('emergency_connected_ms'),
    isNuisance: boolean('is_nuisance').notNull().default(false),
    helpRequestedAt: instant('help_requested_at'),
    /** Of the last request that a shift leader answered. */
    helpResponseMs: milliseconds('help_response_ms'),
    surveyScale: integer('survey_scale'),
    /** Null: no survey, or no answer; `surveyedAt` tells which. */
    surveyScore: integer('survey_score'),
    surveyedAt: instant('surveyed_at'),
    /** When the caller was last handed over to somebody. */
    transferredAt: instant('transferred_at'),
    /** `outbound`: we called the citizen, whose number stands in `fromNumber` all the same. */
    direction: text('direction', { enum: DIRECTIONS }).notNull().default('inbound'),
    /** Why an outbound call was allowed. */
    ground: text('ground', { enum: DIAL_GROUNDS }),
    callbackId: text('callback_id'),
    /** When the citizen's phone was called. */
    dialledAt: instant('dialled_at'),
  },
  (table) => [
    index('calls_arrived').on(table.arrivedAt, table.callId),
    index('calls_queue_arrived').on(table.queueId, table.arrivedAt),
    index('calls_entered_arrived').on(table.enteredQueueId, table.arrivedAt),
    index('calls_agent_arrived').on(table.agentId, table.arrivedAt),
    index('calls_from_number').on(table.fromNumber, table.arrivedAt),
    index('calls_to_number').on(table.toNumber, table.arrivedAt),
    index('calls_open').on(table.callId).where(sql`ended_at is null`),
    index('calls_callback').on(table.callbackId),
    oneOf('calls_direction', table.direction, DIRECTIONS),
    oneOf('calls_ground', table.ground, DIAL_GROUNDS),
    oneOf('calls_ending', table.ending, ENDINGS),
    oneOf('calls_hangup_by', table.hangupBy, HANGUP_BY),
    oneOf('calls_disposition', table.disposition, DISPOSITIONS),
  ],
)

/** One row per phone rung. `endedAt` is the end of the ringing, not of the conversation. */
export const offers = pgTable(
  'offers',
  {
    legId: text('leg_id').primaryKey(),
    callId: text('call_id').notNull(),
    queueId: text('queue_id').notNull(),
    agentId: text('agent_id').notNull(),
    offeredAt: instant('offered_at').notNull(),
    ringingAt: instant('ringing_at'),
    answeredAt: instant('answered_at'),
    endedAt: instant('ended_at'),
    outcome: text('outcome', { enum: OFFER_OUTCOMES }),
    ringMs: milliseconds('ring_ms'),
    rings: integer('rings'),
    isLate: boolean('is_late'),
    cause: text('cause'),
    sipStatus: integer('sip_status'),
  },
  (table) => [
    index('offers_call').on(table.callId),
    index('offers_agent_offered').on(table.agentId, table.offeredAt),
    oneOf('offers_outcome', table.outcome, OFFER_OUTCOMES),
  ],
)

/**
 * One row per hold, keyed by the fact that opened it: a call taken over after an outage may number its
 * segments anew, and no earlier hold may be lost by that.
 */
export const holdSegments = pgTable(
  'hold_segments',
  {
    callId: text('call_id').notNull(),
    seq: seq().notNull(),
    segment: integer('segment').notNull(),
    agentId: text('agent_id').notNull(),
    by: text('by', { enum: HOLD_BY }).notNull(),
    startedAt: instant('started_at').notNull(),
    endedAt: instant('ended_at'),
    durationMs: milliseconds('duration_ms'),
    beginPrompt: text('begin_prompt', { enum: PROMPTED_BY }),
    endPrompt: text('end_prompt', { enum: PROMPTED_BY }),
    /** Judged when the hold ends; until then `limitCount` tells. */
    isExceeded: boolean('is_exceeded').notNull().default(false),
    warnedAt: instant('warned_at'),
    limitCount: integer('limit_count').notNull().default(0),
    prolongedCount: integer('prolonged_count').notNull().default(0),
    /** The begin or the end prompt was not given; null while the hold lasts. */
    missingPrompt: boolean('missing_prompt'),
  },
  (table) => [
    primaryKey({ name: 'hold_segments_pk', columns: [table.callId, table.seq] }),
    index('hold_segments_agent_started').on(table.agentId, table.startedAt),
    index('hold_segments_started').on(table.startedAt),
    oneOf('hold_segments_by', table.by, HOLD_BY),
    oneOf('hold_segments_begin_prompt', table.beginPrompt, PROMPTED_BY),
    oneOf('hold_segments_end_prompt', table.endPrompt, PROMPTED_BY),
  ],
)

export const recordings = pgTable(
  'recordings',
  {
    path: text('path').primaryKey(),
    callId: text('call_id').notNull(),
    legId: text('leg_id'),
    agentId: text('agent_id'),
    status: text('status', { enum: RECORDING_STATUSES }).notNull(),
    requestedAt: instant('requested_at').notNull(),
    startedAt: instant('started_at'),
    stoppedAt: instant('stopped_at'),
    /** When the file was found good, or given up. */
    checkedAt: instant('checked_at'),
    durationMs: milliseconds('duration_ms'),
    sizeBytes: bigint('size_bytes', { mode: 'number' }),
    sha256: text('sha256'),
    /** Why it is missing. */
    reason: text('reason'),
    flaws: text('flaws').array().$type<RecordingFlaw[]>().notNull().default([]),
    gaps: jsonb('gaps').$type<readonly Stretch[]>().notNull().default([]),
    /** In time; the last one may be open. */
    pauses: jsonb('pauses').$type<RecordingPause[]>().notNull().default([]),
    /** Of its call, what one searches by. Kept here, or ten million rows could not be searched. */
    queueId: text('queue_id'),
    fromNumber: text('from_number'),
    disposition: text('disposition', { enum: DISPOSITIONS }),
    isHoldExceeded: boolean('is_hold_exceeded').notNull().default(false),
    surveyScore: integer('survey_score'),
    /** Spreads evenly over all recordings, so that a range of it is a fair sample. */
    lot: integer('lot').generatedAlwaysAs(sql`(hashtext(path) & 2147483647) % 10000`),
    place: text('place', { enum: RECORDING_PLACES }).notNull().default('local'),
    /** Its name in that place, where it is another than `path`. */
    storedAs: text('stored_as'),
    archivedAt: instant('archived_at'),
    isOnLegalHold: boolean('is_on_legal_hold').notNull().default(false),
    deletedAt: instant('deleted_at'),
  },
  (table) => [
    index('recordings_call').on(table.callId),
    index('recordings_queue_requested').on(table.queueId, table.requestedAt, table.path),
    index('recordings_number_requested').on(table.fromNumber, table.requestedAt, table.path),
    index('recordings_disposition').on(table.disposition, table.requestedAt, table.path),
    index('recordings_hold_exceeded')
      .on(table.requestedAt, table.path)
      .where(sql`is_hold_exceeded`),
    index('recordings_agent_hold_exceeded')
      .on(table.agentId, table.requestedAt, table.path)
      .where(sql`is_hold_exceeded`),
    index('recordings_score').on(table.surveyScore, table.requestedAt, table.path),
    index('recordings_duration').on(table.durationMs, table.requestedAt),
    index('recordings_unarchived')
      .on(table.checkedAt)
      .where(sql`archived_at is null and status in ('verified', 'flawed')`),
    index('recordings_requested').on(table.requestedAt, table.path),
    index('recordings_agent_requested').on(table.agentId, table.requestedAt),
    index('recordings_unchecked')
      .on(table.path)
      .where(sql`status not in ('verified', 'flawed', 'missing')`),
    oneOf('recordings_status', table.status, RECORDING_STATUSES),
    oneOf('recordings_place', table.place, RECORDING_PLACES),
  ],
)

/** One row per stretch of one phase; an agent's open row (`endedAt` null) is the present phase. */
export const agentStates = pgTable(
  'agent_states',
  {
    /** Of the fact that began it. */
    seq: seq().notNull(),
    agentId: text('agent_id').notNull(),
    phase: text('phase', { enum: AGENT_PHASES }).notNull(),
    reason: text('reason').$type<NotReadyReason>(),
    callId: text('call_id'),
    startedAt: instant('started_at').notNull(),
    endedAt: instant('ended_at'),
    /** The agent's place among the idle where that is older than `startedAt`. */
    idleSince: instant('idle_since'),
  },
  (table) => [
    primaryKey({ name: 'agent_states_pk', columns: [table.agentId, table.seq] }),
    index('agent_states_started').on(table.agentId, table.startedAt),
    uniqueIndex('agent_states_open').on(table.agentId).where(sql`ended_at is null`),
    oneOf('agent_states_phase', table.phase, AGENT_PHASES),
  ],
)
