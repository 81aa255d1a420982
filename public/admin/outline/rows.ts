/** What the outline lists, found and filtered. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { endpointCondition, type Condition } from '../canvas/endpoint-condition.ts'
import type { LiveStore } from '../state/live-store.ts'
import type { NodeKind } from '../state/workspace.ts'

export type OutlineFilter = 'all' | 'trouble' | 'unused'

export interface OutlineItem {
  readonly id: number
  readonly name: string
  /** Of endpoints. */
  readonly condition?: Condition
  /** What it is joined to, in words. */
  readonly joined: string
}

export interface OutlineGroup {
  readonly kind: NodeKind
  readonly title: string
  readonly rows: readonly OutlineItem[]
}

const TROUBLE: readonly (Condition | undefined)[] = ['cooling', 'probing', 'unhealthy']
const UNUSED: readonly (Condition | undefined)[] = ['disabled', 'not wired']

const names = (things: readonly { readonly name: string }[]): string =>
  things.length === 0 ? 'nothing' : things.map(({ name }) => name).join(', ')

function endpointItems(state: StateView, live: LiveStore): OutlineItem[] {
  return state.endpoints.map((endpoint) => {
    const blocks = state.incoming_blocks.filter((block) =>
      state.wires.some((wire) => wire.endpoint_id === endpoint.id && wire.incoming_block_id === block.id),
    )
    const { condition } = endpointCondition(endpoint, live.get('endpoint', String(endpoint.id)))
    return { id: endpoint.id, name: endpoint.name, condition, joined: `from ${names(blocks)}` }
  })
}

function tokenItems(state: StateView): OutlineItem[] {
  return state.client_tokens.map(({ id, name, incoming_block_id, preferred_endpoint_id }) => {
    const block = state.incoming_blocks.find((one) => one.id === incoming_block_id)?.name ?? 'no block'
    const preferred = state.endpoints.find((one) => one.id === preferred_endpoint_id)
    return { id, name, joined: `in ${block}${preferred ? `, prefers ${preferred.name}` : ''}` }
  })
}

function blockItems(state: StateView): OutlineItem[] {
  return state.incoming_blocks.map(({ id, name }) => {
    const endpoints = state.endpoints.filter((endpoint) =>
      state.wires.some((wire) => wire.incoming_block_id === id && wire.endpoint_id === endpoint.id),
    )
    const clients = state.client_tokens.filter((token) => token.incoming_block_id === id).length
    return { id, name, joined: `${clients} ${clients === 1 ? 'client' : 'clients'} to ${names(endpoints)}` }
  })
}

export function rowsOf(
  state: StateView,
  live: LiveStore,
  text: string,
  filter: OutlineFilter,
): OutlineGroup[] {
  const sought = text.trim().toLowerCase()
  const fits = ({ name, joined, condition }: OutlineItem): boolean =>
    (sought === '' || `${name} ${joined}`.toLowerCase().includes(sought)) &&
    (filter === 'all' || (filter === 'trouble' ? TROUBLE : UNUSED).includes(condition))
  return [
    { kind: 'endpoint', title: 'Endpoints', rows: endpointItems(state, live).filter(fits) },
    { kind: 'token', title: 'Client tokens', rows: tokenItems(state).filter(fits) },
    { kind: 'block', title: 'Incoming blocks', rows: blockItems(state).filter(fits) },
  ]
}
