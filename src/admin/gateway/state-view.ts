// Builds the view of the whole gateway: configuration, live counters and statistics.
import type { StateView } from '../../contract/gateway.ts'
import type {
  AliasConfig,
  BlockConfig,
  EndpointConfig,
  GroupColor,
  NoteConfig,
  Snapshot,
  TokenConfig,
  Wire,
} from '../../core/state/configuration.ts'
import { readStats } from '../../core/traffic/live-stats.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { blockView } from '../blocks/block-view.ts'
import { endpointView } from '../endpoints/endpoint-view.ts'
import { routingEtag, stateEtag } from '../changes/etag.ts'
import { noteView } from '../canvas/note-view.ts'
import { aliasView } from '../models/alias-view.ts'
import { posView } from './position-routes.ts'
import { readRouting } from './routing-routes.ts'
import { tokenView } from '../tokens/token-view.ts'

type StateContext = Pick<AdminContext, 'state' | 'clock' | 'version'>

/** The parts of the view, which can be built one by one. @param snapshot - default: the configuration in force. */
export function stateParts(context: StateContext, snapshot: Snapshot = context.state.snapshot()) {
  const { state, version } = context
  return {
    snapshot,
    head: () => ({
      etag: stateEtag(snapshot),
      routing_etag: routingEtag(snapshot),
      ...readRouting(snapshot),
      incoming_pos: posView(snapshot.settings.incomingPos),
    }),
    endpoint: (endpoint: EndpointConfig) => endpointView(context, snapshot, endpoint),
    block: (block: BlockConfig) => blockView(block),
    wire: ({ blockId, endpointId }: Wire) => ({ incoming_block_id: blockId, endpoint_id: endpointId }),
    token: (token: TokenConfig) => tokenView(state, token),
    alias: (alias: AliasConfig) => aliasView(alias),
    note: (note: NoteConfig) => noteView(note),
    group: ({ name, color }: GroupColor) => ({ name, color }),
    tail: () => ({ stats: readStats(state), version }),
  }
}

/** @param snapshot - default: the configuration in force. */
export function stateView(context: StateContext, snapshot?: Snapshot): StateView {
  const { head, endpoint, block, wire, token, alias, note, group, tail, ...parts } = stateParts(
    context,
    snapshot,
  )
  const { endpoints, blocks, wires, tokens, aliases, notes, groupColors } = parts.snapshot
  return {
    ...head(),
    endpoints: endpoints.map(endpoint),
    incoming_blocks: blocks.map(block),
    wires: wires.map(wire),
    client_tokens: tokens.map(token),
    model_aliases: aliases.map(alias),
    canvas_notes: notes.map(note),
    endpoint_groups: groupColors.map(group),
    ...tail(),
  }
}
