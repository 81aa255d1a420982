/** Moves cards to new places within a moment, so that the eye can follow. */
import type { Point } from '../model/card.ts'

const DURATION_MS = 180
/** More are drawn too slowly for it to look like a movement. */
const MAX_ANIMATED_CARDS = 120

const prefersReducedMotion = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches

/** @param part - of the time, 0 to 1. */
const easeOut = (part: number): number => 1 - (1 - part) ** 3

const interpolate = (from: Point, to: Point, part: number): Point => ({
  x: from.x + (to.x - from.x) * part,
  y: from.y + (to.y - from.y) * part,
})

/** Resolves when they are there. Those that are not among `from` are put there at once. */
export function animatePositions(
  from: ReadonlyMap<string, Point>,
  to: ReadonlyMap<string, Point>,
  place: (places: ReadonlyMap<string, Point>) => void,
): Promise<void> {
  if (to.size > MAX_ANIMATED_CARDS || prefersReducedMotion()) {
    place(to)
    return Promise.resolve()
  }
  return new Promise((resolve) => {
    const startMs = performance.now()
    const frame = (nowMs: number): void => {
      const part = Math.min(1, Math.max(0, (nowMs - startMs) / DURATION_MS))
      place(new Map([...to].map(([id, end]) => [id, interpolate(from.get(id) ?? end, end, easeOut(part))])))
      if (part < 1) requestAnimationFrame(frame)
      else resolve()
    }
    requestAnimationFrame(frame)
  })
}
