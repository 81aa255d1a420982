/** The cells of a table row that tell how much a model or an alias is asked for. */
import { percent, rate } from '../../ui/format/figures.ts'
import { joinClasses } from '../../ui/styles/join-classes.ts'
import { useLive } from '../state/page/page.tsx'
import styles from './table.module.css'

type Kind = 'model' | 'alias'

const titles: Record<Kind, string> = {
  model: 'Of the requests that the model served in the last ten seconds, those for its aliases too',
  alias: 'Of the requests of the last ten seconds that named the alias, whichever model served them',
}

export function TrafficHeads({ of }: { readonly of: Kind }) {
  const ofName = of === 'alias' ? ' by name' : ''
  const className = joinClasses(styles.figure, styles.rate)
  return (
    <>
      <th scope="col" className={className} data-named={ofName || undefined} title={titles[of]}>
        req/s{ofName}
      </th>
      <th scope="col" className={className} data-named={ofName || undefined} title={titles[of]}>
        tok/s{ofName}
      </th>
      <th scope="col" className={joinClasses(styles.figure, styles.share)} title={titles[of]}>
        Share of tokens
      </th>
    </>
  )
}

const IDLE = { requests_per_second: 0, tokens_per_second: 0, share_percent: null }

/** @returns undefined before the first figures. */
function useTraffic(of: Kind, id: string) {
  const live = useLive(of, id)
  // Models without traffic are absent from the figures.
  const hasFigures = useLive('models', '') !== undefined
  if (live === undefined) return hasFigures ? IDLE : undefined
  return live.requests_per_second + live.tokens_per_second > 0 ? live : IDLE
}

/** @param id - of an alias; the name of a model, or empty for all that are not known by name. */
export function TrafficCells({ of, id }: { readonly of: Kind; readonly id: string }) {
  const live = useTraffic(of, id)
  const { figure } = styles
  return (
    <>
      <td className={figure}>
        {rate(live?.requests_per_second)}
        <span className={styles.unit}> req/s</span>
      </td>
      <td className={figure}>
        {rate(live?.tokens_per_second)}
        <span className={styles.unit}> tok/s</span>
      </td>
      <td className={figure}>
        {percent(live?.share_percent)}
        <span className={styles.unit}> of tokens</span>
      </td>
    </>
  )
}

/** The same figures as words, of the models that are not known by name. */
export function OtherTraffic() {
  const live = useTraffic('model', '')
  return (
    <p>
      {rate(live?.requests_per_second)} req/s · {rate(live?.tokens_per_second)} tok/s ·{' '}
      {percent(live?.share_percent)} of tokens
    </p>
  )
}
