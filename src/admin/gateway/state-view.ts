// Builds the view of the whole gateway: configuration, live counters and statistics.
import type { StateView } from '../../contract/gateway.ts'
import type { Snapshot } from '../../core/state/configuration.ts'
import { readStats } from '../../core/traffic/live-stats.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { blockView } from '../blocks/block-view.ts'
import { endpointView } from '../endpoints/endpoint-view.ts'
import { routingEtag, stateEtag } from '../changes/etag.ts'
import { posView } from './position-routes.ts'
import { readRouting } from './routing-routes.ts'
import { tokenView } from '../tokens/token-view.ts'

type StateContext = Pick<AdminContext, 'state' | 'clock' | 'version'>

/** @param snapshot - default: the configuration in force. */
export function stateView(context: StateContext, snapshot: Snapshot = context.state.snapshot()): StateView {
  const { state, version } = context
  return {
    etag: stateEtag(snapshot),
    routing_etag: routingEtag(snapshot),
    ...readRouting(snapshot),
    endpoints: snapshot.endpoints.map((endpoint) => endpointView(context, snapshot, endpoint)),
    incoming_blocks: snapshot.blocks.map(blockView),
    incoming_pos: posView(snapshot.settings.incomingPos),
    wires: snapshot.wires.map((wire) => ({
      incoming_block_id: wire.blockId,
      endpoint_id: wire.endpointId,
    })),
    client_tokens: snapshot.tokens.map((token) => tokenView(state, token)),
    stats: readStats(state),
    version,
  }
}
