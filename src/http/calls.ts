// Recorded calls: lists by filter, newest first, and one call with its whole timeline.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ENDINGS } from '../core/facts.ts'
import { findCall, listCalls } from '../store/calls.ts'
import { seesNumbers } from './access.ts'
import {
  callSchema,
  callView,
  holdSchema,
  holdView,
  offerSchema,
  offerView,
  type Reader,
  timelineEntry,
  timelineEntrySchema,
} from './call-views.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { FAULTS, notFound } from './errors.ts'
import {
  callIdSchema,
  cursorSchema,
  idSchema,
  instantSchema,
  limitSchema,
  list,
  numberSchema,
} from './fields.ts'
import { recordingSchema, recordingView } from './recording-views.ts'

const tags = ['calls']
const permission = 'calls.read'

const querySchema = z.strictObject({
  from: instantSchema.optional().describe('Arrived at or after.'),
  to: instantSchema.optional().describe('Arrived before.'),
  queueId: idSchema.optional(),
  agentId: idSchema.optional().describe('The last agent who picked up.'),
  ending: z.enum(ENDINGS).optional(),
  number: numberSchema.optional().describe('The caller’s or the number dialled, whole.'),
  limit: limitSchema,
  cursor: cursorSchema.optional().describe('`nextCursor` of the page before.'),
})
const pageSchema = z.object({ calls: list(callSchema), nextCursor: z.string().nullable() })
const oneSchema = z.object({
  call: callSchema,
  timeline: list(timelineEntrySchema),
  offers: list(offerSchema),
  holds: list(holdSchema),
  recordings: list(recordingSchema),
})

export function callRoutes(api: Api, { db, timeZone }: AppOptions): void {
  const readerOf = (request: FastifyRequest): Reader => {
    return { timeZone, seesNumbers: seesNumbers(request) }
  }

  api.get(
    '/calls',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Calls, newest first.',
        querystring: querySchema,
        response: { 200: pageSchema, ...FAULTS },
      },
    },
    async (request) => {
      const { from, to, limit, cursor, queueId, agentId, ending, number } = request.query
      const filter = {
        ...(from !== undefined && { from: Date.parse(from) }),
        ...(to !== undefined && { to: Date.parse(to) }),
        ...(queueId !== undefined && { queueId }),
        ...(agentId !== undefined && { agentId }),
        ...(ending !== undefined && { ending }),
        ...(number !== undefined && { number }),
      }
      const keys = keysOf(cursor)
      const after = keys && { arrivedAt: keys.at, callId: keys.id }
      const { calls, next } = await listCalls(db, filter, { limit, after })
      const reader = readerOf(request)
      return {
        calls: calls.map((call) => callView(call, reader)),
        nextCursor: cursorOf(next && { at: next.arrivedAt, id: next.callId }),
      }
    },
  )

  api.get(
    '/calls/:callId',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'One call with every fact, offer, hold and recording of it.',
        params: z.object({ callId: callIdSchema }),
        response: { 200: oneSchema, ...FAULTS },
      },
    },
    async (request) => {
      const found = await findCall(db, request.params.callId)
      if (found === null) throw notFound('No such call.')
      const reader = readerOf(request)
      return {
        call: callView(found.call, reader),
        timeline: found.facts.map((fact) => timelineEntry(fact, reader)),
        offers: found.offers.map((offer) => offerView(offer, reader)),
        holds: found.holds.map((hold) => holdView(hold, reader)),
        recordings: found.recordings.map((recording) => recordingView(recording, timeZone)),
      }
    },
  )
}
