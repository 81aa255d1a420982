/** What a signed-in operator works in. */
import { Redo2, Undo2 } from 'lucide-react'
import { IconButton } from '../../ui/icon-button.tsx'
import { Canvas } from '../canvas/canvas.tsx'
import { usePage } from '../state/page.tsx'
import styles from './workspace.module.css'

export function Workspace() {
  const { history } = usePage()
  return (
    <main className={styles.page}>
      <header className={styles.top}>
        <h1>LLM Load Balancer</h1>
        <IconButton label="Undo" icon={<Undo2 />} onClick={() => void history.undo()} />
        <IconButton label="Redo" icon={<Redo2 />} onClick={() => void history.redo()} />
      </header>
      <Canvas />
    </main>
  )
}
