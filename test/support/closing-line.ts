// Ends every test run with one line that a script can read: `N passed, N failed`, and `, N skipped`
// where tests were left out. Skipped tests name their reason in their own title.
import type { Reporter, TestModule } from 'vitest/node'

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0
    let failed = errors.length
    let skipped = 0
    for (const module of modules) {
      const before = passed + failed + skipped
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        else if (state === 'failed') failed += 1
        else skipped += 1
      }
      // A file that could not be loaded has no tests, yet it is a failure.
      if (module.state() === 'failed' && passed + failed + skipped === before) failed += 1
    }
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  }
}
