import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { migrate } from '../../src/store/migrate.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

describe('migrate', () => {
  it('applies nothing to a database that is up to date', async () => {
    expect(await migrate(database.db)).toEqual([])
  })

  it('refuses a database whose migrations are not the ones in the files', async () => {
    const { db } = database
    await db.execute(sql`update migrations set sha256 = reverse(sha256)`)
    await expect(migrate(db)).rejects.toThrow('was changed after it had been applied')
    await db.execute(sql`update migrations set sha256 = reverse(sha256)`)
  })

  it('keeps facts from being changed or deleted', async () => {
    const { db } = database
    await db.execute(
      sql`insert into facts (seq, at, type, body) values (1, now(), 'switch.lost', '{}')`,
    )
    for (const statement of [sql`update facts set type = 'x'`, sql`delete from facts`]) {
      await expect(db.execute(statement)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('append-only') },
      })
    }
    const { rows } = await db.execute(sql`select type from facts`)
    expect(rows).toEqual([{ type: 'switch.lost' }])
  })
})
