// Every working page and every section of the settings, on the smallest screen that is promised and on a 4K
// wall: nothing to be scrolled sideways for, text large enough, no serious barrier. And the wallboard.
import { describe, expect, it } from 'vitest'
import { SECTIONS } from '../../src/web/admin/sections.ts'
import { linkTo, WORK_PAGES } from '../../src/web/pages.ts'
import { hasChromium, inChromium, walk } from '../support/walk.ts'

/** Read from three metres, 4K is not to be smaller than this; in px of the screen. */
const WALL_TEXT_PX_MIN = 24

describe.skipIf(!hasChromium)(inChromium, { timeout: 240_000 }, () => {
  const walking = walk()
  const paths = [
    ...WORK_PAGES.filter(({ permission }) => permission !== 'agent.act').map(linkTo),
    ...SECTIONS.map(({ id }) => `/admin/${id}`),
    '/account',
  ]
  const signIn = (path: string) => {
    const password = walking.service.newAdminPassword ?? ''
    return walking.signIn({ username: 'admin', password }, path)
  }
  /** By how much the page is wider than the screen, and how tall its running text is drawn. */
  const measured = () =>
    walking.page.evaluate(() => {
      const main = document.querySelector('main') ?? document.body
      const shell = document.querySelector('.shell') ?? document.body
      const zoom = Number(getComputedStyle(shell).zoom) || 1
      const text = Number.parseFloat(getComputedStyle(main).fontSize) * zoom
      const wide = Math.max(
        document.documentElement.scrollWidth - innerWidth,
        main.scrollWidth - main.clientWidth,
      )
      return { wide, text }
    })
  const open = async (path: string) => {
    await walking.page.goto(`${walking.service.url}${path}`)
    await walking.page.locator('main h1, main h2').first().waitFor()
    await walking.page.locator('.el-loading-mask').first().waitFor({ state: 'hidden' })
  }

  it('fits 1366×768 without a barrier', async () => {
    await signIn('/calls')
    const faults: string[] = []
    for (const path of paths) {
      await open(path)
      const { wide } = await measured()
      if (wide > 0) faults.push(`${path}: ${wide} px too wide`)
      for (const barrier of await walking.barriers()) faults.push(`${path}: ${barrier}`)
    }
    expect(faults).toEqual([])
  })

  it('is drawn large on a 4K wall, and what drops down stays below what it belongs to', async () => {
    const { page } = walking
    await page.setViewportSize({ width: 3840, height: 2160 })
    await signIn('/calls')
    const faults: string[] = []
    for (const path of paths) {
      await open(path)
      const { wide, text } = await measured()
      if (wide > 0) faults.push(`${path}: ${wide} px too wide`)
      if (text < WALL_TEXT_PX_MIN) faults.push(`${path}: text of ${text} px`)
    }
    expect(faults).toEqual([])
    await open('/admin/history')
    const select = page.locator('.el-select').first()
    await select.click()
    const choice = page.locator('.el-select-dropdown:visible').first()
    await choice.waitFor()
    const [from, to] = [await select.boundingBox(), await choice.boundingBox()]
    if (from === null || to === null) throw new Error('nothing dropped down')
    expect(Math.abs(to.x - from.x)).toBeLessThan(20)
    expect(Math.abs(to.y - (from.y + from.height))).toBeLessThan(60)
  })

  it('the wallboard has no barrier', async () => {
    await signIn('/wallboard')
    await walking.page.goto(`${walking.service.url}/wallboard`)
    await walking.page.locator('main').first().waitFor()
    expect(await walking.barriers()).toEqual([])
  })
})
