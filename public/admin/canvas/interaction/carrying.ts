/** Moves what is inside of frames with them. What was inside at the beginning of a move stays, and nothing is picked up on the way. */
import type { Point } from '../model/card.ts'
import type { CardNode } from '../model/nodes.ts'
import { carriedBy } from '../model/notes/inside-frame.ts'

interface Carried {
  readonly frame: string
  readonly start: Point
}

export interface Carrying {
  /** @returns the ids of what moves with the frames among the moved nodes. */
  begin(nodes: readonly CardNode[], moved: readonly CardNode[]): readonly string[]
  /** @param positions - of the moved nodes. @returns the positions of what they carry. */
  at(positions: ReadonlyMap<string, Point>): ReadonlyMap<string, Point>
  /** As `at`, and the move has ended. */
  end(positions: ReadonlyMap<string, Point>): ReadonlyMap<string, Point>
}

const itemOf = ({ id, type, position: { x, y }, width = 0, height = 0 }: CardNode) => ({
  id,
  isFrame: type === 'frame',
  x,
  y,
  width,
  height,
})

export function createCarrying(): Carrying {
  /** Where the frames were at the beginning. */
  const frames = new Map<string, Point>()
  const carried = new Map<string, Carried>()
  const at: Carrying['at'] = (positions) =>
    new Map(
      [...carried].flatMap(([id, { frame, start }]) => {
        const [from, to] = [frames.get(frame), positions.get(frame)]
        return from && to ? [[id, { x: start.x + to.x - from.x, y: start.y + to.y - from.y }]] : []
      }),
    )
  return {
    at,
    begin(nodes, moved) {
      const ids = new Set(moved.map(({ id }) => id))
      const fresh = nodes.filter(({ id, type }) => type === 'frame' && ids.has(id) && !frames.has(id))
      if (fresh.length === 0) return [...carried.keys()]
      const places = new Map(nodes.map(({ id, position }) => [id, position]))
      for (const { id, position } of fresh) frames.set(id, position)
      const still = new Set([...carried.keys()])
      for (const [id, frame] of carriedBy(nodes.map(itemOf), ids))
        if (!still.has(id)) carried.set(id, { frame, start: places.get(id) ?? { x: 0, y: 0 } })
      return [...carried.keys()]
    },
    end(positions) {
      const last = at(positions)
      frames.clear()
      carried.clear()
      return last
    },
  }
}
