// A real FreeSWITCH for tests: found by FREESWITCH_HOME or PATH, started on free loopback ports with the
// repository's own configuration, in a folder of its own that goes away with it. It never runs as root
// (FreeSWITCH would then take real-time priority and starve whatever else the machine does).
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EslListener } from './esl-listener.ts'
import { until } from './until.ts'

const CONFIGURATION = fileURLToPath(new URL('../../dialplan', import.meta.url))
const NOBODY = 65_534

/** The program of that name in `<home>/bin` or on the PATH; null if it is not on this machine. */
function program(name: string, home: string | undefined): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  if (home !== undefined && home !== '') folders.unshift(join(home, 'bin'))
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null
}

export const freeSwitchProgram = (): string | null =>
  program('freeswitch', process.env.FREESWITCH_HOME)
export const sippProgram = (): string | null => program('sipp', undefined)

/** What this machine lacks for the telephony tests; null if nothing. */
export function missingServers(): string | null {
  const missing = [
    ...(freeSwitchProgram() === null ? ['FreeSWITCH (set FREESWITCH_HOME or PATH)'] : []),
    ...(sippProgram() === null ? ['sipp'] : []),
  ]
  return missing.length === 0 ? null : missing.join(' and ')
}

/** A port that was free a moment ago, for TCP and for UDP. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const socket = createSocket('udp4')
    const isFree = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false))
      socket.bind(port, '127.0.0.1', () => resolve(true))
    })
    if (isFree) socket.close()
    await new Promise((resolve) => server.close(resolve))
    if (isFree) return port
  }
}

const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** A test run that dies must leave no server behind. */
export function endWithUs(child: ChildProcess): void {
  children.add(child)
  child.once('exit', () => children.delete(child))
}

export interface FreeSwitchOptions {
  /** Where agents' phones are reached, on loopback. */
  readonly edgePort: number
  readonly claimSeconds?: number
  readonly reassureSeconds?: number
  readonly giveUpSeconds?: number
}

export class FreeSwitch {
  readonly folder: string
  readonly recordingsFolder: string
  readonly eslPort: number
  readonly trunkPort: number
  readonly password = 'telephony-test'
  readonly #process: ChildProcess
  #output = ''

  private constructor(
    child: ChildProcess,
    folder: string,
    ports: { readonly esl: number; readonly trunk: number },
  ) {
    this.#process = child
    this.folder = folder
    this.recordingsFolder = join(folder, 'recordings')
    this.eslPort = ports.esl
    this.trunkPort = ports.trunk
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += String(chunk)
      })
    }
  }

  /** Resolves when calls can come in. */
  static async start(options: FreeSwitchOptions): Promise<FreeSwitch> {
    const path = freeSwitchProgram()
    if (path === null) throw new Error('no FreeSWITCH on this machine')
    const folder = mkdtempSync(join(tmpdir(), 'yingda-switch-'))
    const isRoot = process.getuid?.() === 0
    if (isRoot) chownSync(folder, NOBODY, NOBODY)
    const folders = ['log', 'db', 'run', 'temp', 'certs', 'cache', 'scripts', 'recordings']
    for (const name of folders) {
      mkdirSync(join(folder, name))
      if (isRoot) chownSync(join(folder, name), NOBODY, NOBODY)
    }
    const ports = { esl: await freePort(), trunk: await freePort() }
    // Below the ports that the system hands out by itself.
    const rtpFirst = 16_000 + 2 * Math.floor(Math.random() * 7_000)
    const child = spawn(
      path,
      [
        ...['-nf', '-nc', '-np', '-nonat', '-conf', CONFIGURATION],
        ...folders.flatMap((name) => [`-${name}`, join(folder, name)]),
      ],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          SWITCH_ESL_PASSWORD: 'telephony-test',
          SWITCH_ESL_PORT: String(ports.esl),
          SWITCH_SIP_IP: '127.0.0.1',
          SWITCH_TRUNK_PORT: String(ports.trunk),
          SWITCH_AGENTS_PORT: String(await freePort()),
          SWITCH_RTP_FIRST: String(rtpFirst),
          SWITCH_RTP_LAST: String(rtpFirst + 1_000),
          SWITCH_EDGE: `127.0.0.1:${options.edgePort}`,
          SWITCH_CLAIM_SECONDS: String(options.claimSeconds ?? 4),
          SWITCH_REASSURE_SECONDS: String(options.reassureSeconds ?? 30),
          SWITCH_GIVE_UP_SECONDS: String(options.giveUpSeconds ?? 600),
        },
      },
    )
    endWithUs(child)
    const started = new FreeSwitch(child, folder, ports)
    try {
      await started.#untilReady()
    } catch (cause) {
      await started.stop()
      throw new Error(`FreeSWITCH did not start: ${started.#output}`, { cause })
    }
    return started
  }

  /** Everything at warning level and above. */
  log(): string {
    return readFileSync(join(this.folder, 'log', 'freeswitch.log'), 'utf8')
  }

  esl(): Promise<EslListener> {
    return EslListener.connect(this.eslPort, this.password)
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await exited
      clearTimeout(killer)
    }
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #untilReady(): Promise<void> {
    await until(
      async () => {
        if (this.#process.exitCode !== null) throw new Error('it has ended by itself')
        const esl = await this.esl().catch(() => undefined)
        if (esl === undefined) return undefined
        const status = await esl.api('sofia status')
        esl.close()
        return status.match(/RUNNING/g)?.length === 2
      },
      'FreeSWITCH and both its SIP profiles',
      30_000,
    )
  }
}

/** One line about the machine, for measured figures. */
export function machine(): string {
  const cpu =
    readFileSync('/proc/cpuinfo', 'utf8').match(/model name\s*: (.*)/)?.[1] ?? 'unknown CPU'
  const cores = execFileSync('nproc').toString().trim()
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '?'
  return `${cores} cores, ${cpu}, load ${load}`
}
