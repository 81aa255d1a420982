/**
 * The live figures, twice a second. Every card and wire reads its own figures by id, so that an update re-renders only
 * what has changed.
 */
import { useCallback, useSyncExternalStore } from 'react'
import type { LiveView } from '../../../../src/contract/traffic/live.ts'
import { wireKey, wireOf } from '../node-ref.ts'

export type EndpointLive = LiveView['endpoints'][number]
export type BlockLive = LiveView['incoming_blocks'][number]
type TokenLive = LiveView['client_tokens'][number]
type WireLive = LiveView['wires'][number]
type ModelLive = LiveView['models'][number]
type AliasLive = LiveView['model_aliases'][number]
export type GatewayLive = LiveView['stats']
interface ModelsLive {
  readonly revision: number
}

interface Figures {
  endpoint: EndpointLive
  block: BlockLive
  token: TokenLive
  wire: WireLive
  gateway: GatewayLive
  models: ModelsLive
  /** By name; the empty one stands for all that are not known by name. */
  model: ModelLive
  alias: AliasLive
}

export type LiveKind = keyof Figures

export type FiguresOf<Kind extends LiveKind> = Figures[Kind]

export interface LiveStore {
  set(view: LiveView): void
  /** Sets the figures that have changed. */
  merge(changes: LiveView): void
  /** @returns the same object as before where none of its figures has changed. */
  get<Kind extends LiveKind>(kind: Kind, id: string): Figures[Kind] | undefined
  subscribe(kind: LiveKind, id: string, listener: () => void): () => void
}

const keyOf = (kind: LiveKind, id: string): string => `${kind}/${id}`

/** Figures are primitive values, but for small objects such as the load of an endpoint's backend. */
function isSame(left: object, right: object): boolean {
  if (left === right) return true
  const after = new Map(Object.entries(right))
  return Object.entries(left).every(([name, value]: [string, unknown]) => {
    const other: unknown = after.get(name)
    return value === other || (typeof value === 'object' && JSON.stringify(value) === JSON.stringify(other))
  })
}

function* entriesOf(view: LiveView): Generator<[string, object]> {
  yield [keyOf('gateway', ''), view.stats]
  yield [keyOf('models', ''), { revision: view.models_revision }]
  for (const one of view.endpoints) yield [keyOf('endpoint', String(one.id)), one]
  for (const one of view.incoming_blocks) yield [keyOf('block', String(one.id)), one]
  for (const one of view.client_tokens) yield [keyOf('token', String(one.id)), one]
  for (const one of view.wires) yield [keyOf('wire', wireKey(wireOf(one))), one]
  for (const one of view.models) yield [keyOf('model', one.model ?? ''), one]
  for (const one of view.model_aliases) yield [keyOf('alias', String(one.id)), one]
}

export function createLiveStore(): LiveStore {
  let figures = new Map<string, object>()
  const listeners = new Map<string, Set<() => void>>()
  const replace = (entries: Iterable<[string, object]>): void => {
    const before = figures
    figures = new Map(entries)
    for (const [key, one] of figures) {
      const old = before.get(key)
      if (old !== undefined && isSame(old, one)) figures.set(key, old)
    }
    for (const [key, interested] of listeners) {
      if (before.get(key) !== figures.get(key)) interested.forEach((listener) => listener())
    }
  }
  return {
    set: (view) => replace(entriesOf(view)),
    merge: (changes) => replace([...figures, ...entriesOf(changes)]),
    get: <Kind extends LiveKind>(kind: Kind, id: string) =>
      figures.get(keyOf(kind, id)) as Figures[Kind] | undefined,
    subscribe(kind, id, listener) {
      const key = keyOf(kind, id)
      const interested = listeners.get(key) ?? new Set()
      listeners.set(key, interested.add(listener))
      return () => {
        interested.delete(listener)
        if (interested.size === 0) listeners.delete(key)
      }
    },
  }
}

/** @returns undefined where the last event has no such object, as for a client token without traffic. */
export function useLiveOf<Kind extends LiveKind>(
  store: LiveStore,
  kind: Kind,
  id: string,
): Figures[Kind] | undefined {
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(kind, id, listener),
    [store, kind, id],
  )
  return useSyncExternalStore(subscribe, () => store.get(kind, id))
}
