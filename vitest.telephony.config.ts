// `npm run test:telephony`: the tests that need a real FreeSWITCH and sipp. On a machine without them it
// says what is missing, runs nothing and succeeds.
import { defineConfig } from 'vitest/config'
import { missingServers } from './test/support/freeswitch.ts'

const missing = missingServers()
if (missing !== null) console.log(`No telephony tests were run: this machine has no ${missing}.`)

export default defineConfig({
  test: {
    include: missing === null ? ['test/telephony/**/*.test.ts'] : [],
    passWithNoTests: true,
    reporters: ['default', './test/support/closing-line.ts'],
    // One switch at a time: the figures they measure would disturb each other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
