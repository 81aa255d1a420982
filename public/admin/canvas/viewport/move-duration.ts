/** How long a move of the view takes. */
import { prefersReducedMotion } from '../../../ui/browser/prefers-reduced-motion.ts'

const DURATION_MS = 180

/** @returns 0 for those who prefer reduced motion: a card that moves between mousedown and mouseup loses the click. */
export const moveDurationMs = (): number => (prefersReducedMotion() ? 0 : DURATION_MS)
