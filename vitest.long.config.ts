import { defineConfig } from 'vitest/config'

// The random runs once more, and for long: at least a million inputs, each followed by every check. And the
// wallboard through a whole working day.
export default defineConfig({
  test: {
    include: ['test/core/step.property.test.ts', 'test/web/long-wall.test.ts'],
    env: { RANDOM_INPUTS_MIN: '1000000', WALL_HOURS: '8' },
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 3_600_000,
  },
})
