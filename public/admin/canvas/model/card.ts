/** The kinds of card: their sizes and their columns, from clients on the left to endpoints on the right. */
import type { NodeKind } from '../../state/node-ref.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** A group of endpoints is a card too: folded of the size of an endpoint, unfolded a frame around its members. */
export type CardKind = NodeKind | 'group'

/** In CSS pixels at 100 % zoom. Fixed, so that the layout does not change with the figures. */
export const cardSizes: Readonly<Record<CardKind, Size>> = {
  token: { width: 190, height: 56 },
  block: { width: 200, height: 96 },
  endpoint: { width: 256, height: 144 },
  group: { width: 256, height: 144 },
}

/** Of a block whose card lists its busiest client tokens. */
export const FOLDED_BLOCK: Size = { width: 200, height: 184 }

/** The x of each column, left to right. */
export const columns: Readonly<Record<NodeKind, number>> = { token: 0, block: 288, endpoint: 736 }

export const kinds: readonly NodeKind[] = ['token', 'block', 'endpoint']

/** The column of a card: groups stand among the endpoints. */
export const columnOf = (kind: CardKind): NodeKind => (kind === 'group' ? 'endpoint' : kind)

/** Positions of cards are multiples of this, in pixels. */
export const GRID = 8

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Box extends Point, Size {}

export const snap = (value: number): number => Math.round(value / GRID) * GRID

export const overlaps = (left: Box, right: Box): boolean =>
  left.x < right.x + right.width &&
  right.x < left.x + left.width &&
  left.y < right.y + right.height &&
  right.y < left.y + left.height

export interface PlacedBox extends Box {
  readonly key: string
  readonly kind: CardKind
  /** 0 for a group. */
  readonly id: number
  /** Whether the stored position is not a default. */
  readonly placed: boolean
  /** The position on the server. */
  readonly stored: Point
  /** Whether its position follows from that of its block or group: it cannot be moved alone. */
  readonly follows: boolean
}

/** Moves the card down until it overlaps no other card. */
export function firstFreePosition<Card extends Box>(card: Card, taken: readonly Box[], gap: number): Card {
  let { y } = card
  for (;;) {
    const blocker = taken.find((other) => overlaps({ ...card, y }, other))
    if (blocker === undefined) return { ...card, y }
    y = snap(blocker.y + blocker.height + gap)
  }
}
