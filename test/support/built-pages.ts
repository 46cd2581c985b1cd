// The pages as they are delivered, built once for all test files that look at them: whoever comes first
// builds, the others wait, and where nothing has changed since nobody does.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { until } from './until.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DIRECTORY = join(ROOT, 'dist', 'web')
const STAMP = join(ROOT, 'dist', '.pages')
const LOCK = join(tmpdir(), `yingda-pages-${statSync(ROOT).ino}.lock`)
const BUILD_MS_MAX = 110_000

/** Where they are; the service serves them from there. */
export async function builtPages(): Promise<string> {
  const newest = String(newestIn(join(ROOT, 'src'), join(ROOT, 'package-lock.json')))
  await until(() => isBuilt(newest) || isLocked(), 'the pages to be built', BUILD_MS_MAX)
  if (isBuilt(newest)) return DIRECTORY
  try {
    await build({ configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error' })
    writeFileSync(STAMP, newest)
  } finally {
    rmSync(LOCK, { recursive: true, force: true })
  }
  return DIRECTORY
}

function isBuilt(newest: string): boolean {
  try {
    return (
      readFileSync(STAMP, 'utf8') === newest && statSync(join(DIRECTORY, 'index.html')).isFile()
    )
  } catch {
    return false
  }
}

/** True: the lock is ours now. One that its owner did not live to take away is taken over. */
function isLocked(): boolean {
  try {
    mkdirSync(LOCK)
    writeFileSync(join(LOCK, 'pid'), String(process.pid))
    return true
  } catch {
    if (!isOwned()) rmSync(LOCK, { recursive: true, force: true })
    return false
  }
}

function isOwned(): boolean {
  try {
    process.kill(Number(readFileSync(join(LOCK, 'pid'), 'utf8')), 0)
    return true
  } catch {
    return false
  }
}

function newestIn(...paths: readonly string[]): number {
  return Math.max(
    ...paths.map((path) => {
      const stat = statSync(path)
      return stat.isDirectory()
        ? newestIn(...readdirSync(path).map((name) => join(path, name)))
        : stat.mtimeMs
    }),
  )
}
