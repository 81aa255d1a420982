/** The chip of a bundle with its summed rates; under the pointer or with the focus it becomes a toolbar. */
import { plural } from '../../../ui/format/figures.ts'
import { ChevronsDownUp, ChevronsUpDown, X } from 'lucide-react'
import { IconButton } from '../../../ui/buttons/icon-button.tsx'
import { usePage } from '../../state/page/page.tsx'
import { wireKey, type WireRef } from '../../state/node-ref.ts'
import { useFigures } from '../cards/use-figure.ts'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import { useFolded } from '../graph/use-folding.ts'
import { isBusy, sumOfRates, type Rates } from '../model/lines/traffic-flow.ts'
import type { Curve } from '../model/lines/wire-curve.ts'
import { LineToolbar } from './line-toolbar.tsx'
import { ChipPlace, Speeds } from './wire-chip.tsx'
import styles from './wire.module.css'

interface BundleChipProps {
  readonly edgeId: string
  /** The key of the group. */
  readonly group: string
  readonly wires: readonly WireRef[]
  readonly curve: Curve
  readonly isOpen: boolean
}

/** More chips than these would cover each other. */
const MAX_CHIPS = 40

export function BundleChip(props: BundleChipProps) {
  const { shown } = useFolded()
  const isCrowded = useIsCrowded()
  if (isCrowded && !props.isOpen) return null
  return (
    <ChipPlace curve={props.curve} isOpen={props.isOpen}>
      {props.isOpen ? <Toolbar {...props} isUnfolded={shown.open.has(props.group)} /> : <Chip {...props} />}
    </ChipPlace>
  )
}

function useIsCrowded(): boolean {
  const { gateway } = usePage()
  const { shown } = useFolded()
  const blocks = gateway.getState().state?.incoming_blocks.length ?? 0
  return blocks * shown.groups.length > MAX_CHIPS
}

const useRates = (wires: readonly WireRef[]): Rates =>
  useFigures((live) => sumOfRates(wires.map((wire) => live.get('wire', wireKey(wire)))))

function Chip({ wires }: BundleChipProps) {
  const rates = useRates(wires)
  if (!isBusy(rates)) return null
  return (
    <span className={styles.chip} aria-hidden="true">
      <Speeds {...rates} />
    </span>
  )
}

function Toolbar({ edgeId, group, wires, isUnfolded }: BundleChipProps & { readonly isUnfolded: boolean }) {
  const { gateway } = usePage()
  const { actions, wireFocus } = useCanvasParts()
  const { shown, setOpen } = useFolded()
  const rates = useRates(wires)
  const block =
    gateway.getState().state?.incoming_blocks.find(({ id }) => id === wires[0]?.blockId)?.name ?? ''
  const name = shown.groups.find(({ key }) => key === group)?.name ?? ''
  const number = plural(wires.length, 'wire')
  return (
    <LineToolbar edgeId={edgeId} label={`${number} from ${block} to the group ${name}`}>
      <span className={styles.rates}>
        <b>{number}</b> · <Speeds {...rates} />
      </span>
      <IconButton
        size="small"
        label={`${isUnfolded ? 'Fold' : 'Unfold'} the group ${name}`}
        icon={isUnfolded ? <ChevronsDownUp /> : <ChevronsUpDown />}
        onClick={() => {
          wireFocus.dismiss()
          setOpen([group], !isUnfolded)
        }}
      />
      <IconButton
        size="small"
        label={`Remove ${number}`}
        icon={<X />}
        variant="danger"
        onClick={() => {
          wireFocus.dismiss()
          void actions.remove(wires)
        }}
      />
    </LineToolbar>
  )
}
