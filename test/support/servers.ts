// Throwaway PostgreSQL and Redis for the database suites: free loopback ports, a temporary folder, and
// nothing left when the run ends. Installed servers only; where PostgreSQL is missing the run says so.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestProject } from 'vitest/node'

const POSTGRESQL_HOME = '/usr/lib/postgresql'

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Folder of `initdb` and `postgres`, the newest installed; null where there is none. */
export function findPostgresql(): string | null {
  const versions = existsSync(POSTGRESQL_HOME) ? readdirSync(POSTGRESQL_HOME) : []
  const installed = versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(POSTGRESQL_HOME, version, 'bin'))
  return (
    [...installed, ...searchPath()].find((folder) => existsSync(join(folder, 'initdb'))) ?? null
  )
}

function findRedis(): string | null {
  const folder = searchPath().find((candidate) => existsSync(join(candidate, 'redis-server')))
  return folder === undefined ? null : join(folder, 'redis-server')
}

function searchPath(): string[] {
  return (process.env.PATH ?? '').split(delimiter)
}

/** One more, for a measurement: with the memory of a server and not of a test. Null: none is installed. */
export async function throwawayPostgresql(): Promise<{
  url: string
  stop: () => Promise<void>
} | null> {
  const postgresql = findPostgresql()
  if (postgresql === null) return null
  const folder = mkdtempSync(join(tmpdir(), 'yingda-bench-'))
  const port = await freePort()
  const memory = ['shared_buffers=4GB', 'maintenance_work_mem=1GB', 'max_wal_size=16GB']
  const stop = await startPostgresql(postgresql, folder, port, memory)
  return {
    url: `postgres://yingda@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** vitest's global setup: starts what is installed, provides its addresses, and ends it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'yingda-databases-'))
  const running: (() => Promise<void>)[] = []
  const stopAll = async () => {
    for (const stop of running.splice(0).reverse()) await stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const postgresql = findPostgresql()
    if (postgresql !== null) {
      const port = await freePort()
      running.push(await startPostgresql(postgresql, folder, port))
      project.provide('databaseUrl', `postgres://yingda@127.0.0.1:${port}/postgres`)
    }
    const redis = findRedis()
    if (redis !== null) {
      const port = await freePort()
      const bounds = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
      const server = spawn(redis, bounds)
      running.push(() => end(server, 'SIGTERM'))
      await saying(server, 'Ready to accept connections')
      project.provide('redisUrl', `redis://127.0.0.1:${port}`)
    }
  } catch (error) {
    await stopAll()
    throw error
  }
  return stopAll
}

async function startPostgresql(
  binaries: string,
  folder: string,
  port: number,
  settings: readonly string[] = [],
): Promise<() => Promise<void>> {
  // PostgreSQL refuses to run as root; Debian's package has made a user for it.
  const owner = process.getuid?.() === 0 ? ownerNamed('postgres') : undefined
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid)
  const data = join(folder, 'postgresql')
  const as = { cwd: folder, ...owner }
  const cluster = [
    '-D',
    data,
    '-U',
    'yingda',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  execFileSync(join(binaries, 'initdb'), cluster, { ...as, stdio: 'pipe' })
  const address = ['-h', '127.0.0.1', '-p', String(port), '-k', folder]
  const given = settings.flatMap((setting) => ['-c', setting])
  const server = spawn(join(binaries, 'postgres'), ['-D', data, ...address, '-F', ...given], as)
  await saying(server, 'database system is ready to accept connections')
  return () => end(server, 'SIGINT')
}

function ownerNamed(user: string): Owner {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Resolves when the server writes `words`; rejects with all it wrote if it ends before. */
function saying(server: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let written = ''
    const hear = (chunk: Buffer) => {
      if (written.includes(words)) return
      written += chunk.toString()
      if (written.includes(words)) resolve()
    }
    server.stdout?.on('data', hear)
    server.stderr?.on('data', hear)
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`server ended with ${code}: ${written}`)))
  })
}

function end(server: ChildProcess, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve()
    server.once('exit', () => resolve())
    server.kill(signal)
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('no port'))
      })
    })
  })
}
