// Exports the configuration as a file with stable order and format, without secrets and defaults.
import type { ConfigFile } from '../../contract/config-file.ts'
import { canvasNoteFields } from '../../contract/objects/canvas-note-fields.ts'
import { clientTokenFields } from '../../contract/objects/client-token-fields.ts'
import { endpointFields } from '../../contract/objects/endpoint-fields.ts'
import { incomingBlockFields } from '../../contract/objects/incoming-block-fields.ts'
import { modelAliasFields } from '../../contract/objects/model-alias-fields.ts'
import { DEFAULT_PLACEMENT } from '../../contract/objects/routing-field-schemas.ts'
import type { Snapshot } from '../../core/state/configuration.ts'
import {
  aliasForm,
  blockForm,
  byName,
  byPlace,
  endpointForm,
  noteForm,
  routingForm,
  tokenForm,
} from './config-forms.ts'
import { fileDefaults } from './file-forms.ts'
import { isTestToken } from '../tokens/test-tokens.ts'
import { mapInSlices } from '../map-in-slices.ts'
import { findByName } from './find-by-name.ts'
import { posView } from '../gateway/position-routes.ts'

interface ExportOptions {
  /** Adds the positions of nodes on the canvas. */
  readonly withPositions: boolean
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Leaves out the fields whose values equal `defaults`. */
const withoutDefaults = <Form extends object>(form: Form, defaults: Partial<Form>): Form =>
  Object.fromEntries(
    Object.entries(form).filter(([key, value]) => !isSame(value, defaults[key as keyof Form])),
  ) as Form

/** The name of an environment variable for the key, distinct among endpoints. */
function keyName(name: string, taken: Set<string>): string {
  const words = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
  const base = `${/^[A-Z]/.test(words) ? '' : 'ENDPOINT_'}${words}_API_KEY`.replaceAll(/_+/g, '_')
  let free = base
  for (let number = 2; taken.has(free); number += 1) free = `${base}_${number}`
  taken.add(free)
  return free
}

function positions({ endpoints, blocks, tokens, settings }: Snapshot): ConfigFile['positions'] {
  const positionsOf = (objects: typeof endpoints | typeof blocks | typeof tokens) =>
    objects.map((object) => ({ name: object.name, ...posView(object) })).sort(byName)
  return {
    endpoints: positionsOf(endpoints),
    incoming_blocks: positionsOf(blocks),
    client_tokens: positionsOf(tokens),
    incoming: posView(settings.incomingPos),
  }
}

/** With their places, without which they would say nothing. */
const notes = ({ notes: stored }: Snapshot) =>
  stored
    .map(noteForm)
    .sort(byPlace)
    .map((form) => withoutDefaults(form, fileDefaults(canvasNoteFields)))

async function content(snapshot: Snapshot, { withPositions }: ExportOptions): Promise<ConfigFile> {
  const taken = new Set<string>()
  const tokenDefaults = fileDefaults(clientTokenFields)
  const [first, ...others] = snapshot.blocks.map(({ id }) =>
    withoutDefaults(blockForm(snapshot, id), fileDefaults(incomingBlockFields)),
  )
  const aliases = snapshot.aliases
    .map((alias) => aliasForm(snapshot, alias))
    .filter(({ targets }) => targets.length > 0)
  const file = {
    version: 1 as const,
    routing: withoutDefaults(routingForm(snapshot), {
      placement: DEFAULT_PLACEMENT,
      priority_input_token: null,
    }),
    endpoints: snapshot.endpoints
      .map(endpointForm)
      .sort(byName)
      .map((form) => withoutDefaults(form, fileDefaults(endpointFields)))
      .map((form) => (form.api_key ? { ...form, api_key: `\${${keyName(form.name, taken)}}` } : form)),
    incoming_blocks: [...(first ? [first] : []), ...others.sort(byName)],
    client_tokens: await mapInSlices(
      (await mapInSlices(snapshot.tokens, (token) => tokenForm(snapshot, token))).sort(byName),
      (form) => withoutDefaults(form, tokenDefaults),
    ),
    ...(aliases.length > 0
      ? {
          model_aliases: aliases
            .sort(byName)
            .map((form) => withoutDefaults(form, fileDefaults(modelAliasFields))),
        }
      : {}),
    ...(snapshot.groupColors.length > 0 ? { endpoint_groups: snapshot.groupColors } : {}),
    ...(snapshot.notes.length > 0 ? { canvas_notes: notes(snapshot) } : {}),
    ...(withPositions ? { positions: positions(snapshot) } : {}),
  }
  return file as unknown as ConfigFile
}

/** @returns the contents of the file: equal ones for equal configurations. Throws LB_ERR_CONFLICT if names are not distinct. */
export async function exportConfig(current: Snapshot, options: ExportOptions): Promise<ConfigFile> {
  const snapshot = { ...current, tokens: current.tokens.filter((token) => !isTestToken(token)) }
  const named = [
    ['incoming block', snapshot.blocks],
    ['client token', snapshot.tokens],
  ] as const
  for (const [kind, objects] of named) {
    const find = findByName<{ id: number; name: string }>(kind, objects)
    for (const { name } of objects) find(name)
  }
  return content(snapshot, options)
}
