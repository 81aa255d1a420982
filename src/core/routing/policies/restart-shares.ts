// Restarts the accounting of shares where a new configuration makes the old one meaningless.
import type { EndpointConfig, Snapshot } from '../../state/configuration.ts'
import type { EndpointRuntime } from '../../state/endpoint-runtime.ts'

/** @returns the configuration of an endpoint that is enabled and wired, else undefined. */
function reachableConfig(snapshot: Snapshot, id: number): EndpointConfig | undefined {
  const config = snapshot.endpointById.get(id)
  return config?.enabled && snapshot.connectedEndpointIds.has(id) ? config : undefined
}

/**
 * A change of the routing mode, or of the quota of an endpoint that was reachable, restarts all passes at 0: neither
 * old debts nor leases that were taken under the old quotas count any more. An endpoint that was not reachable before
 * restarts alone, as a newcomer.
 * @param endpoints - every endpoint ever configured, those of `after` among them.
 */
export function restartShares(endpoints: Iterable<EndpointRuntime>, before: Snapshot, after: Snapshot): void {
  const all = [...endpoints]
  let restartsAll = before.settings.routingMode !== after.settings.routingMode
  for (const endpoint of all) {
    const { id } = endpoint.config
    const config = after.endpointById.get(id)
    if (config === undefined) continue
    const previous = reachableConfig(before, id)
    if (previous === undefined) endpoint.epoch += 1
    else if (previous.quotaPercent !== config.quotaPercent) restartsAll = true
  }
  if (!restartsAll) return
  for (const endpoint of all) {
    endpoint.pass = 0
    endpoint.epoch += 1
  }
}
