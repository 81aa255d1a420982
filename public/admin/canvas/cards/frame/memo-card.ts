/** Cards are rendered again for themselves only: React Flow tells them their positions too, which they do not use. */
import type { NodeProps } from '@xyflow/react'
import { memo, type FunctionComponent } from 'react'
import type { CardNode } from '../../model/nodes.ts'

export type CardProps = Pick<NodeProps<CardNode>, 'id' | 'selected'>

export const memoCard = (Card: FunctionComponent<CardProps>) =>
  memo(Card, (before, after) => before.id === after.id && before.selected === after.selected)
