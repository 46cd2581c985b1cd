// A migrated database for a test file: PGlite in memory, or, where the run has started a PostgreSQL, a
// database of its own on that. Made once per file and emptied before each test.
import { randomUUID } from 'node:crypto'
import { getTableName, is, sql } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import * as schema from '../../src/store/schema.ts'

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

/** Called at the top of a test file or of a `describe`; `db` is there from the first test on. */
export function testDatabase(): TestDatabase {
  const serverUrl = inject('databaseUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const url = serverUrl === undefined ? undefined : withDatabase(serverUrl, name)
  let db: Database | undefined
  beforeAll(async () => {
    if (serverUrl !== undefined) await onServer(serverUrl, `create database ${name}`)
    db = await openDatabase({ url, dataDir: ':memory:' })
    await migrate(db)
  })
  beforeEach(async () => {
    if (db !== undefined) await empty(db)
  })
  afterAll(async () => {
    await db?.close()
    if (serverUrl !== undefined) await onServer(serverUrl, `drop database ${name} with (force)`)
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
  const tables = Object.values(schema).filter((value) => is(value, PgTable))
  const names = tables.map((table) => `"${getTableName(table)}"`).join(', ')
  await db.execute(sql.raw(`truncate table ${names} restart identity cascade`))
}

function withDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}

async function onServer(url: string, statement: string): Promise<void> {
  const server = await openDatabase({ url, dataDir: ':memory:' })
  await server.execute(sql.raw(statement))
  await server.close()
}
