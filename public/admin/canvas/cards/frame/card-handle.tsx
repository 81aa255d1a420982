/** A handle at the side of a card: a wire is drawn from it by mouse, or by the Enter key and a choice. */
import { Handle, Position } from '@xyflow/react'
import type { KeyboardEvent } from 'react'
import type { NodeRef } from '../../../state/node-ref.ts'
import { useCanvasParts } from '../../controllers/canvas-context.ts'
import styles from './card-handle.module.css'

interface CardHandleProps {
  readonly node: NodeRef
  readonly type: 'source' | 'target'
  readonly label: string
}

export function CardHandle({ node, type, label }: CardHandleProps) {
  const { wiring } = useCanvasParts()
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    event.stopPropagation()
    wiring.press(node, true)
  }
  return (
    <Handle
      type={type}
      position={type === 'source' ? Position.Right : Position.Left}
      className={styles.handle}
      role="button"
      tabIndex={type === 'source' ? 0 : -1}
      aria-label={label}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        event.stopPropagation()
        wiring.press(node, false)
      }}
    />
  )
}
