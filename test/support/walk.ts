// People's ways through the pages: the built pages of the real service, a real Chromium, and telephony by
// the simulator over ESL. What is clicked and typed is all that drives it. One service and one browser
// for a test file; each test has a browser context of its own.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import type { Role } from '../../src/core/permissions.ts'
import { createLog } from '../../src/log.ts'
import { type Service, startService } from '../../src/service.ts'
import { Simulator } from '../../src/simulator/server.ts'
import { builtPages } from './built-pages.ts'
import { Person, setUpHotline } from './person.ts'

const CHROMIUM = '/usr/bin/chromium'
export const CHROMIUM_ARGS = [
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
export const hasChromium = existsSync(CHROMIUM)
/** The name of a suite that needs it. */
export const inChromium = hasChromium
  ? 'in Chromium'
  : `in Chromium (skipped: there is no ${CHROMIUM})`
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS })

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PASSWORD = 'correct horse battery'

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string | null
    readonly nodes: readonly { readonly target: readonly string[] }[]
  }[]
}

export interface Stranger {
  readonly username: string
  readonly password: string
}

export interface User extends Stranger {
  /** The same at the API. */
  readonly person: Person
}
export interface Seated extends User {
  readonly agentId: string
}

export class Walk {
  browser!: Browser
  context!: BrowserContext
  page!: Page
  simulator!: Simulator
  service!: Service
  /** Of a hotline that is set up. */
  admin!: Person
  readonly #people: Person[] = []
  #folder = ''
  #agents = 1000
  #users = 0
  /** What must stay empty: requests to anywhere else, and errors on the console. */
  readonly #strayRequests: string[] = []
  readonly #consoleErrors: string[] = []

  async start({ isEmpty = false } = {}): Promise<void> {
    await builtPages()
    this.browser = await launchChromium()
    this.#folder = mkdtempSync(join(tmpdir(), 'yingda-walk-'))
    this.simulator = new Simulator({ clock: systemClock, seed: 'walk' })
    await this.simulator.start()
    const config = readConfig({
      PORT: '0',
      DATA_DIR: join(this.#folder, 'data'),
      FREESWITCH_URLS: this.simulator.url,
    })
    this.service = await startService(config, createLog('silent'))
    if (isEmpty) return
    const { admin, agent } = await setUpHotline(
      () => this.service.url,
      this.service.newAdminPassword ?? '',
    )
    this.admin = admin
    this.#people.push(admin, agent)
    this.#agents = 1001
    await admin.does('PUT', '/categories', { baseVersion: 0, nodes: [CATEGORY] })
  }

  async stop(): Promise<void> {
    for (const person of this.#people) person.leaves()
    await this.browser?.close()
    await this.service?.stop()
    await this.simulator?.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async open({ width = 1366, height = 768 } = {}): Promise<void> {
    this.context = await this.browser.newContext({ viewport: { width, height } })
    this.page = await this.newPage()
  }

  /** Nothing of what a test did may follow it. */
  async close(): Promise<void> {
    await this.context.close()
    const { admin } = this
    if (admin !== undefined) {
      const { calls } = await admin.does<{ calls: { callId: string }[] }>('GET', '/live/calls')
      for (const { callId } of calls) {
        await admin.request('POST', `/floor/calls/${callId}/release`, { note: 'over' })
      }
      const { agents } = await admin.does<{ agents: { agentId: string; phase: string }[] }>(
        'GET',
        '/live/agents',
      )
      for (const { agentId, phase } of agents) {
        if (phase === 'signed_out') continue
        await expect
          .poll(async () => {
            const path = `/floor/agents/${agentId}/sign-out`
            return (await admin.request('POST', path, { note: 'over' })).ok
          })
          .toBe(true)
      }
    }
    const found = { strayRequests: this.#strayRequests, consoleErrors: this.#consoleErrors }
    expect(found).toEqual({ strayRequests: [], consoleErrors: [] })
  }

  async newPage(): Promise<Page> {
    const page = await this.context.newPage()
    page.setDefaultTimeout(20_000)
    const { host } = new URL(this.service.url)
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.host !== host) {
        this.#strayRequests.push(request.url())
      }
    })
    page.on('console', (message) => {
      // The browser itself reports every answer above 399; those are looked at where they are shown.
      const isAnswer = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !isAnswer) this.#consoleErrors.push(message.text())
    })
    page.on('pageerror', (error) => this.#consoleErrors.push(error.message))
    return page
  }

  async signIn({ username, password }: Stranger, path = '/', page = this.page): Promise<void> {
    await this.context.clearCookies()
    await page.goto(`${this.service.url}/sign-in?next=${encodeURIComponent(path)}`)
    await page.getByLabel(/用户名|Username/).fill(username)
    await page.getByLabel(/密码|Password/).fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  }

  /** An agent of the queue with a phone that picks up, whom nobody has seen before. */
  newAgent(name = '王芳'): Promise<Seated> {
    return this.newSeated('agent', name)
  }

  /** Somebody with a seat and a phone of their own that picks up. */
  async newSeated(role: Role, name: string): Promise<Seated> {
    this.#agents += 1
    const agentId = String(this.#agents)
    const phone = this.simulator.phones.phone(agentId)
    phone.register()
    phone.behave({ kind: 'answer', afterMs: 200 })
    await this.admin.does('POST', '/agents', { agentId, name, skills: ['mandarin'] })
    return { agentId, ...(await this.newUser(role, agentId, name)) }
  }

  async newUser(role: Role, agentId: string | null = null, name: string = role): Promise<User> {
    this.#users += 1
    const username = `${role.replace('_', '-')}-${this.#users}`
    const user = { username, name, role, agentId, password: PASSWORD }
    await this.admin.does('POST', '/users', user)
    const person = new Person(() => this.service.url)
    await person.signsIn(username, PASSWORD)
    this.#people.push(person)
    return { username, password: PASSWORD, person }
  }

  /** Serious faults that keep people from using the page, by rule and element. */
  async barriers(page = this.page): Promise<string[]> {
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

  /** What the administrator finds in the audit log of somebody's deeds. */
  async actionsOf(username: string): Promise<string[]> {
    const log = await this.admin.does<{ entries: { action: string; actor: string }[] }>(
      'GET',
      '/audit',
    )
    return log.entries.filter(({ actor }) => actor === username).map(({ action }) => action)
  }
}

const CATEGORY = {
  categoryId: 'fund',
  parentId: null,
  name: '公积金',
  unit: null,
  handlingMode: 'answer',
  deadlineClass: 'consult',
}

/** A hotline that is set up, walked through in the tests of the suite it is called in. */
export function walk(): Walk {
  const made = new Walk()
  beforeAll(() => made.start(), 120_000)
  afterAll(() => made.stop())
  beforeEach(() => made.open())
  afterEach(() => made.close(), 60_000)
  return made
}
