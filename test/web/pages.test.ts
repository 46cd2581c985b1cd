// The pages as people see them: built as for production, served by a real server on this machine, and
// looked at in a real Chromium, whose clock is moved instead of waited for.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { WireHotline } from '../../src/core/live-wire.ts'
import { builtPages } from '../support/built-pages.ts'
import { hasChromium, inChromium, launchChromium } from '../support/walk.ts'
import { AT, BUSY, CURVE, figures, iso, queue } from './hotline-views.ts'
import { ACCOUNT, Stage, WALL_TOKEN } from './stage.ts'

describe.skipIf(!hasChromium)(inChromium, () => {
  let directory: string
  let browser: Browser
  let stage: Stage
  let context: BrowserContext
  /** What must stay empty: requests to anywhere else, and errors on the console. */
  let strayRequests: string[]
  let consoleErrors: string[]

  beforeAll(async () => {
    directory = await builtPages()
    browser = await launchChromium()
  }, 120_000)
  afterAll(() => browser?.close())
  afterEach(async () => {
    await context.close()
    await stage.close()
  })

  /** A page on a stage that shows `view`; its clock obeys `page.clock`. */
  async function open(
    view: WireHotline,
    { path = '/wallboard', isSignedIn = true, width = 1366, height = 768, hasCurve = false } = {},
  ): Promise<Page> {
    stage = new Stage(directory, view)
    if (hasCurve) stage.curve = CURVE
    const url = await stage.open()
    context = await browser.newContext({ viewport: { width, height } })
    if (isSignedIn) await context.addCookies([{ name: 'stage', value: 'signed-in', url }])
    const page = await context.newPage()
    strayRequests = []
    consoleErrors = []
    page.on('request', (request) => {
      const { host, protocol } = new URL(request.url())
      if (protocol !== 'data:' && host !== new URL(url).host) strayRequests.push(request.url())
    })
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== new URL(url).host) strayRequests.push(socket.url())
    })
    page.on('console', (message) => {
      if (message.type() === 'error') consoleErrors.push(message.text())
    })
    page.on('pageerror', (error) => consoleErrors.push(error.message))
    await page.clock.install()
    await page.goto(`${url}${path}`)
    return page
  }

  async function openLive(view: WireHotline, size = {}): Promise<Page> {
    const page = await open(view, size)
    await page.waitForSelector('[data-link=live]')
    return page
  }

  /** Waits until the element says so; its whitespace is folded. */
  async function says(page: Page, selector: string, words: string | RegExp): Promise<void> {
    await vi.waitFor(
      async () => {
        const texts = await page.locator(selector).allInnerTexts()
        expect(texts.join(' ').replace(/\s+/g, ' ').trim()).toMatch(words)
      },
      { timeout: 5_000, interval: 25 },
    )
  }

  const STALE = '[data-notice=stale]'
  const CONNECT = '[data-rate=connectRate]'
  const TIMELY = '[data-rate=timelyAnswerRate]'
  const LONGEST = '[data-figure=longestWait]'

  it('shows the day and the moment, judged by sign and word, and asks no other host', async () => {
    const page = await openLive(BUSY)
    await says(page, CONNECT, /^人工接通率 目标 ≥ 95% 未达标 94\.9% 接通 1,187\/ 来电 1,250$/)
    await says(page, TIMELY, /^人工应答及时率 目标 ≥ 80% 达标 84\.4% 及时应答 1,002\/ 应答 1,187$/)
    expect(await page.locator(`${CONNECT} svg.bad`).count()).toBe(1)
    expect(await page.locator(`${TIMELY} svg.good`).count()).toBe(1)
    await says(page, '[data-figure=waiting]', /^排队等待 7/)
    await says(page, '[data-figure="rate.serviceLevel"]', '80.1%')
    await says(page, '[data-figure="figure.avgSpeedOfAnswer"]', '8.4 秒')
    await says(page, '[data-figure="figure.abandoned"]', '63')
    await says(page, '.agents.tiles', '就绪 4 振铃 3 通话 11 保持 1 话后整理 2 示忙 5')
    await says(page, '[data-queue=english]', /^English line 1 0:\d\d 未达标 72\.4% 71\/98/)
    await says(page, '[data-queue=business]', /^企业服务 0 — — 0\/0 — 0\/0 — — 0/)
    await says(page, '.day', /2026年11月23日/)
    await says(page, '.clock', /^14:32:/)
    expect(await page.locator(STALE).count()).toBe(0)
    expect(strayRequests).toEqual([])
    expect(consoleErrors).toEqual([])
  })

  it('has a dash and no verdict where nothing has been counted', async () => {
    const empty = { waiting: 0, longestWaitSince: null, today: figures(0, 0, 0), queues: [] }
    const page = await openLive({ ...BUSY, ...empty })
    await says(page, CONNECT, /暂无 — 接通 0\/ 来电 0$/)
    await says(page, LONGEST, /^最长等待 — 无人等待$/)
    await says(page, '.queues', '尚未设置队列')
  })

  it('changes its language by a click and by the key L, and remembers it', async () => {
    const page = await openLive(BUSY)
    await page.getByTitle('切换到英文').click()
    await says(page, CONNECT, /^Connect rate Target ≥ 95% Missed 94\.9%/)
    expect(await page.getAttribute('html', 'lang')).toBe('en')
    await page.reload()
    await says(page, TIMELY, /^Timely answer rate/)
    await page.keyboard.press('l')
    await says(page, TIMELY, /^人工应答及时率/)
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN')
  })

  it('follows the messages, and counts the longest wait up into warning and alarm', async () => {
    const page = await openLive({ ...BUSY, longestWaitSince: iso(AT - 5_000) })
    await says(page, `${LONGEST}[data-level=calm]`, /0:0\d 正常/)
    await page.clock.runFor(9_000)
    stage.at += 9_000
    stage.tick()
    await page.clock.runFor(2_000)
    await says(page, `${LONGEST}[data-level=warning]`, /0:1[67] 已达 15 秒/)
    stage.at += 15_000
    stage.delta({ hotline: { waiting: 8, today: figures(1_260, 1_200, 1_010) } })
    await page.clock.runFor(2_000)
    await says(page, `${LONGEST}[data-level=alarm]`, /0:3\d 超过 30 秒/)
    await says(page, '[data-figure=waiting]', /^排队等待 8/)
    await says(page, CONNECT, /达标 95\.2% 接通 1,200\/ 来电 1,260$/)
    stage.delta({ queues: [queue('business', '企业服务', { today: figures(4, 4, 4) })] })
    await says(page, '[data-queue=business]', /100\.0% 4\/4/)
  })

  it('a token in the address is enough, until it is revoked', async () => {
    const path = `/wallboard?token=${WALL_TOKEN}`
    const page = await open(BUSY, { path, isSignedIn: false })
    await page.waitForSelector('[data-link=live]')
    await says(page, CONNECT, /94\.9%/)
    expect(await page.getByRole('button', { name: '退出登录' }).count()).toBe(0)
    stage.refuseAll('token_revoked')
    await page.clock.runFor(6_000)
    await page.waitForSelector('[data-link=token_revoked]')
    await says(page, STALE, /^此大屏的访问令牌已被撤销 .*请向管理员索取新的大屏地址$/)
    expect(await page.locator(CONNECT).innerText()).not.toContain('94.9')
    expect(new URL(page.url()).pathname).toBe('/wallboard')
  })

  it('marks everything stale when the service goes silent, and is live again with the next word', async () => {
    const page = await openLive(BUSY)
    await page.clock.fastForward(8_000)
    expect(await page.locator(STALE).count()).toBe(0)
    await page.clock.fastForward(24_000)
    await says(page, STALE, /^数据已停止更新 · 3[2-4] 秒前 以下数字截至 14:32:05$/)
    expect(await page.locator('.wall.stale').count()).toBe(1)
    expect(await page.title()).toContain('数据已停止更新')
    await says(page, LONGEST, '0:12')
    await says(page, CONNECT, '94.9%')
    stage.at += 32_000
    stage.tick()
    await page.waitForSelector(STALE, { state: 'detached' })
    await says(page, LONGEST, /0:4[4-6]/)
  })

  it('marks everything stale at once when the service is gone, and recovers by a snapshot', async () => {
    const page = await openLive(BUSY)
    const port = Number(new URL(stage.url).port)
    await stage.close()
    await says(page, STALE, '数据已停止更新')
    stage = new Stage(directory, { ...BUSY, waiting: 3, today: figures(2_000, 1_990, 1_800) })
    await stage.open(port)
    await page.clock.runFor(6_000)
    await says(page, CONNECT, /达标 99\.5%/)
    await says(page, '[data-figure=waiting]', /^排队等待 3/)
    expect(await page.locator(STALE).count()).toBe(0)
  })

  it('asks for a snapshot when a message was lost', async () => {
    const page = await openLive(BUSY)
    stage.view = { ...BUSY, waiting: 21 }
    stage.seq += 1
    stage.delta({ hotline: { waiting: 20 } })
    await says(page, '[data-figure=waiting]', /^排队等待 21/)
    expect(stage.resyncs).toBe(1)
    stage.delta({ hotline: { waiting: 22 } })
    await says(page, '[data-figure=waiting]', /^排队等待 22/)
    expect(stage.resyncs).toBe(1)
  })

  it('says which switches are lost, and when they are back', async () => {
    const page = await openLive({ ...BUSY, switchesLost: ['fs-2', 'fs-3'] })
    await says(page, '[data-notice=switches]', '交换机失联：fs-2, fs-3 数字可能不完整')
    stage.delta({ hotline: { switchesLost: [] } })
    await page.waitForSelector('[data-notice=switches]', { state: 'detached' })
  })

  it('stays on the wall when the sign-in ends, says so, and comes back after the next', async () => {
    const page = await openLive(BUSY)
    stage.refuseAll('unauthenticated')
    await says(page, STALE, '数据已停止更新')
    await page.clock.runFor(6_000)
    await says(page, STALE, '登录已失效 重新登录')
    await says(page, CONNECT, '94.9%')
    stage.refusal = null
    await page.clock.runFor(6_000)
    await page.waitForSelector(STALE, { state: 'detached' })
  })

  it('says so where the account may not see it', async () => {
    const page = await open(BUSY)
    stage.refuseAll('forbidden')
    await page.clock.runFor(6_000)
    await says(page, STALE, '此账号无权查看大屏')
  })

  const CROWDED: WireHotline = {
    ...BUSY,
    waiting: 1_234,
    switchesLost: ['fs-2'],
    longestWaitSince: iso(AT - 3_700_000),
    today: figures(128_500, 128_500, 128_500),
    queues: Array.from({ length: 9 }, (_, n) =>
      queue(`q${n}`, `第 ${n} 队列`, { waiting: n, today: figures(1_285, 1_285, 1_285) }),
    ),
  }

  it.each([
    [1366, 768],
    [3840, 2160],
    [1080, 1920],
  ])('fits %i×%i at its fullest, in both languages, without scrolling', async (width, height) => {
    const page = await openLive(CROWDED, { width, height })
    await page.clock.fastForward(30_000)
    await page.waitForSelector(STALE)
    for (const language of ['zh', 'en']) {
      await page.waitForSelector(`[data-language=${language}]`)
      // What sticks out of its own box is cut off or lies upon something else.
      const faults = await page.evaluate(() => {
        const boxes = [...document.querySelectorAll('header p, main p, main dd, main td, .notice')]
        const cut = boxes.filter((box) => box.scrollWidth > box.clientWidth + 1)
        const { scrollWidth, scrollHeight } = document.documentElement
        const { bottom = 0 } =
          document.querySelector('tbody tr:last-child')?.getBoundingClientRect() ?? {}
        return {
          cut: cut.map((box) => box.textContent),
          scrolls: scrollWidth > innerWidth || scrollHeight > innerHeight,
          isLastRowSeen: bottom > 0 && bottom <= innerHeight,
        }
      })
      expect(faults).toEqual({ cut: [], scrolls: false, isLastRowSeen: true })
      await page.keyboard.press('L')
    }
  })

  it('turns the pages of queues that do not fit', async () => {
    const page = await openLive(CROWDED)
    const seen = new Set<string>()
    for (let turn = 0; turn < 3; turn += 1) {
      const names = await page.locator('tbody th').allInnerTexts()
      expect(names.length).toBeLessThan(9)
      for (const name of names) seen.add(name)
      stage.tick()
      await page.clock.runFor(5_000)
      stage.tick()
      await page.clock.runFor(5_000)
    }
    expect(seen.size).toBe(9)
  })

  const CALM = { ...BUSY, waiting: 0, longestWaitSince: null }

  it('draws the day’s curve below few queues, and in turns with many while nobody waits too long', async () => {
    const few = await openLive({ ...CALM, queues: BUSY.queues.slice(0, 2) }, { hasCurve: true })
    await few.waitForSelector('[data-curve] svg')
    expect(await few.locator('tbody tr').count()).toBe(2)
    const drawn = () => few.locator('[data-curve] svg').innerHTML()
    await vi.waitFor(async () => expect(await drawn()).toContain('人工接通率'))
    expect(await drawn()).toContain('14:00')
    await few.keyboard.press('L')
    await vi.waitFor(async () => expect(await drawn()).toContain('Connect rate'))
    await context.close()
    await stage.close()

    const page = await openLive(CALM, { hasCurve: true })
    const seen = new Set<string>()
    for (let second = 0; second < 30; second += 5) {
      stage.at += 5_000
      stage.tick()
      await page.clock.runFor(5_000)
      if ((await page.locator('tbody').count()) === 1) seen.add('table')
      else {
        await page.waitForSelector('[data-curve] svg')
        seen.add('curve')
      }
    }
    expect([...seen].sort()).toEqual(['curve', 'table'])
    // Somebody waits beyond the alarm: the table stays.
    const waiting = { waiting: 1, longestWaitSince: iso(stage.at - 40_000) }
    stage.view = { ...CALM, ...waiting }
    stage.delta({ hotline: waiting })
    await page.waitForSelector(`${LONGEST}[data-level=alarm]`)
    for (let second = 0; second < 30; second += 5) {
      stage.at += 5_000
      stage.tick()
      await page.clock.runFor(5_000)
      expect(await page.locator('[data-curve]').count()).toBe(0)
    }
  })

  it('moves nothing for those who asked for that', async () => {
    const page = await openLive(BUSY)
    const animationOf = () =>
      page.locator('.state i').evaluate((dot) => getComputedStyle(dot).animationName)
    expect(await animationOf()).not.toBe('none')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await animationOf()).toBe('none')
  })

  it('asks for a sign-in, explains a wrong one in both languages, and leads back', async () => {
    const page = await open(BUSY, { path: '/', isSignedIn: false })
    await page.waitForURL(/\/sign-in\?next=%2F$/)
    await page.getByLabel('用户名').fill('well')
    await page.getByLabel('密码').fill(ACCOUNT.password)
    await page.getByRole('button', { name: '登录' }).click()
    await says(page, '[role=alert]', '用户名或密码不正确。')
    await page.getByRole('button', { name: 'English' }).click()
    await says(page, '[role=alert]', 'Wrong username or password.')
    await page.getByLabel('Username').fill(ACCOUNT.username)
    await page.getByLabel('Password').fill(ACCOUNT.password)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/wallboard$/)
    await says(page, CONNECT, /^Connect rate/)
    expect(strayRequests).toEqual([])
  })

  it('explains every other way in which a sign-in fails, and keeps the username', async () => {
    const page = await open(BUSY, { path: '/sign-in', isSignedIn: false })
    const submit = () => page.getByRole('button', { name: '登录' }).click()
    await submit()
    await says(page, '[role=alert]', '请输入用户名和密码。')
    await page.getByLabel('用户名').fill('hall')
    await page.getByLabel('密码').fill('secret')
    for (const [status, words] of [
      [403, '服务拒绝了此请求，请从服务自身的网址打开本页。'],
      [429, '尝试次数过多，请稍后再试。'],
      [500, '服务暂时出错，请稍后重试。'],
      [503, '无法连接服务，请检查网络后重试。'],
    ] as const) {
      stage.signInStatus = status
      await submit()
      await says(page, '[role=alert]', words)
    }
    await stage.close()
    await submit()
    await says(page, '[role=alert]', '无法连接服务，请检查网络后重试。')
    expect(await page.getByLabel('用户名').inputValue()).toBe('hall')
  })

  it('follows no address of another site after signing in', async () => {
    const page = await open(BUSY, { path: '/sign-in?next=//elsewhere.invalid/', isSignedIn: false })
    await page.getByLabel('用户名').fill(ACCOUNT.username)
    await page.getByLabel('密码').fill(ACCOUNT.password)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${stage.url}/wallboard`)
    expect(strayRequests).toEqual([])
  })

  it('signs out', async () => {
    const page = await openLive(BUSY)
    await page.getByRole('button', { name: '退出登录' }).click()
    await page.waitForURL(/\/sign-in\?next=%2Fwallboard$/)
    expect(await context.cookies()).toEqual([])
  })
})
