// The shapes of live views and figures in replies, for the API's description. They follow the types of
// core/live.ts and core/metrics.ts; the compiler refuses a route whose reply does not fit.
import { z } from 'zod'
import { ALARM_CODES, ALARM_LEVELS } from '../core/alarms.ts'
import { MONITOR_MODES, PHRASES } from '../core/inputs.ts'
import type { WireAgent, WireCall, WireHotline } from '../core/live-wire.ts'
import { type CountName, type Figures, NO_COUNTS } from '../core/metrics.ts'
import { PARTY_PURPOSES, TRANSFER_MODES } from '../core/party-facts.ts'
import { AGENT_PHASES } from '../store/schema.ts'
import { count, list, timeOrNull, timeSchema } from './fields.ts'

const rateSchema = z.object({
  value: z.number().nullable().describe('Unrounded; null where the denominator is 0.'),
  numerator: count,
  denominator: count,
  target: z.number().nullable(),
  met: z.boolean().nullable(),
})

/** Every count by its name; see core/metrics.ts. */
export const countsSchema = z.object(
  Object.fromEntries(Object.keys(NO_COUNTS).map((name) => [name, count])) as Record<
    CountName,
    typeof count
  >,
)

export const figuresSchema = z.object({
  connectRate: rateSchema.describe('Answered ÷ inbound.'),
  timelyAnswerRate: rateSchema.describe('Answered in time ÷ answered.'),
  serviceLevel: rateSchema.describe('Answered in time ÷ inbound.'),
  avgSpeedOfAnswerMs: z.number().nullable(),
  waitMsMax: count,
  abandoned: count,
  counts: countsSchema,
}) satisfies z.ZodType<Figures>

const staffingSchema = z.object({
  ready: count,
  offered: count,
  onCall: count,
  onHold: count,
  wrapUp: count,
  notReady: count,
})

const alarmSchema = z.object({
  code: z.enum(ALARM_CODES),
  level: z.enum(ALARM_LEVELS),
  since: timeOrNull.describe('When the limit was passed; null for a rate of the day.'),
})

const liveQueueSchema = z.object({
  queueId: z.string(),
  name: z.string(),
  waiting: count,
  longestWaitSince: timeOrNull,
  agents: staffingSchema,
  agentsAdvised: count.nullable().describe('By the forecast of this half hour; null: none.'),
  today: figuresSchema,
  alarms: list(alarmSchema),
})

export const liveHotlineSchema = z.object({
  at: timeSchema,
  day: z.string(),
  waiting: count,
  longestWaitSince: timeOrNull,
  agents: staffingSchema,
  agentsAdvised: count.nullable().describe('By the forecast of this half hour; null: none.'),
  today: figuresSchema,
  alarms: list(alarmSchema),
  queues: list(liveQueueSchema),
  switchesLost: list(z.string()),
}) satisfies z.ZodType<WireHotline>

const seatSchema = z.object({
  afterCall: z
    .union([
      z.object({ action: z.literal('not_ready'), reason: z.string() }),
      z.object({ action: z.literal('sign_out') }),
    ])
    .nullable()
    .describe('What happens when the present call and its wrap-up are over.'),
  offSeat: z
    .object({
      requestId: z.string(),
      status: z.enum(['requested', 'approved']),
      requestedAt: timeSchema,
      durationMs: count,
      note: z.string(),
      decidedAt: timeOrNull,
    })
    .nullable()
    .describe('Leave from the seat that was asked for.'),
  isOverrun: z.boolean().describe('Away, or in wrap-up, for longer than allowed.'),
  extensionsLeft: count.nullable().describe('Of the wrap-up; null outside of one.'),
  isWrittenUp: z.boolean().describe('The call just wrapped up has its record.'),
  missedOffers: count,
  isChecklistPassed: z.boolean(),
})
const watch = {
  mode: z.enum(MONITOR_MODES),
  isAnswered: z.boolean(),
  since: timeSchema,
}

export const liveAgentSchema = z.object({
  agentId: z.string(),
  name: z.string(),
  skills: list(z.string()),
  phase: z.enum(AGENT_PHASES),
  reason: z
    .string()
    .nullable()
    .describe('One of `/not-ready-reasons`, or one that the system gives.'),
  since: timeOrNull,
  isRegistered: z.boolean(),
  callId: z.string().nullable(),
  until: timeOrNull.describe(
    'End of the wrap-up or of a limited absence if nobody ends it before.',
  ),
  seat: seatSchema,
  watching: z
    .object({ agentId: z.string(), callId: z.string(), isTakingOver: z.boolean(), ...watch })
    .nullable()
    .describe('Whom a supervisor watches.'),
  watchers: list(z.object({ supervisorId: z.string(), ...watch })).describe(
    'Who watches the agent; agents see of their own what the queue’s policy shows.',
  ),
}) satisfies z.ZodType<WireAgent>

const livePartySchema = z.object({
  legId: z.string(),
  kind: z.enum(['agent', 'unit', 'number']),
  id: z.string().nullable(),
  name: z.string(),
  number: z.string().nullable(),
  purpose: z.enum(PARTY_PURPOSES),
  state: z
    .enum(['dialling', 'answered', 'joined', 'aside', 'conference'])
    .describe('aside: hears music while the agent is with the caller.'),
  since: timeSchema,
})

export const liveCallSchema = z.object({
  callId: z.string(),
  queueId: z.string().nullable(),
  queueName: z.string().nullable(),
  from: z.string().describe('The citizen’s number, masked without `pii.read`.'),
  to: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  callbackId: z.string().nullable(),
  phase: z.enum([
    'waiting',
    'offered',
    'connecting',
    'talking',
    'held',
    'transferring',
    'transferred',
    'surveying',
    'closing',
    'leaving_message',
    'refused',
    'dialling',
    'leaving',
  ]),
  since: timeSchema,
  arrivedAt: timeSchema,
  queuedAt: timeOrNull,
  answeredAt: timeOrNull,
  agentId: z
    .string()
    .nullable()
    .describe('On the call; while it rings, the agent whose phone was rung first.'),
  ringingAgentIds: list(z.string()),
  hold: z
    .object({
      by: z.enum(['console', 'phone']),
      isWarned: z.boolean(),
      limitCount: count,
      prolongedCount: count,
    })
    .nullable(),
  phraseDue: z
    .enum(PHRASES)
    .nullable()
    .describe('What the agent still has to say to the caller, and to confirm.'),
  parties: list(livePartySchema).describe(
    'Third parties that are rung, consulted or conferred with.',
  ),
  isConference: z.boolean(),
  transfer: z
    .object({ agentId: z.string(), mode: z.enum(TRANSFER_MODES) })
    .nullable()
    .describe('Who let go of the caller, while somebody else is found.'),
  mutedSince: timeOrNull,
  urgentSince: timeOrNull.describe('Flagged as an emergency.'),
  isNuisance: z.boolean(),
  recordingPausedSince: timeOrNull.describe('Nothing is on the recording since then.'),
  helpRequestedAt: timeOrNull.describe('The agent waits for a shift leader.'),
  asksSurvey: z.boolean().describe('Once the agent hangs up, the caller is asked how it was.'),
}) satisfies z.ZodType<WireCall>

/** One's own agent and the call they are on: the answer to whatever an agent asks at the console. */
export const myAgentSchema = z.object({ agent: liveAgentSchema, call: liveCallSchema.nullable() })
