/** Tokens per second of the last minutes: the server's history, continued with live figures. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import type { HistoryView } from '../../../../src/contract/traffic/live.ts'
import { rate } from '../../../ui/format/figures.ts'
import { useLive, usePage } from '../../state/page/page.tsx'
import styles from './panel.module.css'

const TimeChart = lazy(async () => ({
  default: (await import('../../../ui/charts/time-chart.tsx')).TimeChart,
}))

const HEIGHT = 64
const curves = [{ label: 'tok/s', color: '--accent', filled: true }]
const format = (value: number): string => rate(value)

interface RateSparklineProps {
  readonly of: 'endpoints' | 'incoming_blocks' | 'totals'
  readonly id?: number
}

export function RateSparkline({ of, id }: RateSparklineProps) {
  const { call, queries } = usePage()
  const { data } = useQuery(
    {
      queryKey: ['history'],
      queryFn: () => call<HistoryView>('GET', '/history'),
      refetchInterval: ({ state }) => 1000 * (state.data?.step_seconds ?? 2),
    },
    queries,
  )
  const kind = of === 'endpoints' ? 'endpoint' : of === 'totals' ? 'gateway' : 'block'
  const now = useLive(kind, id === undefined ? '' : String(id))?.tokens_per_second
  const series = useMemo(() => seriesOf(data, of, id), [data, of, id])
  return (
    <div>
      <div className={styles.line}>
        <span className={styles.muted}>tokens per second</span>
        <strong>{rate(now)}</strong>
      </div>
      <Suspense>
        <TimeChart
          bare
          height={HEIGHT}
          label={`Tokens per second of the last minutes; now ${rate(now)}`}
          curves={curves}
          data={series}
          format={format}
        />
      </Suspense>
      <div className={styles.span}>
        <span>5 min ago</span>
        <span>now</span>
      </div>
    </div>
  )
}

const LENGTH = 150

/** Pads the series to its full length, so that the curve grows from the right. */
function seriesOf(
  history: HistoryView | undefined,
  of: RateSparklineProps['of'],
  id: number | undefined,
): [number[], (number | null)[]] {
  const found = of === 'totals' ? history?.totals : history?.[of].find((one) => one.id === id)
  const values = found?.tokens_per_second ?? []
  const padded = [...Array.from({ length: Math.max(0, LENGTH - values.length) }, () => null), ...values]
  return [padded.map((_, index) => index), padded]
}
