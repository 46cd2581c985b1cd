// What figures are judged by, over HTTP: targets from a day on, and new versions of the definition
// by which calls are counted. Both leave the judgement of past days as it is.
import { z } from 'zod'
import { dayOf } from '../core/days.ts'
import { CLOCK_STARTS, NORM_DEFINITION } from '../core/kpi-definitions.ts'
import { COMPARATORS, KPI_CODES, NORM_TARGETS } from '../core/kpi-targets.ts'
import { recount } from '../store/kpi-aggregates.ts'
import { addDefinition, listDefinitions } from '../store/kpi-definitions.ts'
import { deleteTarget, listTargets, setTarget } from '../store/kpi-targets.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, invalid, notFound } from './errors.ts'
import { count, daySchema, list, millisecondsSchema } from './fields.ts'

const tags = ['kpi']
const targetSchema = z.object({
  code: z.enum(KPI_CODES),
  effectiveFrom: z.string(),
  comparator: z.enum(COMPARATORS),
  threshold: z.number(),
  decidedBy: z.string().nullable().describe('Null: the norms’ own.'),
})
const definitionSchema = z.object({
  version: count,
  effectiveFrom: z.string(),
  answerClockStart: z.enum(CLOCK_STARTS),
  answerMsMax: count.nullable().describe('Null: each queue’s own limit.'),
  shortAbandonMs: count,
})

export function kpiSettingRoutes(api: Api, options: AppOptions): void {
  targetRoutes(api, options)
  definitionRoutes(api, options)
  recountRoute(api, options)
}

function targetRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone, reloadConfig } = options
  /** A day that has begun is judged already. */
  const mustBeAhead = (day: string) => {
    if (day > dayOf(clock.now(), timeZone)) return
    throw invalid([{ path: 'body.effectiveFrom', message: 'must be a day to come' }])
  }

  api.get(
    '/kpi-targets',
    {
      config: { permission: 'wallboard.read' },
      schema: {
        tags,
        summary: 'Targets with the day from which each holds, the norms’ own first.',
        response: { 200: z.object({ targets: list(targetSchema) }), ...FAULTS },
      },
    },
    async () => ({
      targets: [
        ...NORM_TARGETS.map((target) => ({ ...target, decidedBy: null })),
        ...(await listTargets(db)),
      ],
    }),
  )

  api.put(
    '/kpi-targets',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Set a target from a day to come. Past days keep the target they were judged by.',
        body: z.strictObject({
          code: z.enum(KPI_CODES),
          effectiveFrom: daySchema,
          comparator: z.enum(COMPARATORS),
          threshold: z.number().min(0).max(1),
        }),
        response: { 200: targetSchema, ...FAULTS },
      },
    },
    async (request) => {
      mustBeAhead(request.body.effectiveFrom)
      const { username: decidedBy } = callerOf(request)
      const target = await db.transaction(async (tx) => {
        const made = await setTarget(tx, { ...request.body, decidedBy, decidedAt: clock.now() })
        const { code, effectiveFrom, comparator, threshold } = made
        const details = { effectiveFrom, comparator, threshold }
        const entry = { action: 'kpi_target.set', entity: 'kpi_target', entityId: code, details }
        await audit(options, request, entry, tx)
        return made
      })
      await reloadConfig()
      return target
    },
  )

  api.delete(
    '/kpi-targets/:code/:effectiveFrom',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Take back a target whose day has not come.',
        params: z.object({ code: z.enum(KPI_CODES), effectiveFrom: daySchema }),
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const { code, effectiveFrom } = request.params
      mustBeAhead(effectiveFrom)
      await db.transaction(async (tx) => {
        if (!(await deleteTarget(tx, code, effectiveFrom))) throw notFound()
        const details = { effectiveFrom }
        const entry = {
          action: 'kpi_target.deleted',
          entity: 'kpi_target',
          entityId: code,
          details,
        }
        await audit(options, request, entry, tx)
      })
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )
}

function definitionRoutes(api: Api, options: AppOptions): void {
  const { db, clock, timeZone, reloadConfig } = options

  api.get(
    '/kpi-definitions',
    {
      config: { permission: 'calls.read' },
      schema: {
        tags,
        summary: 'Versions of the definition by which calls are counted.',
        response: { 200: z.object({ definitions: list(definitionSchema) }), ...FAULTS },
      },
    },
    async () => ({ definitions: [NORM_DEFINITION, ...(await listDefinitions(db))] }),
  )

  api.post(
    '/kpi-definitions',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Add a version from a day to come. Figures counted by earlier versions are kept.',
        body: z.strictObject({
          effectiveFrom: daySchema,
          answerClockStart: z.enum(CLOCK_STARTS),
          answerMsMax: millisecondsSchema(1_000, 600_000).nullable(),
          shortAbandonMs: millisecondsSchema(0, 600_000),
        }),
        response: { 201: definitionSchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      if (request.body.effectiveFrom <= dayOf(clock.now(), timeZone)) {
        throw invalid([{ path: 'body.effectiveFrom', message: 'must be a day to come' }])
      }
      const { username: decidedBy } = callerOf(request)
      const definition = await db.transaction(async (tx) => {
        const made = await addDefinition(tx, { ...request.body, decidedBy, decidedAt: clock.now() })
        const { version, effectiveFrom, answerClockStart, answerMsMax, shortAbandonMs } = made
        const details = { effectiveFrom, answerClockStart, answerMsMax, shortAbandonMs }
        const entityId = String(version)
        const entry = {
          action: 'kpi_definition.added',
          entity: 'kpi_definition',
          entityId,
          details,
        }
        await audit(options, request, entry, tx)
        return made
      })
      await reloadConfig()
      return reply.code(201).send(definition)
    },
  )
}

function recountRoute(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options
  api.post(
    '/kpi-definitions/:version/recount',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Count past days by a version as well, beside the figures that are there.',
        params: z.object({ version: z.coerce.number().int().min(1) }),
        body: z.strictObject({ from: daySchema, to: daySchema }),
        response: { 200: z.object({ version: count, calls: count }), ...FAULTS },
      },
    },
    async (request) => {
      const { from, to } = request.body
      const { version } = request.params
      if (from > to || to >= dayOf(clock.now(), timeZone)) {
        throw invalid([
          { path: 'body.to', message: 'must be a day that is over, not before `from`' },
        ])
      }
      const known = [NORM_DEFINITION, ...(await listDefinitions(db))]
      const definition = known.find((each) => each.version === version)
      if (definition === undefined) throw notFound()
      const calls = await db.transaction(async (tx) => {
        const counted = await recount(tx, { from, to, timeZone }, definition)
        const details = { from, to, calls: counted }
        const entityId = String(version)
        const entry = {
          action: 'kpi_definition.recounted',
          entity: 'kpi_definition',
          entityId,
          details,
        }
        await audit(options, request, entry, tx)
        return counted
      })
      return { version, calls }
    },
  )
}
