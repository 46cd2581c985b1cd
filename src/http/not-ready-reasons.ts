// The reasons for which agents may be away, with their limits, and the policy for all agents. The
// built-in reasons can be renamed, limited and, but for the leave, put out of use; none can be deleted.
import { z } from 'zod'
import type { AgentPolicy } from '../core/agent-policy.ts'
import { SYSTEM_NOT_READY_REASONS } from '../core/inputs.ts'
import {
  findAgentPolicy,
  listNotReadyReasons,
  saveAgentPolicy,
  saveNotReadyReason,
} from '../store/agent-rules.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, invalid } from './errors.ts'
import { idSchema, list, millisecondsSchema, nameSchema } from './fields.ts'

const tags = ['agents']
const MINUTE_MS = 60_000
const limitMsSchema = millisecondsSchema(MINUTE_MS).nullable()
const reasonSchema = z.strictObject({
  name: nameSchema,
  msMaxPerUse: limitMsSchema.default(null),
  msMaxPerDay: limitMsSchema.default(null),
  isActive: z.boolean().default(true),
})
const replySchema = z.object({
  reasonId: z.string(),
  name: z.string(),
  msMaxPerUse: z.int().nullable(),
  msMaxPerDay: z.int().nullable(),
  isActive: z.boolean(),
})
const policySchema = z.strictObject({
  offSeatAutoApproveBelow: z.int().min(0).max(1_000).describe('0: every leave is decided.'),
  offSeatApprovalMsMax: millisecondsSchema(MINUTE_MS),
  unreachableMsMax: millisecondsSchema(1_000),
  secondSignIn: z.enum(['take_over', 'refuse']),
  isChecklistRequired: z.boolean(),
  restAfterCalls: z.int().min(0).max(1_000).describe('0: no rest.'),
  restMs: millisecondsSchema(1_000),
}) satisfies z.ZodType<AgentPolicy>
const isSystemReason = (reasonId: string): boolean =>
  (SYSTEM_NOT_READY_REASONS as readonly string[]).includes(reasonId)

export function notReadyReasonRoutes(api: Api, options: AppOptions): void {
  const { db, reloadConfig } = options
  api.get(
    '/not-ready-reasons',
    {
      config: { permission: 'signed_in' },
      schema: {
        tags,
        summary: 'The reasons for being away; the built-in ones first.',
        response: { 200: z.object({ reasons: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ reasons: await listNotReadyReasons(db) }),
  )

  api.put(
    '/not-ready-reasons/:reasonId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Add a reason, or change one.',
        params: z.object({ reasonId: idSchema }),
        body: reasonSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async (request) => {
      const { reasonId } = request.params
      if (isSystemReason(reasonId)) {
        throw invalid([{ path: 'params.reasonId', message: 'Only the system gives this reason.' }])
      }
      const reason = await saveNotReadyReason(db, { reasonId, ...request.body })
      const { name, isActive } = reason
      const entity = { entity: 'not_ready_reason', entityId: reasonId }
      await audit(options, request, {
        action: 'not_ready_reason.changed',
        ...entity,
        details: { name, isActive },
      })
      await reloadConfig()
      return reason
    },
  )

  api.get(
    '/agent-policy',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'What holds for every agent.',
        response: { 200: policySchema, ...FAULTS },
      },
    },
    async () => findAgentPolicy(db),
  )

  api.patch(
    '/agent-policy',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Change the policy for agents; what is left out stays.',
        body: z.strictObject(policySchema.partial().shape),
        response: { 200: policySchema, ...FAULTS },
      },
    },
    async (request) => {
      const before = await findAgentPolicy(db)
      const policy = policySchema.parse({ ...before, ...request.body })
      await saveAgentPolicy(db, policy)
      const names = Object.keys(request.body).join(' ')
      await audit(options, request, {
        action: 'agent_policy.changed',
        entity: 'agent_policy',
        entityId: 'agents',
        details: { fields: names },
      })
      await reloadConfig()
      return policy
    },
  )
}
