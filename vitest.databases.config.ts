import { defineConfig } from 'vitest/config'
import { findPostgresql } from './test/support/servers.ts'

export default defineConfig({
  test: {
    // Without PostgreSQL only the file whose one test says so.
    include:
      findPostgresql() === null
        ? ['test/databases/postgresql.test.ts']
        : ['test/store/**/*.test.ts', 'test/databases/**/*.test.ts'],
    globalSetup: ['./test/support/servers.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
