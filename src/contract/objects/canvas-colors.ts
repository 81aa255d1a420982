// The colours that operators give to what is on the canvas. The page has a dark and a light shade of each; none of them stands for a state.
import { z } from 'zod'

export const canvasColors = ['gray', 'blue', 'teal', 'olive', 'brown', 'pink'] as const

export const canvasColor = z.enum(canvasColors)
export type CanvasColor = z.infer<typeof canvasColor>

export const COLORS_TAKEN = `\`${canvasColors.slice(0, -1).join('`, `')}\` or \`${canvasColors.at(-1)}\``
