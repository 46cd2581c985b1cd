// Exclusion windows over HTTP: declared by people or proposed by the system, decided on by a second person,
// every step in the audit log.
import { z } from 'zod'
import {
  EXCLUSION_REASONS,
  type ExclusionWindow,
  WINDOW_STATUSES,
  type WindowAction,
} from '../core/exclusion-windows.ts'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { decideWindow, declareWindow, listWindows } from '../store/exclusion-windows.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, invalid, notFound, refused } from './errors.ts'
import { idSchema, instantSchema, list, textSchema, timeOrNull, timeSchema } from './fields.ts'

const tags = ['kpi']
const permission = 'kpi.exclude'
const windowSchema = z.object({
  windowId: z.int(),
  reason: z.enum(EXCLUSION_REASONS),
  queueId: z.string().nullable().describe('Null: the whole hotline.'),
  startsAt: timeSchema,
  endsAt: timeSchema,
  status: z.enum(WINDOW_STATUSES),
  declaredBy: z.string().describe('A username, or `system`.'),
  declaredAt: timeSchema,
  evidence: z.string(),
  decidedBy: z.string().nullable(),
  decidedAt: timeOrNull,
})

export function windowView(window: ExclusionWindow, timeZone: string) {
  return {
    ...window,
    startsAt: isoTime(window.startsAt, timeZone),
    endsAt: isoTime(window.endsAt, timeZone),
    declaredAt: isoTime(window.declaredAt, timeZone),
    decidedAt: isoTimeOrNull(window.decidedAt, timeZone),
  }
}

export function exclusionWindowRoutes(api: Api, options: AppOptions): void {
  const { db, timeZone } = options
  declareRoute(api, options)
  for (const action of ['approve', 'reject', 'withdraw'] as const) {
    decideRoute(api, options, action)
  }

  api.get(
    '/exclusion-windows',
    {
      config: { permission: 'calls.read' },
      schema: {
        tags,
        summary:
          'Stretches of time that the adjusted figures leave out, and those proposed for it.',
        querystring: z.strictObject({
          from: instantSchema.optional(),
          to: instantSchema.optional(),
          status: z.enum(WINDOW_STATUSES).optional(),
        }),
        response: { 200: z.object({ windows: list(windowSchema) }), ...FAULTS },
      },
    },
    async ({ query: { from, to, status } }) => {
      const windows = await listWindows(db, {
        ...(from !== undefined && { from: Date.parse(from) }),
        ...(to !== undefined && { to: Date.parse(to) }),
        ...(status !== undefined && { status }),
      })
      return { windows: windows.map((window) => windowView(window, timeZone)) }
    },
  )
}

function declareRoute(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options
  api.post(
    '/exclusion-windows',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Declare a window. It changes nothing until a second person approves it.',
        body: z.strictObject({
          reason: z.enum(EXCLUSION_REASONS),
          queueId: idSchema.nullable().default(null),
          startsAt: instantSchema,
          endsAt: instantSchema,
          evidence: textSchema(2_000).min(1),
        }),
        response: { 201: windowSchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const { reason, queueId, evidence } = request.body
      const startsAt = Date.parse(request.body.startsAt)
      const endsAt = Date.parse(request.body.endsAt)
      if (startsAt >= endsAt) {
        throw invalid([{ path: 'body.endsAt', message: 'must be after startsAt' }])
      }
      const { username: declaredBy } = callerOf(request)
      const window = await db.transaction(async (tx) => {
        const declaredAt = clock.now()
        const made = await declareWindow(tx, {
          reason,
          queueId,
          startsAt,
          endsAt,
          declaredBy,
          declaredAt,
          evidence,
        })
        await audit(options, request, entryOf('declared', made), tx)
        return made
      })
      return reply.code(201).send(windowView(window, timeZone))
    },
  )
}

function decideRoute(api: Api, options: AppOptions, action: WindowAction): void {
  const { db, clock, timeZone } = options
  api.post(
    `/exclusion-windows/:windowId/${action}`,
    {
      config: { permission },
      schema: {
        tags,
        summary: SUMMARIES[action],
        params: z.object({
          windowId: z.coerce
            .number()
            .int()
            .positive()
            .max(2 ** 52),
        }),
        response: { 200: windowSchema, ...FAULTS },
      },
    },
    async (request) => {
      const { username: by } = callerOf(request)
      const decided = await db.transaction(async (tx) => {
        const at = clock.now()
        const { windowId } = request.params
        const window = await decideWindow(tx, windowId, { action, by, at })
        if (window !== null && !('code' in window)) {
          await audit(options, request, entryOf(PAST[action], window), tx)
        }
        return window
      })
      if (decided === null) throw notFound()
      if ('code' in decided) throw refused(decided)
      return windowView(decided, timeZone)
    },
  )
}

const PAST = { approve: 'approved', reject: 'rejected', withdraw: 'withdrawn' } as const
const SUMMARIES = {
  approve:
    'Approve a window; not by whoever declared it. From then on the adjusted figures leave it out.',
  reject: 'Reject a window.',
  withdraw: 'Take a window back, approved or not. The adjusted figures count its calls again.',
} as const

function entryOf(verb: string, { windowId, reason, queueId, startsAt, endsAt }: ExclusionWindow) {
  const iso = (at: number) => new Date(at).toISOString()
  return {
    action: `exclusion_window.${verb}`,
    entity: 'exclusion_window',
    entityId: String(windowId),
    details: { reason, queueId, startsAt: iso(startsAt), endsAt: iso(endsAt) },
  }
}
