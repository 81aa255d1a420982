/** Sizes of notes and frames, in pixels at 100 % zoom. */
import type { Size } from '../card.ts'

/** What an operator can make them no smaller than. */
export const LEAST_NOTE: Size = { width: 96, height: 64 }

/** The height of a frame's title bar, as in its style. */
export const TITLE_BAR = 40
