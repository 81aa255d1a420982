/** The menu of a card, a line or the empty canvas: opened by a right click, a long press or the menu key, the same everywhere. */
import type { MenuItem } from '../../../ui/overlays/menu.tsx'
import { ContextMenu, type ContextMenuProps } from '../../../ui/overlays/context-menu.tsx'
import type { Verb } from '../../actions/verb.ts'
import { verbsOf } from '../../actions/verbs.ts'
import { removal } from '../../actions/wire-verbs.ts'
import { nodeName } from '../../state/named-objects.ts'
import { nodeKey, noteKey, parseNodeKey, type NodeRef } from '../../state/node-ref.ts'
import { useGateway, usePage } from '../../state/page/page.tsx'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import { useFolded } from '../graph/use-folding.ts'
import { wireRefOfLine, wiresOfLine, type Line } from '../model/edges.ts'
import { GroupMenu } from './group-menu.tsx'
import { GroundMenu, NoteMenu } from './note-menu.tsx'
import type { MenuTarget } from './use-canvas-menu.ts'

interface CanvasMenuProps {
  readonly target: MenuTarget
  readonly onClose: () => void
}

export function CanvasMenu({ target, onClose }: CanvasMenuProps) {
  const { shown } = useFolded()
  const { card, line, at } = target
  const node = card === undefined ? undefined : parseNodeKey(card)
  const group = shown.groups.find(({ key }) => key === card)
  const note = useGateway((state) => state.canvas_notes.find(({ id }) => noteKey(id) === card))
  if (node) return <CardMenu node={node} at={at} onClose={onClose} />
  if (note) return <NoteMenu note={note} at={at} onClose={onClose} />
  if (group) return <GroupMenu group={group} at={at} onClose={onClose} />
  if (line) return <LineMenu line={line} at={at} onClose={onClose} />
  return card === undefined ? <GroundMenu at={at} onClose={onClose} /> : null
}

type At = Pick<ContextMenuProps, 'at' | 'onClose'>

const itemOf = ({ label, hint, danger = false, run }: Verb): MenuItem => ({
  label,
  onClick: run,
  danger,
  separated: danger,
  ...(hint !== undefined && { hint }),
})

function useVerbParts() {
  const page = usePage()
  const runner = useCommandRunner()
  const state = useGateway((all) => all)
  return state && { page, runner, state }
}

function CardMenu({ node, ...at }: At & { readonly node: NodeRef }) {
  const parts = useVerbParts()
  const { wiring } = useCanvasParts()
  const { shown, setOpen } = useFolded()
  if (parts === undefined) return null
  const key = nodeKey(node)
  const isOpen = shown.open.has(key)
  const own: MenuItem[] = [
    {
      label: 'Connect…',
      hint: 'Then press another card, or choose it from the list',
      shortcut: 'W',
      onClick: () => wiring.press(node, true),
    },
  ]
  if (node.kind === 'block' && shown.foldsTokens)
    own.push({
      label: isOpen ? 'Fold its clients' : 'Unfold its clients',
      shortcut: 'F',
      onClick: () => setOpen([key], !isOpen),
    })
  const [first, ...others] = verbsOf(node, parts).map(itemOf)
  const items = [...(first ? [first] : []), ...own, ...others]
  return <ContextMenu label={`What can be done with ${nodeName(parts.state, node)}`} items={items} {...at} />
}

function LineMenu({ line, ...at }: At & { readonly line: Line }) {
  const parts = useVerbParts()
  const { workspace } = usePage()
  const { actions, wiring } = useCanvasParts()
  if (parts === undefined) return null
  const wires = wiresOfLine(line)
  const wire = wireRefOfLine(line)
  const items: MenuItem[] = wire
    ? [
        {
          label: 'Add an endpoint…',
          hint: 'A new one, wired to the same block',
          onClick: () => workspace.openDialog({ name: 'new-endpoint', blockId: wire.blockId }),
        },
        { label: 'Lead to another endpoint…', onClick: () => wiring.startRewire(wire, true) },
      ]
    : []
  if (wires.length > 0) {
    items.unshift({
      label: 'Show',
      hint: 'In the inspector, with what is connected',
      onClick: () => {
        workspace.select([], wires)
        workspace.setInspectorOpen(true)
      },
    })
    items.push(itemOf(removal(wires, parts)))
  } else {
    items.push({
      label: 'Prefer no endpoint',
      danger: true,
      onClick: () => void actions.remove([], [line.data?.fromId ?? 0]),
    })
  }
  return <ContextMenu label={`What can be done with: ${line.ariaLabel ?? ''}`} items={items} {...at} />
}
