/** References to what stands on the canvas: a card by kind and id, a wire by its two ends. */

export type NodeKind = 'endpoint' | 'block' | 'token'

/** A card on the canvas. */
export interface NodeRef {
  readonly kind: NodeKind
  readonly id: number
}

export interface WireRef {
  readonly blockId: number
  readonly endpointId: number
}
