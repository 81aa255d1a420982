// Tells a client that no endpoint in its reach serves the call that it asks for.
import type { ApiName } from '../../contract/objects/api-names.ts'
import type { FirstNames } from '../models/first-names.ts'
import type { EndpointConfig } from '../state/configuration.ts'

const MAX_NAMES = 20

const list = (names: readonly string[], hasMore = false): string => {
  const shown = names.slice(0, MAX_NAMES).join(', ')
  if (hasMore) return `${shown} and more`
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown
}

/**
 * @param inReach - the endpoints that the client's requests may go to. None of them takes the call; or those that do lack
 * the model.
 * @param names - of the models that the call is served for.
 * @returns sentences for people: what could be asked for instead.
 */
export function describeMissingApi(
  { api, path }: { readonly api: ApiName; readonly path: string },
  inReach: readonly { readonly config: EndpointConfig }[],
  { names, hasMore }: FirstNames,
): string {
  const calls = [...new Set(inReach.flatMap(({ config }) => config.apis))].sort()
  if (!calls.includes(api) && inReach.every(({ config }) => config.apis.length > 0))
    return `No connected endpoint serves ${api} (${path}). Calls in reach: ${list(calls)}.`
  const others = names.length > 0 ? ` Models that it is served for: ${list(names, hasMore)}.` : ''
  return `No connected endpoint that has the model of this request serves ${api} (${path}).${others}`
}
