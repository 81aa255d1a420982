/** The notes and frames of the configuration as nodes of the canvas. Frames lie behind all cards and lines. */
import type { CanvasNoteView } from '../../../../../src/contract/canvas/canvas-note.ts'
import { noteTitle } from '../../../format/note-title.ts'
import { noteKey } from '../../../state/node-ref.ts'
import type { CardNode } from '../nodes.ts'

const noData: Record<string, never> = {}

/** A selected node is raised by 1000. */
const BEHIND_CARDS = -2000

export const isNote = ({ type }: Pick<CardNode, 'type'>): boolean => type === 'note' || type === 'frame'

const labelOf = ({ kind, text }: CanvasNoteView): string =>
  `${kind === 'note' ? 'Note' : 'Frame'}: ${noteTitle(text)}`

function nodeOf(note: CanvasNoteView): CardNode {
  const isFrame = note.kind === 'frame'
  return {
    id: noteKey(note.id),
    type: note.kind,
    position: { x: note.pos_x, y: note.pos_y },
    data: noData,
    width: note.width,
    height: note.height,
    ariaLabel: labelOf(note),
    ariaRole: 'group',
    domAttributes: { 'aria-roledescription': note.kind },
    connectable: false,
    // The ground inside of the frame belongs to the canvas.
    ...(isFrame && { zIndex: BEHIND_CARDS, style: { pointerEvents: 'none' as const } }),
  }
}

/**
 * @param before - the nodes as they are shown; a node that does not change keeps its identity.
 * @param held - ids of nodes that keep their position on screen.
 */
export function notesOf(
  notes: readonly CanvasNoteView[],
  before: readonly CardNode[],
  held: ReadonlySet<string>,
): CardNode[] {
  const old = new Map(before.map((node) => [node.id, node]))
  return notes.map((note) => {
    const key = noteKey(note.id)
    const known = old.get(key)
    if (known === undefined) return nodeOf(note)
    if (known.resizing === true) return known
    const { pos_x: x, pos_y: y, width, height } = note
    const ariaLabel = labelOf(note)
    const stays = held.has(key) || (known.position.x === x && known.position.y === y)
    if (stays && known.width === width && known.height === height && known.ariaLabel === ariaLabel)
      return known
    return { ...known, ariaLabel, width, height, position: stays ? known.position : { x, y } }
  })
}
