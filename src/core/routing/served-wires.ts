// Finds the wires of a block whose endpoints serve a call and a model.
import { takesAnyCall, takesAnyModel, takesConfigured } from '../apis/takes-call.ts'
import { firstNames, type FirstNames } from '../models/first-names.ts'
import type { AliasConfig } from '../state/configuration.ts'
import { newWire, type EndpointRuntime, type LiveWire } from '../state/endpoint-runtime.ts'
import type { RoutingRequest } from './routing-request.ts'

/** What of a request decides which endpoints serve it. */
export type ServedRequest = Pick<RoutingRequest, 'api' | 'path' | 'model' | 'needsRoute'>

export interface ServedWires {
  /**
   * @param wires - all of the block, in ascending endpoint id; the same list as long as they have not changed.
   * @param request - undefined for any.
   * @returns those whose endpoints take the call and the model: `wires` itself where all do, else wires of their own, so
   * that the shares of a model are accounted among the endpoints that serve it. Endpoints that have been found to lack the
   * route are left out as long as others are left, and always where the request needs the route.
   */
  of(blockId: number, wires: readonly LiveWire[], request: ServedRequest | undefined): readonly LiveWire[]
  /**
   * Names of the models that the block's endpoints are known to serve, and of the aliases for what they take.
   * @param wires - as in `of`; another list after every change of the aliases.
   */
  names(blockId: number, wires: readonly LiveWire[], aliases: readonly AliasConfig[]): FirstNames
  /** To be called when endpoints serve other models or routes than before. */
  forget(): void
  /** Drops what is known of other blocks. */
  keep(blockIds: { has(id: number): boolean }): void
}

interface BlockWires {
  /** undefined once endpoints serve something else: then all but `bySet` is made anew. */
  wires: readonly LiveWire[] | undefined
  /** undefined until they are asked for. */
  names: FirstNames | undefined
  /** Whether every endpoint takes any call. */
  readonly takesAnyCall: boolean
  /** Whether every endpoint takes any model. */
  readonly takesAnyModel: boolean
  /** Of the models that an endpoint names; by call too where not every endpoint takes any. */
  readonly byRequest: Map<string, readonly LiveWire[]>
  /** Of other models, which clients name at will: the last ones only. */
  readonly byOther: Map<string, readonly LiveWire[]>
  /** By the ids of the endpoints; they survive changes of what endpoints serve. */
  readonly bySet: Map<string, readonly LiveWire[]>
}

const NO_WIRES: readonly LiveWire[] = []
/** Of a block; the oldest are dropped beyond it, and begin anew as newcomers. */
const MAX_SETS = 1_000
/** Of a block; what else is asked for is found anew each time. */
const MAX_REQUESTS = 10_000
const MAX_OTHERS = 1_000

type Serving = Pick<EndpointRuntime, 'served' | 'config'>

/** Whether one of the endpoints takes one of the alias's targets. */
export const isServedBy = ({ targets }: AliasConfig, endpoints: readonly Serving[]): boolean =>
  targets.some(({ model, endpoint_id }) =>
    endpoints.some(
      ({ served, config }) => (endpoint_id === null || endpoint_id === config.id) && served.takes(model),
    ),
  )

function* namesOf(endpoints: readonly Serving[], aliases: readonly AliasConfig[]): Generator<string> {
  for (const alias of aliases) if (isServedBy(alias, endpoints)) yield alias.name
  // An alias comes before a model of its name.
  const hidden = new Set(aliases.map(({ name }) => name))
  for (const { served } of endpoints)
    for (const name of served.models.keys()) if (!hidden.has(name)) yield name
}

/** Names of the models that endpoints are known to serve, and of the aliases for what they take. */
export const modelNames = (endpoints: readonly Serving[], aliases: readonly AliasConfig[]): FirstNames =>
  firstNames(namesOf(endpoints, aliases))

/** Drops the oldest entry where there are as many as there may be. */
function setBounded<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  const [oldest] = map.keys()
  if (map.size >= most && oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}

export function createServedWires(): ServedWires {
  const blocks = new Map<number, BlockWires>()

  const open = (blockId: number, wires: readonly LiveWire[]): BlockWires => {
    const known = blocks.get(blockId)
    const bySet = known?.bySet ?? new Map<string, readonly LiveWire[]>()
    const block: BlockWires = {
      wires,
      names: undefined,
      takesAnyCall: wires.every(({ endpoint }) => takesAnyCall(endpoint)),
      takesAnyModel: wires.every(({ endpoint }) => takesAnyModel(endpoint)),
      byRequest: new Map(),
      byOther: new Map(),
      bySet,
    }
    blocks.set(blockId, block)
    return block
  }

  const blockOf = (blockId: number, wires: readonly LiveWire[]): BlockWires => {
    const known = blocks.get(blockId)
    return known?.wires === wires ? known : open(blockId, wires)
  }

  const setOf = ({ bySet }: BlockWires, wires: readonly LiveWire[]): readonly LiveWire[] => {
    const key = wires.map(({ endpoint }) => endpoint.config.id).join()
    const known = bySet.get(key)
    if (known) return known
    const set = wires.map(({ endpoint }) => newWire(endpoint))
    setBounded(bySet, key, set, MAX_SETS)
    return set
  }

  const find = (
    block: BlockWires,
    wires: readonly LiveWire[],
    request: ServedRequest,
    key: string,
  ): readonly LiveWire[] => {
    const { model, path } = request
    const configured = wires.filter(({ endpoint }) => takesConfigured(endpoint, request))
    if (configured.length === 0) return NO_WIRES
    const present = configured.filter(({ endpoint }) => !endpoint.missingRoutes.has(path))
    const takers = present.length === 0 && !request.needsRoute ? configured : present
    if (takers.length === 0) return NO_WIRES
    const found = takers.length === wires.length ? wires : setOf(block, takers)
    const isNamed = model === undefined || takers.some(({ endpoint }) => endpoint.served.models.has(model))
    if (!isNamed) setBounded(block.byOther, key, found, MAX_OTHERS)
    else if (block.byRequest.size < MAX_REQUESTS) block.byRequest.set(key, found)
    return found
  }

  return {
    of(blockId, wires, request) {
      if (request === undefined) return wires
      const { api, path, model, needsRoute } = request
      const block = blockOf(blockId, wires)
      if (block.takesAnyCall && (block.takesAnyModel || model === undefined)) return wires
      const key = block.takesAnyCall
        ? (model ?? '')
        : `${needsRoute ? 'needed ' : ''}${api} ${path} ${model === undefined ? '' : `=${model}`}`
      return block.byRequest.get(key) ?? block.byOther.get(key) ?? find(block, wires, request, key)
    },
    names(blockId, wires, aliases) {
      const block = blockOf(blockId, wires)
      const endpoints = wires.map(({ endpoint }) => endpoint)
      return (block.names ??= modelNames(endpoints, aliases))
    },
    forget() {
      for (const block of blocks.values()) block.wires = undefined
    },
    keep(blockIds) {
      for (const id of blocks.keys()) if (!blockIds.has(id)) blocks.delete(id)
    },
  }
}
