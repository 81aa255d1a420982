// The tests that mutation testing runs: those of the pure parts that it changes.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/core/**/*.test.ts', 'test/proxy/{json,sse,response}/**/*.test.ts'],
    exclude: ['test/proxy/**/*-http.test.ts'],
    testTimeout: 60_000,
  },
})
