// The tables of the SIP edge: who may send calls, who may not, and where agents' phones are. Trunks,
// blocks, permits and passwords are the administrators'; bindings and bans are the edge's own memory. Of
// passwords only the hashes that digest needs are kept, which are as good as the password for SIP and
// for nothing else.
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { BAN_REASONS } from '../core/bans.ts'
import { TRANSPORTS } from '../core/bindings.ts'
import { DIAL_GROUNDS } from '../core/class-of-service.ts'
import { instant, oneOf } from './columns.ts'
import { agents } from './schema.ts'

export const trunks = pgTable(
  'trunks',
  {
    trunkId: text('trunk_id').primaryKey(),
    name: text('name').notNull(),
    isEnabled: boolean('is_enabled').notNull(),
    addresses: text('addresses').array().notNull(),
    /** Of a trunk that signs in by digest; its hashes then are set too. */
    username: text('username'),
    ha1Md5: text('ha1_md5'),
    ha1Sha256: text('ha1_sha256'),
    outboundAddress: text('outbound_address'),
    callsMax: integer('calls_max').notNull(),
    callsPerSecondMax: integer('calls_per_second_max').notNull(),
  },
  (table) => [
    uniqueIndex('trunks_username_unique').on(table.username),
    check('trunks_limits', sql`least(${table.callsMax}, ${table.callsPerSecondMax}) >= 0`),
    check(
      'trunks_digest',
      sql`num_nulls(${table.username}, ${table.ha1Md5}, ${table.ha1Sha256}) in (0, 3)`,
    ),
  ],
)

export const blockedCallers = pgTable('blocked_callers', {
  number: text('number').primaryKey(),
  reason: text('reason').notNull(),
  approvedBy: text('approved_by').notNull(),
  blockedAt: instant('blocked_at').notNull(),
  expiresAt: instant('expires_at'),
})

export const sipCredentials = pgTable('sip_credentials', {
  agentId: text('agent_id')
    .primaryKey()
    .references(() => agents.agentId, { onDelete: 'cascade' }),
  ha1Md5: text('ha1_md5').notNull(),
  ha1Sha256: text('ha1_sha256').notNull(),
  setAt: instant('set_at').notNull(),
})

/** Of the phone in the agent's console; each page that opens makes a new one. */
export const consolePhoneCredentials = pgTable('console_phone_credentials', {
  agentId: text('agent_id')
    .primaryKey()
    .references(() => agents.agentId, { onDelete: 'cascade' }),
  ha1Md5: text('ha1_md5').notNull(),
  ha1Sha256: text('ha1_sha256').notNull(),
  setAt: instant('set_at').notNull(),
})

/** Answered and not known to be over; the sides by drachtio's names of their dialogs. */
export const edgeCalls = pgTable(
  'edge_calls',
  {
    callerEdgeId: text('caller_edge_id').notNull(),
    callerDialogId: text('caller_dialog_id').notNull(),
    calledEdgeId: text('called_edge_id').notNull(),
    calledDialogId: text('called_dialog_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.callerEdgeId, table.callerDialogId] })],
)

export const phoneBindings = pgTable(
  'phone_bindings',
  {
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.agentId, { onDelete: 'cascade' }),
    uri: text('uri').notNull(),
    device: text('device'),
    transport: text('transport', { enum: TRANSPORTS }).notNull(),
    address: text('address').notNull(),
    port: integer('port').notNull(),
    edgeId: text('edge_id').notNull(),
    userAgent: text('user_agent').notNull(),
    registeredAt: instant('registered_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    callId: text('call_id').notNull(),
    cseq: bigint('cseq', { mode: 'number' }).notNull(),
    latencyMs: integer('latency_ms'),
  },
  (table) => [
    primaryKey({ name: 'phone_bindings_pk', columns: [table.agentId, table.uri] }),
    index('phone_bindings_expires_at').on(table.expiresAt),
    oneOf('phone_bindings_transport', table.transport, TRANSPORTS),
  ],
)

export const dialPermits = pgTable(
  'dial_permits',
  {
    permitId: bigint('permit_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** Null: every agent's. */
    agentId: text('agent_id').references(() => agents.agentId, { onDelete: 'cascade' }),
    number: text('number').notNull(),
    ground: text('ground', { enum: DIAL_GROUNDS }).notNull(),
    grantedBy: text('granted_by').notNull(),
    grantedAt: instant('granted_at').notNull(),
    expiresAt: instant('expires_at'),
  },
  (table) => [
    index('dial_permits_agent').on(table.agentId),
    oneOf('dial_permits_ground', table.ground, DIAL_GROUNDS),
  ],
)

/** Expired ones are kept for a day, since a repeated ban lasts longer. */
export const addressBans = pgTable(
  'address_bans',
  {
    address: text('address').primaryKey(),
    reason: text('reason', { enum: BAN_REASONS }).notNull(),
    failures: integer('failures').notNull(),
    bannedAt: instant('banned_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [oneOf('address_bans_reason', table.reason, BAN_REASONS)],
)
