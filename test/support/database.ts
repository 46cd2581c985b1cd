// A migrated database for a test file: PGlite, or, where the run has started a PostgreSQL, a database of
// its own on that. Made once per file and emptied before each test. Making a PGlite from nothing costs
// seconds of processor time, so one is kept, migrated, and copied.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the throwaway PostgreSQL's own database `postgres`; undefined in the default run. */
    databaseUrl: string | undefined
    /** Of the throwaway Redis. */
    redisUrl: string | undefined
  }
}

export interface TestDatabase {
  readonly db: Database
  /** Of this file's database on PostgreSQL; undefined on PGlite. */
  readonly url: string | undefined
}

/**
 * Called at the top of a test file or of a `describe`; `db` is there from the first test on. One that is kept
 * is not emptied between tests: they all look at what was put into it once.
 */
export function testDatabase({ isKept = false } = {}): TestDatabase {
  const serverUrl = inject('databaseUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const url = serverUrl === undefined ? undefined : withDatabase(serverUrl, name)
  let db: Database | undefined
  let dataDir = ':memory:'
  beforeAll(async () => {
    if (serverUrl !== undefined) await onServer(serverUrl, `create database ${name}`)
    else dataDir = await copyOfTemplate()
    db = await openDatabase({ url, dataDir })
    await migrate(db)
  })
  beforeEach(async () => {
    if (db !== undefined && !isKept) await empty(db)
  })
  afterAll(async () => {
    await db?.close()
    if (serverUrl !== undefined) await onServer(serverUrl, `drop database ${name} with (force)`)
    else await rm(dataDir, { recursive: true, force: true })
  })
  return {
    url,
    get db() {
      if (db === undefined) throw new Error('the database is there only while tests run')
      return db
    },
  }
}

/** Leaves the tables and nothing in them. */
export async function empty(db: Database): Promise<void> {
  const tables = await db.execute<{ name: string }>(sql`
    select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'migrations'`)
  const names = tables.rows.map(({ name }) => `"${name}"`)
  // Emptying a table makes files anew, even if it is empty already, and most are.
  const filled = names.map((name) => `select '${name}' as name where exists (select from ${name})`)
  const { rows } = await db.execute<{ name: string }>(sql.raw(filled.join(' union all ')))
  if (rows.length === 0) return
  const list = rows.map(({ name }) => name).join(', ')
  await db.execute(sql.raw(`truncate table ${list} restart identity cascade`))
}

/** A data directory of its own with a migrated PGlite in it. */
async function copyOfTemplate(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'yingda-database-'))
  await cp(await template(), dataDir, { recursive: true })
  return dataDir
}

/** Kept under a name that any change of the migrations or of PGlite changes. */
async function template(): Promise<string> {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const files = await readdir(join(root, 'migrations'))
  const paths = files.filter((file) => file.endsWith('.sql')).sort()
  const hash = createHash('sha256')
  for (const file of paths) hash.update(await readFile(join(root, 'migrations', file)))
  hash.update(await readFile(join(root, 'node_modules/@electric-sql/pglite/package.json')))
  const folder = join(root, 'node_modules/.cache/yingda', hash.digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  // Test files run side by side: each may make one, and the first to finish has it kept.
  const making = `${folder}-${randomUUID()}`
  await mkdir(making, { recursive: true })
  const db = await openDatabase({ dataDir: making })
  await migrate(db)
  await db.close()
  await rename(making, folder).catch(() => rm(making, { recursive: true }))
  return folder
}

function withDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}

async function onServer(url: string, statement: string): Promise<void> {
  const server = await openDatabase({ url, dataDir: ':memory:' })
  await server.execute(sql.raw(statement))
  await server.close()
}
