/** The heat of first tokens: a grid of endpoints and ten-second steps, darker where streams took longer to begin. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { FirstTokenHistoryView } from '../../../src/contract/traffic/live.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { Skeleton } from '../../ui/display/skeleton.tsx'
import { duration } from '../../ui/format/figures.ts'
import hiddenStyles from '../../ui/styles/visually-hidden.module.css'
import { problemOf } from '../api/problem.ts'
import { usePage } from '../state/page/page.tsx'
import styles from './first-token-heat.module.css'
import { HeatGrid } from './heat-grid.tsx'
import { heatRows } from './heat-rows.ts'
import { heatScale, LEVELS, type HeatScale } from './heat-scale.ts'

const REFRESH_MS = 5000
const PAGE_SIZE = 50

export function FirstTokenHeat({ endpoints }: { readonly endpoints: readonly EndpointView[] }) {
  const { call } = usePage()
  const { data, error } = useQuery({
    queryKey: ['first-tokens'],
    queryFn: () => call<FirstTokenHistoryView>('GET', '/history/first-token'),
    refetchInterval: REFRESH_MS,
  })
  return (
    <section className={styles.heat} aria-labelledby="heat-title">
      <h3 id="heat-title">Time to first token</h3>
      <p className={styles.muted}>
        Mean of the streams that ended in each ten seconds of the last five minutes.
      </p>
      {data !== undefined ? (
        <Rows history={data} endpoints={endpoints} />
      ) : error === null ? (
        <Skeleton label="Loading the times to the first token" lines={3} />
      ) : (
        <p role="alert" className={styles.trouble}>
          {problemOf(error)?.detail ?? error.message}
        </p>
      )}
    </section>
  )
}

interface RowsProps {
  readonly history: FirstTokenHistoryView
  readonly endpoints: readonly EndpointView[]
}

function Rows({ history, endpoints }: RowsProps) {
  const [shown, setShown] = useState(PAGE_SIZE)
  const rows = heatRows(history, new Map(endpoints.map(({ id, name }) => [id, name])))
  const scale = heatScale(rows.flatMap(({ first_token_ms }) => first_token_ms.filter((ms) => ms !== null)))
  if (scale === undefined)
    return <p className={styles.muted}>No stream has ended in the last five minutes.</p>
  return (
    <>
      <HeatGrid rows={rows.slice(0, shown)} history={history} scale={scale} />
      <Legend {...scale} />
      {rows.length > shown && (
        <Button onClick={() => setShown(shown + PAGE_SIZE)}>
          Show {Math.min(PAGE_SIZE, rows.length - shown)} more
        </Button>
      )}
    </>
  )
}

const Legend = ({ lowMs, highMs }: HeatScale) => (
  <p className={styles.legend}>
    {duration(lowMs)}
    <span className={styles.shades} aria-hidden="true">
      {Array.from({ length: LEVELS }, (_, index) => (
        <i key={index} data-level={index + 1} />
      ))}
    </span>
    <span className={hiddenStyles.hidden}>to</span>
    {duration(highMs)}
  </p>
)
