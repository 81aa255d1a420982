/** The inspector: the panel of the selected object. */
import { useGateway, useWorkspace } from '../state/page/page.tsx'
import { nodeKey, type NodeRef, type WireRef } from '../state/node-ref.ts'
import { BlockPanel } from './panels/block-panel.tsx'
import { EndpointPanel } from './panels/endpoint-panel.tsx'
import { GatewayPanel } from './panels/gateway-panel.tsx'
import { SelectionPanel } from './panels/selection-panel.tsx'
import { TokenPanel } from './panels/token-panel.tsx'
import { WirePanel } from './panels/wire-panel.tsx'

export function Inspector() {
  const nodes = useWorkspace((workspace) => workspace.nodes)
  const wires = useWorkspace((workspace) => workspace.wires)
  const [node] = nodes
  const [wire] = wires
  if (nodes.length > 1) return <SelectionPanel nodes={nodes} />
  if (node !== undefined) return <NodePanel key={nodeKey(node)} node={node} />
  if (wire !== undefined) return <KnownWire wire={wire} />
  return <GatewayPanel />
}

/** The gateway's panel where the selected object has been deleted. */
function NodePanel({ node }: { readonly node: NodeRef }) {
  const endpoint = useGateway((state) => state.endpoints.find(({ id }) => id === node.id))
  const block = useGateway((state) => state.incoming_blocks.find(({ id }) => id === node.id))
  const token = useGateway((state) => state.client_tokens.find(({ id }) => id === node.id))
  if (node.kind === 'endpoint' && endpoint) return <EndpointPanel endpoint={endpoint} />
  if (node.kind === 'block' && block) return <BlockPanel block={block} />
  if (node.kind === 'token' && token) return <TokenPanel token={token} />
  return <GatewayPanel />
}

function KnownWire({ wire }: { readonly wire: WireRef }) {
  const block = useGateway((state) => state.incoming_blocks.find(({ id }) => id === wire.blockId))
  const endpoint = useGateway((state) => state.endpoints.find(({ id }) => id === wire.endpointId))
  if (block === undefined || endpoint === undefined) return <GatewayPanel />
  return <WirePanel block={block} endpoint={endpoint} />
}
