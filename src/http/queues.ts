// Queues: read and changed here, served by the engine from the next input on.
import { z } from 'zod'
import { QUEUE_DEFAULTS, type QueueSettings } from '../core/config.ts'
import type { SupervisionPolicy } from '../core/supervision-policy.ts'
import { createQueue, deleteQueue, findQueue, listQueues, updateQueue } from '../store/queues.ts'
import { callbackPolicySchema } from './callback-policy.ts'
import type { Api, AppOptions } from './context.ts'
import { admissionSchema } from './entry-schemas.ts'
import { FAULTS, faultsOf, invalid, notFound, resultOf } from './errors.ts'
import { idSchema, list, millisecondsSchema, nameSchema } from './fields.ts'
import { holdPolicySchema } from './hold.ts'
import { recordingPolicySchema } from './recording-policy.ts'
import { routingSchema } from './routing-schemas.ts'
import { waitingPolicyReply, waitingPolicySchema } from './waiting-policy.ts'

const tags = ['queues']
const SECOND_MS = 1_000

const wrapUpSchema = z.strictObject({
  mode: z
    .enum(['timed', 'held'])
    .describe('`held`: the agent is not ready again before the contact record is saved.'),
  extensionMs: millisecondsSchema(0),
  extensionsMax: z.int().min(0).max(20),
})
const offeringSchema = z.strictObject({
  missedOffersMax: z.int().min(1).max(20).describe('Not ready after this many in a row.'),
  allowReject: z.boolean(),
  autoAnswer: z.boolean(),
  whisperPrompt: idSchema.nullable().describe('Played to the agent before the two are joined.'),
  whispersLanguage: z.boolean().describe('The caller’s language is named to the agent then.'),
})

/** The hold warning comes before the limit, or it would warn of nothing. */
const supervisionSchema = z.strictObject({
  showsListeners: z
    .boolean()
    .describe('Whether agents see who only listens; whispering and joining in they always see.'),
}) satisfies z.ZodType<SupervisionPolicy>

const queueSchema = z
  .strictObject({
    queueId: idSchema,
    name: nameSchema,
    requiredSkills: z.array(idSchema).max(50),
    priority: z.int().min(-100).max(100),
    waitingMax: z.int().min(0).max(100_000),
    joinWhenEmpty: z.boolean(),
    ringMsMax: millisecondsSchema(SECOND_MS, 120_000),
    answerMsMax: millisecondsSchema(0),
    holdWarningMs: millisecondsSchema(0),
    holdMsMax: millisecondsSchema(SECOND_MS),
    hold: holdPolicySchema,
    recording: recordingPolicySchema,
    wrapUpMsMax: millisecondsSchema(0),
    waiting: waitingPolicySchema,
    survey: z
      .strictObject({
        isOn: z.boolean(),
        scale: z.union([z.literal(3), z.literal(5)]).describe('Keys 1 to this.'),
      })
      .describe('What callers are asked after the agent has left.'),
    routing: routingSchema,
    admission: admissionSchema,
    wrapUp: wrapUpSchema,
    offering: offeringSchema,
    supervision: supervisionSchema,
    callback: callbackPolicySchema,
  })
  .refine(({ holdWarningMs, holdMsMax }) => holdWarningMs <= holdMsMax, {
    path: ['holdWarningMs'],
    message: 'must not be above holdMsMax',
  })
/** Of a policy too, what a request leaves out stays as it is. */
const policies = {
  hold: z.strictObject(holdPolicySchema.partial().shape),
  recording: z.strictObject(recordingPolicySchema.partial().shape),
  waiting: z.strictObject(waitingPolicySchema.partial().shape),
  routing: routingSchema.partial(),
  admission: admissionSchema.partial(),
  wrapUp: wrapUpSchema.partial(),
  offering: offeringSchema.partial(),
  supervision: supervisionSchema.partial(),
  callback: z.strictObject(callbackPolicySchema.partial().shape),
}
const fieldsOf = { ...queueSchema.shape, ...policies }
const newQueueSchema = z
  .strictObject({
    ...z.object(fieldsOf).partial().shape,
    queueId: fieldsOf.queueId,
    name: fieldsOf.name,
  })
  .describe('What is left out gets the values of the norms.')
const changesSchema = z.strictObject(z.object(fieldsOf).omit({ queueId: true }).partial().shape)
const replySchema = z.object({
  ...queueSchema.shape,
  requiredSkills: list(z.string()),
  hold: holdPolicySchema,
  waiting: waitingPolicyReply,
  wrapUp: wrapUpSchema,
  offering: offeringSchema,
  callback: callbackPolicySchema,
})
const paramsSchema = z.object({ queueId: idSchema })

export function queueRoutes(api: Api, { db, reloadConfig }: AppOptions): void {
  api.get(
    '/queues',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'All queues.',
        response: { 200: z.object({ queues: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ queues: await listQueues(db) }),
  )

  api.get(
    '/queues/:queueId',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'One queue.',
        params: paramsSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params }) => existing(await findQueue(db, params.queueId)),
  )

  api.post(
    '/queues',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Set up a queue.',
        body: newQueueSchema,
        response: { 201: replySchema, ...FAULTS },
      },
    },
    async ({ body }, reply) => {
      const queue = resultOf(await createQueue(db, complete(merged(QUEUE_DEFAULTS, body))))
      await reloadConfig()
      return reply.code(201).send(queue)
    },
  )

  api.patch(
    '/queues/:queueId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Change a queue; what is left out stays.',
        params: paramsSchema,
        body: changesSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params, body }) => {
      const before = existing(await findQueue(db, params.queueId))
      const queue = resultOf(await updateQueue(db, complete(merged(before, body))))
      await reloadConfig()
      return queue
    },
  )

  api.delete(
    '/queues/:queueId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Delete a queue to which no number leads. Its waiting callers are still served.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      resultOf(await deleteQueue(db, params.queueId))
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )
}

function existing(queue: QueueSettings | null): QueueSettings {
  if (queue === null) throw notFound('No such queue.')
  return queue
}

/** What is left out, be it a field or a knob of a policy, stays as it was. */
function merged(before: object, changes: object): unknown {
  const fields: Record<string, unknown> = { ...before, ...changes }
  for (const name of Object.keys(policies)) {
    const known = before as Record<string, object>
    fields[name] = { ...known[name], ...(changes as Record<string, object>)[name] }
  }
  return fields
}

/** Bounds between fields can only be judged on the whole queue. */
function complete(queue: unknown): QueueSettings {
  const parsed = queueSchema.safeParse(queue)
  if (!parsed.success) throw invalid(faultsOf('body', parsed.error.issues))
  return parsed.data
}
