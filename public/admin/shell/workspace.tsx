/** The frame of the page for a signed-in operator, with the open view. */
import { lazy, Suspense } from 'react'
import { ErrorBoundary } from '../../ui/page/error-boundary.tsx'
import { Skeleton } from '../../ui/display/skeleton.tsx'
import { useShortcuts } from '../../ui/shortcuts/use-shortcuts.ts'
import { useGateway, useWorkspace } from '../state/page/page.tsx'
import { useIsStale } from '../state/page/use-data-age.ts'
import type { View } from '../state/workspace/page-location.ts'
import { CanvasView } from './canvas-view.tsx'
import { Rail } from './rail.tsx'
import { StatusBar } from './status-bar.tsx'
import { WatchProvider } from '../watch/watch-provider.tsx'
import { TopBar } from './top-bar.tsx'
import { useFocusRequests } from './use-focus-requests.ts'
import { useMendedNetwork } from './use-mended-network.ts'
import { useMissingLinkTarget } from './use-missing-link-target.ts'
import { useActions } from '../actions/use-actions.tsx'
import { useDropDeletedDrafts } from './use-drop-deleted-drafts.ts'
import styles from './workspace.module.css'

const views: Record<Exclude<View, 'canvas'>, ReturnType<typeof lazy>> = {
  models: lazy(async () => ({ default: (await import('../models/models-view.tsx')).ModelsView })),
  requests: lazy(async () => ({ default: (await import('../requests/requests-view.tsx')).RequestsView })),
  usage: lazy(async () => ({ default: (await import('../usage/usage-view.tsx')).UsageView })),
  audit: lazy(async () => ({ default: (await import('../audit/audit-view.tsx')).AuditView })),
  settings: lazy(async () => ({ default: (await import('../settings/settings-view.tsx')).SettingsView })),
}

const OpenDialog = lazy(async () => ({ default: (await import('../dialogs/open-dialog.tsx')).OpenDialog }))

export function Workspace() {
  return (
    <WatchProvider>
      <Frame />
    </WatchProvider>
  )
}

function Frame() {
  const view = useWorkspace((workspace) => workspace.view)
  const isAged = useIsStale()
  // The canvas is drawn first.
  const isKnown = useGateway(() => true) === true
  const actions = useActions()
  useDropDeletedDrafts()
  useMissingLinkTarget()
  useMendedNetwork()
  useFocusRequests()
  useShortcuts(
    actions.flatMap(({ keys, run, disabled, handledByCanvas: ofCanvas, everywhere }) =>
      keys === undefined || ofCanvas || disabled ? [] : [{ keys, run, everywhere }],
    ),
  )
  return (
    <div className={styles.frame} data-aged={isAged || undefined}>
      <TopBar actions={actions} />
      <Rail />
      <main className={styles.view}>{view === 'canvas' ? <CanvasView /> : <Page view={view} />}</main>
      <StatusBar />
      {isKnown && (
        <ErrorBoundary what="The dialogs">
          <Suspense>
            <OpenDialog actions={actions} />
          </Suspense>
        </ErrorBoundary>
      )}
    </div>
  )
}

function Page({ view }: { readonly view: Exclude<View, 'canvas'> }) {
  const Shown = views[view]
  return (
    <div data-message-room className={styles.page}>
      <ErrorBoundary key={view} what="This view">
        <Suspense fallback={<Skeleton label="Loading" lines={8} />}>
          <Shown />
        </Suspense>
      </ErrorBoundary>
    </div>
  )
}
