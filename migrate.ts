// `npm run db:migrate`: brings the configured database up to date, as every start does, for those who
// want it done before. Takes the same environment as the service and changes nothing but the schema.
import { readConfig } from './src/config.ts'
import { openDatabase } from './src/store/database.ts'
import { migrate } from './src/store/migrate.ts'
import { reasonOf } from './src/store/sql-errors.ts'

try {
  const { databaseUrl, dataDir } = readConfig()
  const db = await openDatabase({ url: databaseUrl, dataDir })
  try {
    const applied = await migrate(db)
    console.log(applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`)
  } finally {
    await db.close()
  }
} catch (error) {
  console.error(reasonOf(error))
  process.exitCode = 1
}
