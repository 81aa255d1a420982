/** The captions above the columns. */
import { ViewportPortal } from '@xyflow/react'
import { kinds } from '../model/card.ts'
import { columnX, type CardPlacement } from '../model/placement.ts'
import styles from './column-captions.module.css'

const captions = { token: 'Clients', block: 'Incoming blocks', endpoint: 'Endpoints' } as const

const ABOVE = 32

/** Each caption is at the median x of its column's cards; all are above the highest card. */
export function ColumnCaptions({ placement }: { readonly placement: CardPlacement }) {
  const cards = [...placement.values()]
  const top = cards.length === 0 ? 0 : Math.min(...cards.map(({ y }) => y))
  return (
    <ViewportPortal>
      {kinds.map((kind) => {
        const x = columnX(kind, cards)
        return (
          <div
            key={kind}
            className={styles.caption}
            aria-hidden="true"
            style={{ transform: `translate(${x}px, ${top - ABOVE}px) scale(var(--steady, 1))` }}
          >
            {captions[kind]}
          </div>
        )
      })}
    </ViewportPortal>
  )
}
