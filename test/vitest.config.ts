import { configDefaults, defineConfig } from 'vitest/config'
import { closingLineReporter } from './support/closing-line-reporter.ts'
import { isFull } from './support/effort.ts'
import { SlowestFirst } from './support/slowest-first.ts'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.{ts,tsx}'],
    // See the configuration there.
    exclude: [...configDefaults.exclude, 'test/clients/**'],
    reporters: ['default', closingLineReporter],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is polled for takes its time on a busy machine; the default gives up after one second.
    expect: { poll: { timeout: 50_000, interval: 20 } },
    // In CI a failed test is tried once more, and then named as unsteady; a counterexample of a property is a failure at once.
    retry: isFull ? { count: 1, condition: /^(?!Property failed)/ } : 0,
    pool: 'forks',
    // Twice the cores that it is meant for: tests wait for what takes its time, and for their browser.
    maxWorkers: 4,
    // A worker runs many files: modules are loaded once, and all browser tests of a worker share one Chromium.
    isolate: false,
    // Fewer collections of garbage; code that has been compiled once, types stripped, for the threads and processes that tests start.
    execArgv: ['--max-semi-space-size=32'],
    env: { NODE_COMPILE_CACHE: new URL('../node_modules/.cache/compiled', import.meta.url).pathname },
    sequence: { sequencer: SlowestFirst },
  },
})
