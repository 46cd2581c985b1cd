// `npm run bench`: figures of this machine at this moment. No test depends on them.
import { benchRouting } from './routing.ts'

benchRouting()
