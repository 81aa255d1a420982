/** Chooses what is folded on the canvas. */
import { Check, FoldVertical } from 'lucide-react'
import { Button } from '../../../ui/buttons/button.tsx'
import { Menu, type MenuItem } from '../../../ui/overlays/menu.tsx'
import { nodeKey } from '../../state/node-ref.ts'
import { useGateway } from '../../state/page/page.tsx'
import { useFolded } from '../graph/use-folding.ts'
import { MAX_UNFOLDED, type FoldSettings } from '../model/fleet/fold-settings.ts'

interface Choice<Value> {
  readonly value: Value
  readonly label: string
  readonly hint?: string
}

const tokenChoices: readonly Choice<FoldSettings['tokens']>[] = [
  { value: 'auto', label: 'Automatic', hint: `Folded where there are more than ${MAX_UNFOLDED}.` },
  { value: 'folded', label: 'In their blocks' },
  { value: 'shown', label: 'Each a card' },
]

const endpointChoices: readonly Choice<FoldSettings['endpoints']>[] = [
  {
    value: 'auto',
    label: 'Automatic groups',
    hint: `By name or model where there are more than ${MAX_UNFOLDED}.`,
  },
  { value: 'group', label: 'My groups only' },
  { value: 'model', label: 'By model' },
  { value: 'prefix', label: 'By the beginning of their names' },
  { value: 'none', label: 'No groups' },
]

export function FoldMenu() {
  const { settings, shown, change, setOpen } = useFolded()
  const blocks = useGateway((state) => state.incoming_blocks) ?? []
  const choose = <Value,>(
    group: string,
    choices: readonly Choice<Value>[],
    now: Value,
    onChoose: (value: Value) => void,
  ): MenuItem[] =>
    choices.map(({ value, label, hint }) => ({
      label,
      group,
      ...(hint !== undefined && { hint }),
      icon: value === now ? <Check /> : <span />,
      onClick: () => onChoose(value),
    }))
  const groupKeys = shown.groups.map(({ key }) => key)
  const blockKeys = shown.foldsTokens ? blocks.map(({ id }) => nodeKey({ kind: 'block', id })) : []
  const keys = [...groupKeys, ...blockKeys]
  const items: MenuItem[] = [
    ...choose('Client tokens', tokenChoices, settings.tokens, (tokens) => change({ tokens })),
    ...choose('Endpoints', endpointChoices, settings.endpoints, (endpoints) => change({ endpoints })),
    {
      label: 'Fold all',
      separated: true,
      disabled: keys.every((key) => !shown.open.has(key)),
      onClick: () => setOpen(keys, false),
    },
    {
      label: 'Unfold all groups',
      disabled: groupKeys.every((key) => shown.open.has(key)),
      onClick: () => setOpen(groupKeys, true),
    },
  ]
  return <Menu side="top" trigger={<Button icon={<FoldVertical />}>Fold</Button>} items={items} />
}
