/** The menu of a group of endpoints. */
import { Palette } from 'lucide-react'
import { ContextMenu, type ContextMenuProps } from '../../../ui/overlays/context-menu.tsx'
import type { MenuItem } from '../../../ui/overlays/menu.tsx'
import type { CanvasColor } from '../../../../src/contract/objects/canvas-colors.ts'
import { colorGroup } from '../../state/commands/group-commands.ts'
import { usePage } from '../../state/page/page.tsx'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import { useChosenHue } from '../cards/use-group-hue.ts'
import { useFolded } from '../graph/use-folding.ts'
import type { EndpointGroup } from '../model/fleet/endpoint-groups.ts'
import { colorItems } from './color-items.tsx'

type At = Pick<ContextMenuProps, 'at' | 'onClose'>

export function GroupMenu({ group, ...at }: At & { readonly group: EndpointGroup }) {
  const { workspace, call } = usePage()
  const { run } = useCommandRunner()
  const { shown, setOpen } = useFolded()
  const chosen = useChosenHue(group.name)
  const isOpen = shown.open.has(group.key)
  const nodes = group.ids.map((id) => ({ kind: 'endpoint', id }) as const)
  const setColor = (color: CanvasColor | null): void =>
    void run(
      colorGroup(call, group.name, color, chosen ?? null),
      `the group ${group.name} is ${color ?? 'of an automatic colour'}`,
    )
  const rename: MenuItem = {
    label: 'Rename…',
    hint: 'All of its endpoints at once',
    onClick: () => workspace.openDialog({ name: 'rename-group', group: group.name }),
  }
  const items: MenuItem[] = [
    {
      label: isOpen ? 'Fold' : 'Unfold',
      shortcut: 'F',
      onClick: () => setOpen([group.key], !isOpen),
    },
    {
      label: `Select its ${nodes.length} endpoints`,
      hint: 'To enable, disable, regroup or delete them together',
      onClick: () => {
        workspace.select(nodes)
        workspace.setInspectorOpen(true)
      },
    },
    ...(group.byHand ? [rename] : []),
    ...colorItems(chosen, setColor),
    {
      label: 'Automatic',
      group: 'Colour',
      icon: <Palette />,
      disabled: chosen === undefined,
      onClick: () => setColor(null),
    },
  ]
  return <ContextMenu label={`What can be done with the group ${group.name}`} items={items} {...at} />
}
