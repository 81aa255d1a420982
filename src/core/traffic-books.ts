/** Keeps what goes on by wire, incoming block, endpoint and client token: opened when first needed, dropped when idle. */
import { createTraffic, type Traffic } from './traffic.ts'

export interface WireTraffic extends Traffic {
  readonly block: Traffic
  readonly endpoint: Traffic
}

type Book<T extends Traffic = Traffic> = Map<number, T>

export interface TrafficBooks {
  readonly blocks: Book
  readonly endpoints: Book
  readonly tokens: Book
  /** By block, then by endpoint. */
  readonly wires: Map<number, Book<WireTraffic>>
}

export const createTrafficBooks = (): TrafficBooks => ({
  blocks: new Map(),
  endpoints: new Map(),
  tokens: new Map(),
  wires: new Map(),
})

function open(book: Book, id: number, bucket: number, withHistory: boolean): Traffic {
  let traffic = book.get(id)
  if (traffic === undefined) {
    traffic = createTraffic(bucket, withHistory)
    book.set(id, traffic)
  }
  return traffic
}

/** @param bucket - the present one; so too below. */
export const openBlock = ({ blocks }: TrafficBooks, id: number, bucket: number): Traffic =>
  open(blocks, id, bucket, true)

export const openToken = ({ tokens }: TrafficBooks, id: number, bucket: number): Traffic =>
  open(tokens, id, bucket, false)

export function openWire(
  books: TrafficBooks,
  blockId: number,
  endpointId: number,
  bucket: number,
): WireTraffic {
  let ofBlock = books.wires.get(blockId)
  if (ofBlock === undefined) {
    ofBlock = new Map()
    books.wires.set(blockId, ofBlock)
  }
  let wire = ofBlock.get(endpointId)
  if (wire === undefined) {
    wire = {
      ...createTraffic(bucket, false),
      block: openBlock(books, blockId, bucket),
      endpoint: open(books.endpoints, endpointId, bucket, true),
    }
    ofBlock.set(endpointId, wire)
  }
  return wire
}

function drop(book: Book, isOver: (traffic: Traffic) => boolean): void {
  for (const [id, traffic] of book) if (isOver(traffic)) book.delete(id)
}

/** @param isOver - true of a block and of an endpoint only where it is of all their wires. */
export function dropTraffic(books: TrafficBooks, isOver: (traffic: Traffic) => boolean): void {
  const { blocks, endpoints, tokens, wires } = books
  for (const [id, ofBlock] of wires) {
    drop(ofBlock, isOver)
    if (ofBlock.size === 0) wires.delete(id)
  }
  for (const book of [blocks, endpoints, tokens]) drop(book, isOver)
}
