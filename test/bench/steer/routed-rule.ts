// Places the requests of a trace by the balancer's own router.
import { createPlacer } from '../../../src/core/placement/placer.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingSettings } from '../../../src/core/state/configuration.ts'
import type { Timer } from '../../../src/simulation/timer.ts'
import { policy, requestFor } from '../../support/gateway/closed-loop.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'
import { PROMPT_BLOCK_BYTES } from '../../../src/core/placement/prefix/prompt.ts'
import type { Backend } from './fleet.ts'
import type { Rule } from './rules.ts'
import { TRACE_BLOCK_TOKENS } from './trace.ts'

export interface RoutedOptions extends Pick<RoutingSettings, 'routingMode' | 'placement'> {
  /** In percent, by backend; equal where there are none. */
  readonly quotas?: readonly number[]
  /** Blocks that a backend's cache is taken to hold. */
  readonly cacheBlocks: number
  /** Whether backends report cached tokens. Default true. */
  readonly reportsCached?: boolean
}

const INDEX_BYTES = 64 * 2 ** 20
/** Few enough that one endpoint may take them all. */
const MAX_CONNECTIONS = 100_000

export function createRoutedRule(options: RoutedOptions, backends: readonly Backend[], timer: Timer): Rule {
  const { quotas, cacheBlocks, reportsCached = true, ...settings } = options
  const endpoints = backends.map((_, index) =>
    endpointConfig(index + 1, { quotaPercent: quotas?.[index] ?? 100 / backends.length }),
  )
  const clock = (): number => timer.nowMs()
  const state = gatewayState(configuration(endpoints, settings), clock, MAX_CONNECTIONS)
  const placer = createPlacer({
    clock,
    endpoints: () => endpoints.length,
    indexBytes: INDEX_BYTES,
    cacheTokens: cacheBlocks * TRACE_BLOCK_TOKENS,
  })
  const router = createRouter({ state, clock, policy, placer })
  return ({ promptTokens, outputTokens, hashes }) => {
    const bytes = promptTokens * (PROMPT_BLOCK_BYTES / TRACE_BLOCK_TOKENS)
    const selection = router.acquire(requestFor({ model: 'model', prompt: { bytes, blocks: () => hashes } }))
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    const { lease } = selection
    const startMs = timer.nowMs()
    return {
      backend: lease.endpoint.config.id - 1,
      onFirstToken() {
        lease.responded()
        lease.received()
      },
      onEnd(cachedTokens) {
        lease.settle({
          outcome: 'success',
          promptTokens,
          completionTokens: outputTokens,
          cachedTokens: reportsCached ? cachedTokens : undefined,
          deltas: outputTokens,
          latencyMs: timer.nowMs() - startMs,
        })
      },
    }
  }
}
