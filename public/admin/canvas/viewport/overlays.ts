/** What lies over the canvas: panels, buttons, the map, and the strip with what is wrong now. */
import type { Box } from '../model/card.ts'

const OVERLAYS = '[data-over-canvas], .react-flow__panel'

/** @returns those that are shown, in pixels of the canvas. */
export function overlaysOf(canvas: HTMLElement): Box[] {
  const { left, top } = canvas.getBoundingClientRect()
  // Some lie beside the canvas in the document.
  return [...(canvas.closest('main')?.querySelectorAll(OVERLAYS) ?? [])]
    .map((element) => element.getBoundingClientRect())
    .filter((box) => box.width > 0)
    .map((box) => ({ x: box.left - left, y: box.top - top, width: box.width, height: box.height }))
}
