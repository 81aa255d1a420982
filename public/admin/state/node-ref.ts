/** References to cards and wires, and each of their written forms: keys, API paths and object ids of the audit. */

export type NodeKind = 'endpoint' | 'block' | 'token'

/** A card on the canvas. */
export interface NodeRef {
  readonly kind: NodeKind
  readonly id: number
}

export type ObjectKind = NodeKind | 'alias' | 'note'

/** What is configured and has an id of its own: a card, a model alias, or a note or frame of the canvas. */
export interface ObjectRef {
  readonly kind: ObjectKind
  readonly id: number
}

export interface WireRef {
  readonly blockId: number
  readonly endpointId: number
}

/** A card, or a note or frame of the canvas. */
export interface CanvasItem {
  readonly kind: NodeKind | 'note'
  readonly id: number
}

/** At its place on the canvas. */
export interface PlacedItem extends CanvasItem {
  readonly x: number
  readonly y: number
}

export const nodeNouns: Readonly<Record<NodeKind, string>> = {
  endpoint: 'endpoint',
  block: 'incoming block',
  token: 'client token',
}

/** A wire as the admin API writes its two ends. */
interface WireEnds {
  readonly incoming_block_id: number
  readonly endpoint_id: number
}

export const wireOf = ({ incoming_block_id, endpoint_id }: WireEnds): WireRef => ({
  blockId: incoming_block_id,
  endpointId: endpoint_id,
})

export const sameWire = (left: WireRef, right: WireRef): boolean =>
  left.blockId === right.blockId && left.endpointId === right.endpointId

export const sameNode = (left: NodeRef, right: NodeRef): boolean =>
  left.kind === right.kind && left.id === right.id

/** @example 'endpoint-3', the id of a card or a note on the canvas and the key of a card's draft */
export const nodeKey = ({ kind, id }: CanvasItem): string => `${kind}-${id}`

/** @example 'note-3', the id of a note or frame on the canvas */
export const noteKey = (id: number): string => nodeKey({ kind: 'note', id })

/** @returns the id of the note; undefined where the text is not the key of one. */
export function parseNoteKey(text: string): number | undefined {
  const [, id] = /^note-(\d{1,15})$/.exec(text) ?? []
  return id === undefined ? undefined : Number(id)
}

/** @returns undefined where the text is not the key of a card. */
export function parseNodeKey(text: string): NodeRef | undefined {
  const [, kind, id] = /^(endpoint|block|token)-(\d{1,15})$/.exec(text) ?? []
  return kind === undefined ? undefined : { kind: kind as NodeKind, id: Number(id) }
}

/** @throws Error where the text was not made by `nodeKey`. */
export function nodeOfKey(key: string): NodeRef {
  const node = parseNodeKey(key)
  if (node === undefined) throw new Error(`not the key of a card: ${key}`)
  return node
}

/** @example '1-3', the incoming block before the endpoint */
export const wireKey = ({ blockId, endpointId }: WireRef): string => `${blockId}-${endpointId}`

/** @returns undefined where the text is not the key of a wire. */
export const parseWireKey = (text: string): WireRef | undefined => parseIdPair(text, '-')

/** @param objectId - of an audit entry about a wire, such as '1/3' */
export const parseWireObjectId = (objectId: string): WireRef | undefined => parseIdPair(objectId, '/')

function parseIdPair(text: string, separator: string): WireRef | undefined {
  const ids = text.split(separator)
  const [blockId, endpointId] = ids.filter((id) => /^\d{1,15}$/.test(id)).map(Number)
  return ids.length === 2 && blockId !== undefined && endpointId !== undefined
    ? { blockId, endpointId }
    : undefined
}

/** The paths of the admin API that list and create objects. */
export const collectionPaths: Readonly<Record<ObjectKind, string>> = {
  endpoint: '/endpoints',
  block: '/incoming-blocks',
  token: '/tokens',
  alias: '/model-aliases',
  note: '/canvas-notes',
}

/** @example '/endpoints/3', in the admin API */
export const objectPath = ({ kind, id }: ObjectRef): string => `${collectionPaths[kind]}/${id}`

/** @returns undefined where the path is not that of a card's object, but of a collection or of a part of an object. */
export function parseNodePath(path: string): NodeRef | undefined {
  const [, collection, id] = /^(\/[a-z-]+)\/(\d{1,15})$/.exec(path) ?? []
  const kind = (Object.keys(nodeNouns) as NodeKind[]).find((one) => collectionPaths[one] === collection)
  return kind && { kind, id: Number(id) }
}

/** @example '/wires/1/3', in the admin API */
export const wirePath = ({ blockId, endpointId }: WireRef): string => `/wires/${blockId}/${endpointId}`
