/** Which cards the canvas shows, by what the operator has folded and selected. */
import { createContext, use, useCallback, useMemo, useSyncExternalStore } from 'react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { createStoredSetting } from '../../../ui/browser/stored-setting.ts'
import { useModelsOfEndpoints } from '../../models/use-models.ts'
import { useWorkspace } from '../../state/page/page.tsx'
import { useLatest } from '../interaction/use-latest.ts'
import { parseFoldSettings, setOpen, type FoldSettings } from '../model/fleet/fold-settings.ts'
import { shownOf, type Selection, type Shown } from '../model/fleet/shown.ts'

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
  const { client_tokens, endpoints } = state
  const shown = useMemo(
    () => shownOf({ client_tokens, endpoints }, settings, modelsOf, selection),
    [client_tokens, endpoints, settings, modelsOf, selection],
  )
  const change = useCallback(
    (changes: Partial<FoldSettings>) => stored.set({ ...stored.get(), ...changes }),
    [],
  )
  const open = useCallback(
    (keys: readonly string[], isOpen: boolean) => stored.set(setOpen(stored.get(), keys, isOpen)),
    [],
  )
  return useMemo(
    () => ({ settings, shown, selection, change, setOpen: open }),
    [settings, shown, selection, change, open],
  )
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
