/** Rate against p50, p95 and goodput, for each shown card whose steps are rates. */
import { formatMs, formatPercent, formatRate } from '../../../src/load-engine/report/format-figure.ts'
import { kneeText, ratePoints, type RatePoint } from '../model/rate-points.ts'
import type { Scenario } from '../../../src/load-engine/model/scenario.ts'
import styles from './dashboard.module.css'
import { Panel } from './panel.tsx'
import type { ShownCard } from './shown-card.ts'

const WIDTH = 640
const HEIGHT = 200
// Room for labels, which are larger on a phone, where the drawing is scaled down.
const LEFT = 88
const RIGHT = 76
const BOTTOM = 28
const TOP = 14

const curves = [
  { label: 'p50', color: 'var(--accent)' },
  { label: 'p95', color: 'var(--info)' },
  { label: 'goodput', color: 'var(--ok)' },
] as const

const hasLimits = ({ slo }: Scenario): boolean =>
  slo.ttftMs !== null || slo.tpotMs !== null || slo.e2eMs !== null

const noteOf = (scenario: Scenario, points: readonly RatePoint[]): string =>
  `${kneeText(points, scenario.slo.goalPercent)}${hasLimits(scenario) ? '' : ' The card has no limits: every answer counts.'}`

export function RateCharts({ shown }: { readonly shown: readonly ShownCard[] }) {
  return shown.map(({ id, scenario, groups }) => {
    const points = ratePoints(groups?.step ?? [])
    if (points.length < 2) return null
    return (
      <Panel key={id} title={`Rate of ${scenario.name}`} note={noteOf(scenario, points)}>
        <RateChart name={scenario.name} points={points} />
      </Panel>
    )
  })
}

function RateChart({ name, points }: { readonly name: string; readonly points: readonly RatePoint[] }) {
  const rates = points.map(({ ratePerS }) => Math.log(ratePerS))
  const [low, high] = [Math.min(...rates), Math.max(...rates)]
  const x = (rate: number): number =>
    LEFT + ((Math.log(rate) - low) / Math.max(1e-9, high - low)) * (WIDTH - LEFT - RIGHT)
  const maxMs = Math.max(1, ...points.map(({ p50Ms, p95Ms }) => Math.max(p50Ms ?? 0, p95Ms ?? 0)))
  const y = (part: number): number => HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP)
  const lines = [
    points.map(({ p50Ms }) => (p50Ms === null ? null : p50Ms / maxMs)),
    points.map(({ p95Ms }) => (p95Ms === null ? null : p95Ms / maxMs)),
    points.map(({ goodputPercent }) => goodputPercent / 100),
  ]
  const [first, last] = [points[0], points.at(-1)]
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Rate against latency and goodput of ${name}`}
        className={styles.rates}
      >
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(part)} y2={y(part)} stroke="var(--line)" />
            <text x={LEFT - 6} y={y(part)} textAnchor="end" dominantBaseline="middle">
              {formatMs(maxMs * part)}
            </text>
            <text x={WIDTH - RIGHT + 6} y={y(part)} dominantBaseline="middle">
              {formatPercent(part * 100)}
            </text>
          </g>
        ))}
        {lines.map((values, index) => (
          <g key={curves[index]?.label} stroke={curves[index]?.color} fill={curves[index]?.color}>
            <polyline
              fill="none"
              points={points
                .flatMap(({ ratePerS }, at) => {
                  const value = values[at]
                  return value == null ? [] : [`${x(ratePerS).toFixed(1)},${y(value).toFixed(1)}`]
                })
                .join(' ')}
            />
            {points.map(({ ratePerS, p50Ms, p95Ms, goodputPercent }, at) => {
              const value = values[at]
              return value == null ? null : (
                <circle key={ratePerS} cx={x(ratePerS)} cy={y(value)} r="2.5">
                  <title>
                    {`${formatRate(ratePerS)}: p50 ${formatMs(p50Ms)}, p95 ${formatMs(p95Ms)}, goodput ${formatPercent(goodputPercent)}`}
                  </title>
                </circle>
              )
            })}
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 8}>
          {formatRate(first?.ratePerS)}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 8} textAnchor="end">
          {formatRate(last?.ratePerS)}
        </text>
      </svg>
      <ul className={styles.keys}>
        {curves.map(({ label, color }) => (
          <li key={label}>
            <svg viewBox="0 0 12 4" aria-hidden="true">
              <rect width="12" height="4" fill={color} />
            </svg>
            {label}
          </li>
        ))}
      </ul>
    </>
  )
}
