// The agent's console on real servers: the page of the whole service in Chromium registers its own phone
// through drachtio, rings for a carrier's call, speaks and is heard, holds, and calls out. What it speaks
// is a tone in place of a microphone; what it hears is measured in the page.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { chromiumProgram } from '../support/browser-phone.ts'
import { drachtioProgram } from '../support/drachtio.ts'
import { missingServers } from '../support/freeswitch.ts'
import { phaseIs } from '../support/person.ts'
import { tone, wavOf } from '../support/prompt-wav.ts'
import type { SipPhone } from '../support/sip-phone.ts'
import { hearings, TONES } from '../support/sound.ts'
import { until } from '../support/until.ts'
import { WholeHotline } from '../support/whole-hotline.ts'
import { wireNow } from '../support/wire-time.ts'

const EAR = fileURLToPath(new URL('../support/browser-ear.js', import.meta.url))
/** What that script gives the page; only within `evaluate`. */
declare const window: {
  ear(): Promise<{ hertz: number; level: number }>
  whenShown(selector: string): Promise<void>
}

const isMissing =
  missingServers() !== null || drachtioProgram() === null || chromiumProgram() === null
if (isMissing) console.log('No test of the console was run: a server or Chromium is missing.')

const where = `the console on real servers${isMissing ? ' (left out: not all servers here)' : ''}`

describe.skipIf(isMissing)(where, () => {
  let folder = ''
  let hotline: WholeHotline
  let browser: Browser
  let page: Page
  let caller: SipPhone
  const faults: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'yingda-console-'))
    const voice = join(folder, 'voice.wav')
    writeFileSync(voice, wavOf({ framesPerSecond: 48_000 }, tone(TONES.agent, 48_000, 2)))
    const root = fileURLToPath(new URL('../..', import.meta.url))
    await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'error' })
    hotline = await WholeHotline.start()
    caller = await hotline.carrierPhone('13800001234', TONES.caller)
    browser = await chromium.launch({
      executablePath: chromiumProgram() ?? '',
      args: [
        ...['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--disable-gpu'],
        ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
        ...[`--use-file-for-fake-audio-capture=${voice}`, '--disable-dev-shm-usage'],
        '--allow-loopback-in-peer-connection',
      ],
    })
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
    page = await context.newPage()
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => faults.push(error.message))
    await page.addInitScript({ path: EAR })
    await page.goto(`${hotline.service.url}/sign-in?next=/console`)
    await page.getByLabel('用户名').fill('wangfang')
    await page.getByLabel('密码').fill('a long enough password')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/console')
    await page.getByRole('button', { name: '签入' }).click()
    await page.getByText('话机已注册').first().waitFor()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await hotline?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  afterEach(() => expect(faults).toEqual([]))

  /** As a button of the page would: the agent is signed in there, and only there. */
  const does = async (path: string, data: object) => {
    const reply = await page.request.post(`${hotline.service.url}/api/v1${path}`, { data })
    expect(await reply.text()).not.toContain('"error"')
  }
  const heardByCaller = (ms = 1_000) => hearings(caller.rtp.heard, wireNow() - ms, wireNow())
  const pageHears = (hertz: number) =>
    until(async () => {
      const loudest = await page.evaluate(() => window.ear())
      return Math.abs(loudest.hertz - hertz) < 25 && loudest.level > 0.01 && loudest
    }, `${hertz} Hz in the page`)

  test('rings, is answered by keyboard, speaks and hears, holds, and writes the call up', async () => {
    await page.keyboard.press('Alt+r')
    await page.locator('.state[data-phase=ready]').waitFor()
    const offered = page.evaluate(() => window.whenShown('.answer'))
    const call = caller.dial('12345')
    expect((await call.outcome()).what).toBe('200 INVITE')
    await offered
    await page.keyboard.press('Alt+a')
    await page.locator('[data-call-phase=talking]').waitFor()
    await until(() => heardByCaller().agent > 45, 'the citizen to hear the console')
    const heard = await pageHears(TONES.caller)
    console.log(
      `the console hears ${heard.hertz.toFixed(0)} Hz at ${heard.level.toFixed(3)}; the citizen ` +
        `hears it in ${heardByCaller().agent} of ${heardByCaller().all} frames`,
    )
    await page.keyboard.press('Alt+h')
    await page.locator('[data-call-phase=held]').waitFor()
    const heldAt = wireNow() + 100
    await until(() => wireNow() > heldAt + 800, 'some time on hold')
    expect(hearings(caller.rtp.heard, heldAt, wireNow()).agent).toBe(0)
    await page.keyboard.press('Alt+h')
    await page.locator('[data-call-phase=talking]').waitFor()
    await until(() => heardByCaller().agent > 45, 'the citizen to hear the console again')
    await call.hangUp()
    const { agent: writing } = await phaseIs(hotline.agent, 'wrap_up')
    await does('/me/agent/wrap-up-done', { disposition: 'answered', summary: '咨询' })
    await hotline.recordingIsVerified(writing.callId)
  }, 60_000)

  test('is rung for a call of its own making, which goes out by the hotline’s trunk', async () => {
    await page.locator('.state[data-phase=ready]').waitFor()
    await hotline.admin.does('POST', '/dial-permits', {
      agentId: null,
      number: '57188002222',
      ground: 'directory',
      expiresAt: null,
    })
    await does('/me/agent/dial', { number: '57188002222' })
    await page.locator('.answer').waitFor()
    await page.keyboard.press('Alt+a')
    const atDepartment = await caller.ring()
    expect(atDepartment.invite.text).toMatch(/^From: .*sip:12345@/m)
    atDepartment.answer()
    await page.locator('[data-call-phase=talking]').waitFor()
    await until(() => heardByCaller().agent > 45, 'the department to hear the console')
    await pageHears(TONES.caller)
    await page.keyboard.press('Alt+x')
    await atDepartment.message('BYE')
    await phaseIs(hotline.agent, 'wrap_up')
  }, 60_000)

  test('checks its devices by a call to itself, and then drives a desk phone in its own place', async () => {
    await does('/me/agent/wrap-up-done', { disposition: 'answered', summary: '回访' })
    await page.keyboard.press('Alt+n')
    await page.getByRole('menuitem', { name: '小休' }).click()
    await page.locator('.state[data-phase=not_ready]').waitFor()
    await page.getByRole('button', { name: '岗前自检' }).click()
    const check = page.getByRole('dialog', { name: '岗前自检' })
    await check.getByText('声音正常').waitFor()
    await check.getByRole('button', { name: '开始' }).click()
    const heard = await pageHears(TONES.agent)
    console.log(
      `the echo call brings back ${heard.hertz.toFixed(0)} Hz at ${heard.level.toFixed(3)}`,
    )
    await check.getByRole('button', { name: '挂机' }).click()
    await check.getByRole('button', { name: '听到了' }).first().click()
    await check.getByRole('button', { name: '听到了' }).last().click()
    await check.getByText('桌面话机').click()
    await check.getByText('话机未注册').waitFor()
    const desk = await hotline.deskPhone('1001', TONES.agent)
    await desk.register()
    await check.getByText('话机已注册').waitFor()
    await check.getByRole('button', { name: '完成自检' }).click()
    await page.getByRole('button', { name: '自检已通过' }).waitFor()
    await page.keyboard.press('Alt+r')
    await page.locator('.state[data-phase=ready]').waitFor()

    const call = caller.dial('12345')
    await call.outcome()
    const ringing = await desk.ring()
    ringing.ringing()
    await page.locator('[data-call-phase=offered]').waitFor()
    ringing.answer()
    await page.locator('[data-call-phase=talking]').waitFor()
    await until(() => heardByCaller().agent > 45, 'the citizen to hear the desk phone')
    await page.keyboard.press('Alt+h')
    await page.locator('[data-call-phase=held]').waitFor()
    await page.keyboard.press('Alt+h')
    await page.locator('[data-call-phase=talking]').waitFor()
    await page.keyboard.press('Alt+x')
    await ringing.message('BYE')
    await phaseIs(hotline.agent, 'wrap_up')
  }, 60_000)
})
