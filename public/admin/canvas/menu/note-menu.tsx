/** The menus of notes and frames, and of the empty canvas, where they are added. */
import { Frame, Maximize, StickyNote, Workflow } from 'lucide-react'
import { useReactFlow } from '@xyflow/react'
import type { CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import { ContextMenu, type ContextMenuProps } from '../../../ui/overlays/context-menu.tsx'
import type { MenuItem } from '../../../ui/overlays/menu.tsx'
import { noteTitle } from '../../format/note-title.ts'
import { usePage } from '../../state/page/page.tsx'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import { useShowNote } from '../notes/use-show-note.ts'
import { colorItems } from './color-items.tsx'

type At = Pick<ContextMenuProps, 'at' | 'onClose'>

export function NoteMenu({ note, ...at }: At & { readonly note: CanvasNoteView }) {
  const { notes } = useCanvasParts()
  const show = useShowNote()
  const items: MenuItem[] = [
    {
      label: note.kind === 'note' ? 'Edit text' : 'Edit title',
      shortcut: 'Enter',
      onClick: () => notes.editing.setState({ id: note.id }),
    },
    { label: 'Show at full size', onClick: () => show(note) },
    { label: 'Larger', onClick: () => notes.resize(note, 1) },
    { label: 'Smaller', onClick: () => notes.resize(note, -1) },
    ...colorItems(note.color, (color) => void notes.edit(note, { color })),
    {
      label: `Delete ${note.kind}`,
      shortcut: 'Delete',
      danger: true,
      separated: true,
      onClick: () => void notes.remove([note]),
    },
  ]
  return (
    <ContextMenu label={`What can be done with ${note.kind} ${noteTitle(note.text)}`} items={items} {...at} />
  )
}

export function GroundMenu(at: At) {
  const { workspace } = usePage()
  const { notes } = useCanvasParts()
  const { screenToFlowPosition } = useReactFlow()
  const items: MenuItem[] = [
    {
      label: 'Add a note',
      icon: <StickyNote />,
      onClick: () => notes.addNote(screenToFlowPosition(at.at)),
    },
    {
      label: 'Add a frame',
      hint: 'Around what is selected, if anything is',
      icon: <Frame />,
      onClick: () => workspace.askCanvas('addFrame'),
    },
    {
      label: 'Fit',
      shortcut: '1',
      icon: <Maximize />,
      separated: true,
      onClick: () => workspace.askCanvas('fit'),
    },
    { label: 'Tidy up', icon: <Workflow />, onClick: () => workspace.askCanvas('tidy') },
  ]
  return <ContextMenu label="What can be done with the canvas" items={items} {...at} />
}
