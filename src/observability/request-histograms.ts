// The histograms of served requests, by endpoint, incoming block and status class.
import { createHistogram, renderLabels, type HistogramSeries } from './histogram.ts'

export interface ObservedRequest {
  /** Name of the endpoint that served it; empty if none did. */
  readonly endpoint: string
  /** Id of the incoming block, whose name is free text; 0 if unknown. */
  readonly incomingBlockId: number
  /** HTTP status of the response. */
  readonly status: number
  readonly durationS: number
  /** Time to the first token; undefined if the response was not streamed. */
  readonly ttftS?: number | undefined
  /** Mean time between output tokens after the first; undefined if unknown. */
  readonly timePerOutputTokenS?: number | undefined
}

/** The present endpoints and blocks; series of others are removed. */
interface LiveNames {
  hasEndpoint(name: string): boolean
  hasBlock(id: number): boolean
}

interface RequestHistograms {
  observe(request: ObservedRequest): void
  /** Yields the text in short pieces. */
  expose(live: LiveNames): Generator<string>
}

interface SeriesOfLabels {
  readonly labels: string
  readonly incomingBlockId: number
  readonly duration: HistogramSeries
  // Created on first use: most label sets never stream.
  firstToken: HistogramSeries | undefined
  perOutputToken: HistogramSeries | undefined
}

/** 200 -> 2xx. */
export const statusClass = (status: number): string => `${Math.floor(status / 100)}xx`

/**
 * The bounds that OpenTelemetry's GenAI conventions recommend.
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/
 */
function createHistograms() {
  return {
    duration: createHistogram({
      name: 'lb_request_duration_seconds',
      help: 'Time from a request to the end of its response.',
      bounds: [
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84,
        327.68,
      ],
    }),
    firstToken: createHistogram({
      name: 'lb_time_to_first_token_seconds',
      help: 'Time from a request to the first piece of its streamed response.',
      bounds: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60],
    }),
    perOutputToken: createHistogram({
      name: 'lb_time_per_output_token_seconds',
      help: 'Mean time between the output tokens of a streamed response, after the first.',
      bounds: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
    }),
  }
}

export function createRequestHistograms(): RequestHistograms {
  const histograms = createHistograms()
  const seriesByEndpoint = new Map<string, Map<number, SeriesOfLabels>>()

  const createSeries = ({ endpoint, incomingBlockId, status }: ObservedRequest): SeriesOfLabels => {
    const labels = renderLabels({
      endpoint,
      incoming_block: incomingBlockId === 0 ? '' : String(incomingBlockId),
      status: statusClass(status),
    })
    const duration = histograms.duration.series(labels)
    return { labels, incomingBlockId, duration, firstToken: undefined, perOutputToken: undefined }
  }

  const seriesOf = (request: ObservedRequest): SeriesOfLabels => {
    let ofEndpoint = seriesByEndpoint.get(request.endpoint)
    if (ofEndpoint === undefined) {
      ofEndpoint = new Map()
      seriesByEndpoint.set(request.endpoint, ofEndpoint)
    }
    // Block and status class in one number, so that no string is built per request.
    const key = request.incomingBlockId * 10 + Math.floor(request.status / 100)
    let series = ofEndpoint.get(key)
    if (series === undefined) {
      series = createSeries(request)
      ofEndpoint.set(key, series)
    }
    return series
  }

  const dropDead = (live: LiveNames): void => {
    for (const [endpoint, ofEndpoint] of seriesByEndpoint) {
      const endpointLives = endpoint === '' || live.hasEndpoint(endpoint)
      for (const [key, { labels, incomingBlockId }] of ofEndpoint) {
        if (endpointLives && (incomingBlockId === 0 || live.hasBlock(incomingBlockId))) continue
        ofEndpoint.delete(key)
        for (const histogram of Object.values(histograms)) histogram.remove(labels)
      }
      if (ofEndpoint.size === 0) seriesByEndpoint.delete(endpoint)
    }
  }

  return {
    observe(request) {
      const series = seriesOf(request)
      const { duration, firstToken, perOutputToken } = histograms
      duration.observe(series.duration, request.durationS)
      if (request.ttftS !== undefined)
        firstToken.observe((series.firstToken ??= firstToken.series(series.labels)), request.ttftS)
      if (request.timePerOutputTokenS !== undefined)
        perOutputToken.observe(
          (series.perOutputToken ??= perOutputToken.series(series.labels)),
          request.timePerOutputTokenS,
        )
    },
    *expose(live) {
      dropDead(live)
      for (const histogram of Object.values(histograms)) {
        yield* histogram.expose()
        yield '\n'
      }
    },
  }
}
