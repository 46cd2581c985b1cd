// The process itself, as `npm start` runs it: what it prints, that Ctrl-C leaves nothing behind, and that
// it refuses what it cannot work with in words that help.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { until } from '../support/until.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const START_MS_MAX = 60_000

class Run {
  readonly child: ChildProcess
  output = ''

  constructor(env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
      env: { PATH: process.env.PATH ?? '', PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString()
      })
    }
  }

  async says(words: string): Promise<void> {
    await until(
      () => this.output.includes(words),
      `the process to say ${words}: ${this.output}`,
      START_MS_MAX,
    )
  }

  async ends(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'exit')
    return this.child.exitCode
  }
}

let folder = ''
const runs: Run[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yingda-process-'))
})

afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.child.kill('SIGKILL')
    await run.ends()
  }
  rmSync(folder, { recursive: true, force: true })
})

function run(env: Readonly<Record<string, string>> = {}): Run {
  const started = new Run({ DATA_DIR: join(folder, 'data'), ...env })
  runs.push(started)
  return started
}

it('says where it is and how to get in, and ends on Ctrl-C with nothing left behind', async () => {
  const first = run()
  await first.says('Yingda 应答 is at http://127.0.0.1:')
  expect(first.output).toContain('agent1001')
  expect(first.output).toContain('Telephony is simulated')
  const url = /http:\/\/\S+/.exec(first.output)?.[0] ?? ''
  await until(async () => (await fetch(`${url}/health/ready`)).ok, 'the service to be ready')

  const second = run()
  expect(await second.ends()).toBe(1)
  expect(second.output).toContain('another process uses')

  first.child.kill('SIGINT')
  expect(await first.ends()).toBe(0)
  // What it held is free again.
  await run().says('Yingda 应答 is at')
}, 120_000)

it('does not start with settings that cannot be right, and lists them all', async () => {
  const bad = run({ HOTLINE_TIMEZONE: 'Mars/Base', DATABASE_URI: 'x', LOG_LEVEL: 'loud' })
  expect(await bad.ends()).toBe(1)
  for (const name of ['HOTLINE_TIMEZONE', 'DATABASE_URI', 'LOG_LEVEL']) {
    expect(bad.output).toContain(name)
  }
  expect(bad.output).not.toContain('    at ')
}, 60_000)
