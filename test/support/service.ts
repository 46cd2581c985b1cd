// The HTTP side as a whole for tests: a real database with a small hotline and one user of each role, a
// real engine on a floor without a switch, and requests injected without a network.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { InjectOptions } from 'fastify'
import { afterEach, beforeEach } from 'vitest'
import { Compressor } from '../../src/archive/compressor.ts'
import { Vault } from '../../src/archive/vault.ts'
import type { Clock } from '../../src/clock.ts'
import type { Config } from '../../src/core/config.ts'
import { ROLE_NAMES, type Role } from '../../src/core/permissions.ts'
import { buildApp } from '../../src/http/app.ts'
import type { Api, AppOptions } from '../../src/http/context.ts'
import { hashPassword } from '../../src/http/passwords.ts'
import { SignIns } from '../../src/http/sign-ins.ts'
import { loadConfig } from '../../src/store/config.ts'
import type { Database } from '../../src/store/database.ts'
import { recordFacts } from '../../src/store/projections.ts'
import * as schema from '../../src/store/schema.ts'
import { units } from '../../src/store/unit-schema.ts'
import { testDatabase } from './database.ts'
import { Floor, keptLog } from './floor.ts'
import { SMALL_HOTLINE } from './hotline.ts'

export const SECRET = 'a secret of thirty-two characters'
export const PASSWORD = 'correct horse'
export const TIME_ZONE = 'Asia/Shanghai'

const SHIPPED_PROMPTS_DIR = fileURLToPath(new URL('../../dialplan/prompts', import.meta.url))
/** The user of role `agent` is agent a1. */
const AGENT_ID = 'a1'
const SKILLS = ['mandarin', 'cantonese']
let passwordHash: Promise<string> | undefined

export class Service {
  readonly db: Database
  readonly floor = new Floor()
  readonly signIns: SignIns
  readonly recordingsDir = mkdtempSync(join(tmpdir(), 'yingda-recordings-'))
  readonly promptsDir = mkdtempSync(join(tmpdir(), 'yingda-prompts-'))
  readonly vault = new Vault({
    recordingsDir: this.recordingsDir,
    bucket: null,
    keys: [],
    cipher: 'aes-256-gcm',
  })
  readonly log = keptLog()
  readonly userIds = new Map<Role, number>()
  checks: Awaited<ReturnType<AppOptions['health']>> = [{ name: 'database', isUp: true }]
  app: Api
  readonly #cookies = new Map<Role, string>()
  #recorded = 0

  /** `clock` is that of the app, if the floor's own is not. */
  constructor(db: Database, clock: Clock = this.floor.clock) {
    this.db = db
    this.signIns = new SignIns({ db, clock, sessionSecret: SECRET })
    this.app = undefined as unknown as Api
  }

  async start(more: Partial<AppOptions> = {}): Promise<void> {
    const { db, floor, log } = this
    this.app = await buildApp({
      db,
      engine: floor.engine,
      clock: floor.clock,
      log: log.log,
      openSound: (stored) => this.vault.open(stored),
      decodeSound: (copy) => new Compressor('ffmpeg').decoded(copy),
      promptsDir: this.promptsDir,
      shippedPromptsDir: SHIPPED_PROMPTS_DIR,
      sessionSecret: SECRET,
      timeZone: TIME_ZONE,
      reloadConfig: async () => {
        const config = await loadConfig(db, TIME_ZONE, floor.clock.now())
        floor.engine.submit({ type: 'config.loaded', at: floor.clock.now(), config })
      },
      health: () => this.checks,
      gauges: () => ({ facts: floor.facts.length, journalPending: 3, journalSpooledBytes: 0 }),
      ...more,
    })
    await this.app.ready()
  }

  /** Puts a hotline, the small one if none is named, and a user of each role into the records. */
  async seed(config: Config = SMALL_HOTLINE): Promise<void> {
    const { skills, queues, numbers, agents, users } = schema
    passwordHash ??= hashPassword(PASSWORD)
    const hash = await passwordHash
    const people = ROLE_NAMES.map((role) => ({
      username: role,
      name: role,
      role,
      agentId: role === 'agent' ? AGENT_ID : null,
      passwordHash: hash,
    }))
    // Table by table, since every test begins with this.
    await this.db.insert(skills).values(SKILLS.map((skillId) => ({ skillId, name: skillId })))
    await this.db.insert(queues).values(
      config.queues.map((queue) => ({
        ...queue,
        requiredSkills: [...queue.requiredSkills],
        // Callers of the small hotline hear what callers hear by default.
        waiting: config === SMALL_HOTLINE ? {} : queue.waiting,
      })),
    )
    await this.db.insert(numbers).values([...config.numbers])
    await this.db
      .insert(units)
      .values(config.units.map((unit) => ({ ...unit, phones: [...unit.phones] })))
    await this.db
      .insert(agents)
      .values(config.agents.map((agent) => ({ ...agent, skills: [...agent.skills] })))
    for (const { userId, role } of await this.db.insert(users).values(people).returning()) {
      this.userIds.set(role, userId)
    }
  }

  /** A Cookie header of somebody with the role, without the cost of a password. */
  async cookieOf(role: Role): Promise<string> {
    const userId = this.userIds.get(role)
    if (userId === undefined) throw new Error(`no user is ${role}`)
    const setCookie = await this.signIns.open(userId, false)
    return setCookie.split(';')[0] ?? ''
  }

  /** The one browser that somebody of the role works at. */
  async #browserOf(role: Role): Promise<string> {
    const cookie = this.#cookies.get(role) ?? (await this.cookieOf(role))
    this.#cookies.set(role, cookie)
    return cookie
  }

  /** A request as somebody with the role, or as nobody. */
  async ask(role: Role | null, method: InjectOptions['method'], url: string, body?: unknown) {
    const headers = role === null ? {} : { cookie: await this.#browserOf(role) }
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
    // What the next test begins with is emptied by TRUNCATE, which on PGlite is slow for tables with rows.
    const { sessions, users, agents, numbers, queues, skills } = schema
    for (const table of [sessions, users, agents, numbers, queues, skills, units]) {
      await this.db.delete(table)
    }
    rmSync(this.recordingsDir, { recursive: true, force: true })
    rmSync(this.promptsDir, { recursive: true, force: true })
  }
}

/** Called at the top of a test file; the service is new for every test. */
export function testService(options: Partial<AppOptions> = {}): { readonly service: Service } {
  const database = testDatabase()
  let service: Service | undefined
  beforeEach(async () => {
    service = new Service(database.db)
    await service.seed()
    await service.start(options)
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
