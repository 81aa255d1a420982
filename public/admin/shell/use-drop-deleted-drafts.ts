/** Drops the drafts of what somebody has deleted, and says so. */
import { useEffect } from 'react'
import { useToasts } from '../../ui/overlays/toasts.tsx'
import type { StateView } from '../../../src/contract/gateway.ts'
import { usePage } from '../state/page/page.tsx'
import { nodeKey, type NodeKind } from '../state/node-ref.ts'

/** Names by draft key. */
function namesOf(state: StateView): Map<string, string> {
  const of = (kind: NodeKind, objects: readonly { readonly id: number; readonly name: string }[]) =>
    objects.map(({ id, name }) => [nodeKey({ kind, id }), name] as const)
  return new Map([
    ...of('endpoint', state.endpoints),
    ...of('block', state.incoming_blocks),
    ...of('token', state.client_tokens),
  ])
}

export function useDropDeletedDrafts(): void {
  const { drafts, gateway } = usePage()
  const toasts = useToasts()
  useEffect(
    () =>
      gateway.subscribe(({ state }, { state: before }) => {
        if (state === undefined || before === undefined || drafts.nodes().length === 0) return
        const [names, old] = [namesOf(state), namesOf(before)]
        for (const node of drafts.nodes().filter((one) => !names.has(nodeKey(one)))) {
          drafts.drop(node)
          const name = old.get(nodeKey(node)) ?? 'A card'
          toasts.info({ title: `${name} has been deleted`, detail: 'Its unsaved changes are gone with it.' })
        }
      }),
    [drafts, gateway, toasts],
  )
}
