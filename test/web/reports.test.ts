// The reports page in a real Chromium: a report that is being made, and what can be done about it.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { waitDistribution } from '../../src/core/wait-distribution.ts'
import { builtPages } from '../support/built-pages.ts'
import { hasChromium, inChromium, launchChromium } from '../support/walk.ts'
import { type Answers, DeskStage } from './desk-stage.ts'
import { figures } from './hotline-views.ts'

const DAY = { day: '2026-11-23', at: '2026-11-23T14:32:05.000+08:00' }
const REPORT = {
  reportId: 7,
  kind: 'daily',
  from: '2026-11-22',
  to: '2026-11-22',
  version: 1,
  status: 'running',
  progress: 40,
  requestedBy: 'leader',
  requestedAt: '2026-11-23T14:31:00.000+08:00',
  finishedAt: null,
}

describe.skipIf(!hasChromium)(inChromium, () => {
  let directory: string
  let browser: Browser
  let stage: DeskStage
  let context: BrowserContext

  beforeAll(async () => {
    directory = await builtPages()
    browser = await launchChromium()
  }, 120_000)
  afterAll(() => browser?.close())
  afterEach(async () => {
    await context.close()
    await stage.close()
  })

  async function open(answers: Answers): Promise<Page> {
    stage = new DeskStage(directory, 'shift_leader', {
      'GET /kpi/today': () => ({ ...DAY, total: figures(100, 96, 90), queues: [] }),
      'GET /kpi/figures': () => ({ rows: [] }),
      'GET /reports/holds': () => ({ rows: [] }),
      ...answers,
    })
    const url = await stage.open()
    context = await browser.newContext({ viewport: { width: 1366, height: 900 } })
    const page = await context.newPage()
    await page.goto(`${url}/reports`)
    return page
  }

  it('shows how far a report is, and stops it at a click', async () => {
    let report = REPORT
    const page = await open({
      'GET /reports': () => ({ reports: [report] }),
      'POST /reports/7/cancel': () => {
        report = { ...report, status: 'cancelled' }
        return report
      },
    })
    await page.getByRole('progressbar').getByText('40%').waitFor()
    report = { ...report, progress: 60 }
    await page.getByRole('progressbar').getByText('60%').waitFor()
    await page.getByRole('button', { name: '取消生成' }).click()
    await page.getByRole('cell', { name: '已取消' }).waitFor()
    expect(await page.getByRole('progressbar').count()).toBe(0)
    expect(await page.getByRole('link', { name: '下载 CSV' }).count()).toBe(0)
  })

  it('shows who holds how long and how often above the limit, and leads to the calls', async () => {
    const row = {
      key: 'a1',
      name: '王芳',
      holds: 4,
      calls: 2,
      holdsPerCall: 2,
      holdMs: 100_000,
      holdMsMax: 61_000,
      exceeded: 1,
      exceededShare: 0.25,
      missingPrompts: 0,
    }
    const page = await open({
      'GET /reports': () => ({ reports: [] }),
      'GET /reports/holds': () => ({ rows: [row] }),
      'GET /calls': () => ({ calls: [], nextCursor: null }),
    })
    const holds = page.getByRole('region', { name: '保持统计' })
    await holds.getByRole('row', { name: '王芳（a1） 4 2 2.00 0:25 1:01 1（25.0%） 0' }).waitFor()
    await holds.locator('.el-select').click()
    await page.getByRole('option', { name: '按队列' }).click()
    await page.waitForURL(/holdsBy=queue/)
    await page.reload()
    await holds.getByRole('link', { name: '王芳（a1）' }).click()
    await page.waitForURL(/\/calls\?queueId=a1&from=/)
  })

  it('draws a report beside its earlier periods, its waits and what it was about', async () => {
    const [now, before, yearBefore] = [
      figures(100, 96, 90),
      figures(80, 60, 30),
      figures(50, 40, 20),
    ]
    const body = {
      from: '2026-11-22',
      to: '2026-11-22',
      total: { raw: now, adjusted: now },
      before: { from: '2026-11-21', to: '2026-11-21', total: before },
      yearBefore: { from: '2025-11-22', to: '2025-11-22', total: yearBefore },
      waits: waitDistribution({ 'answered:5000': 61, 'abandoned:more': 7 }),
      categories: [{ categoryId: 'city', name: '城市管理 / 市容环卫', calls: 33 }],
    }
    const page = await open({
      'GET /reports': () => ({ reports: [{ ...REPORT, status: 'done' }] }),
      'GET /reports/7': () => ({ report: REPORT, body }),
    })
    await page.getByRole('button', { name: '环比同比' }).click()
    const saysIn = async (label: string) => {
      const texts = page.getByRole('img', { name: label }).locator('text')
      await texts.first().waitFor()
      return texts.allTextContents()
    }
    expect(await saysIn('话务量对比')).toEqual(
      expect.arrayContaining(['本期 2026-11-22', '上一周期 2026-11-21', '100', '80', '50']),
    )
    expect(await saysIn('接通率与及时应答率对比')).toEqual(
      expect.arrayContaining(['接通率', '96%', '75%', '80%']),
    )
    expect(await saysIn('等待时长分布（秒）')).toEqual(
      expect.arrayContaining(['≤ 5', '更长', '61', '7']),
    )
    expect(await saysIn('诉求类别（前 15）')).toEqual(
      expect.arrayContaining(['城市管理 / 市容环卫', '33']),
    )
  })
})
