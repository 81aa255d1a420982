/** What a signed-in operator works in: the frame, and in it the view that is open. */
import { lazy, Suspense } from 'react'
import { ErrorBoundary } from '../../ui/error-boundary.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useShortcuts } from '../../ui/shortcuts.ts'
import { Dialogs } from '../dialogs/dialogs.tsx'
import { Palette } from '../palette/palette.tsx'
import { useWorkspace } from '../state/page.tsx'
import type { View } from '../state/place.ts'
import { CanvasView } from './canvas-view.tsx'
import { Rail } from './rail.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { StatusBar } from './status-bar.tsx'
import { TopBar } from './top-bar.tsx'
import { useArrival } from './use-arrival.ts'
import { useActions } from './use-actions.tsx'
import { useLostDrafts } from './use-lost-drafts.ts'
import styles from './workspace.module.css'

const views: Record<Exclude<View, 'canvas'>, ReturnType<typeof lazy>> = {
  usage: lazy(async () => ({ default: (await import('../usage/usage-view.tsx')).UsageView })),
  audit: lazy(async () => ({ default: (await import('../audit/audit-view.tsx')).AuditView })),
  settings: lazy(async () => ({ default: (await import('../settings/settings-view.tsx')).SettingsView })),
}

export function Workspace() {
  const view = useWorkspace((workspace) => workspace.view)
  const actions = useActions()
  useLostDrafts()
  useArrival()
  useShortcuts(
    actions.flatMap(({ keys, run, disabled, ofCanvas, everywhere }) =>
      keys === undefined || ofCanvas || disabled ? [] : [{ keys, run, everywhere }],
    ),
  )
  return (
    <div className={styles.frame}>
      <TopBar actions={actions} />
      <Rail />
      <main className={styles.view}>{view === 'canvas' ? <CanvasView /> : <Page view={view} />}</main>
      <StatusBar />
      <Palette actions={actions} />
      <ShortcutsDialog actions={actions} />
      <Dialogs />
    </div>
  )
}

function Page({ view }: { readonly view: Exclude<View, 'canvas'> }) {
  const Shown = views[view]
  return (
    <div className={styles.page}>
      <ErrorBoundary key={view} what="This view">
        <Suspense fallback={<Skeleton label="Loading" lines={8} />}>
          <Shown />
        </Suspense>
      </ErrorBoundary>
    </div>
  )
}
