/** The layout of the page: header, current view, footer and dialogs. */
import { lazy, Suspense, useEffect } from 'react'
import { faultText } from '../../../src/load-engine/model/field-schemas.ts'
import { ErrorBoundary } from '../../ui/page/error-boundary.tsx'
import { Skeleton } from '../../ui/display/skeleton.tsx'
import { useToasts } from '../../ui/overlays/toasts.tsx'
import { CardList } from '../cards/card-list.tsx'
import { useLibrary, usePage, useWorkspace } from '../state/page.tsx'
import { Dialogs } from './dialogs/dialogs.tsx'
import { Footer } from './footer.tsx'
import { Header } from './header.tsx'
import styles from './shell.module.css'
import { usePageShortcuts } from './shortcuts/use-page-shortcuts.ts'

const Dashboard = lazy(async () => ({ default: (await import('../dashboard/dashboard.tsx')).Dashboard }))
const CompareView = lazy(async () => ({ default: (await import('../compare/compare-view.tsx')).CompareView }))
const RunsView = lazy(async () => ({ default: (await import('../runs/runs-view.tsx')).RunsView }))

export function Shell() {
  const view = useWorkspace((workspace) => workspace.view)
  usePageShortcuts()
  useRefusals()
  useStorageErrors()
  return (
    <div className={styles.shell}>
      <Header />
      <main className={view === 'run' ? styles.run : styles.view}>
        {view === 'run' && (
          <div className={styles.side}>
            <CardList />
          </div>
        )}
        <ErrorBoundary key={view} what="The view">
          <Suspense fallback={<Skeleton label="The view is loading" lines={6} />}>
            {view === 'run' && <Dashboard />}
            {view === 'compare' && <CompareView />}
            {view === 'runs' && <RunsView />}
          </Suspense>
        </ErrorBoundary>
      </main>
      <Footer />
      <Dialogs />
    </div>
  )
}

/** Shows a toast when the engine refuses to start a card, with an action that opens the editor at the faulty field. */
function useRefusals(): void {
  const { engine, cards, workspace } = usePage()
  const toasts = useToasts()
  useEffect(
    () =>
      engine.onRefused(({ cardId, faults }) => {
        const name = cards.getState().cards.find(({ id }) => id === cardId)?.scenario.name ?? 'The card'
        const [fault] = faults
        toasts.error({
          title: `${name} cannot start`,
          detail: faults.map(faultText).join('; '),
          action: {
            label: 'Edit',
            onClick: () => workspace.setState({ dialog: { name: 'edit', cardId, field: fault?.path ?? '' } }),
          },
        })
      }),
    [engine, cards, workspace, toasts],
  )
}

function useStorageErrors(): void {
  const { storageError } = useLibrary()
  const toasts = useToasts()
  useEffect(() => {
    if (storageError !== '') toasts.error({ title: 'Not kept in this browser', detail: storageError })
  }, [storageError, toasts])
}
