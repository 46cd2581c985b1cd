// Legal holds, which keep a recording whatever its age, and the certificates of those that were deleted.
import { z } from 'zod'
import { isoTime } from '../core/iso-times.ts'
import { liftLegalHolds, listCertificates, placeLegalHold } from '../store/recording-keeping.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, notFound, resultOf } from './errors.ts'
import { list, textSchema, timeSchema } from './fields.ts'
import { pathOf, recordingIdOf, recordingIdSchema } from './recording-views.ts'

const tags = ['recordings']
const paramsSchema = z.object({ recordingId: recordingIdSchema })
const holdSchema = z.object({ reason: z.string(), placedBy: z.string(), placedAt: timeSchema })
const certificateSchema = z.object({
  recordingId: z.string(),
  callId: z.string(),
  sha256: z.string().nullable(),
  deletedAt: timeSchema,
  deletedBy: z.string(),
  rule: z.string(),
})

export function recordingKeepingRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options
  const permission = 'recordings.export' as const

  api.post(
    '/recordings/:recordingId/legal-hold',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Keep the recording until the hold is lifted.',
        params: paramsSchema,
        body: z.strictObject({ reason: textSchema(500).min(1) }),
        response: { 201: holdSchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const path = pathIn(request.params)
      const { reason } = request.body
      const placedBy = callerOf(request).username
      const placed = { path, reason, placedBy, placedAt: clock.now() }
      const { placedAt } = resultOf(await placeLegalHold(db, placed))
      const entry = { entity: 'recording', entityId: path, details: { reason } }
      await audit(options, request, { action: 'recording.legal_hold_placed', ...entry })
      return reply.code(201).send({ reason, placedBy, placedAt: isoTime(placedAt, timeZone) })
    },
  )

  api.delete(
    '/recordings/:recordingId/legal-hold',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Lift the legal holds on the recording.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const path = pathIn(request.params)
      const by = callerOf(request).username
      resultOf(await liftLegalHolds(db, path, { by, at: clock.now() }))
      const entry = { entity: 'recording', entityId: path }
      await audit(options, request, { action: 'recording.legal_hold_lifted', ...entry })
      return reply.code(204).send(null)
    },
  )

  api.get(
    '/recording-archive',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'Whether the disk fills up, and why recordings could not be archived.',
        response: {
          200: z.object({
            isDiskLow: z.boolean(),
            archivingFault: z.string().nullable(),
            copyingFault: z.string().nullable(),
          }),
          ...FAULTS,
        },
      },
    },
    async () =>
      options.archive?.() ?? { isDiskLow: false, archivingFault: null, copyingFault: null },
  )

  api.get(
    '/deletion-certificates',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'What was deleted, when and by which rule.',
        response: { 200: z.object({ certificates: list(certificateSchema) }), ...FAULTS },
      },
    },
    async () => ({
      certificates: (await listCertificates(db)).map(({ path, deletedAt, ...certificate }) => ({
        ...certificate,
        recordingId: recordingIdOf(path),
        deletedAt: isoTime(deletedAt, timeZone),
      })),
    }),
  )
}

function pathIn({ recordingId }: { readonly recordingId: string }): string {
  const path = pathOf(recordingId)
  if (path === null) throw notFound('No such recording.')
  return path
}
