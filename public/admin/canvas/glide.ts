/** Moves cards to new places within a moment, so that the eye can follow. */
import type { Place } from './card.ts'

const TAKES_MS = 180
/** More are drawn too slowly for it to look like a movement. */
const MOST_CARDS = 120

const prefersStill = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches

/** @param part - of the time, 0 to 1. */
const easeOut = (part: number): number => 1 - (1 - part) ** 3

const between = (from: Place, to: Place, part: number): Place => ({
  x: from.x + (to.x - from.x) * part,
  y: from.y + (to.y - from.y) * part,
})

/** Resolves when they are there. Those that are not among `from` are put there at once. */
export function glide(
  from: ReadonlyMap<string, Place>,
  to: ReadonlyMap<string, Place>,
  place: (places: ReadonlyMap<string, Place>) => void,
): Promise<void> {
  if (to.size > MOST_CARDS || prefersStill()) {
    place(to)
    return Promise.resolve()
  }
  return new Promise((resolve) => {
    const startMs = performance.now()
    const frame = (nowMs: number): void => {
      const part = Math.min(1, Math.max(0, (nowMs - startMs) / TAKES_MS))
      place(new Map([...to].map(([id, end]) => [id, between(from.get(id) ?? end, end, easeOut(part))])))
      if (part < 1) requestAnimationFrame(frame)
      else resolve()
    }
    requestAnimationFrame(frame)
  })
}
