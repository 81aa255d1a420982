/** The zoom, fit and tidy-up buttons at the lower left of the canvas. */
import { Panel, useReactFlow, useStore } from '@xyflow/react'
import { Maximize, Minus, Plus, Workflow } from 'lucide-react'
import { percent } from '../../../ui/format/figures.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { IconButton } from '../../../ui/buttons/icon-button.tsx'
import { FoldMenu } from './fold-menu.tsx'
import styles from './zoom-bar.module.css'

interface ZoomBarProps {
  readonly onFit: () => void
  readonly onTidy: () => void
}

export function ZoomBar({ onFit, onTidy }: ZoomBarProps) {
  const { zoomIn, zoomOut, zoomTo } = useReactFlow()
  const zoom = useStore(({ transform }) => Math.round(transform[2] * 100))
  return (
    <Panel position="bottom-left" className={styles.bar} role="toolbar" aria-label="View of the canvas">
      <IconButton
        label="Zoom out"
        icon={<Minus />}
        variant="outlined"
        tooltipSide="top"
        onClick={() => void zoomOut()}
      />
      <Button
        className={styles.zoom}
        aria-label={`Zoom ${zoom} percent; set to 100 percent`}
        onClick={() => void zoomTo(1)}
      >
        {percent(zoom)}
      </Button>
      <IconButton
        label="Zoom in"
        icon={<Plus />}
        variant="outlined"
        tooltipSide="top"
        onClick={() => void zoomIn()}
      />
      <IconButton
        label="Fit"
        icon={<Maximize />}
        shortcut="1"
        variant="outlined"
        tooltipSide="top"
        onClick={onFit}
      />
      <Button icon={<Workflow />} aria-keyshortcuts="Shift+Alt+T" title="Shift+Alt+T" onClick={onTidy}>
        Tidy up
      </Button>
      <FoldMenu />
    </Panel>
  )
}
