/** The conditions of `--fail-if`, such as `ttft_p95>500ms`: which figure of a card must not be above or below a limit. */
import { metricNames, type CardSummary, type LatencySummary } from '../model/run-summary.ts'

const percentiles = {
  mean: 'meanMs',
  p50: 'p50Ms',
  p90: 'p90Ms',
  p95: 'p95Ms',
  p99: 'p99Ms',
  max: 'maxMs',
} as const satisfies Record<string, keyof LatencySummary>

interface Figure {
  /** Factors by unit; the empty unit is there where a bare number is clear. */
  readonly units: Readonly<Record<string, number>>
  /** @returns null where the card has no such value. */
  read(card: CardSummary): number | null
}

const milliseconds = { ms: 1, s: 1000 }
const plain = { '': 1 }
const perSecond = { '': 1, '/s': 1 }
const percent = { '%': 1 }

const share = (part: number, whole: number): number | null => (whole === 0 ? null : (part * 100) / whole)

const figures: Readonly<Record<string, Figure>> = {
  ...Object.fromEntries(
    metricNames.flatMap((metric) =>
      Object.entries(percentiles).map(([name, field]) => [
        `${metric}_${name}`,
        { units: milliseconds, read: ({ latency }: CardSummary) => latency[metric]?.[field] ?? null },
      ]),
    ),
  ),
  failed: { units: plain, read: ({ counts }) => counts.failed },
  dropped: { units: plain, read: ({ counts }) => counts.dropped },
  failed_percent: {
    units: percent,
    read: ({ counts: { ok, failed, dropped } }) => share(failed + dropped, ok + failed + dropped),
  },
  goodput: { units: percent, read: ({ goodput }) => goodput.percent },
  requests_per_s: { units: perSecond, read: ({ requestsPerS }) => requestsPerS },
  tokens_per_s: { units: perSecond, read: ({ tokensPerS }) => tokensPerS },
}

export const figureNames = Object.keys(figures)

const comparisons = {
  '>=': (value: number, limit: number) => value >= limit,
  '<=': (value: number, limit: number) => value <= limit,
  '>': (value: number, limit: number) => value > limit,
  '<': (value: number, limit: number) => value < limit,
} as const

export interface FailCondition {
  readonly text: string
  /** @returns why the card fails; undefined where it does not. A figure that the card lacks is a failure: nothing shows that it holds. */
  failureOf(card: CardSummary): string | undefined
}

const form = /^([a-z0-9_]+)\s*(>=|<=|>|<)\s*(\d{1,15}(?:\.\d{1,9})?)(?:\s*(ms|s|%|\/s))?$/

/** @throws an Error with one sentence for people. */
export function parseFailCondition(text: string): FailCondition {
  const [, name = '', operator = '', amount = '', unit = ''] = form.exec(text.trim()) ?? []
  if (name === '')
    throw new Error(`--fail-if takes figure, comparison and limit, such as 'ttft_p95>500ms', not '${text}'`)
  const figure = Object.hasOwn(figures, name) ? figures[name] : undefined
  if (figure === undefined)
    throw new Error(`--fail-if knows no figure '${name}'; there are ${figureNames.join(', ')}`)
  const factor = Object.hasOwn(figure.units, unit) ? figure.units[unit] : undefined
  if (factor === undefined) {
    const units = Object.keys(figure.units).filter((known) => known !== '')
    throw new Error(
      `--fail-if ${name} takes a limit ${units.length === 0 ? 'without a unit' : `in ${units.join(' or ')}`}`,
    )
  }
  const isMet = comparisons[operator as keyof typeof comparisons]
  const limit = Number(amount) * factor
  return {
    text,
    failureOf(card) {
      const value = figure.read(card)
      if (value === null)
        return `${card.scenario.name}: ${name} has no value, so that ${text} cannot be ruled out`
      if (!isMet(value, limit)) return undefined
      const shown = Number((value / factor).toPrecision(4))
      return `${card.scenario.name}: ${name} is ${shown}${unit}, and ${text} fails the run`
    },
  }
}
