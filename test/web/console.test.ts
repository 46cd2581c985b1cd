// Agents' ways through their console: what they click and type is all that drives it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { builtPages } from '../support/built-pages.ts'
import { hasChromium, inChromium, type Stranger, walk } from '../support/walk.ts'

describe.skipIf(!hasChromium)(inChromium, { timeout: 120_000 }, () => {
  const walking = walk()

  /** Signed in at the console, with the seat taken. */
  async function takeSeat(who: Stranger): Promise<void> {
    const { page } = walking
    await walking.signIn(who, '/console')
    await page.getByRole('button', { name: '签入' }).click()
    await page.getByText('示忙 · 刚签入').waitFor()
  }

  async function ready(): Promise<void> {
    await walking.page.keyboard.press('Alt+r')
    await walking.page.locator('.state[data-phase=ready]').waitFor()
  }

  async function choose(id: string, option: string): Promise<void> {
    const { page } = walking
    await openList(id)
    await page.getByRole('option', { name: option }).locator('visible=true').first().click()
  }

  const openList = (id: string) =>
    walking.page
      .locator('.el-select')
      .filter({ has: walking.page.locator(`#${id}`) })
      .click()

  /** By keyboard, as far as a person would; the phone stands there from the call. */
  async function writeUp(content: string): Promise<void> {
    const { page } = walking
    await page.keyboard.press('Alt+s')
    await page
      .getByText('请填写：记录内容')
      .or(page.getByText('请填写：话后小结'))
      .first()
      .waitFor()
    await page.getByLabel('姓氏').fill('王')
    await page.getByLabel('单位或住址').fill('人民路 1 号')
    await choose('appealType', '咨询')
    await openList('categoryId')
    await page.getByRole('treeitem', { name: '公积金' }).click()
    await page.getByLabel('记录内容').fill(content)
    await choose('disposition', '已解答')
    await choose('answerBasis', '知识库')
    await page.keyboard.press('Alt+s')
  }

  it('an agent’s shift: devices checked, a call on hold and back, a consult, a transfer, records, a break', async () => {
    const { page, simulator, admin } = walking
    const who = await walking.newAgent()
    await admin.does('PUT', '/not-ready-reasons/smoke', { name: '吸烟' })
    await takeSeat(who)
    await page.getByRole('button', { name: '岗前自检' }).click()
    const check = page.getByRole('dialog', { name: '岗前自检' })
    await check.getByText('声音正常').waitFor()
    await check.getByRole('button', { name: '播放提示音' }).click()
    await check.getByRole('button', { name: '听到了' }).first().click()
    expect(await walking.barriers()).toEqual([])
    await check.getByRole('button', { name: '完成自检' }).click()
    await page.getByRole('button', { name: '自检已通过' }).waitFor()
    await ready()
    expect(await walking.barriers()).toEqual([])

    const caller = simulator.call({ to: '12345', from: '13800138000' })
    await page.locator('[data-call-phase=talking]').waitFor()
    await page.getByText('138****8000').first().waitFor()
    await page.getByText('此号码以前没有来电。').waitFor()
    await page.keyboard.press('Alt+h')
    await page.locator('[data-call-phase=held]').waitFor()
    await page.getByText('感谢您的耐心等待').waitFor()
    await page.keyboard.press('Alt+h')
    await page.locator('[data-call-phase=talking]').waitFor()
    await page.getByRole('button', { name: '暂停录音' }).click()
    await page.getByRole('button', { name: '恢复录音' }).click()
    await page.getByRole('button', { name: '暂停录音' }).waitFor()
    expect(await walking.barriers()).toEqual([])
    await page.getByLabel('姓氏').fill('王')
    await choose('salutation', '女士')
    await page.getByText('王女士，请你稍等').waitFor()
    // In a call a break is a plan for afterwards.
    await page.keyboard.press('Alt+n')
    await page.getByRole('menuitem', { name: '小休' }).click()
    await page.getByText('通话结束后：小休').waitFor()
    caller.hangUp()
    await page.locator('.state[data-phase=wrap_up]').waitFor()
    await writeUp('咨询公积金提取')
    await page.getByText('示忙 · 小休').waitFor()

    // A second call of the same citizen: the first is seen, a colleague is asked, and takes it.
    const colleague = await walking.newAgent('李强')
    await colleague.person.does('POST', '/me/agent/sign-in')
    await ready()
    const again = simulator.call({ to: '12345', from: '13800138000' })
    await page.locator('[data-call-phase=talking]').waitFor()
    await page.locator('[data-contact]').getByText('咨询公积金提取').waitFor()
    await colleague.person.does('POST', '/me/agent/ready')
    await page.keyboard.press('Alt+h')
    await page.locator('[data-call-phase=held]').waitFor()
    await page.getByRole('button', { name: '咨询', exact: true }).click()
    await page.getByRole('dialog', { name: '咨询' }).getByRole('textbox').fill(colleague.agentId)
    await page.keyboard.press('Enter')
    await page.locator('[data-party=joined]').getByText('李强').waitFor()
    await page.getByRole('button', { name: '完成转接' }).click()
    await page.locator('.state[data-phase=wrap_up]').waitFor()
    await expect
      .poll(() => again.heard().at(-1)?.source, { timeout: 20_000 })
      .toBe(`agent:${colleague.agentId}`)
    await writeUp('转李强继续办理')
    await page.locator('.state[data-phase=ready]').waitFor()
    again.hangUp()

    await page.keyboard.press('Alt+n')
    await page.getByRole('menuitem', { name: '吸烟' }).click()
    await page.getByText('示忙 · 吸烟').waitFor()
    await page.keyboard.press('Alt+n')
    await page.getByRole('menuitem', { name: '离席' }).click()
    await page.getByRole('dialog', { name: '申请离席' }).getByRole('textbox').fill('15')
    await page.keyboard.press('Enter')
    await page.getByText('等待班长批准').waitFor()
    expect(await walking.barriers()).toEqual([])
  })

  it('an agent promises a callback and makes it from the list of what is to be done', async () => {
    const { page, simulator } = walking
    const who = await walking.newAgent()
    await takeSeat(who)
    await page.getByText('暂无待办').waitFor()
    await ready()
    const caller = simulator.call({ to: '12345', from: '13800138001' })
    await page.locator('[data-call-phase=talking]').waitFor()
    await page.getByRole('button', { name: '约定回电' }).click()
    const task = page.locator('[data-task=callback]')
    await task.waitFor()
    caller.hangUp()
    await page.locator('.state[data-phase=wrap_up]').waitFor()
    await writeUp('约定回电')
    await page.locator('.state[data-phase=ready]').waitFor()
    await task.getByText('138****8001').waitFor()
    await page.getByRole('button', { name: '留言 0' }).click()
    await page.waitForURL(/todo=message/)
    await task.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '回电 1' }).click()
    expect(await walking.barriers()).toEqual([])
    await task.getByRole('button', { name: '回拨' }).click()
    await page.locator('.state[data-phase=on_call]').waitFor()
  })

  it('in mid-call the page is loaded again and the network goes; the call goes on, and the page shows what it has become', async () => {
    const { page, simulator, context, admin, service } = walking
    const who = await walking.newAgent()
    await admin.does('PATCH', '/queues/city', { survey: { isOn: true, scale: 5 } })
    await takeSeat(who)
    await ready()
    const caller = simulator.call({ to: '12345', from: '13800138002' })
    let isUp = true
    void caller.ended.then(() => {
      isUp = false
    })
    await page.locator('[data-call-phase=talking]').waitFor()
    await page.getByLabel('记录内容').fill('写到一半')
    const kept = page.waitForResponse((response) => response.url().endsWith('/draft'))
    await kept
    await page.reload()
    await page.locator('[data-call-phase=talking]').waitFor()
    await expect.poll(() => page.getByLabel('记录内容').inputValue()).toBe('写到一半')

    await context.setOffline(true)
    await page.locator('[data-link=stale]').waitFor()
    // What was true last still stands there, and is said to be old.
    await page.locator('[data-call-phase=talking]').waitFor()
    // Of the same sign-in, past the network that is away.
    const hold = await context.request.post(`${service.url}/api/v1/me/agent/hold`)
    expect(hold.status()).toBe(200)
    expect(isUp).toBe(true)
    await context.setOffline(false)
    await page.locator('[data-call-phase=held]').waitFor()
    expect(await page.locator('[data-link=stale]').count()).toBe(0)
    await page.keyboard.press('Alt+h')
    await page.locator('[data-call-phase=talking]').waitFor()

    // The caller stays for a question once the agent hangs up, and the button says so.
    await page.getByRole('button', { name: '挂机并请来电人评价' }).click()
    await page.locator('.state[data-phase=wrap_up]').waitFor()
    expect(isUp).toBe(true)
    caller.hangUp()
    await admin.does('PATCH', '/queues/city', { survey: { isOn: false, scale: 5 } })
  })

  it('a pushed offer is on the screen before the agent’s phone has rung once', async () => {
    const { page, simulator } = walking
    const who = await walking.newAgent()
    simulator.phones.phone(who.agentId).behave({ kind: 'never' })
    await takeSeat(who)
    await ready()
    // The moment of the frame that shows the call, by the same machine's clock as the service's.
    await page.evaluate(() => {
      const shown: number[] = []
      Object.assign(globalThis, { shown })
      let was = ''
      new MutationObserver(() => {
        const phase =
          document.querySelector('[data-call-phase]')?.getAttribute('data-call-phase') ?? ''
        if (phase === 'offered' && was !== 'offered') {
          requestAnimationFrame(() => shown.push(Date.now()))
        }
        was = phase
      }).observe(document.body, { attributes: true, childList: true, subtree: true })
    })
    const offered: number[] = []
    for (let n = 0; n < OFFERS; n += 1) {
      const caller = simulator.call({ to: '12345', from: '13800138003' })
      await page.locator('[data-call-phase=offered]').waitFor()
      const { agent } = await who.person.does<{ agent: { since: string } }>('GET', '/me/agent')
      offered.push(Date.parse(agent.since))
      await expect
        .poll(() => page.evaluate(() => (globalThis as unknown as Shown).shown.length))
        .toBe(n + 1)
      caller.hangUp()
      await page.locator('.state[data-phase=ready]').waitFor()
    }
    const shown = await page.evaluate(() => (globalThis as unknown as Shown).shown)
    const delays = shown.map((at, n) => at - (offered[n] ?? 0)).sort((a, b) => a - b)
    const percentile = (share: number) => delays[Math.ceil(share * delays.length) - 1]
    console.info(
      `an offer on the screen: p50 ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms, at most ${delays.at(-1)} ms of ${OFFERS}`,
    )
    expect(delays.every((delay) => delay >= 0 && delay < RING_MS)).toBe(true)
  })

  it('the console in English says all of it in English, and fits a small screen', async () => {
    const { page, simulator } = walking
    const who = await walking.newAgent('Wang Fang')
    await takeSeat(who)
    await ready()
    await page.getByRole('button', { name: 'English' }).click()
    const caller = simulator.call({ to: '12345', from: '13800138004' })
    await page.locator('[data-call-phase=talking]').waitFor()
    await page.getByText('Earlier calls of this number').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      1366,
    )
    expect(await walking.barriers()).toEqual([])
    const words = (await page.locator('main').innerText()).replaceAll('市民热线', '')
    expect(words).not.toMatch(/[\u4e00-\u9fff]/)
    caller.hangUp()
  })

  it('the first load of the console stays under 400 KB of compressed script', async () => {
    const { page } = walking
    const who = await walking.newAgent()
    const scripts = new Set<string>()
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.add(new URL(request.url()).pathname)
    })
    await walking.signIn(who, '/console')
    await page.getByRole('button', { name: '签入' }).waitFor()
    const root = await builtPages()
    const sizes = [...scripts].map((path) => gzipSync(readFileSync(join(root, path))).length)
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    console.info(`the console's first load: ${Math.round(bytes / 1_000)} kB of gzipped script`)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(400_000)
  })
})

const OFFERS = 20
/** One ring and its pause. */
const RING_MS = 5_000
interface Shown {
  readonly shown: number[]
}
