/** Reports a link to an object that does not exist. */
import { useEffect } from 'react'
import { useToasts } from '../../ui/overlays/toasts.tsx'
import type { StateView } from '../../../src/contract/gateway.ts'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import type { PageLocation } from '../state/workspace/page-location.ts'
import type { NodeRef } from '../state/node-ref.ts'

function nodeExists(state: StateView, { kind, id }: NodeRef): boolean {
  const things = { endpoint: state.endpoints, block: state.incoming_blocks, token: state.client_tokens }[kind]
  return things.some((one) => one.id === id)
}

const targetsExist = (state: StateView, { nodes, wires }: PageLocation): boolean =>
  nodes.every((node) => nodeExists(state, node)) &&
  wires.every(({ blockId, endpointId }) =>
    state.wires.some((wire) => wire.incoming_block_id === blockId && wire.endpoint_id === endpointId),
  )

export function useMissingLinkTarget(): void {
  const { workspace } = usePage()
  const toasts = useToasts()
  const state = useGateway((all) => all)
  const arrival = useWorkspace((view) => view.linkTarget)
  useEffect(() => {
    if (state === undefined || arrival === undefined) return
    workspace.clearLinkTarget()
    if (targetsExist(state, arrival)) return
    workspace.select([])
    toasts.info({ title: 'What the link led to is not there', detail: 'It may have been deleted since.' })
  }, [state, arrival, workspace, toasts])
}
