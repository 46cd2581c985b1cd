// Reports as files that spreadsheets open: one table as CSV with its Chinese intact, or a workbook with a
// sheet for each part, in which numbers are numbers and rates are percents.
import writeXlsxFile, { type Cell, type Row, type Sheet } from 'write-excel-file/node'
import type { Figures } from '../core/metrics.ts'
import { type Compared, type ComparedFigure, comparedWith } from '../core/period-comparison.ts'
import type { Report } from '../core/reports.ts'

type Value = string | number | null
interface Column {
  readonly name: string
  /** A share of 1 that is shown as percent. */
  readonly isPercent?: boolean
  readonly width?: number
}
interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
}

const PERCENT = '0.00%'
const MS_PER_SECOND = 1_000

const FIGURES: readonly Column[] = [
  { name: '范围', width: 14 },
  { name: '名称', width: 28 },
  { name: '呼入' },
  { name: '接通' },
  { name: '15秒内接通', width: 12 },
  { name: '放弃' },
  { name: '接通率', isPercent: true },
  { name: '及时应答率', isPercent: true, width: 12 },
  { name: '平均应答毫秒', width: 14 },
]

/** One line for each of: total, earlier periods, queues, numbers, intervals. */
function figuresTable(report: Report): Table {
  const line = (kind: string, name: string, figures: Figures): Value[] => {
    const { counts, connectRate, timelyAnswerRate, avgSpeedOfAnswerMs, abandoned } = figures
    const { inbound, answered, answeredTimely } = counts
    const rates = [connectRate.value, timelyAnswerRate.value]
    return [kind, name, inbound, answered, answeredTimely, abandoned, ...rates, avgSpeedOfAnswerMs]
  }
  const { total, before, yearBefore } = report
  const rows = [
    line('合计', `${report.from}/${report.to}`, total.raw),
    line('合计(调整后)', `${report.from}/${report.to}`, total.adjusted),
    line('上一周期', `${before.from}/${before.to}`, before.total),
    ...(yearBefore === undefined
      ? []
      : [line('上年同期', `${yearBefore.from}/${yearBefore.to}`, yearBefore.total)]),
    ...report.queues.map(({ queueId, raw }) => line('队列', queueId, raw)),
    ...report.numbers.map(({ number, figures }) => line('号码', number, figures)),
    ...report.intervals.map(({ start, figures }) => line('时段', start, figures)),
  ]
  return { name: '指标', columns: FIGURES, rows }
}

const COMPARED_NAMES: Readonly<Record<ComparedFigure, string>> = {
  inbound: '呼入',
  answered: '接通',
  answeredTimely: '15秒内接通',
  abandoned: '放弃',
  connectRate: '接通率',
  timelyAnswerRate: '及时应答率',
  avgSpeedOfAnswerMs: '平均应答毫秒',
}

function comparisonTable({ total, before, yearBefore }: Report): Table {
  const previous = comparedWith(total.raw, before.total)
  const lastYear = yearBefore === undefined ? [] : comparedWith(total.raw, yearBefore.total)
  const of = (list: readonly Compared[], figure: ComparedFigure) =>
    list.find((one) => one.figure === figure)
  return {
    name: '环比同比',
    columns: [
      { name: '指标', width: 16 },
      { name: '本期' },
      { name: '上一周期', width: 12 },
      { name: '环比', isPercent: true },
      { name: '上年同期', width: 12 },
      { name: '同比', isPercent: true },
    ],
    rows: previous.map(({ figure, now, earlier, change }) => {
      const year = of(lastYear, figure)
      return [
        COMPARED_NAMES[figure],
        now,
        earlier,
        change,
        year?.earlier ?? null,
        year?.change ?? null,
      ]
    }),
  }
}

function agentsTable({ agents }: Report): Table {
  return {
    name: '话务员',
    columns: [
      { name: '工号', width: 14 },
      { name: '接听' },
      { name: '平均处理毫秒', width: 14 },
      { name: '平均通话毫秒', width: 14 },
      { name: '平均保持毫秒', width: 14 },
      { name: '平均话后毫秒', width: 14 },
      { name: '占用率', isPercent: true },
      { name: '派话' },
      { name: '三声后应答', width: 12 },
      { name: '未接' },
    ],
    rows: agents.map(({ agentId, figures: of }) => [
      agentId,
      of.handled,
      of.averageHandleMs,
      of.averageTalkMs,
      of.averageHoldMs,
      of.averageWrapUpMs,
      of.occupancy,
      of.offers.total,
      of.offers.late,
      of.offers.missed,
    ]),
  }
}

function waitsTable({ waits }: Report): Table {
  return {
    name: '等待分布',
    columns: [{ name: '等待不超过（秒）', width: 18 }, { name: '接通' }, { name: '放弃' }],
    rows: waits.map(({ waitMsMax, answered, abandoned }) => [
      waitMsMax === null ? '更长' : waitMsMax / MS_PER_SECOND,
      answered,
      abandoned,
    ]),
  }
}

function hoursTable({ hours }: Report): Table {
  return {
    name: '每小时人力',
    columns: [
      { name: '小时' },
      { name: '来电' },
      { name: '每小时来电', width: 12 },
      { name: '话务量（Erlang）', width: 16 },
      { name: '建议人数（Erlang C）', width: 20 },
      { name: '建议人数（Erlang A）', width: 20 },
      { name: '实际人数', width: 12 },
      { name: '预计及时', isPercent: true },
      { name: '实际及时', isPercent: true },
    ],
    rows: hours.map((hour) => [
      hour.hour,
      hour.calls,
      hour.callsPerHour,
      hour.load,
      hour.agentsErlangC,
      hour.agentsErlangA,
      hour.agentsStaffed,
      hour.expectedWithin,
      hour.observedWithin,
    ]),
  }
}

function dispositionsTable({ dispositions }: Report): Table {
  return {
    name: '办理方式',
    columns: [{ name: '办理方式', width: 28 }, { name: '来电' }],
    rows: Object.entries(dispositions),
  }
}

/** UTF-8 with a byte order mark; what begins like a formula is not run by a spreadsheet. */
export function csvOf(report: Report): string {
  const { columns, rows } = figuresTable(report)
  const lines = [columns.map(({ name }) => name), ...rows]
  return `\ufeff${lines.map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`
}

/** A workbook: figures, comparison, agents, waits, staffing and dispositions. */
export async function xlsxOf(report: Report): Promise<Buffer> {
  const tables = [
    figuresTable(report),
    comparisonTable(report),
    agentsTable(report),
    waitsTable(report),
    hoursTable(report),
    dispositionsTable(report),
  ]
  const sheets = tables.map(
    ({ name, columns, rows }): Sheet<never> => ({
      sheet: name,
      stickyRowsCount: 1,
      columns: columns.map(({ width = 10 }) => ({ width })),
      data: [
        columns.map(({ name: value }): Cell => ({ value, type: String, fontWeight: 'bold' })),
        ...rows.map((row): Row => row.map((value, i) => sheetCell(value, columns[i]))),
      ],
    }),
  )
  return writeXlsxFile(sheets).toBuffer()
}

function sheetCell(value: Value, column: Column | undefined): Cell {
  if (value === null) return null
  if (typeof value === 'string') return { value, type: String }
  return { value, type: Number, ...(column?.isPercent === true ? { format: PERCENT } : {}) }
}

function csvCell(value: Value): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
