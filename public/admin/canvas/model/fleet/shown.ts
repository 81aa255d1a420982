/** Which cards the canvas shows: client tokens may be folded into their blocks, endpoints into groups. */
import type { StateView } from '../../../../../src/contract/gateway.ts'
import { nodeKey, wireKey, type NodeRef, type WireRef } from '../../../state/node-ref.ts'
import { groupEndpoints, type EndpointGroup, type ModelsOfEndpoint } from './endpoint-groups.ts'
import { AUTOMATIC, MAX_UNFOLDED, type FoldSettings } from './fold-settings.ts'

export interface Selection {
  readonly nodes: readonly NodeRef[]
  readonly wires: readonly WireRef[]
}

const NO_SELECTION: Selection = { nodes: [], wires: [] }

export interface Shown {
  /** Whether blocks stand for their client tokens, but for those that are unfolded. */
  readonly foldsTokens: boolean
  readonly groups: readonly EndpointGroup[]
  readonly groupOf: ReadonlyMap<number, EndpointGroup>
  /** Keys of the unfolded blocks and groups. */
  readonly open: ReadonlySet<string>
  /** Keys of the cards that are shown although they are folded, as they are selected. */
  readonly apart: ReadonlySet<string>
  /** Whether a wire to a member of a group is drawn by itself beside its bundle. */
  readonly isSingle: (wire: WireRef) => boolean
}

/** What of the configuration decides what is folded. */
export interface Foldable {
  readonly client_tokens: readonly unknown[]
  readonly endpoints: readonly Pick<StateView['endpoints'][number], 'id' | 'name' | 'group'>[]
}

export const isFoldedAlike = (left: Foldable, right: Foldable): boolean =>
  left.client_tokens.length === right.client_tokens.length &&
  left.endpoints.length === right.endpoints.length &&
  left.endpoints.every((one, index) => {
    const other = right.endpoints[index]
    return one.id === other?.id && one.name === other.name && one.group === other.group
  })

/** More cards than these are not shown apart. */
const MAX_APART = 12

export function shownOf(
  { client_tokens, endpoints }: Foldable,
  { tokens, endpoints: by, open }: FoldSettings = AUTOMATIC,
  modelsOf: ModelsOfEndpoint = () => '',
  { nodes, wires }: Selection = NO_SELECTION,
): Shown {
  const foldsTokens = tokens === 'folded' || (tokens === 'auto' && client_tokens.length > MAX_UNFOLDED)
  const groups = groupEndpoints(endpoints, by, modelsOf)
  const groupOf = new Map(groups.flatMap((group) => group.ids.map((id) => [id, group] as const)))
  const opened = new Set(open)
  const selected = new Set(nodes.map(nodeKey))
  const whole = new Set(
    groups
      .filter(({ ids }) => ids.every((id) => selected.has(nodeKey({ kind: 'endpoint', id }))))
      .flatMap(({ ids }) => ids),
  )
  const apart = nodes.filter(
    ({ kind, id }) => kind === 'token' || (kind === 'endpoint' && groupOf.has(id) && !whole.has(id)),
  )
  const selectedWires = new Set(wires.map(wireKey))
  return {
    foldsTokens,
    groups,
    groupOf,
    open: opened,
    apart: new Set(apart.length > MAX_APART ? [] : apart.map(nodeKey)),
    isSingle: (wire) =>
      selectedWires.has(wireKey(wire)) ||
      selected.has(nodeKey({ kind: 'block', id: wire.blockId })) ||
      selected.has(nodeKey({ kind: 'endpoint', id: wire.endpointId })),
  }
}

type Token = Pick<StateView['client_tokens'][number], 'id' | 'incoming_block_id'>

export const isTokenShown = (shown: Shown, { id, incoming_block_id: blockId }: Token): boolean =>
  !shown.foldsTokens ||
  shown.open.has(nodeKey({ kind: 'block', id: blockId })) ||
  shown.apart.has(nodeKey({ kind: 'token', id }))

export function isEndpointShown({ groupOf, open, apart }: Shown, id: number): boolean {
  const group = groupOf.get(id)
  return group === undefined || open.has(group.key) || apart.has(nodeKey({ kind: 'endpoint', id }))
}

/** The key of the card that stands for an object: its own, or that of its block or group. */
export function cardOf(shown: Shown, state: Pick<StateView, 'client_tokens'>, node: NodeRef): string {
  if (node.kind === 'token') {
    const token = state.client_tokens.find(({ id }) => id === node.id)
    if (token && !isTokenShown(shown, token)) return nodeKey({ kind: 'block', id: token.incoming_block_id })
  }
  if (node.kind === 'endpoint' && !isEndpointShown(shown, node.id))
    return shown.groupOf.get(node.id)?.key ?? nodeKey(node)
  return nodeKey(node)
}
