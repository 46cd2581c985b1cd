// The compose file as docker's own tool reads it. No container is started, so no daemon is needed: only
// `docker compose`, or the older `docker-compose`, which knows all of the file but the project's name.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SECRETS = {
  POSTGRES_PASSWORD: 'postgresdummy',
  ESL_PASSWORD: 'esldummy',
  DRACHTIO_SECRET: 'drachtiodummy',
  SESSION_SECRET: 'a dummy of more than thirty-two characters',
}

/** The words that begin a command line; null: neither is here. */
function tool(): readonly string[] | null {
  for (const words of [['docker', 'compose'], ['docker-compose']] as const) {
    const [program, ...rest] = words
    if (spawnSync(program, [...rest, 'version']).status === 0) return words
  }
  return null
}

const words = tool()
const where = `docker-compose.yml${words === null ? ' (left out: no docker compose here)' : ''}`

describe.skipIf(words === null)(where, () => {
  let folder = ''
  let file = join(ROOT, 'docker-compose.yml')

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'yingda-compose-'))
    writeFileSync(join(folder, 'empty.env'), '')
    if (words?.length !== 1) return
    const text = readFileSync(file, 'utf8').replace(/^name: .*$/m, '')
    file = join(folder, 'docker-compose.yml')
    writeFileSync(file, text)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function compose(secrets: Partial<typeof SECRETS>) {
    const [program = '', ...rest] = words ?? []
    const { PATH = '', HOME = '' } = process.env
    // Secrets that somebody keeps in .env would answer for those left out here.
    const empty = ['--env-file', join(folder, 'empty.env')]
    const asked = [...empty, '--project-directory', ROOT, '-f', file, 'config', '-q']
    const env = { PATH, HOME, ...secrets }
    const { status, stderr } = spawnSync(program, [...rest, ...asked], { env, encoding: 'utf8' })
    return { status, stderr }
  }

  it('is accepted by docker once its secrets are set', () => {
    const { status, stderr } = compose(SECRETS)
    expect(status, stderr).toBe(0)
  })

  it.each(Object.keys(SECRETS))('starts nothing without %s', (name) => {
    const { status, stderr } = compose({ ...SECRETS, [name]: undefined })
    expect(status).not.toBe(0)
    expect(stderr).toContain(`set ${name}`)
  })
})
