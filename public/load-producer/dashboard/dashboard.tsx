/** The dashboard: figures, charts, histograms and tables of the cards that have run. */
import { EmptyState } from '../../ui/display/empty-state.tsx'
import { usePage, useCards, useLive, useWorkspace } from '../state/page.tsx'
import { CardTable } from './card-table.tsx'
import styles from './dashboard.module.css'
import { FailureTable } from './failure-table.tsx'
import { GroupTable } from './group-table.tsx'
import { Headline } from './headline.tsx'
import { Histograms } from './histograms.tsx'
import { Notices } from './notices.tsx'
import { RequestLog } from './request-log.tsx'
import { RateCharts } from './rate-chart.tsx'
import { TimeCharts } from './time-charts.tsx'
import { ScopePicker } from './scope-picker.tsx'
import type { ShownCard } from './shown-card.ts'

/** @returns the cards that have run, in order of the cards; only the selected one if it has run. */
function useShownCards(): readonly ShownCard[] {
  const cards = useCards()
  const live = useLive((state) => state.cards)
  const scope = useWorkspace((state) => state.scope)
  const ran = cards.flatMap(({ id, scenario }) => {
    const one = live[id]
    return one ? [{ id, scenario, ...one }] : []
  })
  const chosen = ran.filter(({ id }) => id === scope)
  return chosen.length > 0 ? chosen : ran
}

export function Dashboard() {
  const shown = useShownCards()
  const { workspace } = usePage()
  return (
    <section aria-label="Dashboard" className={styles.dashboard}>
      <Notices />
      <ScopePicker />
      <Headline shown={shown} />
      {shown.length === 0 ? (
        <div className={styles.panel}>
          <EmptyState title="Nothing has run yet">
            Press Start on a card: figures, curves and the log of requests appear here. Earlier runs are under
            Runs.
          </EmptyState>
        </div>
      ) : (
        <>
          <TimeCharts shown={shown} />
          <RateCharts shown={shown} />
          <Histograms shown={shown} />
          <CardTable onOpen={(id) => workspace.setState({ scope: id })} />
          <FailureTable shown={shown} />
          <GroupTable shown={shown} />
          <RequestLog shown={shown} />
        </>
      )}
    </section>
  )
}
