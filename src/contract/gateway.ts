// The gateway as a whole in the admin API: routing, wires, positions, state, health.
import { z } from 'zod'
import { clientTokenView } from './client-token.ts'
import { endpointView } from './endpoint.ts'
import { count, etag, id, position } from './objects/field-schemas.ts'
import { incomingBlockView } from './incoming-block.ts'
import { placement, routingMode } from './objects/routing-field-schemas.ts'
import { modelAliasView } from './models/model-alias.ts'
import { canvasNoteView } from './canvas/canvas-note.ts'
import { endpointGroupView } from './canvas/endpoint-group.ts'

export const routingPatch = z
  .strictObject({
    routing_mode: routingMode,
    placement,
    priority_input_token_id: count.nullable().meta({ description: 'A client token id; 0 or null clears.' }),
  })
  .partial()
  .meta({ id: 'RoutingPatch' })

export const routingView = z
  .object({ etag, routing_mode: routingMode, placement, priority_input_token_id: id.nullable() })
  .meta({ id: 'Routing' })
export type RoutingView = z.infer<typeof routingView>

export const wireView = z.object({ incoming_block_id: id, endpoint_id: id }).meta({ id: 'Wire' })
export type WireView = z.infer<typeof wireView>

export const pos = z.object({ pos_x: position, pos_y: position }).meta({ id: 'Position' })
export type Pos = z.infer<typeof pos>

export const posPatch = z
  .strictObject({ pos_x: position, pos_y: position })
  .partial()
  .meta({ id: 'PositionPatch' })

const nodePosition = z.strictObject({ id, pos_x: position, pos_y: position })
const nodePositions = z.array(nodePosition).max(10_000)

export const positionsPatch = z
  .strictObject({
    endpoints: nodePositions,
    incoming_blocks: nodePositions,
    client_tokens: nodePositions,
    canvas_notes: nodePositions,
  })
  .partial()
  .meta({ id: 'PositionsPatch' })
export type PositionsPatch = z.infer<typeof positionsPatch>

export const statsView = z
  .object({
    tokens_per_second: z.number(),
    requests_per_second: z.number(),
    total_inflight: count,
    inflight_per_endpoint: z.record(z.string(), count).meta({ description: 'By endpoint id.' }),
    queued: count.meta({ description: 'Requests that wait for an endpoint with room.' }),
    total_requests_served: count,
    total_errors: count,
    uptime_seconds: z.number(),
  })
  .meta({ id: 'Stats' })
export type StatsView = z.infer<typeof statsView>

export const stateView = z
  .object({
    etag: etag.meta({ description: 'Of the whole configuration, without positions.' }),
    routing_etag: etag.meta({
      description: 'Of the routing mode, the placement and the prioritised input token.',
    }),
    routing_mode: routingMode,
    placement,
    priority_input_token_id: id.nullable(),
    endpoints: z.array(endpointView),
    incoming_blocks: z.array(incomingBlockView),
    incoming_pos: pos,
    wires: z.array(wireView),
    client_tokens: z.array(clientTokenView),
    model_aliases: z.array(modelAliasView),
    canvas_notes: z.array(canvasNoteView),
    endpoint_groups: z
      .array(endpointGroupView)
      .meta({ description: 'The groups of the canvas with a chosen colour.' }),
    stats: statsView,
    version: z.string(),
  })
  .meta({ id: 'State' })
export type StateView = z.infer<typeof stateView>

/** What of a state has changed since the one before: endpoints, blocks, client tokens, aliases and notes are those that have changed. */
export interface StateChange extends Omit<StateView, 'wires' | 'endpoint_groups'> {
  /** All wires; null where none has changed. */
  readonly wires: StateView['wires'] | null
  /** All of them; null where none has changed. */
  readonly endpoint_groups: StateView['endpoint_groups'] | null
  /** Ids of those that were deleted. */
  readonly removed: Readonly<
    Record<
      'endpoints' | 'incoming_blocks' | 'client_tokens' | 'model_aliases' | 'canvas_notes',
      readonly number[]
    >
  >
}

export const healthView = z
  .object({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    endpoints: count,
    connected: count,
    routing_mode: routingMode,
    priority_input_token_id: id.nullable(),
    cache_size: count,
    ...statsView.shape,
  })
  .meta({ id: 'Health' })
export type HealthView = z.infer<typeof healthView>

export const okView = z.object({ ok: z.literal(true) }).meta({ id: 'Ok' })
export type OkView = z.infer<typeof okView>

/** Which process is profiled, and for how long. */
export const cpuProfileQuery = z.strictObject({
  worker: z.coerce.number().int().min(0).default(0).meta({
    description:
      'The id of a worker, as in the statistics; 0 for the process that serves the admin API, which is the only one without workers.',
  }),
  seconds: z.coerce.number().min(1).max(60).default(10),
})

/** As V8 makes it, which tools such as Chrome's read from a .cpuprofile file. */
export const cpuProfile = z.looseObject({}).meta({ id: 'CpuProfile' })
