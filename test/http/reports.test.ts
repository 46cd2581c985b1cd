// Reports over HTTP: made on demand, versioned, read as JSON and CSV.
import { strFromU8, unzipSync } from 'fflate'
import { expect, it } from 'vitest'
import { csvOf } from '../../src/http/report-files.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { beginReport, makeReport } from '../../src/store/reports.ts'
import { abandonedCall, numbered, servedCall } from '../support/facts.ts'
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
  expect(part('xl/workbook.xml')).toMatch(/指标.*环比同比.*话务员.*等待分布.*每小时人力.*办理方式/s)
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
  const spoilt = { ...body, queues: [{ ...body.queues[0], queueId: '=1+1,"x"' }] }
  expect(csvOf(spoilt)).toContain(`"'=1+1,""x"""`)
})

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
