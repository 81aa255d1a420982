/** The canvas view with the outline and the inspector. */
import { lazy, Suspense, useState } from 'react'
import { ErrorBoundary } from '../../ui/page/error-boundary.tsx'
import { Canvas } from '../canvas/canvas.tsx'
import { useGateway, useWorkspace } from '../state/page/page.tsx'
import { FirstRun } from '../first-run/first-run.tsx'
import { NowStrip } from '../troubles/now-strip.tsx'
import styles from './canvas-view.module.css'

const Outline = lazy(async () => ({ default: (await import('../outline/outline.tsx')).Outline }))
const Inspector = lazy(async () => ({ default: (await import('../inspector/inspector.tsx')).Inspector }))

export function CanvasView() {
  const outlineOpen = useWorkspace((workspace) => workspace.outlineOpen)
  const inspectorOpen = useWorkspace((workspace) => workspace.inspectorOpen)
  const known = useGateway(() => true)
  const [strip, setStrip] = useState<HTMLElement | null>(null)
  return (
    <div className={styles.view}>
      {outlineOpen && (
        <ErrorBoundary what="The outline">
          <Suspense>
            <Outline />
          </Suspense>
        </ErrorBoundary>
      )}
      <div data-buttons="top" className={styles.canvas}>
        <Canvas strip={strip} />
        <NowStrip ref={setStrip} />
        {known && <FirstRun />}
      </div>
      {inspectorOpen && (
        <ErrorBoundary what="The inspector">
          <Suspense fallback={<div className={styles.inspectorPlace} />}>
            <Inspector />
          </Suspense>
        </ErrorBoundary>
      )}
    </div>
  )
}
