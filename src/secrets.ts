// What the service makes up for itself at its first start and keeps in the data directory, and the lock
// that keeps two of them from sharing one embedded database.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The session secret given, or the one kept in the data directory, or a new one that is kept from now on. */
export function sessionSecret(given: string | undefined, dataDir: string): string {
  if (given !== undefined) return given
  const file = join(dataDir, 'session-secret')
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (!isCode(cause, 'ENOENT')) throw cause
    const secret = randomBytes(32).toString('hex')
    writeFileSync(file, secret, { mode: 0o600 })
    return secret
  }
}

/**
 * Takes the data directory for this process, creating it where needed. Throws if another live process has
 * it. Returns how to give it back.
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, 'lock')
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (cause) {
      if (!isCode(cause, 'EEXIST')) throw cause
      const pid = Number(readFileSync(file, 'utf8'))
      if (pid !== process.pid && isAlive(pid)) {
        throw new Error(`${dataDir} is in use by process ${pid}; stop it, or set another DATA_DIR`)
      }
      // Left behind by a process that was killed; in a container even its number is ours again.
      rmSync(file, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return isCode(cause, 'EPERM')
  }
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code
}
