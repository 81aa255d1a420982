/** How long a move of the view takes. */
import { prefersReducedMotion } from '../../../ui/browser/prefers-reduced-motion.ts'

const DURATION_MS = 180

/** @returns milliseconds; 0 for those who prefer reduced motion. */
export const moveDurationMs = (): number => (prefersReducedMotion() ? 0 : DURATION_MS)
