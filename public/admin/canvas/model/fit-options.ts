/** Room above the cards for the captions of the columns, in pixels. */
const CAPTIONS = 44
/** Room at the top where nothing lies over the canvas. */
export const LEAST_TOP = 64
/** Keeps buttons and map free. */
const BOTTOM = 124
/** Less is no use: what lies over the canvas is then ignored. */
const LEAST_HEIGHT = 160

/** @returns the room that is kept at the top. @param covered - how much of the canvas is covered there; in pixels, as all. */
export function topOf(covered: number, height: number): number {
  const top = covered === 0 ? LEAST_TOP : Math.max(LEAST_TOP, covered + CAPTIONS)
  return height - top - BOTTOM < LEAST_HEIGHT ? LEAST_TOP : top
}

/** Options for fitting all cards into view. @param top - the room that is kept at the top, in pixels. */
export const fitOptions = (top: number) =>
  ({ padding: { top: `${top}px`, bottom: `${BOTTOM}px`, x: '40px' }, maxZoom: 1 }) as const

/** Low enough that everything always fits: from afar the canvas is a map. */
export const MIN_ZOOM = 0.02
