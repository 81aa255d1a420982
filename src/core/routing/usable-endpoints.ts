// Finds the endpoints that serve something that a client may ask for.
import { allowsModel, isRestricted, type ModelAccess } from '../models/model-access.ts'
import { latest, withoutLatest } from '../models/served-models.ts'
import type { AliasConfig } from '../state/configuration.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { isServedBy } from './served-wires.ts'

type Serving = Pick<EndpointRuntime, 'served' | 'config'>

export interface Fleet {
  /** Each with the ids of all endpoints that are known to serve it. */
  readonly models: readonly {
    readonly model: { readonly id: string }
    readonly endpointIds: readonly number[]
  }[]
  readonly aliases: readonly AliasConfig[]
}

const isPattern = (entry: string): boolean => entry.includes('*')

/** Names among which all are that the client may use; undefined where its lists are patterns, or none. */
function namesOf({ token, block }: ModelAccess): readonly string[] | undefined {
  const lists = [token?.allowedModels ?? [], block?.allowedModels ?? []]
  const names = lists.find((list) => list.length > 0 && !list.some(isPattern))
  return names?.flatMap((name) => [name, withoutLatest(name) ?? latest(name)])
}

/**
 * Where the names are not known that an endpoint takes, and the client's list has patterns, it is taken for one that
 * serves some of them.
 * @param endpoints - of the client's block.
 * @returns the ids of those that requests of the client may be sent to, as far as their models decide it.
 */
export function usableEndpoints(
  access: ModelAccess,
  endpoints: readonly Serving[],
  { models, aliases }: Fleet,
): ReadonlySet<number> {
  // Requests of the client need not name a model.
  if (!isRestricted(access)) return new Set(endpoints.map(({ config }) => config.id))
  const usable = new Set<number>()
  const aliasNames = new Set(aliases.map(({ name }) => name))
  // An alias comes before a model of its name.
  const mayNameModel = (name: string): boolean => !aliasNames.has(name) && allowsModel(access, name)
  for (const { model, endpointIds } of models)
    if (mayNameModel(model.id)) for (const id of endpointIds) usable.add(id)
  const usableAliases = aliases.filter(({ name }) => allowsModel(access, name))
  const names = namesOf(access)?.filter(mayNameModel)
  for (const endpoint of endpoints) {
    const { served, config } = endpoint
    const takesName = served.takesUnlisted && (names?.some(served.takes) ?? true)
    if (takesName || usableAliases.some((alias) => isServedBy(alias, [endpoint]))) usable.add(config.id)
  }
  return usable
}
