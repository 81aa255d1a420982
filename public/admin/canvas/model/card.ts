/** The three kinds of card: their sizes and their columns, from clients on the left to endpoints on the right. */
import type { NodeKind, NodeRef } from '../../state/node-ref.ts'

interface Size {
  readonly width: number
  readonly height: number
}

/** In CSS pixels at 100 % zoom. Fixed, so that the layout does not change with the figures. */
export const cardSizes: Readonly<Record<NodeKind, Size>> = {
  token: { width: 190, height: 56 },
  block: { width: 200, height: 96 },
  endpoint: { width: 256, height: 144 },
}

/** The x of each column, left to right. */
export const columns: Readonly<Record<NodeKind, number>> = { token: 0, block: 288, endpoint: 736 }

export const kinds: readonly NodeKind[] = ['token', 'block', 'endpoint']

/** Positions of cards are multiples of this, in pixels. */
export const GRID = 8

export interface Point {
  readonly x: number
  readonly y: number
}

export interface PlacedCard extends NodeRef, Point {}

export const snap = (value: number): number => Math.round(value / GRID) * GRID

export const overlaps = (left: PlacedCard, right: PlacedCard): boolean =>
  left.x < right.x + cardSizes[right.kind].width &&
  right.x < left.x + cardSizes[left.kind].width &&
  left.y < right.y + cardSizes[right.kind].height &&
  right.y < left.y + cardSizes[left.kind].height
