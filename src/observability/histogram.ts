// A Prometheus histogram with cheap observations: prom-client's hashes its labels on each, which takes a microsecond.

/** The counts by bucket, the count above all bounds, and the sum. Plain data, since there may be thousands. */
export type HistogramSeries = number[]

interface Histogram {
  /**
   * Returns the series of one set of labels, created at the first call; callers should keep it.
   * @param labels - in the format of `renderLabels`.
   */
  series(labels: string): HistogramSeries
  /** Ignores negative and non-finite values: a clock that jumped must not distort the sum. */
  observe(series: HistogramSeries, value: number): void
  remove(labels: string): void
  /** Yields the text in short pieces. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
  expose(): Generator<string>
}

interface HistogramOptions {
  readonly name: string
  readonly help: string
  /** Inclusive upper bounds, ascending, without infinity. */
  readonly bounds: readonly number[]
}

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

export const renderLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',')

const add = (series: HistogramSeries, figure: number, amount: number): void =>
  void (series[figure] = (series[figure] ?? 0) + amount)

export function createHistogram({ name, help, bounds }: HistogramOptions): Histogram {
  const buckets = bounds.length
  const seriesByLabels = new Map<string, HistogramSeries>()

  const exposeSeries = (labels: string, series: HistogramSeries): string => {
    let cumulative = 0
    const lines = bounds.map((bound, bucket) => {
      cumulative += series[bucket] ?? 0
      return `${name}_bucket{${labels},le="${bound}"} ${cumulative}\n`
    })
    const count = cumulative + (series[buckets] ?? 0)
    const sum = series[buckets + 1] ?? 0
    return `${lines.join('')}${name}_bucket{${labels},le="+Inf"} ${count}\n${name}_sum{${labels}} ${sum}\n${name}_count{${labels}} ${count}\n`
  }

  return {
    series(labels) {
      let series = seriesByLabels.get(labels)
      if (series === undefined) {
        series = new Array<number>(buckets + 2).fill(0)
        seriesByLabels.set(labels, series)
      }
      return series
    },
    observe(series, value) {
      if (!(value >= 0 && value < Infinity)) return
      let bucket = 0
      while (bucket < buckets && value > (bounds[bucket] ?? Infinity)) bucket += 1
      add(series, bucket, 1)
      add(series, buckets + 1, value)
    },
    remove: (labels) => void seriesByLabels.delete(labels),
    *expose() {
      yield `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`
      for (const [labels, series] of seriesByLabels) yield exposeSeries(labels, series)
    },
  }
}
