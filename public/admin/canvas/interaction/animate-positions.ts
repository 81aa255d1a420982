/** Animates cards to new positions. */
import { prefersReducedMotion } from '../../../ui/browser/prefers-reduced-motion.ts'
import type { Point } from '../model/card.ts'

const DURATION_MS = 180
/** With more cards the frame rate is too low for an animation. */
const MAX_ANIMATED_CARDS = 120

/** @param part - the elapsed part of the duration, 0 to 1 */
const easeOut = (part: number): number => 1 - (1 - part) ** 3

const interpolate = (from: Point, to: Point, part: number): Point => ({
  x: from.x + (to.x - from.x) * part,
  y: from.y + (to.y - from.y) * part,
})

/** Resolves when the cards have arrived. A card that is not in `from` is placed at once. */
export function animatePositions(
  from: ReadonlyMap<string, Point>,
  to: ReadonlyMap<string, Point>,
  place: (positions: ReadonlyMap<string, Point>) => void,
): Promise<void> {
  // A hidden page gets no frames.
  if (to.size > MAX_ANIMATED_CARDS || prefersReducedMotion() || document.hidden) {
    place(to)
    return Promise.resolve()
  }
  return new Promise((resolve) => {
    const startMs = performance.now()
    let isOver = false
    const end = (): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      place(to)
      resolve()
    }
    // A page that is covered or in the background gets no frames, and what waits for the animation must happen all the same.
    const timer = setTimeout(end, 2 * DURATION_MS)
    const frame = (nowMs: number): void => {
      if (isOver) return
      const part = Math.min(1, Math.max(0, (nowMs - startMs) / DURATION_MS))
      if (part === 1) return end()
      place(
        new Map(
          [...to].map(([id, target]) => [id, interpolate(from.get(id) ?? target, target, easeOut(part))]),
        ),
      )
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
}
