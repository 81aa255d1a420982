/** Says so where a link led to what is not there, as what has been deleted since. */
import { useEffect } from 'react'
import { useToasts } from '../../ui/toasts.tsx'
import type { StateView } from '../../../src/contract/gateway.ts'
import { useGateway, usePage, useWorkspace } from '../state/page.tsx'
import type { Place } from '../state/place.ts'
import type { NodeRef } from '../state/workspace.ts'

function isThere(state: StateView, { kind, id }: NodeRef): boolean {
  const things = { endpoint: state.endpoints, block: state.incoming_blocks, token: state.client_tokens }[kind]
  return things.some((one) => one.id === id)
}

const areThere = (state: StateView, { nodes, wires }: Place): boolean =>
  nodes.every((node) => isThere(state, node)) &&
  wires.every(({ blockId, endpointId }) =>
    state.wires.some((wire) => wire.incoming_block_id === blockId && wire.endpoint_id === endpointId),
  )

export function useArrival(): void {
  const { workspace } = usePage()
  const toasts = useToasts()
  const state = useGateway((all) => all)
  const arrival = useWorkspace((view) => view.arrival)
  useEffect(() => {
    if (state === undefined || arrival === undefined) return
    workspace.arrived()
    if (areThere(state, arrival)) return
    workspace.select([])
    toasts.info({ title: 'What the link led to is not there', detail: 'It may have been deleted since.' })
  }, [state, arrival, workspace, toasts])
}
