// Builds what decides where a request goes beside the policy.
import { randomBytes } from 'node:crypto'
import type { Config } from '../../config/environment-table.ts'
import type { Clock } from '../../core/clock.ts'
import { createPlacer } from '../../core/placement/placer.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { createPromptReader } from '../../proxy/routing/request-prompt.ts'
import { createSessionReader } from '../../proxy/routing/request-session.ts'

export const createAppPlacer = (config: Config, state: GatewayState, clock: Clock) =>
  createPlacer({
    clock,
    endpoints: () => state.snapshot().endpoints.length,
    indexBytes: config.prefixIndexMiB * 2 ** 20,
    cacheTokens: config.prefixCacheTokens,
    onSessionMove: () => void (state.totals.sessionMoves += 1),
  })

/** The secret of the prompts' hashes, new at each start: what is known of caches ends with the process as well. */
export const newPromptSecret = (): string => randomBytes(32).toString('hex')

/** @param promptSecret - processes with the same one give a prompt the same hashes. */
export const createPlacementReaders = (adminToken: string, promptSecret: string) => ({
  readPrompt: createPromptReader(promptSecret),
  readSession: createSessionReader(adminToken),
})
