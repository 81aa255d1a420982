// Composition root of the bridge and its HTTP server.
import type { Server } from 'node:http'
import type { Logger } from 'pino'
import type { BridgeConfig } from '../config/bridge-table.ts'
import { createConnectionPolicy } from './connection/connection-policy.ts'
import { createHostPolicy } from './connection/host-policy.ts'
import { createBridgeMetrics } from './http/bridge-metrics.ts'
import { createBridgeServer } from './http/bridge-server.ts'
import { createBridge, type Bridge, type BridgeOptions } from './bridge.ts'
import { createProfileRoutes } from './http/profile-routes.ts'
import { createProfileStore } from './http/profile-store.ts'
import { createTargetPolicy, type Lookup } from './targets/target-policy.ts'

/** Settings for tests only. */
export interface BridgeTuning extends Pick<BridgeOptions, 'heartbeatMs' | 'maxWaiting' | 'maxEngines'> {
  readonly lookup?: Lookup
}

/** A page's localhost on the balancer's port is rewritten to the balancer. */
const defaultRewrites = (balancer: string): ReadonlyMap<string, string> =>
  new Map(['localhost:8090', '127.0.0.1:8090'].map((name) => [name, balancer]))

export function buildBridge(
  config: BridgeConfig,
  logger: Logger,
  tuning: BridgeTuning = {},
): { bridge: Bridge; server: Server } {
  const { balancer, allowedOrigins, token } = config
  const { lookup, ...limits } = tuning
  const refuseHost = createHostPolicy(config)
  const bridge = createBridge({
    ...limits,
    logger,
    clock: () => performance.now(),
    maxConcurrent: config.maxConcurrent,
    timeoutMs: config.requestTimeoutS * 1000,
    authorize: createConnectionPolicy({ allowedOrigins, token, refuseHost }),
    resolveTarget: createTargetPolicy({
      balancer,
      rewrites: config.hostRewrites ?? defaultRewrites(balancer),
      allowed: config.allowedTargets ?? [balancer],
      insecure: config.insecureTargets,
      ...(lookup ? { lookup } : {}),
    }),
  })
  const store = config.dataPath === undefined ? undefined : createProfileStore(config.dataPath)
  const server = createBridgeServer({
    bridge,
    logger,
    refuseHost,
    metrics: createBridgeMetrics(bridge.figures),
    serveProfiles: createProfileRoutes({ store, allowedOrigins, token, refuseHost }),
  })
  return { bridge, server }
}
