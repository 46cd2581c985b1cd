// Reports over HTTP: made on demand, versioned, read as JSON and CSV.
import { strFromU8, unzipSync } from 'fflate'
import { expect, it } from 'vitest'
import { EMPTY_FIELDS } from '../../src/core/contact-records.ts'
import type { Report } from '../../src/core/reports.ts'
import { csvOf } from '../../src/http/report-files.ts'
import { tablesOf } from '../../src/http/report-tables.ts'
import { contactRecords } from '../../src/store/agent-schema.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { beginReport, makeReport } from '../../src/store/reports.ts'
import { abandonedCall, MORNING, numbered, servedCall } from '../support/facts.ts'
import { testService } from '../support/service.ts'
import { until } from '../support/until.ts'

const test = testService()
const url = '/api/v1/reports'
const DAY = { kind: 'daily', from: '2026-11-23', to: '2026-11-23' }

it('makes a report of the day, keeps every version, and gives it as CSV', async () => {
  const facts = [
    ...servedCall({ callId: 'c1', queueId: 'city', waitMs: 3_000 }),
    ...servedCall({ callId: 'c2', queueId: 'yue', waitMs: 16_000, agentId: 'a2' }),
    ...abandonedCall({ callId: 'c3', queueId: 'city', waitMs: 4_000 }),
  ]
  await test.service.db.transaction((tx) => recordFacts(tx, numbered(facts)))
  await test.service.db.insert(contactRecords).values(
    [
      ['c1', 'saved', 'city'],
      ['c2', 'draft', 'city'],
      ['c0', 'saved', 'gone'],
    ].map(([callId = '', status, categoryId = '']) =>
      recordOf(callId, status === 'saved', categoryId),
    ),
  )
  const order = () => test.service.ask('shift_leader', 'POST', url, DAY)
  const { reportId } = (await order()).json()
  const read = async () =>
    (await test.service.ask('shift_leader', 'GET', `${url}/${reportId}`)).json()
  let done = await read()
  await until(() => {
    void read().then((reply) => {
      done = reply
    })
    return done.report.status === 'done'
  }, 'the report')
  const { body } = done
  expect(body.total.raw).toMatchObject({
    connectRate: { numerator: 2, denominator: 3, met: false },
    timelyAnswerRate: { numerator: 1, denominator: 2 },
  })
  expect(body.queues.map(({ queueId }: { queueId: string }) => queueId)).toEqual(['city', 'yue'])
  expect(body.before).toMatchObject({ from: '2026-11-22', to: '2026-11-22' })
  expect(
    body.waits.filter(
      ({ answered, abandoned }: Record<string, number>) => (answered ?? 0) + (abandoned ?? 0) > 0,
    ),
  ).toEqual([
    { waitMsMax: 5_000, answered: 1, abandoned: 1 },
    { waitMsMax: 20_000, answered: 1, abandoned: 0 },
  ])
  expect(body.hours[9]).toMatchObject({ hour: 9, calls: 3 })
  expect(body.hours[9].observedWithin).toBeCloseTo(1 / 3)
  expect((await order()).json().version).toBe(2)
  const csv = await test.service.ask('shift_leader', 'GET', `${url}/${reportId}/csv`)
  expect(csv.headers['content-type']).toContain('text/csv')
  expect(csv.body.charCodeAt(0)).toBe(0xfeff)
  expect(csv.body).toContain(`合计,2026-11-23/2026-11-23,3,2,1,1,${2 / 3},0.5,9500`)
  expect(body.yearBefore).toMatchObject({ from: '2025-11-23', to: '2025-11-23' })
  const workbook = await test.service.ask('shift_leader', 'GET', `${url}/${reportId}/xlsx`)
  expect(workbook.headers['content-disposition']).toContain('daily-2026-11-23-2026-11-23.xlsx')
  const files = unzipSync(workbook.rawPayload)
  const part = (name: string) => strFromU8(files[name] ?? new Uint8Array())
  expect(part('xl/workbook.xml')).toMatch(
    /指标.*环比同比.*服务水平.*话务员.*等待分布.*每小时人力.*诉求类别.*办理方式.*计算口径/s,
  )
  const sheet = part('xl/worksheets/sheet1.xml')
  const texts = [...part('xl/sharedStrings.xml').matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map(
    ([, x]) => x,
  )
  const rowOf = (name: string): (string | undefined)[] => {
    const rows = [...sheet.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, cells = '']) =>
      [...cells.matchAll(/<c r="[A-Z]+\d+"([^>]*?)(?:\/>|>(?:<v>([^<]*)<\/v>)?<\/c>)/g)].map(
        ([, form = '', value]) => (form.includes('t="s"') ? texts[Number(value)] : value),
      ),
    )
    return rows.find(([first]) => first === name) ?? []
  }
  expect(rowOf('合计').slice(2).map(Number)).toEqual([3, 2, 1, 1, 2 / 3, 0.5, 9_500])
  expect(rowOf('上年同期').slice(2, 6)).toEqual(['0', '0', '0', '0'])
  expect(body.categories).toEqual([
    { categoryId: 'city', name: '城市管理', calls: 1 },
    { categoryId: 'gone', name: 'gone', calls: 1 },
  ])
  // Below the figures the other parts, in the hotline's time, and what the columns mean.
  expect(csv.body).toContain('时段,2026-11-23 00:00,3,2,')
  expect(csv.body).toContain('\r\n\r\n等待分布\r\n等待不超过（秒）,接通,放弃\r\n5,1,1\r\n')
  expect(csv.body).toContain('\r\n09:00–10:00,3,3,')
  expect(csv.body).toContain('\r\n城市管理,city,1\r\n')
  expect(csv.body).toContain('\r\n指标,接通率,接通 ÷ 呼入\r\n')
  expect(csv.body).toContain('时区 Asia/Shanghai')
  expect(unexplained(body)).toEqual([])
  const spoilt = { ...body, queues: [{ ...body.queues[0], queueId: '=1+1,"x"' }] }
  expect(csvOf(spoilt, 'Asia/Shanghai')).toContain(`"'=1+1,""x"""`)
})

/** Columns of numbers that nothing says how they are worked out. */
function unexplained(report: Report): string[] {
  return tablesOf(report, 'Asia/Shanghai').flatMap(({ name, columns, rows }) =>
    columns.flatMap((column, place) =>
      rows.some((row) => typeof row[place] === 'number' && place > 0) &&
      column.formula === undefined
        ? [`${name}: ${column.name}`]
        : [],
    ),
  )
}

function recordOf(callId: string, isSaved: boolean, categoryId: string) {
  return {
    callId,
    categoryId,
    agentId: '1001',
    status: isSaved ? ('saved' as const) : ('draft' as const),
    version: 1,
    calledAt: MORNING,
    createdAt: MORNING,
    updatedAt: MORNING,
    categoryVersion: 0,
    fields: EMPTY_FIELDS,
  }
}

it('stops the making of a report that is cancelled, keeps nothing of it, and refuses what is over', async () => {
  const { db } = test.service
  const times = { timeZone: 'Asia/Shanghai', now: () => test.service.floor.clock.now() }
  const order = { ...DAY, kind: 'daily' as const, requestedBy: 'leader' }
  const row = await beginReport(db, { ...order, requestedAt: times.now() })
  const making = makeReport(db, row, times)
  const cancel = () => test.service.ask('shift_leader', 'POST', `${url}/${row.reportId}/cancel`)
  expect((await cancel()).json()).toMatchObject({ reportId: row.reportId, status: 'cancelled' })
  expect(await making).toBeNull()
  const { report, body } = (
    await test.service.ask('shift_leader', 'GET', `${url}/${row.reportId}`)
  ).json()
  expect(report).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String) })
  expect(report.progress).toBeLessThan(100)
  expect(body).toBeNull()
  for (const file of ['csv', 'xlsx']) {
    const answer = await test.service.ask('shift_leader', 'GET', `${url}/${row.reportId}/${file}`)
    expect(answer.statusCode).toBe(404)
  }
  const again = await cancel()
  expect([again.statusCode, again.json().error.code]).toEqual([409, 'report_not_running'])
  const { entries } = (await test.service.ask('admin', 'GET', '/api/v1/audit')).json()
  expect(entries.map(({ action }: { action: string }) => action)).toEqual(['report.cancelled'])
})

it('is closed to agents, and refuses what cannot be reported on', async () => {
  expect((await test.service.ask('agent', 'POST', url, DAY)).statusCode).toBe(403)
  const ahead = await test.service.ask('admin', 'POST', url, { ...DAY, to: '2027-01-01' })
  expect(ahead.json().error.details[0].path).toBe('body.to')
  expect((await test.service.ask('admin', 'GET', `${url}/9`)).statusCode).toBe(404)
  expect((await test.service.ask('admin', 'POST', `${url}/9/cancel`)).statusCode).toBe(404)
})
