// The tables of a report that is taken away: each part of it with its columns, and what every column
// means, so that a figure never travels without its formula. Times are the hotline's own.
import type { Disposition } from '../core/inputs.ts'
import { NORM_ANSWER_MS_MAX } from '../core/kpi-definitions.ts'
import type { Figures } from '../core/metrics.ts'
import { type Compared, type ComparedFigure, comparedWith } from '../core/period-comparison.ts'
import type { Report } from '../core/reports.ts'
import type { ServiceLevelName } from '../core/service-levels.ts'
import { STAFFING_TARGET } from '../core/staffing.ts'

export type Value = string | number | null
export interface Column {
  readonly name: string
  /** How it is worked out; absent where it only names the line. */
  readonly formula?: string
  /** A share of 1 that is shown as percent. */
  readonly isPercent?: boolean
  readonly width?: number
}
export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
}

const MS_PER_SECOND = 1_000
const LIMIT = `${NORM_ANSWER_MS_MAX / MS_PER_SECOND} 秒`
const WITHIN = `队列规定时限（规范 ${LIMIT}）`

/** Every part, and last what the columns mean. */
export function tablesOf(report: Report, timeZone: string): Table[] {
  const tables = [
    figuresTable(report),
    comparisonTable(report),
    serviceLevelsTable(report),
    agentsTable(report),
    waitsTable(report),
    hoursTable(report),
    categoriesTable(report),
    dispositionsTable(report),
  ]
  return [...tables, formulasTable(tables, timeZone)]
}

const FIGURES: readonly Column[] = [
  { name: '范围', width: 14 },
  { name: '名称', width: 28 },
  {
    name: '呼入',
    formula: '到达热线号码的全部来电，按到达时刻归入时段；非工作时间、队列已满等未进入队列的也计入',
  },
  { name: '接通', formula: '来电人至少听到一次话务员的来电' },
  { name: '15秒内接通', formula: `等待不超过${WITHIN}的接通`, width: 12 },
  { name: '放弃', formula: '来电人在排队或振铃时挂机的来电' },
  { name: '接通率', formula: '接通 ÷ 呼入', isPercent: true },
  { name: '及时应答率', formula: '15秒内接通 ÷ 接通', isPercent: true, width: 12 },
  { name: '平均应答毫秒', formula: '接通来电的等待时长之和 ÷ 接通', width: 14 },
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
    ...report.intervals.map(({ start, figures }) => line('时段', localTime(start), figures)),
  ]
  return { name: '指标', columns: FIGURES, rows }
}

/** As people read it; the offset of the zone that the text carries is told once, with the formulas. */
function localTime(start: string): string {
  return start.slice(0, 16).replace('T', ' ')
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
  const change = (than: string) => `比率：本期 − ${than}；其他：本期 ÷ ${than} − 1`
  return {
    name: '环比同比',
    columns: [
      { name: '指标', width: 16 },
      { name: '本期', formula: '本报表统计区间的值' },
      { name: '上一周期', formula: '紧接在前、天数相同的区间的值', width: 12 },
      { name: '环比', formula: change('上一周期'), isPercent: true },
      { name: '上年同期', formula: '上一年相同日期的值', width: 12 },
      { name: '同比', formula: change('上年同期'), isPercent: true },
    ],
    rows: previous.map(({ figure, now, earlier, change: changed }) => {
      const year = of(lastYear, figure)
      return [
        COMPARED_NAMES[figure],
        now,
        earlier,
        changed,
        year?.earlier ?? null,
        year?.change ?? null,
      ]
    }),
  }
}

const SERVICE_LEVEL_FORMULAS: Readonly<Record<ServiceLevelName, string>> = {
  strict: '15秒内接通 ÷ 呼入',
  shortAbandonsOut: '15秒内接通 ÷（呼入 − 短时放弃）',
  connectStyle: '时限内离开队列（接通、放弃或登记回电）÷ 进入队列',
  appQueueStyle: '时限内接通或放弃 ÷ 接通或放弃',
  answeredOnly: '15秒内接通 ÷ 接通',
}

function serviceLevelsTable({ serviceLevels }: Report): Table {
  return {
    name: '服务水平',
    columns: [
      { name: '算法', width: 18 },
      { name: '公式', width: 44 },
      { name: '分子', formula: '公式中除号前的来电数' },
      { name: '分母', formula: '公式中除号后的来电数' },
      { name: '服务水平', formula: '分子 ÷ 分母', isPercent: true },
    ],
    rows: Object.entries(serviceLevels).map(([name, { numerator, denominator, value }]) => [
      name,
      SERVICE_LEVEL_FORMULAS[name as ServiceLevelName],
      numerator,
      denominator,
      value,
    ]),
  }
}

function agentsTable({ agents }: Report): Table {
  return {
    name: '话务员',
    columns: [
      { name: '工号', width: 14 },
      { name: '接听', formula: '话务员与来电人通过话的来电' },
      { name: '平均处理毫秒', formula: '（通话 + 保持 + 话后整理时长）÷ 接听', width: 14 },
      { name: '平均通话毫秒', formula: '通话时长（不含保持）÷ 接听', width: 14 },
      { name: '平均保持毫秒', formula: '保持时长 ÷ 接听', width: 14 },
      { name: '平均话后毫秒', formula: '话后整理时长 ÷ 接听', width: 14 },
      {
        name: '占用率',
        formula: '（通话 + 保持 + 话后）÷（通话 + 保持 + 话后 + 就绪）',
        isPercent: true,
      },
      { name: '派话', formula: '话机为来电振铃的次数' },
      { name: '三声后应答', formula: '第三声铃响之后才应答的派话', width: 12 },
      { name: '未接', formula: '振铃到时限仍未应答的派话' },
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
    columns: [
      { name: '等待不超过（秒）', width: 18 },
      { name: '接通', formula: '等待时长在上一行与本行时限之间的接通来电' },
      { name: '放弃', formula: '等待时长在上一行与本行时限之间的放弃来电' },
    ],
    rows: waits.map(({ waitMsMax, answered, abandoned }) => [
      waitMsMax === null ? '更长' : waitMsMax / MS_PER_SECOND,
      answered,
      abandoned,
    ]),
  }
}

function hoursTable({ hours }: Report): Table {
  const advice = `使 ${STAFFING_TARGET * 100}% 的来电在 ${LIMIT} 内接通所需的最少人数`
  return {
    name: '每小时人力',
    columns: [
      { name: '时段', width: 14 },
      { name: '来电', formula: '统计区间内各天该小时的呼入之和' },
      { name: '每小时来电', formula: '来电 ÷ 天数', width: 12 },
      { name: '话务量（Erlang）', formula: '每小时来电 × 平均处理时长 ÷ 1 小时', width: 16 },
      { name: '建议人数（Erlang C）', formula: `${advice}，假设无人放弃`, width: 20 },
      { name: '建议人数（Erlang A）', formula: `${advice}，按实测耐心计入放弃`, width: 20 },
      { name: '实际人数', formula: '就绪、振铃、通话与话后时长之和 ÷（天数 × 1 小时）', width: 12 },
      {
        name: '预计及时',
        formula: `Erlang A 按实际人数预计的 ${LIMIT} 内接通 ÷ 呼入`,
        isPercent: true,
      },
      { name: '实际及时', formula: '15秒内接通 ÷ 呼入', isPercent: true },
    ],
    rows: hours.map((hour) => [
      `${clock(hour.hour)}–${clock(hour.hour + 1)}`,
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

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}

function categoriesTable({ categories = [] }: Report): Table {
  return {
    name: '诉求类别',
    columns: [
      { name: '类别', width: 36 },
      { name: '编号', width: 18 },
      { name: '来电', formula: '统计区间内来电、已保存的来电记录中属于该类别的数量' },
    ],
    rows: categories.map(({ categoryId, name, calls }) => [name, categoryId, calls]),
  }
}

const DISPOSITION_NAMES: Readonly<Record<Disposition, string>> = {
  answered: '已解答',
  transferred: '已转接',
  out_of_scope_referred: '超出范围，已指引',
  declined_with_explanation: '婉拒并解释',
  refused: '不予受理',
  work_order: '已建工单',
  silent: '无声电话',
  wrong_number: '打错电话',
  nuisance: '骚扰电话',
  test: '测试',
  dropped: '掉线',
}

function dispositionsTable({ dispositions }: Report): Table {
  return {
    name: '办理方式',
    columns: [
      { name: '办理方式', width: 28 },
      { name: '来电', formula: '呼入来电中话后小结为该办理方式的数量' },
    ],
    rows: Object.entries(dispositions).map(([name, calls]) => [
      DISPOSITION_NAMES[name as Disposition] ?? name,
      calls,
    ]),
  }
}

function formulasTable(tables: readonly Table[], timeZone: string): Table {
  const general: Value[][] = [
    ['全部', '时间', `时区 ${timeZone} 的当地时间`],
    ['全部', '合计(调整后)', '不计经第二人批准的剔除时段内的来电'],
    ['全部', '空白', '分母为 0，无法计算'],
  ]
  const rows = tables.flatMap(({ name: table, columns }) =>
    columns.flatMap(({ name, formula }) => (formula === undefined ? [] : [[table, name, formula]])),
  )
  return {
    name: '计算口径',
    columns: [
      { name: '表', width: 12 },
      { name: '项目', width: 22 },
      { name: '口径', width: 70 },
    ],
    rows: [...general, ...rows],
  }
}
