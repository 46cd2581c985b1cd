import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/telephony/**', 'test/databases/**'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Vitest leaves one core to its own process, which mostly waits: on two cores that is half the machine
    maxWorkers: '100%',
  },
})
