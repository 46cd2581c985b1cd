// Operation reports over HTTP: made on demand, listed with their versions, read as JSON, or taken
// away as CSV or as an Excel workbook. Public figures carry no caller and no agent.
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { dayOf } from '../core/days.ts'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { REPORT_KINDS, REPORT_STATUSES, type Report } from '../core/reports.ts'
import { daysIn } from '../store/kpi.ts'
import {
  beginReport,
  cancelReport,
  findReport,
  listReports,
  makeReport,
  type ReportRow,
} from '../store/reports.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, invalid, notFound, REFUSALS, refused } from './errors.ts'
import { count, daySchema, limitSchema, list, timeOrNull, timeSchema } from './fields.ts'
import { csvOf, xlsxOf } from './report-files.ts'

const tags = ['reports']
const permission = 'calls.read'
const DAYS_MAX = 92
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const workbook = {
  content: Object.fromEntries([[XLSX, { schema: z.string().meta({ format: 'binary' }) }]]),
}
const summarySchema = z.object({
  reportId: z.int(),
  kind: z.enum(REPORT_KINDS),
  from: z.string(),
  to: z.string(),
  version: count,
  status: z.enum(REPORT_STATUSES),
  progress: count.describe('Percent.'),
  requestedBy: z.string(),
  requestedAt: timeSchema,
  finishedAt: timeOrNull,
})
const bodySchema = z
  .looseObject({ kind: z.enum(REPORT_KINDS), from: z.string(), to: z.string() })
  .describe('The report; see core/reports.ts.')
const paramsSchema = z.object({
  reportId: z.coerce
    .number()
    .int()
    .positive()
    .max(2 ** 52),
})

function summaryOf(row: Omit<ReportRow, 'body'>, timeZone: string) {
  return {
    ...row,
    from: row.fromDay,
    to: row.toDay,
    requestedAt: isoTime(row.requestedAt, timeZone),
    finishedAt: isoTimeOrNull(row.finishedAt, timeZone),
  }
}

export function reportRoutes(api: Api, options: AppOptions): void {
  orderRoute(api, options)
  cancelRoute(api, options)
  readRoutes(api, options)
}

function orderRoute(api: Api, options: AppOptions): void {
  const { db, clock, log, timeZone } = options
  api.post(
    '/reports',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Make a report. It is begun at once; ask for it again to see its progress.',
        body: z.strictObject({ kind: z.enum(REPORT_KINDS), from: daySchema, to: daySchema }),
        response: { 202: summarySchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const { kind, from, to } = request.body
      if (from > to) throw invalid([{ path: 'body.to', message: 'must not be before `from`' }])
      if (daysIn({ from, to }).length > DAYS_MAX) {
        throw invalid([{ path: 'body.to', message: `at most ${DAYS_MAX} days` }])
      }
      if (to > dayOf(clock.now(), timeZone)) {
        throw invalid([{ path: 'body.to', message: 'must not be a day to come' }])
      }
      const { username: requestedBy } = callerOf(request)
      const row = await beginReport(db, { kind, from, to, requestedBy, requestedAt: clock.now() })
      const { reportId, version } = row
      const details = { kind, from, to, version }
      await audit(options, request, {
        action: 'report.ordered',
        entity: 'report',
        entityId: String(reportId),
        details,
      })
      makeReport(db, row, { timeZone, now: () => clock.now() }).catch((error: unknown) => {
        log.error({ err: error, reportId }, 'a report could not be made')
      })
      return reply.code(202).send(summaryOf(row, timeZone))
    },
  )
}

function cancelRoute(api: Api, options: AppOptions): void {
  const { db, clock, timeZone } = options
  api.post(
    '/reports/:reportId/cancel',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Stop making the report. Nothing is kept of what was made of it.',
        params: paramsSchema,
        response: { 200: summarySchema, ...REFUSALS },
      },
    },
    async (request) => {
      const row = await db.transaction(async (tx) => {
        const cancelled = await cancelReport(tx, request.params.reportId, clock.now())
        if (cancelled === null) throw notFound()
        if ('code' in cancelled) throw refused(cancelled)
        const { reportId, kind, fromDay: from, toDay: to, version } = cancelled
        const details = { kind, from, to, version }
        const entry = { action: 'report.cancelled', entity: 'report', entityId: String(reportId) }
        await audit(options, request, { ...entry, details }, tx)
        return cancelled
      })
      return summaryOf(row, timeZone)
    },
  )
}

function readRoutes(api: Api, { db, timeZone }: AppOptions): void {
  api.get(
    '/reports',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'Reports with their versions, newest first.',
        querystring: z.strictObject({ limit: limitSchema }),
        response: { 200: z.object({ reports: list(summarySchema) }), ...FAULTS },
      },
    },
    async ({ query: { limit } }) => ({
      reports: (await listReports(db, limit)).map((row) => summaryOf(row, timeZone)),
    }),
  )

  api.get(
    '/reports/:reportId',
    {
      config: { permission },
      schema: {
        tags,
        summary: 'A report; `body` is null until it is done.',
        params: paramsSchema,
        response: {
          200: z.object({ report: summarySchema, body: bodySchema.nullable() }),
          ...FAULTS,
        },
      },
    },
    async ({ params }) => {
      const row = await findReport(db, params.reportId)
      if (row === null) throw notFound()
      const { body } = row
      return { report: summaryOf(row, timeZone), body: body === null ? null : { ...body } }
    },
  )

  api.get(
    '/reports/:reportId/csv',
    {
      config: { permission },
      schema: {
        tags,
        summary:
          'All tables of a report as CSV, UTF-8 with a byte order mark; the last explains the columns.',
        params: paramsSchema,
        response: { 200: { content: { 'text/csv': { schema: z.string() } } }, ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      const body = (await findReport(db, params.reportId))?.body ?? null
      if (body === null) throw notFound()
      const name = `${body.kind}-${body.from}-${body.to}.csv`
      void reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`)
        .serializer((text) => text)
      return csvOf(body, timeZone)
    },
  )

  api.get(
    '/reports/:reportId/xlsx',
    {
      config: { permission },
      schema: {
        tags,
        summary:
          'The whole report as an Excel workbook: a sheet for each part, the last explains the columns.',
        params: paramsSchema,
        response: {
          200: workbook,
          ...FAULTS,
        },
      },
    },
    async ({ params }, reply) => {
      const body = (await findReport(db, params.reportId))?.body ?? null
      if (body === null) throw notFound()
      return sendWorkbook(reply, body, timeZone)
    },
  )
}

async function sendWorkbook(reply: FastifyReply, report: Report, timeZone: string) {
  const name = `${report.kind}-${report.from}-${report.to}.xlsx`
  void reply.type(XLSX).header('content-disposition', `attachment; filename="${name}"`)
  return reply.send(await xlsxOf(report, timeZone))
}
