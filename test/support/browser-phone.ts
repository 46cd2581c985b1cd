// An agent's phone in a real browser: headless Chromium with JsSIP over WebSocket, on a page that the test
// serves. It speaks one pure tone and tells which tone it hears, so that audio is checked and not assumed.
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { until } from './until.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
export const chromiumProgram = (): string | null => PLACES.find((path) => existsSync(path)) ?? null

export interface PageEvent {
  readonly at: number
  readonly what: string
  readonly detail: string
}
export interface Sound {
  /** Loudest frequency. */
  readonly hertz: number
  /** 0 to 1. */
  readonly level: number
}

const PAGE = fileURLToPath(new URL('./browser-phone-page.js', import.meta.url))

/** One browser and one served page, for any number of phones. */
export class BrowserPhones {
  readonly #browser: Browser
  readonly #server: Server
  readonly #url: string

  private constructor(browser: Browser, server: Server) {
    this.#browser = browser
    this.#server = server
    this.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  static async open(): Promise<BrowserPhones> {
    const script = await bundle()
    const server = createServer((request, response) => {
      const isScript = request.url === '/phone.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(isScript ? script : '<!doctype html><script src="/phone.js"></script>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const browser = await chromium.launch({
      executablePath: chromiumProgram() ?? '',
      args: [
        ...['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
        ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
        '--ignore-certificate-errors',
        ...['--allow-loopback-in-peer-connection', '--disable-gpu', '--disable-dev-shm-usage'],
      ],
    })
    return new BrowserPhones(browser, server)
  }

  async phone(options: {
    /** `ws://…` or `wss://…` */
    readonly edgeUrl: string
    readonly user: string
    readonly password: string
    readonly hertz: number
  }): Promise<BrowserPhone> {
    const page = await this.#browser.newPage()
    await page.goto(this.#url)
    await page.evaluate((given) => window.phone.start(given), {
      url: options.edgeUrl,
      ...options,
    })
    return new BrowserPhone(page)
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** What the page's script offers. */
interface PagePhone {
  start(options: object): void
  events: PageEvent[]
  answer(): Promise<void>
  dial(to: string): Promise<void>
  reject(): void
  /** Over when the other side has agreed: until then the phone makes no further offer. */
  hold(): Promise<void>
  unhold(): Promise<void>
  refer(to: string): void
  digit(digit: string): void
  hangUp(): void
  unregister(): void
  hears(): Sound
}
/** The page's global; only within `evaluate`. */
declare const window: { readonly phone: PagePhone }

export class BrowserPhone {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  /** Presses a button of the page. */
  async press(
    button: 'answer' | 'reject' | 'hold' | 'unhold' | 'hangUp' | 'unregister',
  ): Promise<void> {
    await this.#page.evaluate((name) => window.phone[name](), button)
  }

  async dial(to: string): Promise<void> {
    await this.#page.evaluate((target) => window.phone.dial(target), to)
  }

  async refer(to: string): Promise<void> {
    await this.#page.evaluate((target) => window.phone.refer(target), to)
  }

  async digit(digit: string): Promise<void> {
    await this.#page.evaluate((key) => window.phone.digit(key), digit)
  }

  hears(): Promise<Sound> {
    return this.#page.evaluate(() => window.phone.hears())
  }

  events(): Promise<PageEvent[]> {
    return this.#page.evaluate(() => window.phone.events)
  }

  /** The first event of that name, from index `from` on. */
  event(what: string, from = 0, msMax = 10_000): Promise<PageEvent> {
    return until(
      async () => (await this.events()).slice(from).find((event) => event.what === what),
      `${what} in the page`,
      msMax,
    )
  }

  /** As an agent closes the tab. */
  close(): Promise<void> {
    return this.#page.close()
  }
}

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry: PAGE, formats: ['iife'], name: 'page' } },
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const [bundled] = Array.isArray(built) ? built : [built]
  if (bundled === undefined || !('output' in bundled)) throw new Error('the page was not bundled')
  return bundled.output[0].code
}
