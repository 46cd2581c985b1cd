// Recorded calls as they are shown: times in the hotline's zone, the caller's number masked for those
// without `pii.read`, and every fact of a call as one entry of its timeline.
import { z } from 'zod'
import { DIAL_GROUNDS } from '../core/class-of-service.ts'
import { ENDINGS, type HangupBy, OFFER_OUTCOMES, type RecordedFact } from '../core/facts.ts'
import { DISPOSITIONS } from '../core/inputs.ts'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { maskNumber } from '../core/masking.ts'
import type { CallRow, HoldSegmentRow, OfferRow } from '../store/calls.ts'
import { count, timeOrNull, timeSchema } from './fields.ts'

/** For whom a view is made. */
export interface Reader {
  readonly timeZone: string
  readonly seesNumbers: boolean
}

const HANGUP_BY = [
  'caller',
  'agent',
  'party',
  'supervisor',
  'system',
  'unknown',
] as const satisfies readonly HangupBy[]

export const callSchema = z.object({
  callId: z.string(),
  from: z.string().describe('Masked without `pii.read`.'),
  to: z.string(),
  queueId: z.string().nullable(),
  agentId: z.string().nullable().describe('The last agent who picked up.'),
  arrivedAt: timeSchema,
  queuedAt: timeOrNull,
  offeredAt: timeOrNull,
  answeredAt: timeOrNull,
  connectedAt: timeOrNull,
  endedAt: timeOrNull,
  ending: z.enum(ENDINGS).nullable(),
  hangupBy: z.enum(HANGUP_BY).nullable(),
  cause: z.string().nullable(),
  waitMs: count.nullable(),
  talkMs: count.nullable(),
  holdMs: count.nullable(),
  isTimely: z.boolean().nullable(),
  disposition: z.enum(DISPOSITIONS).nullable(),
  summary: z.string().nullable(),
  writtenUpAt: timeOrNull,
  leftUnrecorded: z.boolean(),
  urgentAt: timeOrNull.describe('When it was flagged as an emergency.'),
  emergencyConnectedMs: count
    .nullable()
    .describe('From the flag until the emergency service was on the line.'),
  isNuisance: z.boolean(),
  helpRequestedAt: timeOrNull,
  helpResponseMs: count.nullable().describe('From the last request to a shift leader’s answer.'),
  surveyScale: count.nullable(),
  surveyScore: count.nullable().describe('null: not asked, or no answer; see `surveyedAt`.'),
  surveyedAt: timeOrNull,
  transferredAt: timeOrNull.describe('When the caller was last handed over.'),
  direction: z.enum(['inbound', 'outbound']),
  ground: z.enum(DIAL_GROUNDS).nullable().describe('Why an outbound call was allowed.'),
  callbackId: z.string().nullable(),
  dialledAt: timeOrNull.describe('When the citizen’s phone was called.'),
})

export function callView(row: CallRow, { timeZone, seesNumbers }: Reader) {
  const time = (at: number | null) => isoTimeOrNull(at, timeZone)
  return {
    ...row,
    from: seesNumbers ? row.fromNumber : maskNumber(row.fromNumber),
    to: row.toNumber,
    arrivedAt: isoTime(row.arrivedAt, timeZone),
    queuedAt: time(row.queuedAt),
    offeredAt: time(row.offeredAt),
    answeredAt: time(row.answeredAt),
    connectedAt: time(row.connectedAt),
    endedAt: time(row.endedAt),
    writtenUpAt: time(row.writtenUpAt),
    urgentAt: time(row.urgentAt),
    helpRequestedAt: time(row.helpRequestedAt),
    surveyedAt: time(row.surveyedAt),
    transferredAt: time(row.transferredAt),
    dialledAt: time(row.dialledAt),
  }
}

export const offerSchema = z.object({
  legId: z.string(),
  queueId: z.string(),
  agentId: z.string(),
  offeredAt: timeSchema,
  ringingAt: timeOrNull,
  answeredAt: timeOrNull,
  endedAt: timeOrNull,
  outcome: z.enum(OFFER_OUTCOMES).nullable(),
  ringMs: count.nullable(),
  rings: count.nullable(),
  isLate: z.boolean().nullable(),
  cause: z.string().nullable(),
  sipStatus: count.nullable(),
})

export function offerView(row: OfferRow, { timeZone }: Reader) {
  return {
    ...row,
    offeredAt: isoTime(row.offeredAt, timeZone),
    ringingAt: isoTimeOrNull(row.ringingAt, timeZone),
    answeredAt: isoTimeOrNull(row.answeredAt, timeZone),
    endedAt: isoTimeOrNull(row.endedAt, timeZone),
  }
}

export const holdSchema = z.object({
  segment: count,
  agentId: z.string(),
  by: z.enum(['console', 'phone']),
  startedAt: timeSchema,
  endedAt: timeOrNull,
  durationMs: count.nullable(),
  beginPrompt: z.enum(['system', 'agent']).nullable(),
  endPrompt: z.enum(['system', 'agent']).nullable(),
  isExceeded: z.boolean(),
  warnedAt: timeOrNull,
  limitCount: count,
  missingPrompt: z.boolean().nullable(),
})

export function holdView(row: HoldSegmentRow, { timeZone }: Reader) {
  return {
    ...row,
    startedAt: isoTime(row.startedAt, timeZone),
    endedAt: isoTimeOrNull(row.endedAt, timeZone),
    warnedAt: isoTimeOrNull(row.warnedAt, timeZone),
  }
}

export const timelineEntrySchema = z
  .looseObject({ seq: count, at: timeSchema, type: z.string() })
  .describe('One fact; what else it says depends on its type.')

export function timelineEntry(fact: RecordedFact, reader: Reader) {
  const { seq, at, type, ...rest } = fact
  const shown = shownOf(rest, reader) as Record<string, unknown>
  return { seq, at: isoTime(at, reader.timeZone), type, ...shown }
}

/** Facts nest legs; by their names, times and callers' numbers are found wherever they stand. */
function shownOf(value: unknown, reader: Reader): unknown {
  if (Array.isArray(value)) return value.map((item) => shownOf(item, reader))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, field]) => {
    const isOutside = name === 'number' && 'kind' in value && value.kind === 'number'
    if ((name === 'from' || isOutside) && typeof field === 'string') {
      return [name, reader.seesNumbers ? field : maskNumber(field)]
    }
    if (typeof field === 'number' && /^(at|since|until)$|At$/.test(name)) {
      return [name, isoTime(field, reader.timeZone)]
    }
    return [name, shownOf(field, reader)]
  })
  return Object.fromEntries(entries)
}
