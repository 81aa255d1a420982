// Builds request results and saved runs for tests.
import { createCardRun } from '../../src/load-engine/runs/card-run.ts'
import { buildSavedRun } from '../../src/load-engine/runs/run-snapshots.ts'
import { systemTimer } from '../../src/load-engine/platform/engine-timer.ts'
import type { Transport } from '../../src/load-engine/transport/transport.ts'
import { NO_LABEL, type RequestResult } from '../../src/load-engine/requests/request-result.ts'
import type { SavedRun } from '../../src/load-engine/model/saved-run.ts'
import { defaultScenario, type Scenario } from '../../src/load-engine/model/scenario.ts'

export const someResult = (fields: Partial<RequestResult> = {}): RequestResult => ({
  outcome: 'ok',
  status: 200,
  detail: '',
  labels: {
    endpoint: 'vllm-a',
    cache: 'MISS',
    attempts: '1',
    status: '200',
    rateLimit: NO_LABEL,
    step: NO_LABEL,
  },
  requestId: 'r-1',
  rateLimit: '',
  scheduledAtEpochMs: 1_700_000_000_000,
  ttfbMs: 90,
  ttftMs: 100,
  e2eMs: 400,
  tpotMs: 10,
  gapsMs: [10, 10],
  promptTokens: 5,
  completionTokens: 3,
  hasUsage: true,
  uncountedTokens: 0,
  ...fields,
})

const noTransport: Transport = { waiting: () => 0, call: () => () => undefined }

/** @returns a saved run with the statistics of the results, computed by the engine. */
export function someRun(
  scenario: Partial<Scenario>,
  results: readonly RequestResult[],
  name = 'a run',
): SavedRun {
  const run = createCardRun(
    { ...defaultScenario, ...scenario },
    {
      transport: noTransport,
      timer: systemTimer,
      trace: undefined,
      seed: 1,
      onResult: () => undefined,
      onEnd: () => undefined,
      onRefused: () => undefined,
    },
  )
  for (const result of results) {
    run.stats.recordArrival()
    run.stats.recordSent(0)
    run.stats.recordResult(500, result)
  }
  return buildSavedRun(name, new Map([['card', { run }]]), { nowMs: 1_700_000_000_000, number: 7, log: [] })
}

/** @returns a copy in which every string is replaced by `text`. */
export function withTexts<Value>(value: Value, text: string): Value {
  const walk = (inner: unknown): unknown => {
    if (typeof inner === 'string') return text
    if (Array.isArray(inner)) return inner.map(walk)
    if (typeof inner !== 'object' || inner === null) return inner
    return Object.fromEntries(Object.entries(inner).map(([name, child]) => [name, walk(child)]))
  }
  return walk(value) as Value
}
