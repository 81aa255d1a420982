// The configuration file: its contents, and the admin API's requests and responses about it.
import { z } from 'zod'
import { count, displayName, endpointName, etag, position } from './objects/field-schemas.ts'
import { pos } from './gateway.ts'
import { clientTokenFields } from './objects/client-token-fields.ts'
import { shownGroupName, MAX_GROUP_COLORS } from './canvas/endpoint-group.ts'
import { canvasColor } from './objects/canvas-colors.ts'
import { canvasNoteFields, MAX_NOTES } from './objects/canvas-note-fields.ts'
import { endpointFields } from './objects/endpoint-fields.ts'
import { fileShape, requiredMask } from './objects/field-table.ts'
import { incomingBlockFields } from './objects/incoming-block-fields.ts'
import { modelAliasFields } from './objects/model-alias-fields.ts'
import { placement, routingMode } from './objects/routing-field-schemas.ts'

const endpointEntry = z
  .strictObject(fileShape(endpointFields))
  .partial()
  .required(requiredMask(endpointFields))

/** Includes the names of the endpoints that the block has wires to. */
const blockEntry = z
  .strictObject({ ...fileShape(incomingBlockFields), endpoints: z.array(endpointName) })
  .partial()
  .required({ ...requiredMask(incomingBlockFields), endpoints: true })

const tokenEntry = z
  .strictObject(fileShape(clientTokenFields))
  .partial()
  .required({ ...requiredMask(clientTokenFields), incoming_block: true })

const aliasEntry = z
  .strictObject(fileShape(modelAliasFields))
  .partial()
  .required(requiredMask(modelAliasFields))

const noteEntry = z
  .strictObject(fileShape(canvasNoteFields))
  .partial()
  .required(requiredMask(canvasNoteFields))

const groupEntry = z.strictObject({ name: shownGroupName, color: canvasColor })

const positionOf = (name: typeof displayName) => z.strictObject({ name, pos_x: position, pos_y: position })

/**
 * An absent section leaves its objects unchanged. An absent field of an entry means its default, except that an absent
 * `api_key` keeps the stored key.
 */
export const configFile = z
  .strictObject({
    version: z.literal(1),
    routing: z
      .strictObject({ mode: routingMode, placement, priority_input_token: displayName.nullable() })
      .partial(),
    endpoints: z.array(endpointEntry),
    incoming_blocks: z.array(blockEntry),
    client_tokens: z.array(tokenEntry),
    model_aliases: z.array(aliasEntry),
    endpoint_groups: z.array(groupEntry).max(MAX_GROUP_COLORS),
    canvas_notes: z.array(noteEntry).max(MAX_NOTES),
    positions: z
      .strictObject({
        endpoints: z.array(positionOf(endpointName)),
        incoming_blocks: z.array(positionOf(displayName)),
        client_tokens: z.array(positionOf(displayName)),
        incoming: pos,
      })
      .partial(),
  })
  .partial()
export type ConfigFile = z.infer<typeof configFile>

/** @returns the name in a placeholder such as `${VLLM_A_API_KEY}`; undefined if the key is none. */
export const placeholderName = (apiKey: string | undefined): string | undefined =>
  /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(apiKey ?? '')?.[1]

export const configQuery = z.strictObject({
  positions: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Whether to show where nodes are on the canvas.' }),
})

const request = z.strictObject({
  yaml: z.string().meta({ description: 'The file.' }),
  prune: z.boolean().optional().meta({
    description: 'Deletes what the sections of the file do not name. Default false.',
  }),
})

export const configDiffRequest = request.clone().meta({ id: 'ConfigDiffRequest' })
export const configApplyRequest = request.clone().meta({ id: 'ConfigApplyRequest' })

const fields = z.record(z.string(), z.unknown()).nullable()

const configChange = z.object({
  action: z.enum(['create', 'update', 'delete']),
  object_type: z.enum([
    'endpoint',
    'incoming_block',
    'client_token',
    'model_alias',
    'endpoint_group',
    'canvas_note',
    'routing',
    'positions',
  ]),
  name: z.string().meta({ description: 'Of routing and positions the object_type.' }),
  before: fields.meta({ description: 'What changes, by its names in the file; null where it is created.' }),
  after: fields.meta({ description: 'null where it is deleted.' }),
})
export type ConfigChange = z.infer<typeof configChange>

const changes = z.array(configChange)
const wholeEtag = etag.meta({ description: 'Of the whole configuration.' })

export const configDiffView = z
  .object({ etag: wholeEtag, changes, warnings: z.array(z.string()) })
  .meta({ id: 'ConfigDiff' })
export type ConfigDiffView = z.infer<typeof configDiffView>

export const configAppliedView = z
  .object({
    applied: count.meta({ description: 'How many changes were made.' }),
    changes,
    created_tokens: z
      .array(z.object({ name: z.string(), token: z.string() }))
      .meta({ description: 'Shown in this response only.' }),
    warnings: z.array(z.string()),
    etag: wholeEtag,
  })
  .meta({ id: 'ConfigApplied' })
export type ConfigAppliedView = z.infer<typeof configAppliedView>

export const configText = z.string().meta({ id: 'ConfigFile' })
