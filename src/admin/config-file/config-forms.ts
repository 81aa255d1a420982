// The forms of objects in a configuration file: fields under their names in the file, with names in place of ids.
import { placeholderName, type ConfigFile } from '../../contract/config-file.ts'
import { canvasNoteFields } from '../../contract/objects/canvas-note-fields.ts'
import { clientTokenFields } from '../../contract/objects/client-token-fields.ts'
import { endpointFields } from '../../contract/objects/endpoint-fields.ts'
import { initialValues, type FileForm } from '../../contract/objects/field-table.ts'
import { incomingBlockFields } from '../../contract/objects/incoming-block-fields.ts'
import { modelAliasFields } from '../../contract/objects/model-alias-fields.ts'
import {
  DEFAULT_PLACEMENT,
  type Placement,
  type RoutingMode,
} from '../../contract/objects/routing-field-schemas.ts'
import type { AliasConfig, EndpointConfig, Snapshot, TokenConfig } from '../../core/state/configuration.ts'
import type { EndpointValues, NoteValues } from '../../store/store.ts'
import { mergeValues } from '../changes/field-values.ts'
import { createFileForm } from './file-forms.ts'

type Entry<Section extends keyof ConfigFile> =
  NonNullable<ConfigFile[Section]> extends (infer One)[] ? One : never

// Type aliases, since interfaces are not assignable to a record of fields.
export type EndpointForm = FileForm<typeof endpointFields>

export type BlockForm = FileForm<typeof incomingBlockFields> & {
  /** Names, sorted, since the order of wires has no meaning. */
  readonly endpoints: readonly string[]
}

export type TokenForm = FileForm<typeof clientTokenFields>

export type AliasForm = FileForm<typeof modelAliasFields>

export type NoteForm = FileForm<typeof canvasNoteFields>

export type RoutingForm = {
  readonly mode: RoutingMode
  readonly placement: Placement
  readonly priority_input_token: string | null
}

const endpointFormOf = createFileForm(endpointFields)
const blockFormOf = createFileForm(incomingBlockFields)
const tokenFormOf = createFileForm(clientTokenFields)
const aliasFormOf = createFileForm(modelAliasFields)
const noteFormOf = createFileForm(canvasNoteFields)

export const endpointForm = (endpoint: EndpointValues): EndpointForm => endpointFormOf(endpoint, {})

export const noteForm = (note: NoteValues): NoteForm => noteFormOf(note, {})

/** @param stored - the endpoint of this name, whose key is kept unless the file has one. */
export function completeEndpoint(
  { api_key, ...entry }: Entry<'endpoints'>,
  stored: EndpointConfig | undefined,
  defaultTimeoutS: number,
): EndpointForm {
  const isKept = api_key === undefined || placeholderName(api_key) !== undefined
  return endpointForm(
    mergeValues(endpointFields, entry, {
      ...initialValues(endpointFields),
      timeoutS: defaultTimeoutS,
      apiKey: isKept ? (stored?.apiKey ?? '') : api_key,
    }),
  )
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  byText(a.name, b.name)

/** From the top: ids differ between gateways. */
export const byPlace = (a: NoteForm, b: NoteForm): number =>
  a.pos_y - b.pos_y || a.pos_x - b.pos_x || byText(JSON.stringify(a), JSON.stringify(b))

export const completeBlock = ({ endpoints, ...entry }: Entry<'incoming_blocks'>): BlockForm => ({
  ...blockFormOf(mergeValues(incomingBlockFields, entry, initialValues(incomingBlockFields)), {}),
  endpoints: endpoints.toSorted(byText),
})

export const completeToken = (entry: Entry<'client_tokens'>): TokenForm =>
  tokenFormOf(mergeValues(clientTokenFields, entry, initialValues(clientTokenFields)), {
    incoming_block: entry.incoming_block,
    preferred_endpoint: entry.preferred_endpoint ?? null,
  })

export const completeAlias = ({ targets, ...entry }: Entry<'model_aliases'>): AliasForm =>
  aliasFormOf(mergeValues(modelAliasFields, entry, initialValues(modelAliasFields)), { targets })

export const completeRouting = (section: NonNullable<ConfigFile['routing']>): RoutingForm => ({
  mode: section.mode ?? 'percentage',
  placement: section.placement ?? DEFAULT_PLACEMENT,
  priority_input_token: section.priority_input_token ?? null,
})

export const blockForm = (snapshot: Snapshot, id: number): BlockForm => ({
  ...blockFormOf(snapshot.blockById.get(id) ?? initialValues(incomingBlockFields), {}),
  endpoints: (snapshot.endpointsByBlock.get(id) ?? []).map(({ name }) => name).sort(byText),
})

const endpointNameOf = ({ endpointById }: Snapshot, id: number | null): string | null =>
  id === null ? null : (endpointById.get(id)?.name ?? null)

export const tokenForm = (snapshot: Snapshot, token: TokenConfig): TokenForm =>
  tokenFormOf(token, {
    incoming_block: snapshot.blockById.get(token.blockId)?.name ?? '',
    preferred_endpoint: endpointNameOf(snapshot, token.preferredEndpointId),
  })

/** Without targets of deleted endpoints, which serve nothing and have no name. */
export const aliasForm = ({ endpointById }: Snapshot, alias: AliasConfig): AliasForm =>
  aliasFormOf(alias, {
    targets: alias.targets.flatMap(({ model, endpoint_id }) => {
      if (endpoint_id === null) return { model }
      const endpoint = endpointById.get(endpoint_id)?.name
      return endpoint === undefined ? [] : { model, endpoint }
    }),
  })

export const routingForm = ({ settings, tokenById }: Snapshot): RoutingForm => ({
  mode: settings.routingMode,
  placement: settings.placement,
  priority_input_token:
    settings.priorityInputTokenId === null
      ? null
      : (tokenById.get(settings.priorityInputTokenId)?.name ?? null),
})
