// The HTTP side as a whole for tests: a real database with a small hotline and one user of each role, a
// real engine on a floor without a switch, and requests injected without a network.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { afterEach, beforeEach } from 'vitest'
import { ROLE_NAMES, type Role } from '../../src/core/permissions.ts'
import { buildApp } from '../../src/http/app.ts'
import type { Api, AppOptions } from '../../src/http/context.ts'
import { hashPassword } from '../../src/http/passwords.ts'
import { SignIns } from '../../src/http/sign-ins.ts'
import { createAgent } from '../../src/store/agents.ts'
import { loadConfig } from '../../src/store/config.ts'
import type { Database } from '../../src/store/database.ts'
import { createNumber } from '../../src/store/numbers.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { createQueue } from '../../src/store/queues.ts'
import { createSkill } from '../../src/store/skills.ts'
import { createUser } from '../../src/store/users.ts'
import { testDatabase } from './database.ts'
import { Floor, keptLog } from './floor.ts'
import { SMALL_HOTLINE } from './hotline.ts'

export const SECRET = 'a secret of thirty-two characters'
export const PASSWORD = 'correct horse'
export const TIME_ZONE = 'Asia/Shanghai'

/** The user of role `agent` is agent a1. */
const AGENT_ID = 'a1'
let passwordHash: Promise<string> | undefined

export class Service {
  readonly db: Database
  readonly floor = new Floor()
  readonly signIns: SignIns
  readonly recordingsDir = mkdtempSync(join(tmpdir(), 'yingda-recordings-'))
  readonly log = keptLog()
  readonly userIds = new Map<Role, number>()
  checks: Awaited<ReturnType<AppOptions['health']>> = [{ name: 'database', isUp: true }]
  app: Api
  #recorded = 0

  constructor(db: Database) {
    this.db = db
    this.signIns = new SignIns({ db, clock: this.floor.clock, sessionSecret: SECRET })
    this.app = undefined as unknown as Api
  }

  async start(more: Partial<AppOptions> = {}): Promise<void> {
    const { db, floor, recordingsDir, log } = this
    this.app = await buildApp({
      db,
      engine: floor.engine,
      clock: floor.clock,
      log: log.log,
      recordingsDir,
      sessionSecret: SECRET,
      timeZone: TIME_ZONE,
      reloadConfig: async () => {
        const config = await loadConfig(db, TIME_ZONE)
        floor.engine.submit({ type: 'config.loaded', at: floor.clock.now(), config })
      },
      health: () => this.checks,
      gauges: () => ({ facts: floor.facts.length, journalPending: 3, journalSpooledBytes: 0 }),
      ...more,
    })
    await this.app.ready()
  }

  /** Puts the small hotline and the users into the records. */
  async seed(): Promise<void> {
    for (const skillId of ['mandarin', 'cantonese']) {
      await createSkill(this.db, { skillId, name: skillId })
    }
    for (const queue of SMALL_HOTLINE.queues) await createQueue(this.db, queue)
    for (const number of SMALL_HOTLINE.numbers) await createNumber(this.db, number)
    for (const agent of SMALL_HOTLINE.agents) await createAgent(this.db, agent)
    passwordHash ??= hashPassword(PASSWORD)
    for (const role of ROLE_NAMES) {
      const agentId = role === 'agent' ? AGENT_ID : null
      const user = { username: role, name: role, role, agentId, passwordHash: await passwordHash }
      const made = await createUser(this.db, user)
      if (made.ok) this.userIds.set(role, made.value.userId)
    }
  }

  /** A Cookie header of somebody with the role, without the cost of a password. */
  async cookieOf(role: Role): Promise<string> {
    const userId = this.userIds.get(role)
    if (userId === undefined) throw new Error(`no user is ${role}`)
    const setCookie = await this.signIns.open(userId, false)
    return setCookie.split(';')[0] ?? ''
  }

  /** A request as somebody with the role, or as nobody. */
  async ask(role: Role | null, method: InjectOptions['method'], url: string, body?: unknown) {
    const headers = role === null ? {} : { cookie: await this.cookieOf(role) }
    const payload = body === undefined ? {} : { payload: body as object }
    return this.app.inject({ method: method ?? 'GET', url, headers, ...payload })
  }

  /** Everything that has happened on the floor is in the records afterwards. */
  async record(): Promise<void> {
    const fresh = this.floor.facts.slice(this.#recorded)
    this.#recorded += fresh.length
    await this.db.transaction((tx) => recordFacts(tx, fresh))
  }

  async stop(): Promise<void> {
    await this.app?.close()
    this.floor.stop()
    rmSync(this.recordingsDir, { recursive: true, force: true })
  }
}

/** Called at the top of a test file; the service is new for every test. */
export function testService(): { readonly service: Service } {
  const database = testDatabase()
  let service: Service | undefined
  beforeEach(async () => {
    service = new Service(database.db)
    await service.seed()
    await service.start()
  })
  afterEach(async () => {
    await service?.stop()
    service = undefined
  })
  return {
    get service() {
      if (service === undefined) throw new Error('the service is there only while tests run')
      return service
    },
  }
}
