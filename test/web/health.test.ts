// The page about the parts of the service in a real Chromium: it follows by itself, and says when it cannot.
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { builtPages } from '../support/built-pages.ts'
import { hasChromium, inChromium, launchChromium } from '../support/walk.ts'
import { DeskStage } from './desk-stage.ts'

const at = '2026-11-23T14:32:05.000+08:00'
const WELL = {
  at,
  troubles: [] as { code: string; name: string | null }[],
  switches: [
    {
      nodeId: 'fs1:8021',
      isUp: true,
      connectedAt: at,
      lastHeardAt: at,
      reconnects: 2,
      calls: 31,
      isSipUp: true,
      sipLatencyMs: 3,
    },
  ],
  edge: {
    connections: [{ edgeId: 'drachtio:9022', isUp: true }],
    registrations: 44,
    bans: 1,
    agentCalls: 30,
    refusals: [{ reason: 'blocked', count: 8 }],
  },
  trunks: [
    {
      trunkId: 'telecom',
      name: '电信中继',
      isEnabled: true,
      isUp: true,
      answeredAt: at,
      latencyMs: 12,
      calls: 7,
      callsMax: 30,
    },
  ],
  database: { isUp: true, pending: 0, lagMs: 0, spooledBytes: 0, lost: 0, rejected: 0 },
  recordings: {
    freeBytes: 52_428_800,
    isDiskLow: false,
    backlog: 12,
    archivingFault: null,
    copyingFault: null,
  },
  figures: { checkedDay: '2026-11-22', differences: 0 },
}

describe.skipIf(!hasChromium)(inChromium, () => {
  let browser: Browser
  let stage: DeskStage
  let context: BrowserContext
  let health = WELL

  beforeAll(async () => {
    stage = new DeskStage(await builtPages(), 'admin', { 'GET /system-health': () => health })
    browser = await launchChromium()
  }, 120_000)
  afterAll(() => browser?.close())
  afterEach(async () => {
    await context.close()
    await stage.close()
  })

  it('shows all parts, tells of trouble by itself, and of its own age when nothing comes', async () => {
    const url = await stage.open()
    context = await browser.newContext({ viewport: { width: 1366, height: 900 } })
    const page = await context.newPage()
    await page.clock.install()
    await page.goto(`${url}/admin/system-health`)
    await page.getByRole('status').getByText('一切正常').waitFor()
    await page.getByText('更新于 11-23 14:32:05').waitFor()
    const textOf = async (name: string) =>
      (await page.getByRole('region', { name, exact: true }).innerText()).replace(/\s+/g, ' ')
    expect(await page.getByRole('row', { name: /fs1:8021 正常/ }).innerText()).toMatch(/31/)
    expect(await page.getByRole('row', { name: /电信中继 正常/ }).innerText()).toMatch('7 / 30')
    expect(await textOf('SIP 边缘')).toMatch('已注册话机 44')
    expect(await textOf('录音')).toMatch(/磁盘剩余 50 MiB 待归档 12/)
    expect(await textOf('指标核对')).toMatch('已核对日期 2026-11-22')

    health = {
      ...WELL,
      troubles: [
        { code: 'switch_down', name: 'fs1:8021' },
        { code: 'database_down', name: null },
      ],
      switches: WELL.switches.map((one) => ({ ...one, isUp: false })),
    }
    await page.clock.runFor(3_000)
    await page.getByText('交换机 fs1:8021 未连接').waitFor()
    await page.getByText('数据库不可用').waitFor()
    await page.getByRole('row', { name: /fs1:8021 中断/ }).waitFor()
    expect(await page.getByText('一切正常').count()).toBe(0)

    stage.answers['GET /system-health'] = () => {
      throw new Error('away')
    }
    await page.clock.runFor(12_000)
    await page.getByText(/已 1\d 秒没有更新/).waitFor()
  })
})
