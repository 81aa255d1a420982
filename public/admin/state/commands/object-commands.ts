/** Commands that create, edit and delete endpoints, incoming blocks, client tokens, model aliases and notes. Undo restores a deleted object. */
import type { ClientTokenCreated } from '../../../../src/contract/client-token.ts'
import type { CallAdmin } from '../../api/call-admin.ts'
import { compound, type Command } from './history.ts'
import { collectionPaths, objectPath, type ObjectKind, type ObjectRef } from '../node-ref.ts'

const nouns: Record<ObjectKind, string> = {
  endpoint: 'endpoint',
  block: 'block',
  token: 'client token',
  alias: 'model alias',
  note: 'note',
}

interface Stored {
  readonly id: number
  readonly etag: string
}

/** @param onCreated - called once with the response, the only one that contains a client token's value */
export function createObject<
  Fields extends object,
  Created extends Stored = Stored & Partial<ClientTokenCreated>,
>(call: CallAdmin, kind: ObjectKind, fields: Fields, onCreated: (created: Created) => void): Command {
  let id: number | undefined
  return {
    label: `create ${nouns[kind]}${'name' in fields ? ` ${String(fields.name)}` : ''}`,
    async run() {
      if (id !== undefined) return void (await call('POST', `${objectPath({ kind, id })}/restore`))
      const created = await call<Created>('POST', collectionPaths[kind], { body: fields })
      id = created.id
      onCreated(created)
    },
    async undo() {
      if (id !== undefined) await call('DELETE', objectPath({ kind, id }))
    },
  }
}

interface Edit {
  readonly node: ObjectRef
  readonly name: string
  /** The etag of the object that the operator saw; the server refuses the edit with 412 if the object has changed since. */
  readonly etag: string | undefined
  readonly after: object
  /** The same fields with their previous values. */
  readonly before: object
  /** Query of the edit itself, not of its undo. */
  readonly query?: string
}

/** @param onStored - called with the object as the server has it, after the edit and after its undo. */
export function editObject<Object extends Stored = Stored>(
  call: CallAdmin,
  { node, name, etag, after, before, query = '' }: Edit,
  onStored?: (stored: Object) => void,
): Command {
  let seen = etag
  const patch = async (fields: object, queried: string): Promise<void> => {
    const stored = await call<Object>('PATCH', objectPath(node) + queried, { body: fields, ifMatch: seen })
    // Undo must not overwrite later changes of other operators.
    seen = stored.etag
    onStored?.(stored)
  }
  return {
    label: `edit ${nouns[node.kind]} ${name}`,
    run: () => patch(after, query),
    undo: () => patch(before, ''),
  }
}

/** Undone, the requests of a deleted or disabled endpoint that were ended stay ended. */
const END_REQUESTS = '?in_flight=end'

/** @param endsRequests - whether the requests in flight of disabled endpoints end. */
export function setEnabled(
  call: CallAdmin,
  endpoints: readonly (Stored & { readonly name: string; readonly enabled: boolean })[],
  enabled: boolean,
  endsRequests = false,
): Command {
  const edits = endpoints
    .filter((endpoint) => endpoint.enabled !== enabled)
    .map(({ id, name, etag }) =>
      editObject(call, {
        node: { kind: 'endpoint', id },
        name,
        etag,
        after: { enabled },
        before: { enabled: !enabled },
        query: endsRequests ? END_REQUESTS : '',
      }),
    )
  const [first] = edits
  return edits.length === 1 && first
    ? first
    : compound(`${enabled ? 'enable' : 'disable'} ${edits.length} endpoints`, edits)
}

/** @param endsRequests - whether the requests in flight of an endpoint end. */
export function deleteObject(call: CallAdmin, node: ObjectRef, name: string, endsRequests = false): Command {
  const query = endsRequests && node.kind === 'endpoint' ? END_REQUESTS : ''
  return {
    label: `delete ${nouns[node.kind]} ${name}`,
    run: () => call('DELETE', objectPath(node) + query),
    undo: () => call('POST', `${objectPath(node)}/restore`),
  }
}
