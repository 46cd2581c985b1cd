// Operation reports over HTTP: made on demand, listed with their versions, read as JSON or as CSV that
// spreadsheets open with Chinese intact. Public figures carry no caller and no agent.
import { z } from 'zod'
import { dayOf } from '../core/days.ts'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { REPORT_KINDS, REPORT_STATUSES, type Report } from '../core/reports.ts'
import { daysIn } from '../store/kpi.ts'
import {
  beginReport,
  findReport,
  listReports,
  makeReport,
  type ReportRow,
} from '../store/reports.ts'
import { callerOf } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, invalid, notFound } from './errors.ts'
import { count, daySchema, limitSchema, list, timeOrNull, timeSchema } from './fields.ts'

const tags = ['reports']
const permission = 'calls.read'
const DAYS_MAX = 92
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
        summary: 'The figures of a report as CSV, UTF-8 with a byte order mark.',
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
      return csvOf(body)
    },
  )
}

/** A table with one line for each of: total, queues, numbers, intervals. */
export function csvOf(report: Report): string {
  const head = [
    '范围',
    '名称',
    '呼入',
    '接通',
    '15秒内接通',
    '放弃',
    '接通率',
    '及时应答率',
    '平均应答毫秒',
  ]
  const line = (kind: string, name: string, figures: Report['before']['total']) => {
    const { counts, connectRate, timelyAnswerRate, avgSpeedOfAnswerMs, abandoned } = figures
    return [
      kind,
      name,
      counts.inbound,
      counts.answered,
      counts.answeredTimely,
      abandoned,
      connectRate.value ?? '',
      timelyAnswerRate.value ?? '',
      avgSpeedOfAnswerMs ?? '',
    ]
  }
  const rows = [
    head,
    line('合计', `${report.from}/${report.to}`, report.total.raw),
    line('合计(调整后)', `${report.from}/${report.to}`, report.total.adjusted),
    line('上一周期', `${report.before.from}/${report.before.to}`, report.before.total),
    ...report.queues.map(({ queueId, raw }) => line('队列', queueId, raw)),
    ...report.numbers.map(({ number, figures }) => line('号码', number, figures)),
    ...report.intervals.map(({ start, figures }) => line('时段', start, figures)),
  ]
  return `\ufeff${rows.map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`
}

/** A cell that begins like a formula would be run by a spreadsheet. */
function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
