// Shares one rendering of the metrics among all who ask within a second.
import type { Clock } from '../core/clock.ts'

interface RenderedMetricsOptions {
  readonly render: () => Promise<string>
  readonly clock: Clock
}

const KEPT_MS = 1_000

/** @returns a function that returns the metrics, UTF-8, as they were a second ago at most. */
export function createRenderedMetrics({ render, clock }: RenderedMetricsOptions): () => Promise<Buffer> {
  let rendered: Promise<Buffer> | undefined
  let startMs = -Infinity
  return () => {
    if (rendered !== undefined && clock() - startMs < KEPT_MS) return rendered
    startMs = clock()
    const current = render().then((text) => Buffer.from(text))
    rendered = current
    current.catch(() => {
      if (rendered === current) rendered = undefined
    })
    return current
  }
}
