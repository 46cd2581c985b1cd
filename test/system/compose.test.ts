// The compose file as docker itself reads it. No container is started, so no daemon is needed: only the
// client with its compose plug-in.
import { spawnSync } from 'node:child_process'
import { devNull } from 'node:os'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('../..', import.meta.url)
const SECRETS = {
  POSTGRES_PASSWORD: 'postgresdummy',
  ESL_PASSWORD: 'esldummy',
  DRACHTIO_SECRET: 'drachtiodummy',
  SESSION_SECRET: 'a dummy of more than thirty-two characters',
}

function compose(secrets: Partial<typeof SECRETS>) {
  const { PATH = '', HOME = '' } = process.env
  // Secrets that somebody keeps in .env would answer for those left out here.
  const asked = ['compose', '--env-file', devNull, 'config', '-q']
  const { status, stderr } = spawnSync('docker', asked, {
    cwd: ROOT,
    env: { PATH, HOME, ...secrets },
    encoding: 'utf8',
  })
  return { status, stderr }
}

/** Null: it can be asked. */
function missing(): string | null {
  if (spawnSync('docker', ['--version']).error !== undefined) return 'no docker client here'
  const { status } = spawnSync('docker', ['compose', 'version'])
  return status === 0 ? null : 'the docker client here has no compose plug-in'
}

const reason = missing()
const where = `docker-compose.yml${reason === null ? '' : ` (left out: ${reason})`}`

describe.skipIf(reason !== null)(where, () => {
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
