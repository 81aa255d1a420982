// The view of a cooldown that concerns the requests of one client or for one model only.
import type { CooldownScope } from '../../contract/endpoint.ts'
import { isScoped } from '../../core/lease/breaker.ts'
import type { Snapshot } from '../../core/state/configuration.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'

/** @returns null where there is no cooldown, or where it concerns all requests. */
export function cooldownScope(
  { tripped, watch }: EndpointRuntime,
  { tokenById }: Pick<Snapshot, 'tokenById'>,
): CooldownScope | null {
  if (!isScoped(tripped)) return null
  const { client, model } = tripped.scope
  const token = typeof client === 'number' ? tokenById.get(client) : undefined
  return {
    // A digest or an address, which tells clients without a stored token apart, is not shown.
    client: client === undefined ? null : { client_token_id: token?.id ?? null, name: token?.name ?? null },
    model: model ?? null,
    others: tripped.isForEveryone || watch.hang !== null ? 'probed' : 'served',
  }
}
