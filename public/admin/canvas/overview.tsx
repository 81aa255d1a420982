/** The whole canvas in small, with what is seen of it. */
import { MiniMap, useStore, type MiniMapNodeProps } from '@xyflow/react'
import { useGateway, useLive } from '../state/page.tsx'
import { cardOf } from './card.ts'
import { endpointCondition } from './endpoint-condition.ts'
import styles from './canvas.module.css'

/** Fewer cards are seen at a glance. */
const FEWEST_CARDS = 4
/** In less width, in pixels, it would lie over the buttons beside it. */
const NARROWEST = 520

export function Overview() {
  const isOfUse = useStore(({ nodes, width }) => nodes.length >= FEWEST_CARDS && width >= NARROWEST)
  if (!isOfUse) return null
  return (
    <MiniMap
      className={styles.overview}
      position="bottom-right"
      ariaLabel="Map of the canvas"
      nodeComponent={SmallCard}
      pannable
      zoomable
      style={{ width: 160, height: 100 }}
    />
  )
}

function SmallCard({ id, x, y, width, height, selected }: MiniMapNodeProps) {
  const { kind, id: objectId } = cardOf(id)
  const endpoint = useGateway((state) =>
    kind === 'endpoint' ? state.endpoints.find((one) => one.id === objectId) : undefined,
  )
  const live = useLive('endpoint', kind === 'endpoint' ? String(objectId) : '')
  return (
    <rect
      x={x}
      y={y}
      width={width}
      height={height}
      rx={12}
      className={styles.small}
      data-condition={endpoint && endpointCondition(endpoint, live).condition}
      data-selected={selected || undefined}
    />
  )
}
