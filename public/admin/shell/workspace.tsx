/** What a signed-in operator works in. */
import { Canvas } from '../canvas/canvas.tsx'
import styles from './workspace.module.css'

export function Workspace() {
  return (
    <main className={styles.page}>
      <h1 className={styles.title}>LLM Load Balancer</h1>
      <Canvas />
    </main>
  )
}
