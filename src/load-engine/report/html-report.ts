/** Writes a run as one self-contained HTML file: no scripts, no external resources, no keys. */
import { describeArrival } from './describe-arrival.ts'
import { formatCount, formatMs, formatPercent, formatRate, shortRate } from './format-figure.ts'
import { LIMITED, testerText } from './tester-text.ts'
import { html, type Html } from './html-text.ts'
import { histogram, timeChart } from './report-charts.ts'
import {
  failureName,
  groupDimensions,
  metricNames,
  type CardSummary,
  type GroupDimension,
  type MetricName,
} from '../model/run-summary.ts'
import type { SavedRun } from '../model/saved-run.ts'

const metricTitles: Record<MetricName, string> = {
  ttfb: 'First byte',
  ttft: 'First token',
  itl: 'Between tokens',
  tpot: 'Per output token',
  e2e: 'End to end',
}

const dimensionTitles: Record<GroupDimension, string> = {
  endpoint: 'Endpoint',
  cache: 'Cache',
  attempts: 'Attempts',
  status: 'Status',
  rateLimit: 'Rate limit',
  step: 'Step',
}

const style = `:root{color-scheme:light dark}
body{font:13px/1.5 system-ui,sans-serif;max-width:1080px;margin:32px auto;padding:0 16px}
h1,h2{overflow-wrap:anywhere}h1{font-size:20px}h2{font-size:16px;margin-top:40px;border-top:1px solid #8884;padding-top:16px}h3{font-size:13px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:4px 8px;border-bottom:1px solid #8884}
.table{overflow-x:auto}td:first-child,td:last-child{overflow-wrap:anywhere;min-width:6em}
th:first-child,td:first-child{text-align:left}
figure{margin:16px 0}figcaption{font-weight:600}svg{width:100%;height:auto}svg text{font-size:11px;fill:currentColor}
.grid{stroke:#8884}.line{fill:none;stroke-width:1.5;stroke-linecap:round;stroke:#6a57e3}.line-1{stroke:#1268c9}
.line-2{stroke:#b87400}.line-3{stroke:#cf2f3f}.line-4{stroke:#0f7a49}.line-5{stroke:#888}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;margin:0}.legend i{display:inline-block;width:12px;height:3px;margin-right:5px;
vertical-align:middle;background:#6a57e3}.legend .line-1{background:#1268c9}.legend .line-2{background:#b87400}
.legend .line-3{background:#cf2f3f}.legend .line-4{background:#0f7a49}.legend .line-5{background:#888}rect{fill:#6a57e3}.charts{display:grid;grid-template-columns:1fr 1fr;gap:16px}
@media (max-width:800px){.charts{grid-template-columns:1fr}}
@media (max-width:500px){svg text{font-size:18px}}
.met{color:#0f7a49}.missed{color:#cf2f3f}dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px}
dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}`

const row = (cells: readonly string[], tag: 'td' | 'th' = 'td'): Html =>
  html`<tr>
    ${cells.map((cell) => (tag === 'th' ? html`<th scope="col">${cell}</th>` : html`<td>${cell}</td>`))}
  </tr>`

const table = (head: readonly string[], rows: readonly (readonly string[])[]): Html =>
  html`<div class="table" tabindex="0">
    <table>
      <thead>
        ${row(head, 'th')}
      </thead>
      <tbody>
        ${rows.map((cells) => row(cells))}
      </tbody>
    </table>
  </div>`

const latencyTable = ({ latency }: CardSummary): Html =>
  table(
    ['Latency', 'requests', 'mean', 'p50', 'p90', 'p95', 'p99', 'longest'],
    metricNames.map((metric) => {
      const figures = latency[metric]
      return [
        metricTitles[metric],
        formatCount(figures?.count),
        ...[
          figures?.meanMs,
          figures?.p50Ms,
          figures?.p90Ms,
          figures?.p95Ms,
          figures?.p99Ms,
          figures?.maxMs,
        ].map(formatMs),
      ]
    }),
  )

function groupTables({ groups }: CardSummary): Html[] {
  // A single group would repeat the figures of the whole card.
  return groupDimensions
    .filter((dimension) => groups[dimension].length > 1)
    .map((dimension) =>
      table(
        [
          dimensionTitles[dimension],
          'ok',
          'failed',
          'tokens',
          'first token p50',
          'p99',
          'per token p50',
          'end to end p50',
        ],
        groups[dimension].map((group) => [
          group.value,
          formatCount(group.ok),
          formatCount(group.failed),
          formatCount(group.completionTokens),
          ...[group.ttft?.p50Ms, group.ttft?.p99Ms, group.tpot?.p50Ms, group.e2e?.p50Ms].map(formatMs),
        ]),
      ),
    )
}

const failureTable = ({ failures }: CardSummary): Html[] =>
  failures.length === 0
    ? []
    : [
        table(
          ['Failure', 'status', 'count', 'the last of them'],
          failures.map(({ kind, status, count, example }) => [
            failureName(kind),
            status === null ? '–' : String(status),
            formatCount(count),
            example,
          ]),
        ),
      ]

function goodputLine({ goodput, tester, scenario: { slo } }: CardSummary): Html {
  const limits = [
    slo.ttftMs === null ? '' : `first token ${formatMs(slo.ttftMs)}`,
    slo.tpotMs === null ? '' : `per token ${formatMs(slo.tpotMs)}`,
    slo.e2eMs === null ? '' : `end to end ${formatMs(slo.e2eMs)}`,
  ].filter((limit) => limit !== '')
  if (tester?.isLimit)
    return html`<strong class="missed">${LIMITED}</strong> · no verdict · ${formatPercent(goodput.percent)}`
  if (goodput.met === null) return html`${formatPercent(goodput.percent)} (no limits)`
  const verdict = goodput.met
    ? html`<strong class="met">met</strong>`
    : html`<strong class="missed">missed</strong>`
  return html`${verdict} · ${formatPercent(goodput.percent)} of ${formatPercent(slo.goalPercent)}
  (${limits.join(', ')})`
}

const facts = (pairs: readonly (readonly [string, string | Html])[]): Html =>
  html`<dl>
    ${pairs.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`

function cardSection(card: CardSummary): Html {
  const { scenario, counts, series, latency } = card
  const ms = (value: number): string => formatMs(value)
  const percentiles = (metric: 'ttft' | 'e2e') => [
    { column: `${metric}P50`, name: 'p50' } as const,
    { column: `${metric}P95`, name: 'p95' } as const,
    { column: `${metric}P99`, name: 'p99' } as const,
  ]
  return html`<section>
    <h2>${scenario.name}</h2>
    ${facts([
      ['Target', `${scenario.url} · ${scenario.model}`],
      ['Arrival', `${describeArrival(scenario)} · at most ${scenario.maxParallel} in parallel`],
      ['State', `${card.state} after ${formatMs(card.durationMs)}`],
      [
        'Requests',
        `${formatCount(counts.ok)} ok, ${formatCount(counts.failed)} failed, ${formatCount(counts.cancelled)} cancelled, ${formatCount(counts.dropped)} dropped · ${formatRate(card.requestsPerS)}`,
      ],
      [
        'Tokens',
        `${formatCount(card.tokens.prompt)} in, ${formatCount(card.tokens.completion)} out · ${formatRate(card.tokensPerS)}`,
      ],
      ['Goodput', goodputLine(card)],
      ...(card.tester?.isLimit
        ? [['Tester', `The tester was the limit: ${testerText(card.tester)}`] as const]
        : []),
      ['Scheduler lag', `p99 ${formatMs(card.lag.p99Ms)}, at most ${formatMs(card.lag.maxMs)}`],
    ])}
    ${latencyTable(card)}
    <div class="charts">
      ${timeChart('First token', series, percentiles('ttft'), ms)}
      ${timeChart('End to end', series, percentiles('e2e'), ms)}
      ${timeChart('Tokens', series, [{ column: 'tokensPerS', name: 'tokens a second' }], shortRate)}
      ${timeChart(
        'Requests',
        series,
        [
          { column: 'okPerS', name: 'ok' },
          { column: 'droppedPerS', name: 'dropped' },
          ...series.failures.slice(0, 4).map(({ kind }) => ({
            column: { failure: kind },
            name: failureName(kind),
          })),
        ],
        shortRate,
      )}
      ${histogram('First token', latency.ttft, ms)} ${histogram('Per output token', latency.tpot, ms)}
    </div>
    ${groupTables(card)} ${failureTable(card)}
  </section>`
}

/** @returns a complete document; all values of the run are escaped. */
export function htmlReport(run: SavedRun): string {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width" />
        <title>${run.name} · Load Producer</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      <body>
        <h1>${run.name}</h1>
        <p>${new Date(run.startedAtMs).toISOString()} · latencies of successes, from the scheduled start</p>
        ${run.cards.map(cardSection)}
      </body>
    </html>`
  return `${document.html}\n`
}
