// Prints which tests failed, which passed at a second try only, and the run's closing line, `N passed, N failed`, for people and for CI.
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** @returns one line: where the test stands, its name, and the first line of its first error. */
function lineOf(word: string, test: TestCase): string {
  const message = test.result().errors?.[0]?.message.split('\n')[0] ?? ''
  return `${word}: ${test.module.relativeModuleId} > ${test.fullName}: ${message}\n`
}

export const closingLineReporter: Reporter = {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors) {
    let passed = 0
    let failed = unhandledErrors.length
    let skipped = 0
    let lines = ''
    for (const error of unhandledErrors)
      lines += `FAILED: outside of a test: ${error.message.split('\n')[0]}\n`
    for (const module of modules) {
      if (module.errors().length > 0) {
        failed += 1
        lines += `FAILED: ${module.relativeModuleId}: ${module.errors()[0]?.message.split('\n')[0]}\n`
      }
      for (const test of module.children.allTests()) {
        const state = test.result().state
        if (state === 'passed') passed += 1
        else if (state === 'failed') failed += 1
        else skipped += 1
        if (state === 'failed') lines += lineOf('FAILED', test)
        if (test.diagnostic()?.flaky === true) lines += lineOf('UNSTEADY, passed at the second try', test)
      }
    }
    process.stdout.write(
      `\n${lines}${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    )
  },
}
