// A real drachtio for tests: found by DRACHTIO_HOME or PATH, started on free loopback ports with the
// repository's own configuration, and ended with the test.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './freeswitch.ts'
import { until } from './until.ts'

const CONFIGURATION = fileURLToPath(new URL('../../sip/drachtio.conf.xml', import.meta.url))

export function drachtioProgram(): string | null {
  const home = process.env.DRACHTIO_HOME
  const folders = (process.env.PATH ?? '').split(delimiter)
  if (home !== undefined && home !== '') folders.unshift(join(home, 'bin'))
  return folders.map((folder) => join(folder, 'drachtio')).find((path) => existsSync(path)) ?? null
}

export interface DrachtioPorts {
  readonly adminPort: number
  readonly sipPort: number
  readonly webSocketPort: number
  readonly tlsPort: number
  readonly secureWebSocketPort: number
}

export class Drachtio implements DrachtioPorts {
  readonly adminPort: number
  readonly sipPort: number
  readonly webSocketPort: number
  readonly tlsPort: number
  readonly secureWebSocketPort: number
  readonly secret = 'edge-test'
  readonly #process: ChildProcess
  readonly #folder: string
  #output = ''

  private constructor(child: ChildProcess, folder: string, ports: DrachtioPorts) {
    this.#process = child
    this.#folder = folder
    this.adminPort = ports.adminPort
    this.sipPort = ports.sipPort
    this.webSocketPort = ports.webSocketPort
    this.tlsPort = ports.tlsPort
    this.secureWebSocketPort = ports.secureWebSocketPort
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += String(chunk)
      })
    }
  }

  /** `ports` of one that was stopped: it comes back at the same place. */
  static async start(
    ports?: Omit<DrachtioPorts, 'tlsPort' | 'secureWebSocketPort'>,
  ): Promise<Drachtio> {
    const path = drachtioProgram()
    if (path === null) throw new Error('no drachtio on this machine')
    const at = ports ?? {
      adminPort: await freePort(),
      sipPort: await freePort(),
      webSocketPort: await freePort(),
    }
    const folder = mkdtempSync(join(tmpdir(), 'yingda-edge-'))
    const secure = { tlsPort: await freePort(), secureWebSocketPort: await freePort() }
    const certificates = makeCertificate(folder)
    const child = spawn(
      path,
      [
        ...['-f', CONFIGURATION, '--address', '127.0.0.1', '--port', String(at.adminPort)],
        ...['--secret', 'edge-test', '--contact', `sip:127.0.0.1:${at.sipPort};transport=udp,tcp`],
        ...['--contact', `sip:127.0.0.1:${at.webSocketPort};transport=ws`],
        ...['--contact', `sips:127.0.0.1:${secure.tlsPort};transport=tls`],
        ...['--contact', `sips:127.0.0.1:${secure.secureWebSocketPort};transport=wss`],
        ...certificates,
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const kill = () => child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('exit', () => process.off('exit', kill))
    const started = new Drachtio(child, folder, { ...at, ...secure })
    await until(() => started.#isListening(), 'drachtio’s admin port', 10_000)
    return started
  }

  output(): string {
    return this.#output
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await exited
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #isListening(): Promise<boolean> {
    if (this.#process.exitCode !== null) throw new Error(`drachtio has ended: ${this.#output}`)
    return new Promise((resolve) => {
      const socket = connect(this.adminPort, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
  }
}

/** Nobody's, for a day. */
function makeCertificate(folder: string): string[] {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'],
      ...['-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  )
  return ['--key-file', key, '--cert-file', certificate, '--chain-file', certificate]
}
