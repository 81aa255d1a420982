/** The placeholder of the cards until the configuration has arrived. */
import { joinClasses } from '../../ui/styles/join-classes.ts'
import styles from './canvas-skeleton.module.css'
import { kinds } from './model/card.ts'

const CARDS = { token: 4, block: 2, endpoint: 3 } as const

export function CanvasSkeleton() {
  return (
    <div role="status" aria-label="Loading the canvas" className={styles.columns}>
      {kinds.map((kind) => (
        <div key={kind} className={styles.column}>
          {Array.from({ length: CARDS[kind] }, (_, index) => (
            <span key={index} className={joinClasses(styles.card, styles[kind])} />
          ))}
        </div>
      ))}
    </div>
  )
}
