// An agent writes about calls they were on: drafts while they listen, the record when it is whole,
// corrections later (R-023 … R-033). A call that lives is known from the floor, one that is over from the
// records.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ENDINGS } from '../core/facts.ts'
import { DISPOSITIONS } from '../core/inputs.ts'
import { isoTime } from '../core/iso-times.ts'
import { rejection } from '../core/rejections.ts'
import { callsBefore } from '../store/calls.ts'
import { findCallOf } from '../store/contact-records.ts'
import { callerOf } from './access.ts'
import {
  correctionBody,
  draftBody,
  oneRecordSchema,
  saveBody,
  unrecordedSchema,
} from './contact-record-schemas.ts'
import { type CallOfRecord, missingOn, show, write } from './contact-records.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { notFound, REFUSALS, refused } from './errors.ts'
import { callIdSchema, cursorSchema, daySchema, limitSchema, list, timeSchema } from './fields.ts'

const tags = ['contact records']
const permission = 'agent.act'
const params = z.object({ callId: callIdSchema })
const response = { 200: oneRecordSchema, ...REFUSALS }

export function myContactRecordRoutes(api: Api, options: AppOptions): void {
  const { engine, clock } = options
  readingRoutes(api, options)
  earlierRoute(api, options)

  api.put(
    '/me/contact-records/:callId/draft',
    {
      config: { permission },
      schema: { tags, summary: 'Keep what is written so far.', params, body: draftBody, response },
    },
    async (request) => {
      const { call } = await ownLiveCall(options, request, request.params.callId)
      return write(options, request, call, { type: 'autosave', ...request.body })
    },
  )

  api.post(
    '/me/contact-records/:callId/save',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Save the record, during the call or after it; 422 names what is missing.',
        params,
        body: saveBody,
        response,
      },
    },
    async (request) => {
      const { endWrapUp, ...action } = request.body
      const { call, isOpen } = await ownLiveCall(options, request, request.params.callId)
      const reply = await write(options, request, call, { type: 'save', isOpen, ...action })
      if (endWrapUp) {
        const { consoleId } = callerOf(request)
        const refusal = engine.submit({
          type: 'agent.wrap_up_done_requested',
          at: clock.now(),
          agentId: agentIdOf(request),
          consoleId,
          disposition: null,
          summary: '',
        })
        if (refusal !== null) throw refused(refusal)
      }
      return reply
    },
  )

  api.post(
    '/me/contact-records/:callId/corrections',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Put one’s own saved record right, with the reason.',
        params,
        body: correctionBody,
        response,
      },
    },
    async (request) => {
      const { apologyGiven, ...action } = request.body
      const call = await ownCall(options, request, request.params.callId)
      return write(options, request, call, { type: 'correct', ...action }, apologyGiven)
    },
  )
}

function readingRoutes(api: Api, options: AppOptions): void {
  api.get(
    '/me/contact-records/missing',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'One’s own answered calls of a day that have no record.',
        querystring: z.strictObject({ day: daySchema }),
        response: { 200: unrecordedSchema, ...REFUSALS },
      },
    },
    async (request) => {
      const agentId = agentIdOf(request)
      return missingOn(options, request, { day: request.query.day, agentId })
    },
  )

  api.get(
    '/me/contact-records/:callId',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'The record of a call of one’s own, to be filled in.',
        params,
        response,
      },
    },
    async (request) =>
      show(options, request, await ownCall(options, request, request.params.callId)),
  )
}

/** Of the same number, whoever took them, so that a citizen need not tell everything again. */
function earlierRoute(api: Api, options: AppOptions): void {
  const { db, timeZone } = options
  api.get(
    '/me/contact-records/:callId/earlier',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'The caller’s earlier calls, newest first.',
        params,
        querystring: z.strictObject({
          limit: limitSchema,
          cursor: cursorSchema.optional().describe('`nextCursor` of the page before.'),
        }),
        response: {
          200: z.object({ contacts: list(contactSchema), nextCursor: z.string().nullable() }),
          ...REFUSALS,
        },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const call = await ownCall(options, request, request.params.callId)
      const keys = keysOf(cursor)
      const after = keys && { arrivedAt: keys.at, callId: keys.id }
      const { calls, next } = await callsBefore(db, call, { limit, after })
      return {
        contacts: calls.map(({ callId, arrivedAt, ...row }) => ({
          callId,
          calledAt: isoTime(arrivedAt, timeZone),
          queueId: row.queueId,
          agentId: row.agentId,
          ending: row.ending,
          disposition: row.disposition,
          summary: row.summary,
        })),
        nextCursor: cursorOf(next === null ? null : { at: next.arrivedAt, id: next.callId }),
      }
    },
  )
}

const contactSchema = z.object({
  callId: z.string(),
  calledAt: timeSchema,
  queueId: z.string().nullable(),
  agentId: z.string().nullable().describe('Who answered last.'),
  ending: z.enum(ENDINGS).nullable(),
  disposition: z.enum(DISPOSITIONS).nullable(),
  summary: z.string().nullable().describe('What was written up.'),
})

async function ownCall(
  options: AppOptions,
  request: FastifyRequest,
  callId: string,
): Promise<CallOfRecord> {
  return (await ownLiveCall(options, request, callId)).call
}

/** `isOpen`: the agent is on the call, or still in its wrap-up. 404 for calls of others. */
async function ownLiveCall(
  { db, engine }: AppOptions,
  request: FastifyRequest,
  callId: string,
): Promise<{ call: CallOfRecord; isOpen: boolean }> {
  const agentId = agentIdOf(request)
  const { state } = engine
  const phase = state.agents.get(agentId)?.phase
  const live = state.calls.get(callId)
  const isOn = phase?.name === 'on_call' && phase.callId === callId
  if (live !== undefined && isOn) {
    const { arrivedAt, from } = live
    return { call: { callId, agentId, calledAt: arrivedAt, from, endedAt: null }, isOpen: true }
  }
  const call = await findCallOf(db, callId, agentId)
  if (call === null) throw notFound('You were on no such call.')
  return { call, isOpen: phase?.name === 'wrap_up' && phase.callId === callId }
}

/** A user may have an agent's role and no agent. */
function agentIdOf(request: FastifyRequest): string {
  const { agentId } = callerOf(request)
  if (agentId === null) throw refused(rejection('unknown_agent'))
  return agentId
}
