// `npm run verify:recordings -- 2026-11-01 2026-11-30` proves the recordings of those days again and prints
// what is wrong. Ends with 1 if anything is. The embedded database must not be in use by the service.
import { resolve } from 'node:path'
import { readConfig } from './config.ts'
import { openVault } from './recording-keeper.ts'
import { verifyRecordings } from './recording-verification.ts'
import { openDatabase } from './store/database.ts'

const DAY = /^20\d{2}-\d{2}-\d{2}$/
const [from = '', to = from] = process.argv.slice(2)
if (!DAY.test(from) || !DAY.test(to)) {
  process.stderr.write('Usage: npm run verify:recordings -- FROM-DAY [TO-DAY]   (YYYY-MM-DD)\n')
  process.exit(2)
}
const config = readConfig()
const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir })
try {
  const vault = openVault(config, resolve(config.recordingsDir))
  const { timeZone } = config
  const { checked, deleted, findings } = await verifyRecordings(db, vault, { from, to, timeZone })
  for (const { code, callId, path, details } of findings) {
    process.stdout.write(`${code}\t${callId}\t${path ?? '-'}\t${details}\n`)
  }
  const counts = `${checked} checked, ${deleted} deleted by rule, ${findings.length} findings`
  process.stdout.write(`${from} to ${to}: ${counts}\n`)
  process.exitCode = findings.length === 0 ? 0 : 1
} finally {
  await db.close()
}
