// Holds the traffic counts by wire, incoming block, endpoint, client token, model and alias: created on first use, dropped when
// idle.
import { createTraffic, type Traffic } from './traffic.ts'

export interface WireTraffic extends Traffic {
  readonly block: Traffic
  readonly endpoint: Traffic
}

type TrafficMap<T extends Traffic = Traffic, Key = number> = Map<Key, T>

export interface TrafficRegistry {
  readonly blocks: TrafficMap
  readonly endpoints: TrafficMap
  readonly tokens: TrafficMap
  /** By name; null for all models whose endpoint is not known to serve them by name. */
  readonly models: TrafficMap<Traffic, string | null>
  readonly aliases: TrafficMap
  /** By block, then by endpoint. */
  readonly wires: Map<number, TrafficMap<WireTraffic>>
}

export const createTrafficRegistry = (): TrafficRegistry => ({
  blocks: new Map(),
  endpoints: new Map(),
  tokens: new Map(),
  models: new Map(),
  aliases: new Map(),
  wires: new Map(),
})

const HISTORY = { history: true }
const PROMPTS = { prompts: true }
const HISTORY_AND_PROMPTS = { ...HISTORY, ...PROMPTS }

function getOrCreate<Key>(
  map: TrafficMap<Traffic, Key>,
  id: Key,
  bucket: number,
  keeps?: Parameters<typeof createTraffic>[1],
): Traffic {
  let traffic = map.get(id)
  if (traffic === undefined) {
    traffic = createTraffic(bucket, keeps)
    map.set(id, traffic)
  }
  return traffic
}

/** @param bucket - the current bucket; the same holds for the functions below. */
export const blockTraffic = ({ blocks }: TrafficRegistry, id: number, bucket: number): Traffic =>
  getOrCreate(blocks, id, bucket, HISTORY)

export const tokenTraffic = ({ tokens }: TrafficRegistry, id: number, bucket: number): Traffic =>
  getOrCreate(tokens, id, bucket)

/** @param name - one that an endpoint is known to serve, so that clients cannot make entries of names of their own; else null. */
export const modelTraffic = ({ models }: TrafficRegistry, name: string | null, bucket: number): Traffic =>
  getOrCreate(models, name, bucket)

export const aliasTraffic = ({ aliases }: TrafficRegistry, id: number, bucket: number): Traffic =>
  getOrCreate(aliases, id, bucket)

export function wireTraffic(
  registry: TrafficRegistry,
  blockId: number,
  endpointId: number,
  bucket: number,
): WireTraffic {
  let blockWires = registry.wires.get(blockId)
  if (blockWires === undefined) {
    blockWires = new Map()
    registry.wires.set(blockId, blockWires)
  }
  let wire = blockWires.get(endpointId)
  if (wire === undefined) {
    wire = {
      ...createTraffic(bucket, PROMPTS),
      block: blockTraffic(registry, blockId, bucket),
      endpoint: getOrCreate(registry.endpoints, endpointId, bucket, HISTORY_AND_PROMPTS),
    }
    blockWires.set(endpointId, wire)
  }
  return wire
}

function removeFrom<Key>(map: TrafficMap<Traffic, Key>, isIdle: (traffic: Traffic) => boolean): void {
  for (const [id, traffic] of map) if (isIdle(traffic)) map.delete(id)
}

/** @param isIdle - true for a block or an endpoint only if it is for all of their wires, which refer to them. */
export function removeTraffic(registry: TrafficRegistry, isIdle: (traffic: Traffic) => boolean): void {
  const { blocks, endpoints, tokens, models, aliases, wires } = registry
  for (const [id, blockWires] of wires) {
    removeFrom(blockWires, isIdle)
    if (blockWires.size === 0) wires.delete(id)
  }
  for (const map of [blocks, endpoints, tokens, aliases]) removeFrom(map, isIdle)
  removeFrom(models, isIdle)
}
