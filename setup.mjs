// Makes a checkout ready to run, with nothing but Node: installs the packages when they are missing or
// older than the lock file and, with --build, builds what is older than its sources. Does nothing when
// all is in place, so that a second start is quick. Plain JavaScript because it runs before anything
// is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Yingda needs Node 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

function run(what, args) {
  console.log(what)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    console.error(
      `${what.replace(/ …$/, '')} failed: \`npm ${args.join(' ')}\` ended with ${status}.`,
    )
    process.exit(1)
  }
}

/** Newest change below a file or folder, in ms since 1970. */
function newestIn(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const installed = join(root, 'node_modules', '.yingda-lock')
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  run('Installing packages …', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(installed, lock)
}

if (process.argv.includes('--build')) {
  const built = join(root, 'dist', '.built')
  const sources = [
    'src',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'vite.config.ts',
  ]
  const newest = Math.max(...sources.map((name) => newestIn(join(root, name))))
  if (!existsSync(built) || statSync(built).mtimeMs < newest) {
    run('Building …', ['run', 'build', '--silent'])
    writeFileSync(built, '')
  }
}
