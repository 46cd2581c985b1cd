// The emergency mode, switched by the shift leader: callers hear the emergency's own prompt, and either
// wait as ever or are told that nobody can be reached this way. In force from the next call on.
import { z } from 'zod'
import type { EmergencyMode } from '../core/entry-policy.ts'
import { isoTime } from '../core/iso-times.ts'
import { loadEmergencyMode, saveEmergencyMode } from '../store/emergency-mode.ts'
import { unknownQueues } from '../store/queues.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import { idSchema, list, textSchema, timeSchema } from './fields.ts'

const tags = ['emergency mode']
const actionSchema = z
  .enum(['announce', 'close'])
  .describe('announce: the prompt, then the queue. close: the prompt, then the end of the call.')
const wishSchema = z.strictObject({
  action: actionSchema,
  queueIds: z
    .array(idSchema)
    .min(1)
    .max(500)
    .nullable()
    .default(null)
    .describe('null: all queues.'),
  reason: textSchema(500).min(1),
})
const replySchema = z.object({
  emergency: z
    .object({
      action: actionSchema,
      queueIds: list(z.string()).nullable(),
      reason: z.string(),
      since: timeSchema,
      by: z.string(),
    })
    .nullable()
    .describe('null: it is off.'),
})

export function emergencyModeRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone, reloadConfig } = options
  const viewOf = (mode: EmergencyMode | null): z.infer<typeof replySchema> => ({
    emergency: mode === null ? null : { ...mode, since: isoTime(mode.since, timeZone) },
  })
  const entry = { entity: 'emergency_mode', entityId: 'hotline' }

  api.get(
    '/emergency-mode',
    {
      config: { permission: 'live.read' },
      schema: { tags, summary: 'Whether it is on.', response: { 200: replySchema, ...FAULTS } },
    },
    async () => viewOf(await loadEmergencyMode(db)),
  )

  api.put(
    '/emergency-mode',
    {
      config: { permission: 'floor.act' },
      schema: {
        tags,
        summary: 'Switch it on, or change it.',
        body: wishSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async (request) => {
      const { action, queueIds, reason } = request.body
      const by = callerOf(request).username
      const mode: EmergencyMode = { action, queueIds, reason, by, since: clock.now() }
      await db.transaction(async (tx) => {
        const unknown = await unknownQueues(tx, queueIds ?? [])
        if (unknown !== null) resultOf(unknown)
        await saveEmergencyMode(tx, mode)
        const details = { action, queueIds, reason }
        await audit(options, request, { ...entry, action: 'emergency.began', details }, tx)
      })
      await reloadConfig()
      return viewOf(mode)
    },
  )

  api.delete(
    '/emergency-mode',
    {
      config: { permission: 'floor.act' },
      schema: { tags, summary: 'Switch it off.', response: { 200: replySchema, ...FAULTS } },
    },
    async (request) => {
      await db.transaction(async (tx) => {
        await saveEmergencyMode(tx, null)
        await audit(options, request, { ...entry, action: 'emergency.ended' }, tx)
      })
      await reloadConfig()
      return viewOf(null)
    },
  )
}
