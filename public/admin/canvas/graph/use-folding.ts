/** Which cards the canvas shows, by what the operator has folded and selected. */
import {
  createContext,
  use,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { createStoredSetting } from '../../../ui/browser/stored-setting.ts'
import { useModelsOfEndpoints } from '../../models/use-models.ts'
import { useWorkspace } from '../../state/page/page.tsx'
import { useLatest } from '../interaction/use-latest.ts'
import { parseFoldSettings, renamedOpen, setOpen, type FoldSettings } from '../model/fleet/fold-settings.ts'
import { isFoldedAlike, shownOf, type Foldable, type Selection, type Shown } from '../model/fleet/shown.ts'

const stored = createStoredSetting('folding', parseFoldSettings)

export interface Folding {
  readonly settings: FoldSettings
  readonly shown: Shown
  change(changes: Partial<FoldSettings>): void
  /** @param keys - of blocks and groups. */
  setOpen(keys: readonly string[], open: boolean): void
}

export function useFolding(state: StateView): Folding & { readonly selection: Selection } {
  const settings = useSyncExternalStore(stored.subscribe, stored.get)
  const modelsOf = useModelsOfEndpoints()
  const nodes = useWorkspace((view) => view.nodes)
  const wires = useWorkspace((view) => view.wires)
  const selection = useMemo(() => ({ nodes, wires }), [nodes, wires])
  const configured = useFoldable(state)
  const shown = useMemo(
    () => shownOf(configured, settings, modelsOf, selection),
    [configured, settings, modelsOf, selection],
  )
  const change = useCallback(
    (changes: Partial<FoldSettings>) => stored.set({ ...stored.get(), ...changes }),
    [],
  )
  const open = useCallback(
    (keys: readonly string[], isOpen: boolean) => stored.set(setOpen(stored.get(), keys, isOpen)),
    [],
  )
  const { groups } = shown
  const known = useRef(groups)
  // Before it is painted, so that a group that was renamed is never seen folded.
  useLayoutEffect(() => {
    const renamed = renamedOpen(stored.get(), known.current, groups)
    known.current = groups
    if (renamed.length > 0) open(renamed, true)
  }, [groups, open])
  return useMemo(
    () => ({ settings, shown, selection, change, setOpen: open }),
    [settings, shown, selection, change, open],
  )
}

/** @returns the same as before until something else can be folded: moved cards are folded as before. */
function useFoldable(state: StateView): Foldable {
  const [known, setKnown] = useState<Foldable>(state)
  if (known === state || isFoldedAlike(known, state)) return known
  setKnown(state)
  return state
}

export const FoldingContext = createContext<Folding | undefined>(undefined)

export function useFolded(): Folding {
  const folding = use(FoldingContext)
  if (folding === undefined) throw new Error('outside of FoldingContext')
  return folding
}

/** What the canvas needs of folding, with stable identities. */
export function useFoldActions(folding: Folding) {
  const latest = useLatest(folding)
  return useMemo(
    () => ({
      toggle(key: string): void {
        const { shown, setOpen: open } = latest()
        open([key], !shown.open.has(key))
      },
      /** @returns the ids of the endpoints of a group. */
      endpointsOf: (key: string): readonly number[] =>
        latest().shown.groups.find((group) => group.key === key)?.ids ?? [],
    }),
    [latest],
  )
}
