/** The captions above the columns. */
import { ViewportPortal } from '@xyflow/react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { count } from '../../../ui/format/figures.ts'
import { objectsOf } from '../../state/named-objects.ts'
import { columnOf, kinds, overlaps, type Box } from '../model/card.ts'
import { columnX, type CardPlacement } from '../model/placement.ts'
import styles from './column-captions.module.css'

const captions = { token: 'Clients', block: 'Incoming blocks', endpoint: 'Endpoints' } as const

const ABOVE = 32
/** More cards may stand in several columns: the caption is above the first. */
const WRAPPED = 8
/** Fewer cards are counted at a glance. */
const COUNTED = 12

/** The frames that have a card on them: captions would cover their titles. */
const framesAround = ({ canvas_notes }: StateView, cards: readonly Box[]): Box[] =>
  canvas_notes
    .filter(({ kind }) => kind === 'frame')
    .map(({ pos_x: x, pos_y: y, width, height }) => ({ x, y, width, height }))
    .filter((frame) => cards.some((card) => overlaps(frame, card)))

/** Each caption is above its column; all are above the highest card. */
interface ColumnCaptionsProps {
  readonly state: StateView
  readonly placement: CardPlacement
}

export function ColumnCaptions({ state, placement }: ColumnCaptionsProps) {
  const cards = [...placement.values()]
  const frames = framesAround(state, cards)
  const top = cards.length === 0 ? 0 : Math.min(...[...cards, ...frames].map(({ y }) => y))
  const shown = kinds.flatMap((kind) => {
    const own = cards.filter((card) => columnOf(card.kind) === kind)
    const all = objectsOf(state, kind).length
    // All of them are folded into the next column.
    if (own.length === 0 && all > 0) return []
    const x = own.length > WRAPPED ? Math.min(...own.map((card) => card.x)) : columnX(kind, own)
    return { kind, x, all }
  })
  return (
    <ViewportPortal>
      {shown.map(({ kind, x, all }, index) => {
        const next = shown[index + 1]
        // As wide as its column: from afar the next caption begins soon.
        const room = next && next.x > x ? `calc(${next.x - x}px / var(--steady, 1) - 12px)` : undefined
        return (
          <div
            key={kind}
            className={styles.caption}
            data-raised={frames.length > 0 || undefined}
            aria-hidden="true"
            style={{
              transform: `translate(${x}px, ${top - ABOVE}px) scale(var(--steady, 1))`,
              maxWidth: room,
            }}
          >
            {captions[kind]}
            {all > COUNTED && <span className={styles.number}>{count(all)}</span>}
          </div>
        )
      })}
    </ViewportPortal>
  )
}
