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
  const counts = new Float64Array(bounds.length)
  let count = 0
  let sum = 0
  return {
    observe(value) {
      if (!(value >= 0 && value < Infinity)) return
      let bucket = 0
      while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket += 1
      if (bucket < counts.length) counts[bucket] = (counts[bucket] ?? 0) + 1
      count += 1
      sum += value
    },
    expose(name, labels) {
      let cumulative = 0
      const buckets = bounds.map((bound, bucket) => {
        cumulative += counts[bucket] ?? 0
        return `${name}_bucket{${labels},le="${bound}"} ${cumulative}\n`
      })
      return `${buckets.join('')}${name}_bucket{${labels},le="+Inf"} ${count}\n${name}_sum{${labels}} ${sum}\n${name}_count{${labels}} ${count}\n`
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
