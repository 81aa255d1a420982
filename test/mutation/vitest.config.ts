// The tests that mutation testing runs: those of the pure parts that it changes.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/core/**/*.test.ts', 'test/proxy/{json,sse,response}/**/*.test.ts'],
    exclude: ['test/proxy/**/*-http.test.ts'],
    setupFiles: ['test/mutation/brief-properties.ts'],
    // See `test/support/effort.ts`.
    env: { MUTATION: '1' },
    testTimeout: 60_000,
    // One worker a mutant loads each module once, rather than one worker a file.
    isolate: false,
    // Stryker's setup must run again before each file; as a module of Node's it would run once.
    server: { deps: { inline: [/stryker-setup/] } },
  },
})
