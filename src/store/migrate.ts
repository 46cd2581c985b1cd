// Brings a database up to the schema of this version. Migrations are SQL files, applied in the order of
// their journal, all in one transaction under a lock, so that two starts at once apply them once. A
// migration that was applied and has changed since is refused: the files are immutable.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'

/** The same place seen from `src/store` and from `dist/store`. */
const FOLDER = new URL('../../migrations/', import.meta.url)
/** Any number will do, as long as nothing else of ours locks by it. */
const MIGRATION_LOCK = 1_234_501

interface Migration {
  readonly tag: string
  readonly statements: readonly string[]
  readonly sha256: string
}

/** Returns the migrations it applied, by name; none on a database that is up to date. */
export async function migrate(db: Database): Promise<readonly string[]> {
  const migrations = await readMigrations()
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`)
    await tx.execute(sql`
      create table if not exists migrations (
        tag text primary key,
        sha256 text not null,
        applied_at timestamptz not null default now()
      )`)
    const { rows } = await tx.execute<{ tag: string; sha256: string }>(
      sql`select tag, sha256 from migrations`,
    )
    const applied = new Map(rows.map((row) => [row.tag, row.sha256]))
    const fresh = migrations.filter(({ tag }) => !applied.has(tag))
    for (const { tag, sha256 } of migrations) {
      if (applied.has(tag) && applied.get(tag) !== sha256) {
        throw new Error(`migration ${tag} was changed after it had been applied`)
      }
    }
    for (const { tag, statements, sha256 } of fresh) {
      for (const statement of statements) await tx.execute(sql.raw(statement))
      await tx.execute(sql`insert into migrations (tag, sha256) values (${tag}, ${sha256})`)
    }
    return fresh.map(({ tag }) => tag)
  })
}

async function readMigrations(): Promise<readonly Migration[]> {
  const journal: { entries: { tag: string }[] } = JSON.parse(
    await readFile(new URL('meta/_journal.json', FOLDER), 'utf8'),
  )
  return Promise.all(
    journal.entries.map(async ({ tag }) => {
      const text = await readFile(new URL(`${tag}.sql`, FOLDER), 'utf8')
      const sha256 = createHash('sha256').update(text).digest('hex')
      return { tag, statements: text.split('--> statement-breakpoint'), sha256 }
    }),
  )
}
