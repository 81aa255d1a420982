/** Formats an arrival pattern for a card: `closed loop · 64 parallel`, `Poisson · 20 /s`. */
import { formatCount, formatRate } from './format-figure.ts'
import type { Scenario } from '../model/scenario.ts'

export function describeArrival({ arrival, maxParallel }: Pick<Scenario, 'arrival' | 'maxParallel'>): string {
  switch (arrival.kind) {
    case 'closed':
      return `closed loop · ${formatCount(maxParallel)} parallel`
    case 'constant':
      return `constant · ${formatRate(arrival.ratePerS)}`
    case 'poisson':
      return `Poisson · ${formatRate(arrival.ratePerS)}`
    case 'ramp':
      return `ramp · ${formatRate(arrival.fromPerS)} to ${formatRate(arrival.toPerS)} over ${arrival.overS} s`
    case 'sweep': {
      const { over, from, to, steps, stepS } = arrival
      const range =
        over === 'rate'
          ? `${formatRate(from)} to ${formatRate(to)}`
          : `${formatCount(from)} to ${formatCount(to)} parallel`
      return `sweep · ${range} in ${steps} steps of ${stepS} s`
    }
    case 'knee':
      return `knee · ${formatRate(arrival.fromPerS)} to ${formatRate(arrival.toPerS)} in steps of ${arrival.stepS} s`
    case 'replay':
      return `replay · ${arrival.traceName} at ${arrival.speed} ×`
  }
}
