/** The six headline figures. */
import { Stat } from '../../ui/display/stat.tsx'
import {
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
} from '../../../src/load-engine/report/format-figure.ts'
import type { CardSnapshot, TotalSnapshot } from '../../../src/load-engine/protocol/messages.ts'
import { failureName } from '../../../src/load-engine/model/run-summary.ts'
import { meanRates } from '../format/mean-rates.ts'
import type { Scenario } from '../../../src/load-engine/model/scenario.ts'
import { useLive } from '../state/page.tsx'
import styles from './dashboard.module.css'
import type { ShownCard } from './shown-card.ts'

type Figures = Pick<CardSnapshot | TotalSnapshot, 'counts' | 'tokens' | 'failures' | 'latency' | 'goodput'>

function sloText(scenarios: readonly Scenario[]): string {
  const [first, ...others] = scenarios
  if (first === undefined) return ''
  const { ttftMs, tpotMs, e2eMs } = first.slo
  if (others.some(({ slo }) => JSON.stringify(slo) !== JSON.stringify(first.slo)))
    return 'limits differ by card'
  const limits = [ttftMs, tpotMs, e2eMs].filter((limit) => limit !== null)
  return limits.length === 0 ? 'no limits set' : `SLO ${limits.map(formatMs).join(', ')}`
}

function failureText(failures: Figures['failures']): string {
  const shown = [...failures].sort((left, right) => right.count - left.count).slice(0, 3)
  return shown
    .map(({ kind, status, count }) => `${status ?? failureName(kind)} ${formatCount(count)}`)
    .join(' · ')
}

interface Rate {
  readonly requestsPerS: number
  readonly tokensPerS: number
  /** What the rate is the mean of. */
  readonly window: string
}

/** While a card runs, the rates of the last seconds; afterwards those of the whole run, as the table has them. */
function rateOf(shown: readonly ShownCard[]): Rate {
  const running = shown.filter(({ snapshot }) => snapshot.state === 'running')
  const rates =
    running.length > 0
      ? running.map(({ snapshot }) => snapshot.recent)
      : shown.map(({ snapshot }) => meanRates(snapshot))
  return {
    requestsPerS: rates.reduce((sum, { requestsPerS }) => sum + requestsPerS, 0),
    tokensPerS: rates.reduce((sum, { tokensPerS }) => sum + tokensPerS, 0),
    window: running.length > 0 ? 'in the last 5 s' : 'over the run',
  }
}

/** Shows the figures of the only shown card, else the totals of all cards that have run. */
export function Headline({ shown }: { readonly shown: readonly ShownCard[] }) {
  const total = useLive((live) => live.total)
  const figures: Figures | null = shown.length === 1 ? (shown[0]?.snapshot ?? null) : total
  const counts = figures?.counts
  const rate = rateOf(shown)
  const done = counts === undefined ? null : counts.ok + counts.failed
  return (
    <dl className={styles.headline} aria-label="Headline figures">
      <Stat
        caption="requests"
        value={formatCount(shown.length === 0 ? null : done)}
        note={shown.length === 0 ? undefined : `${formatRate(rate.requestsPerS)} ${rate.window}`}
      />
      <Stat
        caption="goodput"
        value={formatPercent(figures?.goodput.percent)}
        note={
          shown.some(({ snapshot }) => snapshot.tester.isLimit)
            ? 'no verdict'
            : sloText(shown.map(({ scenario }) => scenario))
        }
      />
      <Stat
        caption="first token p50"
        value={formatMs(figures?.latency.ttft?.p50Ms)}
        note={`p99 ${formatMs(figures?.latency.ttft?.p99Ms)}`}
      />
      <Stat
        caption="per output token p50"
        value={formatMs(figures?.latency.tpot?.p50Ms)}
        note={`p99 ${formatMs(figures?.latency.tpot?.p99Ms)}`}
      />
      <Stat
        caption="output tokens"
        value={formatCount(shown.length === 0 ? null : figures?.tokens.completion)}
        note={shown.length === 0 ? undefined : `${formatRate(rate.tokensPerS)} ${rate.window}`}
      />
      <Stat
        caption="errors"
        value={formatCount(shown.length === 0 ? null : counts?.failed)}
        note={failureText(figures?.failures ?? [])}
      />
    </dl>
  )
}
