/** The map of the whole canvas, with the visible part marked. */
import { MiniMap, useStore, type MiniMapNodeProps } from '@xyflow/react'
import { useGateway, useLive } from '../../state/page/page.tsx'
import { endpointCondition } from '../../endpoint-condition/endpoint-condition.ts'
import { nodeOfKey } from '../../state/node-ref.ts'
import styles from './canvas-minimap.module.css'

/** With fewer cards the map is hidden. */
const MIN_CARDS = 4
/** On a narrower canvas the map would cover the zoom buttons. */
const MIN_WIDTH_PX = 520

export function CanvasMinimap() {
  const isUseful = useStore(({ nodes, width }) => nodes.length >= MIN_CARDS && width >= MIN_WIDTH_PX)
  if (!isUseful) return null
  return (
    <MiniMap
      className={styles.overview}
      position="bottom-right"
      ariaLabel="Map of the canvas"
      nodeComponent={MinimapCard}
      pannable
      zoomable
      style={{ width: 160, height: 100 }}
    />
  )
}

function MinimapCard({ id, x, y, width, height, selected }: MiniMapNodeProps) {
  const { kind, id: objectId } = nodeOfKey(id)
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
