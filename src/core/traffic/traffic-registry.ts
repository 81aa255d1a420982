/** Keeps what goes on by wire, incoming block, endpoint and client token: opened when first needed, dropped when idle. */
import { createTraffic, type Traffic } from './traffic.ts'

export interface WireTraffic extends Traffic {
  readonly block: Traffic
  readonly endpoint: Traffic
}

type TrafficMap<T extends Traffic = Traffic> = Map<number, T>

export interface TrafficRegistry {
  readonly blocks: TrafficMap
  readonly endpoints: TrafficMap
  readonly tokens: TrafficMap
  /** By block, then by endpoint. */
  readonly wires: Map<number, TrafficMap<WireTraffic>>
}

export const createTrafficRegistry = (): TrafficRegistry => ({
  blocks: new Map(),
  endpoints: new Map(),
  tokens: new Map(),
  wires: new Map(),
})

function open(map: TrafficMap, id: number, bucket: number, withHistory: boolean): Traffic {
  let traffic = map.get(id)
  if (traffic === undefined) {
    traffic = createTraffic(bucket, withHistory)
    map.set(id, traffic)
  }
  return traffic
}

/** @param bucket - the present one; so too below. */
export const blockTraffic = ({ blocks }: TrafficRegistry, id: number, bucket: number): Traffic =>
  open(blocks, id, bucket, true)

export const tokenTraffic = ({ tokens }: TrafficRegistry, id: number, bucket: number): Traffic =>
  open(tokens, id, bucket, false)

export function wireTraffic(
  registry: TrafficRegistry,
  blockId: number,
  endpointId: number,
  bucket: number,
): WireTraffic {
  let ofBlock = registry.wires.get(blockId)
  if (ofBlock === undefined) {
    ofBlock = new Map()
    registry.wires.set(blockId, ofBlock)
  }
  let wire = ofBlock.get(endpointId)
  if (wire === undefined) {
    wire = {
      ...createTraffic(bucket, false),
      block: blockTraffic(registry, blockId, bucket),
      endpoint: open(registry.endpoints, endpointId, bucket, true),
    }
    ofBlock.set(endpointId, wire)
  }
  return wire
}

function drop(map: TrafficMap, isOver: (traffic: Traffic) => boolean): void {
  for (const [id, traffic] of map) if (isOver(traffic)) map.delete(id)
}

/** @param isOver - true of a block and of an endpoint only where it is of all their wires. */
export function removeTraffic(registry: TrafficRegistry, isOver: (traffic: Traffic) => boolean): void {
  const { blocks, endpoints, tokens, wires } = registry
  for (const [id, ofBlock] of wires) {
    drop(ofBlock, isOver)
    if (ofBlock.size === 0) wires.delete(id)
  }
  for (const map of [blocks, endpoints, tokens]) drop(map, isOver)
}
