// Figures of any period, raw and adjusted, told apart by queue, number, skill, agent or time; and the calls
// that any of them is made of. Read from sums that are kept; only ragged ends of a period read calls.
import { z } from 'zod'
import { addAgentCounts, agentFigures } from '../core/agent-counts.ts'
import { quarterOf } from '../core/counting.ts'
import { dayOf } from '../core/days.ts'
import { isoTime } from '../core/iso-times.ts'
import { addCounts, figures, NO_COUNTS } from '../core/metrics.ts'
import { serviceLevels } from '../core/service-levels.ts'
import { waitDistribution } from '../core/wait-distribution.ts'
import { sumAgentAggregates } from '../store/agent-aggregates.ts'
import type { CallCursor } from '../store/calls.ts'
import { listWindows } from '../store/exclusion-windows.ts'
import { callsBehind, OPENABLE, PARTS } from '../store/kpi-calls.ts'
import { differencesOn } from '../store/kpi-check.ts'
import { listDefinitions } from '../store/kpi-definitions.ts'
import { type Adjusted, adjustedCounts, piecesOf, waitsOfPeriod } from '../store/kpi-periods.ts'
import { listTargets } from '../store/kpi-targets.ts'
import { listQueues } from '../store/queues.ts'
import { seesNumbers } from './access.ts'
import { callSchema, callView } from './call-views.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { FAULTS, invalid } from './errors.ts'
import {
  count,
  cursorSchema,
  daySchema,
  idSchema,
  instantSchema,
  limitSchema,
  list,
} from './fields.ts'
import { agentFiguresSchema, figuresSchema, serviceLevelsSchema } from './kpi-schemas.ts'

const tags = ['kpi']
const permission = 'calls.read'
const QUARTER_MS = 900_000
const DAY_MS = 86_400_000
const STEPS = { quarter: QUARTER_MS, hour: 3_600_000, day: DAY_MS } as const

const periodSchema = {
  from: instantSchema.describe('Arrived at or after.'),
  to: instantSchema.describe('Arrived before.'),
}
const rowSchema = z.object({
  key: z.string().describe('Queue, number, skill or start of the interval; empty for the total.'),
  raw: figuresSchema,
  adjusted: figuresSchema.describe('Without the calls of approved exclusion windows.'),
  serviceLevels: serviceLevelsSchema,
})

export function kpiFigureRoutes(api: Api, options: AppOptions): void {
  figureRoute(api, options)
  rollingRoute(api, options)
  behindRoute(api, options)
  agentRoute(api, options)
  checkRoute(api, options)
}

function stretchOf(from: string, to: string, daysMax: number): { from: number; to: number } {
  const stretch = { from: Date.parse(from), to: Date.parse(to) }
  if (stretch.from >= stretch.to)
    throw invalid([{ path: 'query.to', message: 'must be after `from`' }])
  if (stretch.to - stretch.from > daysMax * DAY_MS) {
    throw invalid([{ path: 'query.to', message: `at most ${daysMax} days after \`from\`` }])
  }
  return stretch
}

function figureRoute(api: Api, { db, timeZone }: AppOptions): void {
  api.get(
    '/kpi/figures',
    {
      config: { permission },
      schema: {
        tags,
        summary:
          'Figures of a period: in total, by queue, number, skill, or by day, hour or quarter.',
        querystring: z.strictObject({
          ...periodSchema,
          by: z
            .enum(['total', 'queue', 'number', 'skill', 'day', 'hour', 'quarter'])
            .default('total'),
          queueId: idSchema.optional().describe('Only this queue’s calls; for total and times.'),
          version: z.coerce.number().int().min(1).optional().describe('Of the definition.'),
        }),
        response: { 200: z.object({ rows: list(rowSchema), waits: list(waitSchema) }), ...FAULTS },
      },
    },
    async ({ query }) => {
      const { by, queueId, version } = query
      const isTime = by === 'day' || by === 'hour' || by === 'quarter'
      const stretch = stretchOf(query.from, query.to, isTime && by !== 'day' ? 32 : 400)
      const definitions = await listDefinitions(db)
      const judge = { day: dayOf(stretch.to - 1, timeZone), targets: await listTargets(db) }
      const windows = await listWindows(db, { ...stretch, status: 'approved' })
      const scope = {
        timeZone,
        definitions,
        ...(version !== undefined && { version }),
        ...(queueId !== undefined
          ? { dimension: 'queue' as const, key: queueId }
          : { dimension: 'total' as const }),
      }
      const row = (key: string, { raw, adjusted }: Adjusted, at = judge) => ({
        key,
        raw: figures(raw, at),
        adjusted: figures(adjusted, at),
        serviceLevels: serviceLevels(raw),
      })
      const distribution = waitDistribution(await waitsOfPeriod(db, { ...scope, ...stretch }))
      if (isTime) {
        const rows = []
        for (const part of partsOf(stretch, by)) {
          const touched = windows.filter(
            ({ startsAt, endsAt }) => startsAt < part.to && endsAt > part.from,
          )
          const counted = await adjustedCounts(db, { ...scope, ...part }, touched)
          const day = dayOf(part.from, timeZone)
          rows.push(
            row(isoTime(part.from, timeZone), counted.get(queueId ?? '') ?? NOTHING, {
              ...judge,
              day,
            }),
          )
        }
        return { rows, waits: distribution }
      }
      const dimension = by === 'skill' ? 'queue' : by === 'total' ? scope.dimension : by
      const counted = await adjustedCounts(db, { ...scope, dimension, ...stretch }, windows)
      if (by === 'skill') {
        const skills = bySkill(counted, await listQueues(db))
        return { rows: [...skills].map(([key, of]) => row(key, of)), waits: distribution }
      }
      if (by === 'total')
        return { rows: [row('', counted.get(queueId ?? '') ?? NOTHING)], waits: distribution }
      return { rows: [...counted].map(([key, of]) => row(key, of)), waits: distribution }
    },
  )
}

const waitSchema = z.object({ waitMsMax: count.nullable(), answered: count, abandoned: count })
const NOTHING: Adjusted = { raw: NO_COUNTS, adjusted: NO_COUNTS }

function partsOf({ from, to }: { from: number; to: number }, step: keyof typeof STEPS) {
  if (from !== quarterOf(from) || to !== quarterOf(to)) {
    throw invalid([{ path: 'query.from', message: 'must be on a quarter of an hour, as `to`' }])
  }
  const parts = []
  for (let at = from; at < to; at += STEPS[step])
    parts.push({ from: at, to: Math.min(to, at + STEPS[step]) })
  return parts
}

/** A skill's calls are those of the queues that require it, as they are set up now. */
function bySkill(
  counted: ReadonlyMap<string, Adjusted>,
  queues: readonly { queueId: string; requiredSkills: readonly string[] }[],
): Map<string, Adjusted> {
  const sums = new Map<string, Adjusted>()
  for (const { queueId, requiredSkills } of queues) {
    const more = counted.get(queueId) ?? NOTHING
    for (const skill of requiredSkills) {
      const before = sums.get(skill) ?? NOTHING
      sums.set(skill, {
        raw: addCounts(before.raw, more.raw),
        adjusted: addCounts(before.adjusted, more.adjusted),
      })
    }
  }
  return sums
}

function rollingRoute(api: Api, { db, clock, timeZone }: AppOptions): void {
  api.get(
    '/kpi/rolling',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'The 24 hours that end at `to`, to the millisecond (GB/T 33358); without it, now.',
        querystring: z.strictObject({ to: instantSchema.optional(), queueId: idSchema.optional() }),
        response: { 200: rowSchema, ...FAULTS },
      },
    },
    async ({ query: { to: end, queueId } }) => {
      const to = end === undefined ? clock.now() : Date.parse(end)
      const stretch = { from: to - DAY_MS, to }
      const definitions = await listDefinitions(db)
      const windows = await listWindows(db, { ...stretch, status: 'approved' })
      const dimension = queueId === undefined ? ('total' as const) : ('queue' as const)
      const key = queueId ?? ''
      const scope = { ...stretch, timeZone, definitions, dimension, key }
      const counted = (await adjustedCounts(db, scope, windows)).get(key) ?? NOTHING
      const judge = { day: dayOf(to - 1, timeZone), targets: await listTargets(db) }
      return {
        key,
        raw: figures(counted.raw, judge),
        adjusted: figures(counted.adjusted, judge),
        serviceLevels: serviceLevels(counted.raw),
      }
    },
  )
}

function behindRoute(api: Api, { db, timeZone }: AppOptions): void {
  api.get(
    '/kpi/:code/calls',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'The calls behind a rate or a count, newest first.',
        params: z.object({ code: z.enum(OPENABLE) }),
        querystring: z.strictObject({
          ...periodSchema,
          part: z.enum(PARTS).default('numerator').describe('`missing`: what keeps it from 100 %.'),
          queueId: idSchema.optional(),
          adjusted: z.stringbool().default(false).describe('Without excluded calls.'),
          limit: limitSchema,
          cursor: cursorSchema.optional(),
        }),
        response: {
          200: z.object({ calls: list(callSchema), nextCursor: z.string().nullable() }),
          ...FAULTS,
        },
      },
    },
    async (request) => {
      const { part, queueId, adjusted, limit, cursor } = request.query
      const stretch = stretchOf(request.query.from, request.query.to, 400)
      const definitions = await listDefinitions(db)
      const windows = adjusted ? await listWindows(db, { ...stretch, status: 'approved' }) : []
      const keys = keysOf(cursor)
      const after: CallCursor | undefined = keys && { arrivedAt: keys.at, callId: keys.id }
      const { code } = request.params
      const page = await callsBehind(
        db,
        {
          ...stretch,
          code,
          part,
          timeZone,
          definitions,
          windows,
          ...(queueId !== undefined && { queueId }),
        },
        { limit, after },
      )
      const reader = { timeZone, seesNumbers: seesNumbers(request) }
      return {
        calls: page.calls.map((call) => callView(call, reader)),
        nextCursor: cursorOf(page.next && { at: page.next.arrivedAt, id: page.next.callId }),
      }
    },
  )
}

function agentRoute(api: Api, { db, timeZone }: AppOptions): void {
  api.get(
    '/kpi/agents',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Figures of agents: offers, calls handled, handle time, occupancy, time by state.',
        querystring: z.strictObject({ ...periodSchema, agentId: idSchema.optional() }),
        response: {
          200: z.object({
            agents: list(z.object({ agentId: z.string(), figures: agentFiguresSchema })),
          }),
          ...FAULTS,
        },
      },
    },
    async ({ query }) => {
      const { agentId } = query
      const { from, to } = stretchOf(query.from, query.to, 400)
      partsOf({ from, to }, 'day')
      const sums = new Map<string, ReturnType<typeof addAgentCounts>>()
      for (const { grain, ...stretch } of await piecesOf(db, { from, to, timeZone })) {
        if (grain === 'calls') throw new Error('a period of whole quarters has no ragged end')
        const of = agentId === undefined ? {} : { agentId }
        const part = await sumAgentAggregates(db, { ...of, ...stretch, grain })
        for (const [id, counts] of part) sums.set(id, addAgentCounts(sums.get(id) ?? {}, counts))
      }
      return {
        agents: [...sums].map(([id, counts]) => ({ agentId: id, figures: agentFigures(counts) })),
      }
    },
  )
}

function checkRoute(api: Api, { db, timeZone }: AppOptions): void {
  api.get(
    '/kpi/check',
    {
      config: { permission: 'audit.read' },
      schema: {
        tags,
        summary: 'Whether the sums of a day are what the recorded calls say; empty if they agree.',
        querystring: z.strictObject({ day: daySchema }),
        response: {
          200: z.object({
            differences: list(z.object({ of: z.string(), kept: z.number(), counted: z.number() })),
          }),
          ...FAULTS,
        },
      },
    },
    async ({ query: { day } }) => ({ differences: await differencesOn(db, day, timeZone) }),
  )
}
