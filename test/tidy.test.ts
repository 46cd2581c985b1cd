// The architecture as a test: who may import whom, what the core may not know, and names that say
// nothing. When it fails, the message names the file and the rule.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

const sources = filesIn('src').filter((file) => /\.(ts|vue)$/.test(file))
const code = sources.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
const folderOf = (file: string): string => file.split('/')[1] ?? ''
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*/g, '')

/** Every module that a file imports: packages by name, own files by path from the root. */
function importsOf({ file, text }: { file: string; text: string }): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) =>
    name.startsWith('.') ? relative(root, join(root, file, '..', name)) : name,
  )
}

const ADAPTERS = ['archive', 'switch', 'simulator', 'sip', 'store', 'push', 'http', 'web']

it.each([...ADAPTERS, 'core'])('%s imports no other part than it may', (folder) => {
  const allowed: Record<string, readonly string[]> = {
    http: ['http', 'store', 'core'],
    core: ['core'],
  }
  const mayImport = allowed[folder] ?? [folder, 'core']
  const shared = folder === 'core' ? [] : ['src/clock.ts', 'src/log.ts']
  const wrong = code
    .filter(({ file }) => folderOf(file) === folder)
    .flatMap((source) =>
      importsOf(source)
        .filter((name) => name.startsWith('src/') && !shared.includes(name))
        .filter((name) => !mayImport.includes(folderOf(name)))
        .map((name) => `${source.file} → ${name}`),
    )
  expect(wrong).toEqual([])
})

it('the core knows no clock, no chance, no I/O and no library', () => {
  const forbidden =
    /\b(async|await|setTimeout|setInterval|process|Buffer)\b|console\.|\bDate\.now|new Date\(\)|Math\.random|from '(?!\.)/
  const wrong = code
    .filter(({ file }) => folderOf(file) === 'core')
    .filter(({ text }) => forbidden.test(withoutComments(text)))
    .map(({ file, text }) => `${file}: ${withoutComments(text).match(forbidden)?.[0]}`)
  expect(wrong).toEqual([])
})

it('only config.ts reads the environment', () => {
  const wrong = code.filter(
    ({ file, text }) => file !== 'src/config.ts' && /process\.env/.test(text),
  )
  expect(wrong.map(({ file }) => file)).toEqual([])
})

it.each([
  ['@aws-sdk/client-s3', 'archive'],
  ['modesl', 'switch'],
  ['drachtio-srf', 'sip'],
  ['drizzle-orm', 'store'],
  ['pg', 'store'],
  ['@electric-sql/pglite', 'store'],
  ['socket.io', 'push'],
  ['fastify', 'http'],
])('only the folder it belongs to imports %s', (name, folder) => {
  const wrong = code
    .filter((source) =>
      importsOf(source).some((used) => used === name || used.startsWith(`${name}/`)),
    )
    .filter(({ file }) => folderOf(file) !== folder)
  expect(wrong.map(({ file }) => file)).toEqual([])
})

it('no file has a name that says nothing', () => {
  const empty = /(^|\/)(utils?|helpers?|common|misc|types|index|manager|base)\.(ts|vue)$/
  expect(sources.filter((file) => empty.test(file))).toEqual([])
})

it('every source file is used by something', () => {
  const roots = new Set(['src/main.ts', 'src/verify-recordings.ts', 'src/web/main.ts'])
  const used = new Set(code.flatMap(importsOf))
  const unused = sources.filter(
    (file) => !roots.has(file) && !file.endsWith('.d.ts') && !used.has(file),
  )
  expect(unused).toEqual([])
})

it('every source file opens with what it is for', () => {
  const wrong = code.filter(({ file, text }) => {
    if (file.endsWith('.d.ts')) return false
    return file.endsWith('.vue') ? !/^<!--/.test(text) : !/^\/\//.test(text)
  })
  expect(wrong.map(({ file }) => file)).toEqual([])
})

it('every scenario opens with what it shows', () => {
  const scenarios = filesIn('test/scenarios')
  expect(scenarios.length).toBeGreaterThan(10)
  const wrong = scenarios.filter((file) => !readFileSync(join(root, file), 'utf8').startsWith('# '))
  expect(wrong).toEqual([])
})
