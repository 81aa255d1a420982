/** Drops the drafts of deleted objects and reports it. */
import { useEffect } from 'react'
import { useToasts } from '../../ui/overlays/toasts.tsx'
import { usePage } from '../state/page/page.tsx'
import { namesByKey } from '../state/named-objects.ts'
import { nodeKey } from '../state/node-ref.ts'

export function useDropDeletedDrafts(): void {
  const { drafts, gateway } = usePage()
  const toasts = useToasts()
  useEffect(
    () =>
      gateway.subscribe(({ state }, { state: before }) => {
        if (state === undefined || before === undefined || drafts.nodes().length === 0) return
        const [names, old] = [namesByKey(state), namesByKey(before)]
        for (const node of drafts.nodes().filter((one) => !names.has(nodeKey(one)))) {
          drafts.drop(node)
          const name = old.get(nodeKey(node)) ?? 'A card'
          toasts.info({ title: `${name} has been deleted`, detail: 'Its unsaved changes are gone with it.' })
        }
      }),
    [drafts, gateway, toasts],
  )
}
