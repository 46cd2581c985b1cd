// The whole service on real servers: drachtio, FreeSWITCH, its own database and doors, one queue behind
// 12345, and agent 1001. Carriers and phones plug in at the edge.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { type Service, startService } from '../../src/service.ts'
import { Drachtio } from './drachtio.ts'
import { FreeSwitch } from './freeswitch.ts'
import { type Person, setUpHotline } from './person.ts'
import { nodeOf } from './sip-edge.ts'
import { SipPhone } from './sip-phone.ts'
import { until } from './until.ts'

interface Parts {
  readonly folder: string
  readonly drachtio: Drachtio
  readonly freeSwitch: FreeSwitch
  readonly environment: Readonly<Record<string, string>>
}

export class WholeHotline {
  readonly drachtio: Drachtio
  readonly freeSwitch: FreeSwitch
  service: Service
  readonly admin: Person
  readonly agent: Person
  readonly #folder: string
  readonly #environment: Readonly<Record<string, string>>
  readonly #phones: SipPhone[] = []
  #trunks = 0

  private constructor(parts: Parts, service: Service, people: { admin: Person; agent: Person }) {
    this.#folder = parts.folder
    this.#environment = parts.environment
    this.drachtio = parts.drachtio
    this.freeSwitch = parts.freeSwitch
    this.service = service
    this.admin = people.admin
    this.agent = people.agent
  }

  static async start(): Promise<WholeHotline> {
    const folder = mkdtempSync(join(tmpdir(), 'yingda-whole-'))
    const drachtio = await Drachtio.start()
    const freeSwitch = await FreeSwitch.start({ edgePort: drachtio.sipPort })
    const { callersAddress, agentsAddress } = await nodeOf(freeSwitch, 'fs')
    const ports = `callers=${callersAddress.split(':')[1]}&agents=${agentsAddress.split(':')[1]}`
    const environment = {
      PORT: '0',
      DATA_DIR: join(folder, 'data'),
      RECORDINGS_DIR: freeSwitch.recordingsFolder,
      FREESWITCH_URLS: `esl://:${freeSwitch.password}@127.0.0.1:${freeSwitch.eslPort}?${ports}`,
      DRACHTIO_URLS: `drachtio://:${drachtio.secret}@127.0.0.1:${drachtio.adminPort}`,
      BROWSER_PHONE_URL: `ws://127.0.0.1:${drachtio.webSocketPort}`,
    }
    const service = await startService(readConfig(environment), createLog('silent'))
    let started: WholeHotline | null = null
    const url = () => (started?.service ?? service).url
    const people = await setUpHotline(url, service.newAdminPassword ?? '')
    started = new WholeHotline({ folder, drachtio, freeSwitch, environment }, service, people)
    return started
  }

  /** Ends the service, as for an update, and starts it anew on the same data. */
  async restart(): Promise<void> {
    await this.service.stop()
    this.service = await startService(readConfig(this.#environment), createLog('silent'))
  }

  async stop(): Promise<void> {
    for (const phone of this.#phones.splice(0)) phone.close()
    this.admin.leaves()
    this.agent.leaves()
    await this.service.stop()
    await this.freeSwitch.stop()
    await this.drachtio.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A carrier's end, with a trunk of its own: calls come from there and go out to there. */
  async carrierPhone(user: string, hertz: number): Promise<SipPhone> {
    const phone = await this.#open({ user, hertz })
    this.#trunks += 1
    await this.admin.does('POST', '/trunks', {
      trunkId: `carrier-${this.#trunks}`,
      name: 'Carrier',
      addresses: [`127.0.0.1:${phone.port}`],
    })
    return phone
  }

  /** Where the trunk takes calls from now on. */
  async sendCallsTo(phone: SipPhone): Promise<void> {
    const outboundAddress = `127.0.0.1:${phone.port}`
    await this.admin.does('PATCH', '/trunks/carrier-1', { outboundAddress })
  }

  /** Nobody's trunk: what reaches it was sent there. */
  outsidePhone(user: string, hertz: number): Promise<SipPhone> {
    return this.#open({ user, hertz })
  }

  /** With the password that the administrator is shown; not registered yet. */
  async deskPhone(agentId: string, hertz: number): Promise<SipPhone> {
    const { username, password } = await this.admin.does<{ username: string; password: string }>(
      'POST',
      `/agents/${agentId}/sip-credentials`,
    )
    return this.#open({ user: username, password, hertz })
  }

  /** What `npm run verify:recordings` prints of these days, and its exit code. The service is ended first. */
  async verifyRecordings(from: string, to: string): Promise<{ code: number; lines: string[] }> {
    await this.service.stop()
    const root = fileURLToPath(new URL('../..', import.meta.url))
    const verify = ['--import', 'tsx', 'src/verify-recordings.ts', from, to]
    const { status, stdout, stderr } = spawnSync(process.execPath, verify, {
      cwd: root,
      env: { ...process.env, ...this.#environment },
      encoding: 'utf8',
    })
    if (status === null || stderr !== '') throw new Error(`verify:recordings: ${stderr}`)
    this.service = await startService(readConfig(this.#environment), createLog('silent'))
    return { code: status, lines: stdout.trim().split('\n') }
  }

  async recordingIsVerified<Timeline extends { recordings: { status: string }[] }>(
    callId: string | null,
  ): Promise<Timeline> {
    return until(async () => {
      const found = await this.admin.does<Timeline>('GET', `/calls/${callId}`)
      return found.recordings[0]?.status === 'verified' && found
    }, 'the recording to be verified')
  }

  async #open(options: { user: string; password?: string; hertz: number }): Promise<SipPhone> {
    const phone = await SipPhone.open({ edgePort: this.drachtio.sipPort, ...options })
    this.#phones.push(phone)
    return phone
  }
}
