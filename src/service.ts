// The whole service put together from its parts, and taken apart again in the reverse order. Apart from
// the process: main.ts reads the environment and handles signals, tests start it as they need it.
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from './clock.ts'
import type { ServiceConfig } from './config.ts'
import type { RecordedFact } from './core/facts.ts'
import { liveHotline } from './core/live.ts'
import { DemoHotline } from './demo-hotline.ts'
import { edgeHealth, startEdge } from './edge.ts'
import { ExclusionWatch } from './exclusion-watch.ts'
import { Hotline } from './hotline.ts'
import { buildApp } from './http/app.ts'
import type { Api, HealthCheck } from './http/context.ts'
import { hashPassword } from './http/passwords.ts'
import { SignIns } from './http/sign-ins.ts'
import { KpiWatch } from './kpi-watch.ts'
import type { Log } from './log.ts'
import { Push } from './push/server.ts'
import { type RecordingKeeper, startKeeper } from './recording-keeper.ts'
import { sessionSecret } from './secrets.ts'
import type { SipEdge } from './sip/edge.ts'
import { claim } from './store/claim.ts'
import { type Database, openDatabase } from './store/database.ts'
import { seedDemo } from './store/demo.ts'
import { migrate } from './store/migrate.ts'
import { createUser, listUsers } from './store/users.ts'
import { findWallboardToken } from './store/wallboard-tokens.ts'
import { isPlayable } from './switch/encoding.ts'
import type { SwitchAddress } from './switch/node.ts'
import { parseSwitchUrl } from './switch/pool.ts'
import { SystemWatch } from './system-watch.ts'

/** Of every account of the demo; it listens on this machine only, unless told otherwise. */
export const DEMO_PASSWORD = 'yingda-12345'
/** The last words of the simulated calls take some ms. */
const DRAIN_MS_MAX = 2_000
const DRAIN_LOOK_MS = 20
/** Built by vite beside the built service; run from its sources, the service shows the last build. */
const WEB_DIR = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/web' : 'web', import.meta.url),
)

/** The prompts that ship; in the same place from the sources and from the build. */
const SHIPPED_PROMPTS_DIR = fileURLToPath(new URL('../dialplan/prompts', import.meta.url))

export interface Service {
  /** Where people reach it. */
  readonly url: string
  readonly isSimulated: boolean
  /** The password of `admin`, if the account was made just now. */
  readonly newAdminPassword: string | null
  /** Ends everything it began; calls on a real switch go on. */
  stop(): Promise<void>
}

export async function startService(config: ServiceConfig, log: Log): Promise<Service> {
  const unwind: (() => unknown)[] = []
  const stop = async (): Promise<void> => {
    for (const undo of unwind.splice(0).reverse()) await undo()
  }
  try {
    const { dataDir } = config
    await mkdir(dataDir, { recursive: true })
    unwind.push(await claim(dataDir))
    const recordingsDir = resolve(config.recordingsDir)
    await mkdir(recordingsDir, { recursive: true })
    const promptsDir = await promptsFolder(config)
    const db = await openDatabase({ url: config.databaseUrl, dataDir })
    unwind.push(() => db.close())
    await migrate(db)
    const isSimulated = config.freeswitchUrls === undefined
    if (isSimulated) await seedDemo(db, { hash: hashPassword, password: DEMO_PASSWORD })
    const newAdminPassword = await ensureAdmin(db)

    const listeners: ((facts: readonly RecordedFact[]) => void)[] = []
    let hotline: Hotline | undefined
    let edge: SipEdge | null = null
    const demo = isSimulated
      ? new DemoHotline({
          clock: systemClock,
          seed: randomBytes(8).toString('hex'),
          submit: (input) => hotline?.engine.submit(input) ?? null,
        })
      : null
    const nodes =
      demo === null ? (config.freeswitchUrls ?? []).map(switchAddress) : [await demo.open()]
    if (demo !== null) unwind.push(() => demo.stop())
    hotline = await Hotline.start({
      db,
      clock: systemClock,
      log,
      random: Math.random,
      epoch: randomBytes(4).toString('hex'),
      timeZone: config.timeZone,
      nodes,
      recordingsDir,
      promptsDir,
      spoolDir: join(dataDir, 'spool'),
      isBrowser: (agentId) => edge?.isBrowser(agentId) ?? false,
      publish: (facts) => {
        for (const listen of listeners) listen(facts)
      },
    })
    const started = hotline
    unwind.push(() => started.stop())
    const keeper = startKeeper(config, { db, log, recordingsDir, hotline: started })
    unwind.push(() => keeper.stop())
    if (demo !== null) {
      listeners.push((facts) => demo.onFacts(facts))
      demo.start()
      unwind.push(() => drain(demo, started))
    }
    edge = await edgeOf(config, { db, hotline: started, log })
    if (edge !== null) unwind.push(edge.stop.bind(edge))
    else if (!isSimulated) takePhonesAtTheirWord(started)

    const app = await openDoors({
      config,
      log,
      db,
      hotline: started,
      edge,
      keeper,
      listeners,
      unwind,
    })
    const { port } = app.server.address() as AddressInfo
    const host = config.host.includes(':') ? `[${config.host}]` : config.host
    const url = `http://${config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : host}:${port}`
    return { url, isSimulated, newAdminPassword, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

interface Doors {
  readonly config: ServiceConfig
  readonly log: Log
  readonly db: Database
  readonly hotline: Hotline
  readonly edge: SipEdge | null
  readonly keeper: RecordingKeeper
  readonly listeners: ((facts: readonly RecordedFact[]) => void)[]
  readonly unwind: (() => unknown)[]
}

/** HTTP and push, listening. */
async function openDoors(doors: Doors): Promise<Api> {
  const { config, log, db, hotline, edge, keeper, listeners, unwind } = doors
  const { timeZone, port, host } = config
  const secret = sessionSecret(config.sessionSecret, config.dataDir)
  const reload = () => hotline.reloadConfig()
  const watch = new KpiWatch({ db, clock: systemClock, log, timeZone, reload })
  unwind.push(() => watch.stop())
  const system = new SystemWatch({ hotline, edge, keeper, watch })
  listeners.push((facts) => system.onFacts(facts))
  const health = () => [...healthOf(hotline), ...(edge === null ? [] : edgeHealth(edge))]
  const exclusions = new ExclusionWatch({
    db,
    clock: systemClock,
    log,
    live: (at) => liveHotline(hotline.engine.state, at),
    partsLost: () => health().flatMap(({ name, isUp }) => (isUp ? [] : [name])),
  })
  unwind.push(() => exclusions.stop())
  const app = await buildApp({
    db,
    engine: hotline.engine,
    clock: systemClock,
    log,
    openSound: (stored) => keeper.vault.open(stored),
    archive: () => keeper.status(),
    decodeSound: (copy) => keeper.compressor.decoded(copy),
    promptsDir: resolve(config.promptsDir),
    shippedPromptsDir: SHIPPED_PROMPTS_DIR,
    sessionSecret: secret,
    timeZone,
    reloadConfig: async () => {
      await hotline.reloadConfig()
      if (edge !== null) await edge.reload()
      else if (config.freeswitchUrls !== undefined) takePhonesAtTheirWord(hotline)
    },
    health,
    gauges: () => {
      const { pending, spooledBytes, lagMs, lost } = hotline.journal.status()
      return {
        facts: hotline.engine.seq,
        journalPending: pending,
        journalSpooledBytes: spooledBytes,
        journalLagMs: lagMs,
        factsLost: lost,
        figuresDifferences: watch.differences,
      }
    },
    system: () => system.status(),
    hasSipEdge: edge !== null,
    browserPhoneUrl: config.browserPhoneUrl,
    publicFigures: config.publicFigures,
    webDir: WEB_DIR,
  })
  const signIns = new SignIns({ db, clock: systemClock, sessionSecret: secret })
  const push = new Push({
    httpServer: app.server,
    state: hotline.engine.state,
    clock: systemClock,
    timeZone,
    log,
    authenticate: (cookieHeader) => signIns.authenticate(cookieHeader),
    findWallKey: async (token) => {
      const found = await findWallboardToken(db, token)
      return found && { queueIds: found.queueIds, isRevoked: found.revokedAt !== null }
    },
  })
  listeners.push((facts) => push.publish(facts))
  unwind.push(() => app.close())
  unwind.push(() => push.stop())
  await app.listen({ port, host })
  return app
}

/** Made if need be. Its name becomes part of lists of applications, where a blank would end it. */
async function promptsFolder(config: ServiceConfig): Promise<string> {
  const promptsDir = resolve(config.promptsDir)
  if (config.freeswitchUrls !== undefined && !isPlayable(promptsDir)) {
    throw new Error(
      `PROMPTS_DIR: a switch cannot play from ${promptsDir}; use letters, digits and ._+@=~-`,
    )
  }
  await mkdir(promptsDir, { recursive: true })
  return promptsDir
}

/** The simulated callers hang up and their endings are recorded, so that no call is left open. */
async function drain(demo: DemoHotline, hotline: Hotline): Promise<void> {
  await demo.drain()
  const until = systemClock.now() + DRAIN_MS_MAX
  while (hotline.engine.state.calls.size > 0 && systemClock.now() < until) {
    await new Promise<void>((resolve) => systemClock.after(DRAIN_LOOK_MS, resolve))
  }
}

function healthOf(hotline: Hotline): HealthCheck[] {
  const { isDatabaseUp } = hotline.journal.status()
  return [
    { name: 'database', isUp: isDatabaseUp, ...(isDatabaseUp ? {} : { reason: 'not answering' }) },
    ...hotline.pool.status().map(({ nodeId, isUp }) => ({
      name: `switch:${nodeId}`,
      isUp,
      ...(isUp ? {} : { reason: 'not connected' }),
    })),
  ]
}

/** A database without users lets nobody in; whoever starts the service is shown the way once. */
async function ensureAdmin(db: Database): Promise<string | null> {
  if ((await listUsers(db)).length > 0) return null
  const password = randomBytes(12).toString('base64url')
  await createUser(db, {
    username: 'admin',
    name: '系统管理员',
    role: 'admin',
    agentId: null,
    passwordHash: await hashPassword(password),
  })
  return password
}

/** The SIP edge, where a drachtio is named. */
async function edgeOf(
  config: ServiceConfig,
  parts: { readonly db: Database; readonly hotline: Hotline; readonly log: Log },
): Promise<SipEdge | null> {
  const { drachtioUrls, freeswitchUrls } = config
  if (drachtioUrls === undefined || freeswitchUrls === undefined) return null
  const secret = sessionSecret(config.sessionSecret, config.dataDir)
  return startEdge({ drachtioUrls, freeswitchUrls, secret, ...parts })
}

/** What follows the port in a switch's URL is for the edge. */
function switchAddress(text: string): SwitchAddress {
  return parseSwitchUrl(text.replace(/\?.*$/, ''))
}

/** Without a SIP edge nobody can tell which phones are registered; an unreachable one shows when it is rung. */
function takePhonesAtTheirWord(hotline: Hotline): void {
  for (const { agentId } of hotline.engine.state.config.agents) {
    hotline.engine.submit({ type: 'phone.registered', at: systemClock.now(), agentId })
  }
}
