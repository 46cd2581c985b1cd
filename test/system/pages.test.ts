// Whole ways through the pages, as people go them: the built pages of the real service, a real Chromium, and
// telephony by the simulator over ESL. What is clicked and typed is all that drives it.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { type Service, startService } from '../../src/service.ts'
import { Simulator } from '../../src/simulator/server.ts'
import { builtPages } from '../support/built-pages.ts'
import { type Person, setUpHotline } from '../support/person.ts'
import { tone, wavOf } from '../support/prompt-wav.ts'
import { until } from '../support/until.ts'

const CHROMIUM = '/usr/bin/chromium'
const CHROMIUM_ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
]
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const isPresent = existsSync(CHROMIUM)
const where = isPresent ? 'in Chromium' : `in Chromium (skipped: there is no ${CHROMIUM})`
const AGENT_PASSWORD = 'correct horse battery'

describe.skipIf(!isPresent)(where, { timeout: 120_000 }, () => {
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let folder = ''
  let simulator: Simulator
  let service: Service
  let people: Person[] = []
  let strayRequests: string[] = []
  let consoleErrors: string[] = []

  beforeAll(async () => {
    await builtPages()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS })
  }, 120_000)
  afterAll(() => browser?.close())

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'yingda-walk-'))
    simulator = new Simulator({ clock: systemClock, seed: 'walk' })
    await simulator.start()
    service = await startService(readConfig(environment()), createLog('silent'))
    context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
    page = await newPage()
  }, 120_000)
  afterEach(async () => {
    for (const person of people.splice(0)) person.leaves()
    await context.close()
    await service.stop()
    await simulator.stop()
    rmSync(folder, { recursive: true, force: true })
    expect(strayRequests).toEqual([])
    expect(consoleErrors).toEqual([])
  })

  const environment = () => ({
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    FREESWITCH_URLS: simulator.url,
  })

  async function newPage(): Promise<Page> {
    strayRequests = []
    consoleErrors = []
    const fresh = await context.newPage()
    fresh.setDefaultTimeout(60_000)
    const host = new URL(service.url).host
    fresh.on('request', (request) => {
      const url = new URL(request.url())
      if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.host !== host) {
        strayRequests.push(request.url())
      }
    })
    fresh.on('console', (message) => {
      // The browser itself reports every answer above 399; those are looked at where they are shown.
      const isAnswer = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !isAnswer) consoleErrors.push(message.text())
    })
    fresh.on('pageerror', (error) => consoleErrors.push(error.message))
    return fresh
  }

  async function signIn(username: string, password: string, path = '/'): Promise<void> {
    await context.clearCookies()
    await page.goto(`${service.url}/sign-in?next=${encodeURIComponent(path)}`)
    await page.getByLabel('用户名').fill(username)
    await page.getByLabel('密码').fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  }

  async function setUp(): Promise<{ admin: Person; agent: Person }> {
    simulator.phones.phone('1001').register()
    simulator.phones.phone('1001').behave({ kind: 'answer', afterMs: 200 })
    const persons = await setUpHotline(() => service.url, service.newAdminPassword ?? '')
    people = [persons.admin, persons.agent]
    await persons.admin.does('PUT', '/categories', {
      baseVersion: 0,
      nodes: [
        {
          categoryId: 'fund',
          parentId: null,
          name: '公积金',
          unit: null,
          handlingMode: 'answer',
          deadlineClass: 'consult',
        },
      ],
    })
    return persons
  }

  /** Serious faults that keep people from using the page, by rule and element. */
  async function barriers(): Promise<string[]> {
    // What fades in or out has no colours to be judged yet.
    await page.locator('.el-loading-mask').first().waitFor({ state: 'hidden' })
    await page.evaluate(AXE)
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } }
      return (await axe.run()).violations
    })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
  }

  /** Fills a field of the settings' form by its label. */
  const field = (name: string) => page.locator(`[data-field="${name}"] input`).first()
  const save = async () => {
    await page.getByRole('button', { name: '保存' }).click()
    await page.locator('.el-drawer').waitFor({ state: 'hidden' })
  }
  const add = () => page.getByRole('button', { name: '新增', exact: true }).first().click()

  it('an administrator sets a hotline up from an empty database', async () => {
    await signIn('admin', service.newAdminPassword ?? '')
    await page.goto(`${service.url}/admin/queues`)
    await page.getByText('还没有队列。').waitFor()
    expect(await barriers()).toEqual([])
    await add()
    await field('queueId').fill('city')
    await field('name').fill('市民热线')
    await save()
    await page.getByRole('cell', { name: '市民热线' }).waitFor()

    await page.getByRole('link', { name: '热线号码' }).click()
    await add()
    await field('number').fill('12345')
    await page.locator('[data-field=queueId] .el-select').click()
    await page.getByRole('option', { name: /市民热线/ }).click()
    await save()
    await page.getByRole('cell', { name: '12345' }).waitFor()

    await page.getByRole('link', { name: '坐席', exact: true }).click()
    await add()
    await field('agentId').fill('1001')
    await field('name').fill('陈静')
    await save()
    await page.getByRole('cell', { name: '陈静' }).waitFor()

    await page.getByRole('link', { name: '用户与角色' }).click()
    await add()
    await field('username').fill('chenjing')
    await field('name').fill('陈静')
    await field('password').fill(AGENT_PASSWORD)
    await page.locator('[data-field=agentId] .el-checkbox').click()
    await page.locator('[data-field=agentId] .el-select').click()
    await page.getByRole('option', { name: /陈静/ }).click()
    await save()

    // What was set up works: the new agent's console is there, and a caller is not refused.
    await signIn('chenjing', AGENT_PASSWORD)
    await page.waitForURL(/\/console$/)
    await page.getByRole('button', { name: '签入' }).click()
    await page.getByText('示忙 · 刚签入').waitFor()
    const caller = simulator.call({ to: '12345', from: '13800138000' })
    await expect.poll(() => caller.heard().at(-1)?.source, { timeout: 20_000 }).toBe('music')
    caller.hangUp()
  })

  it('an administrator gives a prompt another voice, and a screen its address', async () => {
    await signIn('admin', service.newAdminPassword ?? '', '/admin/prompts?open=greeting')
    const file = {
      name: 'greeting.wav',
      mimeType: 'audio/wav',
      buffer: wavOf({ framesPerSecond: 8_000 }, tone(440, 8_000, 1)),
    }
    await page.locator('input[type=file]').setInputFiles(file)
    const version = page.locator('[data-version="1"]')
    await version.getByRole('button', { name: '启用' }).click()
    await version.getByText('使用中').waitFor()
    expect(await barriers()).toEqual([])
    await page.getByRole('button', { name: '录制' }).click()
    await page.getByText('正在录音').waitFor()
    await page.getByRole('button', { name: '停止并保存' }).click()
    await page.locator('[data-version="2"]').waitFor()

    await page.goto(`${service.url}/admin/wallboards`)
    await page.getByText('还没有大屏地址').waitFor()
    await page.getByLabel('屏幕名称').fill('大厅')
    await page.getByRole('button', { name: '生成地址' }).click()
    const link = page.getByRole('link', { name: /wallboard\?token=/ })
    const address = (await link.getAttribute('href')) ?? ''
    expect(await barriers()).toEqual([])
    await page.getByRole('button', { name: '撤销', exact: true }).click()
    await page.getByRole('button', { name: '确定' }).click()
    await page.getByText('已撤销').waitFor()
    await page.goto(address)
    await page.getByText('此大屏的访问令牌已被撤销').waitFor()
  })

  it('an administrator sets a target from a day to come, takes it back, and ends a sign-in', async () => {
    const { agent } = await setUp()
    await signIn('admin', service.newAdminPassword ?? '', '/admin/kpi-targets')
    await page.getByRole('cell', { name: '不低于 95%' }).waitFor()
    await page.getByRole('spinbutton', { name: '目标' }).fill('96.5')
    await page.getByRole('combobox', { name: '生效日期' }).fill('2031-05-01')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: '设定' }).click()
    await page.getByRole('row', { name: /不低于 96\.5%.*2031-05-01.*admin/ }).waitFor()
    expect(await barriers()).toEqual([])
    await page.getByRole('button', { name: '撤回' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
    await page.getByRole('cell', { name: '2031-05-01' }).waitFor({ state: 'detached' })

    await page.getByRole('link', { name: '登录会话' }).click()
    const row = page.getByRole('row', { name: /话务员/ })
    await row.getByRole('button', { name: '删除' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
    await row.waitFor({ state: 'detached' })
    expect((await agent.request('GET', '/me/agent')).status).toBe(401)
  })

  it('a fault in a form is shown where it is, and nothing is lost', async () => {
    await signIn('admin', service.newAdminPassword ?? '', '/admin/queues')
    await add()
    await field('queueId').fill('no blanks allowed')
    await field('name').fill('市民热线')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText(/body\.queueId/).waitFor()
    expect(await field('name').inputValue()).toBe('市民热线')
    // What the records refuse is said in words too, and can be put right.
    await field('queueId').fill('city')
    await save()
    await add()
    await field('queueId').fill('city')
    await field('name').fill('又一个')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('编号或名称已被占用，请换一个。').waitFor()
    await field('queueId').fill('more')
    await save()
    await page.getByRole('cell', { name: '又一个' }).waitFor()
  })

  it('a shift leader reads the day by the hour and has a report made', async () => {
    const { admin } = await setUp()
    await admin.does('POST', '/users', {
      username: 'leader',
      name: '班长',
      role: 'shift_leader',
      agentId: null,
      password: AGENT_PASSWORD,
    })
    const { day } = await admin.does<{ day: string }>('GET', '/kpi/today')
    await admin.does('POST', '/reports', { kind: 'daily', from: day, to: day })
    await signIn('leader', AGENT_PASSWORD, '/reports')
    await page
      .getByRole('img', { name: `${day} 每小时来电与接通率` })
      .locator('svg')
      .waitFor()
    const csv = page.getByRole('link', { name: '下载 CSV' })
    await csv.waitFor()
    expect(await barriers()).toEqual([])
    const copy = page.waitForEvent('download')
    await csv.click()
    expect((await copy).suggestedFilename()).toMatch(/^daily-.+\.csv$/)
    const workbook = page.waitForEvent('download')
    await page.getByRole('link', { name: '下载 Excel' }).click()
    expect((await workbook).suggestedFilename()).toMatch(/^daily-.+\.xlsx$/)
    await page.getByRole('button', { name: '环比同比' }).click()
    await page.getByRole('cell', { name: '及时应答率', exact: true }).waitFor()
    await page.getByRole('columnheader', { name: '上年同期' }).waitFor()
    await page.getByRole('img', { name: '话务量对比' }).locator('svg').waitFor()
    expect(await barriers()).toEqual([])
  })

  it('an administrator is told on the recordings page that the disk fills up', async () => {
    const { admin } = await setUp()
    const password = service.newAdminPassword ?? ''
    await service.stop()
    const more = { RECORDINGS_FREE_MB_MIN: String(10 ** 9) }
    service = await startService(readConfig({ ...environment(), ...more }), createLog('silent'))
    page = await newPage()
    await until(
      async () => (await admin.does<{ isDiskLow: boolean }>('GET', '/recording-archive')).isDiskLow,
      'the disk to be found low',
    )
    await signIn('admin', password, '/recordings')
    await page.getByRole('alert').getByText('录音磁盘空间不足').waitFor()
    expect(await barriers()).toEqual([])
  })

  it('a page that is not for somebody says so, and does not offer itself', async () => {
    await setUp()
    await signIn('wangfang', 'a long enough password', '/admin')
    await page.getByText('您的账号无权打开此页面。').waitFor()
    expect(await page.getByRole('link', { name: '系统设置' }).count()).toBe(0)
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByText('Your account may not open this page.').waitFor()
  })
})

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string | null
    readonly nodes: readonly { readonly target: readonly string[] }[]
  }[]
}
