// The one door to the records: a PostgreSQL by URL, or an embedded PGlite in the data directory. Both
// give the same queries and the same transactions. PGlite has a single connection, so whatever runs on
// it runs one after the other; nothing here promises concurrency for it. A broken connection is an
// Error to whoever was using it and never a crash of the process.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import pg from 'pg'
import { claim } from './claim.ts'

interface Result<Row> {
  readonly rows: readonly Row[]
}
interface ResultHkt extends PgQueryResultHKT {
  readonly type: Result<this['row']>
}

type Orm = PgDatabase<ResultHkt>

/** What can be queried: the database, or a transaction in it. */
export type Queryable = Pick<
  Orm,
  'select' | 'selectDistinctOn' | 'insert' | 'update' | 'delete' | 'execute'
>

export interface Database extends Queryable {
  readonly kind: 'postgres' | 'pglite'
  /** All or nothing. Within `run` only `tx` may be used: on PGlite anything else would wait for ever. */
  transaction<T>(run: (tx: Queryable) => Promise<T>): Promise<T>
  /** Waits for running queries. Everything after it is refused. */
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** `postgres://…`; absent: PGlite. */
  readonly url?: string | undefined
  /** PGlite keeps its files in `pglite` below it, one process at a time; `:memory:` keeps none. */
  readonly dataDir: string
}

const CONNECT_MS_MAX = 5_000
/** PostgreSQL ends a statement after this. */
const STATEMENT_MS_MAX = 15_000
/** We give up on a peer that says nothing, a little later. */
const QUERY_MS_MAX = 20_000

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined ? openPglite(options.dataDir) : openPostgres(options.url)
}

async function openPglite(dataDir: string): Promise<Database> {
  const { client, release } = await startPglite(dataDir)
  const orm = drizzlePglite(client)
  const within = orm.transaction.bind(orm)
  return Object.assign(orm as unknown as Orm, {
    kind: 'pglite' as const,
    transaction: <T>(run: (tx: Queryable) => Promise<T>) =>
      within((tx) => run(tx as unknown as Orm)),
    close: async () => {
      if (client.closed) return
      await client.close()
      await release()
    },
  })
}

async function startPglite(
  dataDir: string,
): Promise<{ client: PGlite; release: () => Promise<void> }> {
  if (dataDir === ':memory:') {
    return { client: await PGlite.create('memory://'), release: async () => {} }
  }
  const folder = join(dataDir, 'pglite')
  await mkdir(folder, { recursive: true })
  const release = await claim(folder)
  try {
    return { client: await PGlite.create(folder), release }
  } catch (error) {
    await release()
    throw error
  }
}

async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    statement_timeout: STATEMENT_MS_MAX,
    query_timeout: QUERY_MS_MAX,
    keepAlive: true,
    application_name: 'yingda',
  })
  // A connection may break while nobody waits for an answer on it. The pool replaces it, and the next
  // query reports what is wrong; without a listener the event would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const orm = drizzleNodePostgres(pool) as unknown as Orm
  return Object.assign(orm, {
    kind: 'postgres' as const,
    transaction: <T>(run: (tx: Queryable) => Promise<T>) => inTransaction(pool, run),
    close: async () => {
      if (!pool.ending) await pool.end()
    },
  })
}

/**
 * Drizzle's own transaction returns a connection to the pool even when its rollback failed, and loses it
 * when `begin` does. Ours throws such a connection away.
 */
async function inTransaction<T>(pool: pg.Pool, run: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let isBroken = false
  try {
    await client.query('begin')
    const result = await run(drizzleNodePostgres(client) as unknown as Orm)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {
      isBroken = true
    })
    throw error
  } finally {
    client.release(isBroken)
  }
}
