// A Prometheus histogram with cheap observations: prom-client's hashes its labels on each, which takes a microsecond.

export interface HistogramSeries {
  /** Ignores negative and non-finite values: a clock that jumped must not distort the sum. */
  observe(value: number): void
}

interface Histogram {
  /**
   * Returns the series of one set of labels, created at the first call; callers should keep it.
   * @param labels - in the format of `renderLabels`.
   */
  series(labels: string): HistogramSeries
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

interface Distribution extends HistogramSeries {
  expose(name: string, labels: string): string
}

function createDistribution(bounds: readonly number[]): Distribution {
  const buckets = bounds.length
  // One plain array, of which there may be thousands: the counts by bucket, the count above all bounds, and the sum.
  const figures = new Array<number>(buckets + 2).fill(0)
  const add = (figure: number, amount: number): void =>
    void (figures[figure] = (figures[figure] ?? 0) + amount)
  return {
    observe(value) {
      if (!(value >= 0 && value < Infinity)) return
      let bucket = 0
      while (bucket < buckets && value > (bounds[bucket] ?? Infinity)) bucket += 1
      add(bucket, 1)
      add(buckets + 1, value)
    },
    expose(name, labels) {
      let cumulative = 0
      const lines = bounds.map((bound, bucket) => {
        cumulative += figures[bucket] ?? 0
        return `${name}_bucket{${labels},le="${bound}"} ${cumulative}\n`
      })
      const count = cumulative + (figures[buckets] ?? 0)
      const sum = figures[buckets + 1] ?? 0
      return `${lines.join('')}${name}_bucket{${labels},le="+Inf"} ${count}\n${name}_sum{${labels}} ${sum}\n${name}_count{${labels}} ${count}\n`
    },
  }
}

export function createHistogram({ name, help, bounds }: HistogramOptions): Histogram {
  const distributions = new Map<string, Distribution>()
  return {
    series(labels) {
      let distribution = distributions.get(labels)
      if (distribution === undefined) {
        distribution = createDistribution(bounds)
        distributions.set(labels, distribution)
      }
      return distribution
    },
    remove: (labels) => void distributions.delete(labels),
    *expose() {
      yield `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`
      for (const [labels, distribution] of distributions) yield distribution.expose(name, labels)
    },
  }
}
