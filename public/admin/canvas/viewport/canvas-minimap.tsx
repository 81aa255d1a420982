/** The map of the whole canvas, with the visible part marked. */
import { MiniMap, useStore, type MiniMapNodeProps } from '@xyflow/react'
import type { SVGProps } from 'react'
import { useGateway, usePage } from '../../state/page/page.tsx'
import { useConfigured } from '../../state/page/use-configured.ts'
import { endpointCondition } from '../../endpoint-condition/endpoint-condition.ts'
import { parseNodeKey, parseNoteKey } from '../../state/node-ref.ts'
import { groupConditions } from '../cards/group-figures.ts'
import { useFigure, useFigureOf } from '../cards/use-figure.ts'
import { useFolded } from '../graph/use-folding.ts'
import styles from './canvas-minimap.module.css'

/** With fewer cards the map is hidden. */
const MIN_CARDS = 4
/** On a narrower canvas the map would cover the zoom buttons. */
const MIN_WIDTH_PX = 520

/** The area of the map, in square pixels; its sides have the proportions of the canvas. */
const AREA = 13_600
const MAX_SIDE = 200

export function CanvasMinimap() {
  const isUseful = useStore(({ nodes, width }) => nodes.length >= MIN_CARDS && width >= MIN_WIDTH_PX)
  const proportion = useStore(({ width, height }) =>
    height > 0 ? Math.round((20 * width) / height) / 20 : 1.6,
  )
  if (!isUseful) return null
  const width = Math.round(Math.min(MAX_SIDE, Math.sqrt(AREA * proportion)))
  return (
    <MiniMap
      className={styles.overview}
      position="bottom-right"
      ariaLabel="Map of the canvas"
      nodeComponent={MinimapCard}
      pannable
      zoomable
      style={{ width, height: Math.round(width / proportion) }}
    />
  )
}

function MinimapCard({ id, x, y, width, height, selected }: MiniMapNodeProps) {
  const node = parseNodeKey(id)
  const noteId = parseNoteKey(id)
  const box = { x, y, width, height, rx: 12, 'data-selected': selected || undefined }
  if (noteId !== undefined) return <Note id={noteId} {...box} />
  if (node?.kind === 'endpoint') return <Endpoint id={node.id} {...box} />
  if (node === undefined) return <Group groupKey={id} {...box} />
  return <rect {...box} className={styles.small} />
}

/** A note is a faint mark, a frame a faint outline. */
function Note({ id, ...box }: Omit<SVGProps<SVGRectElement>, 'id'> & { readonly id: number }) {
  const kind = useGateway((state) => state.canvas_notes.find((one) => one.id === id)?.kind)
  return <rect {...box} className={kind === 'frame' ? styles.outline : styles.note} />
}

function Endpoint({ id, ...box }: Omit<SVGProps<SVGRectElement>, 'id'> & { readonly id: number }) {
  const endpoint = useConfigured('endpoint', id)
  const condition = useFigureOf('endpoint', String(id), (live) =>
    endpoint === undefined ? '' : endpointCondition(endpoint, live).condition,
  )
  return <rect {...box} className={styles.small} data-condition={condition} />
}

/** Folded in the colour of its worst member, unfolded only its outline. */
function Group({ groupKey, ...box }: SVGProps<SVGRectElement> & { readonly groupKey: string }) {
  const { shown } = useFolded()
  const { gateway } = usePage()
  const ids = shown.groups.find(({ key }) => key === groupKey)?.ids ?? []
  const worst = useFigure((live) => {
    const members = gateway.getState().state?.endpoints.filter(({ id }) => ids.includes(id)) ?? []
    return groupConditions(members, live).worst
  })
  const isOpen = shown.open.has(groupKey)
  return (
    <rect
      {...box}
      className={isOpen ? styles.outline : styles.small}
      data-condition={isOpen ? undefined : worst}
    />
  )
}
