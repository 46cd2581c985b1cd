// `npm run bench`: figures of this machine at this moment, one line of JSON each. No test depends on them.
import { benchDispatch } from './dispatch.ts'
import { benchRouting } from './routing.ts'

benchRouting()
await benchDispatch()
