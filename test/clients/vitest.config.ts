// The tests of clients that are installed from npm: about a gigabyte, and so no part of `npm test`.
import { defineConfig } from 'vitest/config'
import { closingLineReporter } from '../support/closing-line-reporter.ts'
import shared from '../vitest.config.ts'

export default defineConfig({
  test: {
    ...shared.test,
    include: ['test/clients/**/*.test.ts'],
    exclude: [],
    // It shows why a test is skipped.
    reporters: ['verbose', closingLineReporter],
    testTimeout: 300_000,
  },
})
