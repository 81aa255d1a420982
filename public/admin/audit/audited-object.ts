/** The object of an audit row: its name, and its card while it exists. */
import type { AuditEntry } from '../../../src/contract/audit.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import type { ModelAliasView } from '../../../src/contract/models/model-alias.ts'
import { noteTitle } from '../format/note-title.ts'
import { parseWireObjectId, type NodeRef } from '../state/node-ref.ts'
import { humanize } from './audit-filter.ts'

interface AuditedObject {
  readonly name: string
  readonly node: NodeRef | undefined
}

const kinds = {
  endpoint: { kind: 'endpoint', list: 'endpoints' },
  incoming_block: { kind: 'block', list: 'incoming_blocks' },
  client_token: { kind: 'token', list: 'client_tokens' },
} as const

const nameIn = (fields: AuditEntry['before']): string | undefined =>
  typeof fields?.['name'] === 'string' ? fields['name'] : undefined

function wireName(objectId: string, state: StateView | undefined): string {
  const wire = parseWireObjectId(objectId)
  if (wire === undefined) return objectId
  const { blockId, endpointId } = wire
  const block = state?.incoming_blocks.find(({ id }) => id === blockId)?.name ?? `block ${blockId}`
  const endpoint = state?.endpoints.find(({ id }) => id === endpointId)?.name ?? `endpoint ${endpointId}`
  return `${block} → ${endpoint}`
}

export function auditedObject(entry: AuditEntry, state: StateView | undefined): AuditedObject {
  const { object_type: type, object_id: objectId } = entry
  if (objectId === null) return { name: '', node: undefined }
  if (type === 'wire') return { name: wireName(objectId, state), node: undefined }
  if (type === 'model_alias') {
    const alias = state?.model_aliases.find(({ id }) => String(id) === objectId)
    const name = alias?.name ?? nameIn(entry.after) ?? nameIn(entry.before)
    return { name: name ?? `${humanize(type)} ${objectId}`, node: undefined }
  }
  if (type === 'endpoint_group') return { name: objectId, node: undefined }
  if (type === 'canvas_note') {
    const note = state?.canvas_notes.find(({ id }) => String(id) === objectId)
    const text = note?.text ?? entry.after?.['text'] ?? entry.before?.['text']
    return { name: typeof text === 'string' ? noteTitle(text) : `Note ${objectId}`, node: undefined }
  }
  const kind = type in kinds ? kinds[type as keyof typeof kinds] : undefined
  const known = kind && state?.[kind.list].find(({ id }) => String(id) === objectId)
  return {
    name: known?.name ?? nameIn(entry.after) ?? nameIn(entry.before) ?? `${humanize(type)} ${objectId}`,
    node: kind && known && { kind: kind.kind, id: known.id },
  }
}

const fieldKinds: Readonly<Record<string, keyof typeof kinds>> = {
  endpoint_id: 'endpoint',
  endpoint_ids: 'endpoint',
  preferred_endpoint_id: 'endpoint',
  incoming_block_id: 'incoming_block',
  client_token_ids: 'client_token',
  priority_input_token_id: 'client_token',
}

type Target = ModelAliasView['targets'][number]

function targetName(state: StateView | undefined, { model, endpoint_id: endpointId }: Target): string {
  if (endpointId === null) return model
  const endpoint = state?.endpoints.find(({ id }) => id === endpointId)?.name
  return `${model} at ${endpoint ?? `${endpointId}, since deleted`}`
}

/** Names of the objects whose ids a field contains; undefined for fields without ids. */
export function namesOfIds(state: StateView | undefined) {
  return (field: string, value: unknown): string | undefined => {
    if (field === 'targets' && Array.isArray(value))
      return value.map((target) => targetName(state, target as Target)).join(', ')
    const kind = fieldKinds[field]
    const ids = Array.isArray(value) ? (value as unknown[]) : [value]
    if (kind === undefined || ids.length === 0 || !ids.every((id) => typeof id === 'number')) return undefined
    const objects: readonly { readonly id: number; readonly name: string }[] = state?.[kinds[kind].list] ?? []
    return ids
      .map((id) => objects.find((object) => object.id === id)?.name ?? `${id}, since deleted`)
      .join(', ')
  }
}
