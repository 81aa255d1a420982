/** Says what a verdict rests on. */
import { formatCount, formatMs, formatRate } from '../../../src/load-engine/report/format-figure.ts'
import type { Basis } from '../model/compare-runs.ts'

const range = (low: number, high: number, format: (value: number) => string): string =>
  `${format(low)} to ${format(high)}`

export function basisText(basis: Basis): string {
  switch (basis.kind) {
    case 'percentiles': {
      const [before, after] = basis.intervals.map(([low, high]) => range(low, high, formatMs))
      const [many, others] = basis.answers.map(formatCount)
      return `95 % intervals ${before} and ${after}, of ${many} and ${others} values`
    }
    case 'means': {
      const [before, after] = basis.intervals.map(
        ({ low, high, blocks, blockS }) =>
          `${range(low, high, formatRate)} (${blocks} blocks of ${formatCount(blockS)} s)`,
      )
      return `95 % intervals ${before} and ${after}`
    }
    case 'shares': {
      const [before, after] = [0, 1].map(
        (at) => `${formatCount(basis.hits[at])} of ${formatCount(basis.sizes[at])}`,
      )
      return `z test of ${before} and ${after}`
    }
    case 'none':
      return {
        'too short': 'no test: each run needs seven seconds',
        limited: 'no test',
        'no test': 'no test',
      }[basis.reason]
  }
}
