// A wallboard on the wall through a working day: the demo hotline's callers and agents on a clock that is
// moved as fast as the machine can, the real push server, and a real Chromium that shows all of it. What
// the page keeps in memory is measured, and must not have grown since half-time. One hour here; `npm run
// test:long` plays eight.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { liveHotline } from '../../src/core/live.ts'
import { createLog } from '../../src/log.ts'
import { Push } from '../../src/push/server.ts'
import { builtPages } from '../support/built-pages.ts'
import { testDatabase } from '../support/database.ts'
import { PlayedHotline, TIME_ZONE } from '../support/played-hotline.ts'
import { hasChromium, inChromium, launchChromium } from '../support/walk.ts'
import { servePages, WALL_TOKEN } from './stage.ts'

const NINE_OCLOCK = Date.UTC(2026, 10, 23, 1)
const HOUR_MS = 3_600_000
const HOURS = Number(process.env.WALL_HOURS ?? 1)
const PARTS = 4
const PART_MS = (HOURS * HOUR_MS) / PARTS
const CALLS_PER_DAY = 700
const MEGABYTE = 1_000_000

describe.skipIf(!hasChromium)(inChromium, () => {
  const database = testDatabase()
  const undo: (() => unknown)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  it(`shows accelerated traffic to the last call, and does not grow (hours played: ${HOURS})`, async () => {
    const pages = await builtPages()
    let push: Push | null = null
    const played = await PlayedHotline.start({
      db: database.db,
      startAt: NINE_OCLOCK,
      seed: 'a long wall',
      callsPerDay: CALLS_PER_DAY,
      publish: (facts) => push?.publish(facts),
    })
    undo.push(() => played.stop())
    const http: Server = createServer((request, response) => {
      servePages(pages, request, response).catch(() => response.writeHead(500).end())
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    push = new Push({
      httpServer: http,
      state: played.hotline.engine.state,
      clock: played.clock,
      timeZone: TIME_ZONE,
      log: createLog('silent'),
      authenticate: async () => null,
      findWallKey: async (token) =>
        token === WALL_TOKEN ? { queueIds: null, isRevoked: false } : null,
    })
    const started = push
    undo.push(() => http.close())
    undo.push(() => started.stop())

    const browser: Browser = await launchChromium()
    undo.push(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 1366, height: 768 } })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(`http://127.0.0.1:${port}/wallboard?token=${WALL_TOKEN}`)
    await page.waitForSelector('[data-link=live]')
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable')
    const heap = async (): Promise<number> => {
      await cdp.send('HeapProfiler.collectGarbage')
      const { metrics } = await cdp.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN
    }

    const startedAt = performance.now()
    const heaps: number[] = []
    for (let part = 1; part <= PARTS; part += 1) {
      await played.playUntil(NINE_OCLOCK + part * PART_MS)
      const { today } = liveHotline(played.hotline.engine.state, played.clock.now())
      const inbound = today.counts.inbound.toLocaleString('en-US')
      await expect
        .poll(() => page.locator('[data-rate=connectRate] .parts').innerText(), { timeout: 20_000 })
        .toMatch(new RegExp(`来电\\s*${inbound}$`))
      heaps.push(await heap())
    }
    const { counts } = liveHotline(played.hotline.engine.state, played.clock.now()).today
    const speed = Math.round((HOURS * HOUR_MS) / (performance.now() - startedAt))
    console.info(
      `the wallboard's heap in ${PARTS} steps through ${HOURS} h at ${speed} times the speed, ${counts.inbound} calls: ${heaps
        .map((bytes) => (bytes / MEGABYTE).toFixed(1))
        .join(' ')} MB`,
    )
    expect(errors).toEqual([])
    expect(counts.inbound).toBeGreaterThan((CALLS_PER_DAY / 24) * HOURS)
    expect(heaps.at(-1)).toBeLessThan(150 * MEGABYTE)
    // Warm by half-time; what is kept of a call would show by the end.
    expect(heaps.at(-1)).toBeLessThan((heaps[PARTS / 2] ?? 0) + 2 * MEGABYTE)
  }, 600_000)
})
