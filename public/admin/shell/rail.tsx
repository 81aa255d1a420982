/** The navigation between views: at the left, on a phone at the foot. */
import { Boxes, ChartNoAxesColumn, History, Route, Settings, Workflow, Zap } from 'lucide-react'
import type { ReactNode } from 'react'
import { joinClasses } from '../../ui/styles/join-classes.ts'
import { Tooltip } from '../../ui/display/tooltip.tsx'
import { useWorkspace } from '../state/page/page.tsx'
import type { View } from '../state/workspace/page-location.ts'
import styles from './rail.module.css'

const places: readonly { view: View; label: string; icon: ReactNode }[] = [
  { view: 'canvas', label: 'Canvas', icon: <Workflow /> },
  { view: 'models', label: 'Models', icon: <Boxes /> },
  { view: 'requests', label: 'Requests', icon: <Route /> },
  { view: 'usage', label: 'Usage', icon: <ChartNoAxesColumn /> },
  { view: 'audit', label: 'Audit', icon: <History /> },
]

export function Rail() {
  const open = useWorkspace((workspace) => workspace.view)
  const link = (view: View, label: string, icon: ReactNode) => (
    <Tooltip key={view} text={label} side="right">
      <a
        href={`#/${view}`}
        aria-label={label}
        aria-current={open === view ? 'page' : undefined}
        className={styles.link}
      >
        {icon}
      </a>
    </Tooltip>
  )
  return (
    <nav className={styles.rail} aria-label="Views">
      {places.map(({ view, label, icon }) => link(view, label, icon))}
      <Tooltip text="Load Producer" side="right">
        <a href="/load-producer/" aria-label="Load Producer" className={styles.link}>
          <Zap />
        </a>
      </Tooltip>
      <span className={joinClasses(styles.gap)} />
      {link('settings', 'Settings', <Settings />)}
    </nav>
  )
}
