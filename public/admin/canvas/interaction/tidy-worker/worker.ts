/** Lays the cards out in a worker: for hundreds of cards that takes longer than a page may stand still. */
import type { LayoutGraph } from '../../model/layout-graph.ts'
import { tidyLayout } from '../../model/tidy-layout.ts'

globalThis.addEventListener('message', ({ data }: MessageEvent<LayoutGraph>) => {
  globalThis.postMessage(tidyLayout(data))
})
