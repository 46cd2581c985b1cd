import { defineConfig } from 'vitest/config'

// The random runs once more, and for long: at least a million inputs, each followed by every check.
export default defineConfig({
  test: {
    include: ['test/core/step.property.test.ts'],
    env: { RANDOM_INPUTS_MIN: '1000000' },
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 3_600_000,
  },
})
