// `npm run bench`: figures of this machine at this moment, one line of JSON each; `npm run bench -- estimates`
// those of one kind; `records` and, of these alone the figures, `reports` want PostgreSQL. No test depends
// on them.
import { benchDeadline } from './deadline.ts'
import { benchDispatch } from './dispatch.ts'
import { benchEstimates } from './estimates.ts'
import { benchRecords, benchReports } from './records.ts'
import { benchRouting } from './routing.ts'

const BENCHES: Readonly<Record<string, () => Promise<void> | void>> = {
  routing: benchRouting,
  dispatch: benchDispatch,
  deadline: benchDeadline,
  estimates: benchEstimates,
}

/** Take long and much disk, so only when asked for. */
const LARGE: Readonly<Record<string, () => Promise<void>>> = {
  records: benchRecords,
  reports: benchReports,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in BENCHES || name in LARGE))
if (unknown.length > 0) {
  console.error(
    `no such bench: ${unknown.join(', ')}; there are ${Object.keys({ ...BENCHES, ...LARGE }).join(', ')}`,
  )
  process.exitCode = 1
} else {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length === 0 || wanted.includes(name)) await bench()
  }
  for (const [name, bench] of Object.entries(LARGE)) if (wanted.includes(name)) await bench()
}
