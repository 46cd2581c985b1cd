// Messages that callers left instead of waiting: listed as tasks, taken, played and ticked off. Every
// change and every look at the sound is in the audit log.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { maskNumber } from '../core/masking.ts'
import { MESSAGE_STATUSES, type MessageAction } from '../core/message-tasks.ts'
import { changeMessage, findMessage, listMessages, type Message } from '../store/messages.ts'
import { findRecording } from '../store/recordings.ts'
import { callerOf, seesNumbers } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { FAULTS, notFound, refused } from './errors.ts'
import {
  callIdSchema,
  count,
  cursorSchema,
  idSchema,
  limitSchema,
  list,
  textSchema,
  timeOrNull,
  timeSchema,
} from './fields.ts'
import { playRecording } from './recording-sound.ts'

const tags = ['messages']
const permission = 'messages.handle'
const paramsSchema = z.object({ callId: callIdSchema })
const replySchema = z.object({
  callId: z.string().describe('Of the call; it leaves one message at most.'),
  queueId: z.string(),
  from: z.string().describe('Masked without `pii.read`.'),
  to: z.string(),
  leftAt: timeSchema,
  durationMs: count.nullable().describe('Null until the file was checked.'),
  isPlayable: z.boolean(),
  status: z.enum(MESSAGE_STATUSES),
  assignedTo: z.string().nullable(),
  doneAt: timeOrNull,
  doneBy: z.string().nullable(),
  note: z.string().nullable(),
})
const sound = { content: { 'audio/wav': { schema: z.string().meta({ format: 'binary' }) } } }

export function messageRoutes(api: Api, options: AppOptions): void {
  listRoute(api, options)
  soundRoute(api, options)
  actionRoutes(api, options)
}

function viewOf({ timeZone }: AppOptions, request: FastifyRequest, message: Message) {
  const { callId, queueId, fromNumber, toNumber, durationMs, status, assignedTo } = message
  return {
    ...{ callId, queueId, to: toNumber, durationMs, status, assignedTo },
    from: seesNumbers(request) ? fromNumber : maskNumber(fromNumber),
    leftAt: isoTime(message.leftAt, timeZone),
    isPlayable: message.recordingStatus === 'verified',
    doneAt: isoTimeOrNull(message.doneAt, timeZone),
    doneBy: message.doneBy,
    note: message.note,
  }
}

async function change(
  options: AppOptions,
  request: FastifyRequest,
  callId: string,
  action: MessageAction,
) {
  const details: Record<string, string | null> =
    action.type === 'assign' ? { agentId: action.agentId } : {}
  const entry = { action: `message.${PAST[action.type]}`, entity: 'message', entityId: callId }
  const after = await changeMessage(options.db, callId, action, (tx) =>
    audit(options, request, { ...entry, details }, tx),
  )
  if (after === null) throw notFound('No such message.')
  if ('code' in after) throw refused(after)
  return viewOf(options, request, after)
}

function listRoute(api: Api, options: AppOptions): void {
  api.get(
    '/messages',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Messages, newest first.',
        querystring: z.strictObject({
          status: z.enum(MESSAGE_STATUSES).optional(),
          queueId: idSchema.optional(),
          assignedTo: idSchema.optional(),
          limit: limitSchema,
          cursor: cursorSchema.optional().describe('`nextCursor` of the page before.'),
        }),
        response: {
          200: z.object({ messages: list(replySchema), nextCursor: z.string().nullable() }),
          ...FAULTS,
        },
      },
    },
    async (request) => {
      const { status, queueId, assignedTo, limit, cursor } = request.query
      const filter = {
        ...(status !== undefined && { status }),
        ...(queueId !== undefined && { queueId }),
        ...(assignedTo !== undefined && { assignedTo }),
      }
      const before = keysOf(cursor)?.at
      const messages = await listMessages(options.db, filter, { limit, before })
      const last = messages.length === limit ? messages.at(-1) : undefined
      return {
        messages: messages.map((message) => viewOf(options, request, message)),
        nextCursor: cursorOf(last === undefined ? null : { at: last.leftAt, id: last.callId }),
      }
    },
  )
}

function soundRoute(api: Api, options: AppOptions): void {
  api.get(
    '/messages/:callId/audio',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'The sound of a message. Takes one byte range.',
        params: paramsSchema,
        response: { 200: sound, 206: sound, ...FAULTS },
      },
    },
    async (request, reply) => {
      const message = await findMessage(options.db, request.params.callId)
      const recording = message === null ? null : await findRecording(options.db, message.path)
      if (recording === null) throw notFound('No such message.')
      return playRecording(options, recording, { request, reply, by: callerOf(request).username })
    },
  )
}

function actionRoutes(api: Api, options: AppOptions): void {
  api.post(
    '/messages/:callId/assign',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Give a message to an agent, or to nobody in particular.',
        params: paramsSchema,
        body: z.strictObject({ agentId: idSchema.nullable() }),
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async (request) => {
      const { agentId } = request.body
      if (agentId !== null && !options.engine.state.agents.has(agentId)) {
        throw notFound('No such agent.')
      }
      return change(options, request, request.params.callId, { type: 'assign', agentId })
    },
  )

  api.post(
    '/messages/:callId/done',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'What the message asked for is done.',
        params: paramsSchema,
        body: z.strictObject({ note: textSchema(2_000) }),
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async (request) => {
      const by = callerOf(request).username
      const { note } = request.body
      const action = { type: 'finish', at: options.clock.now(), by, note } as const
      return change(options, request, request.params.callId, action)
    },
  )

  api.post(
    '/messages/:callId/reopen',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'It was not done after all.',
        params: paramsSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async (request) => change(options, request, request.params.callId, { type: 'reopen' }),
  )
}

const PAST = { assign: 'assigned', finish: 'done', reopen: 'reopened' } as const
