// `npm run bench`: figures of this machine at this moment, one line of JSON each; `npm run bench -- estimates`
// those of one kind. No test depends on them.
import { benchDeadline } from './deadline.ts'
import { benchDispatch } from './dispatch.ts'
import { benchEstimates } from './estimates.ts'
import { benchRouting } from './routing.ts'

const BENCHES: Readonly<Record<string, () => Promise<void> | void>> = {
  routing: benchRouting,
  dispatch: benchDispatch,
  deadline: benchDeadline,
  estimates: benchEstimates,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in BENCHES))
if (unknown.length > 0) {
  console.error(
    `no such bench: ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`,
  )
  process.exitCode = 1
} else {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length === 0 || wanted.includes(name)) await bench()
  }
}
