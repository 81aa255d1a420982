/** What a frame moves with itself. */
import type { Box } from '../card.ts'

/** Whether the middle of a card is inside of the frame: a card on its border belongs to where most of it is. */
function isCardInside(frame: Box, card: Box): boolean {
  const x = card.x + card.width / 2 - frame.x
  const y = card.y + card.height / 2 - frame.y
  return x >= 0 && y >= 0 && x <= frame.width && y <= frame.height
}

/** Whether a whole frame is inside of another one: two that overlap do not belong to each other. */
const isFrameInside = (frame: Box, inner: Box): boolean =>
  inner.x >= frame.x &&
  inner.y >= frame.y &&
  inner.x + inner.width <= frame.x + frame.width &&
  inner.y + inner.height <= frame.y + frame.height

interface Item extends Box {
  readonly id: string
  readonly isFrame: boolean
}

/**
 * @param moved - ids of what the operator moves.
 * @returns the frame that each further card, note or frame moves with, by id; the first where several would take it.
 */
export function carriedBy(items: readonly Item[], moved: ReadonlySet<string>): ReadonlyMap<string, string> {
  const frames = items.filter(({ id, isFrame }) => isFrame && moved.has(id))
  if (frames.length === 0) return new Map()
  return new Map(
    items.flatMap((item) => {
      if (moved.has(item.id)) return []
      const isInside = item.isFrame ? isFrameInside : isCardInside
      const frame = frames.find((one) => isInside(one, item))
      return frame ? [[item.id, frame.id] as const] : []
    }),
  )
}
