/** Commands that create, edit and delete endpoints, incoming blocks and client tokens. Undo restores a deleted object. */
import type { ClientTokenCreated } from '../../../../src/contract/client-token.ts'
import type { CallAdmin } from '../../api/call-admin.ts'
import type { Command } from './history.ts'
import { collectionPaths, nodePath, type NodeKind, type NodeRef } from '../node-ref.ts'

const nouns: Record<NodeKind, string> = { endpoint: 'endpoint', block: 'block', token: 'client token' }

interface Stored {
  readonly id: number
  readonly etag: string
}

/** @param onCreated - called once with the response, the only one that contains a client token's value */
export function createObject<
  Fields extends { readonly name: string },
  Created extends Stored = Stored & Partial<ClientTokenCreated>,
>(call: CallAdmin, kind: NodeKind, fields: Fields, onCreated: (created: Created) => void): Command {
  let id: number | undefined
  return {
    label: `create ${nouns[kind]} ${fields.name}`,
    async run() {
      if (id !== undefined) return void (await call('POST', `${nodePath({ kind, id })}/restore`))
      const created = await call<Created>('POST', collectionPaths[kind], { body: fields })
      id = created.id
      onCreated(created)
    },
    async undo() {
      if (id !== undefined) await call('DELETE', nodePath({ kind, id }))
    },
  }
}

interface Edit {
  readonly node: NodeRef
  readonly name: string
  /** The etag of the object that the operator saw; the server refuses the edit with 412 if the object has changed since. */
  readonly etag: string | undefined
  readonly after: object
  /** The same fields with their previous values. */
  readonly before: object
}

export function editObject(call: CallAdmin, { node, name, etag, after, before }: Edit): Command {
  let seen = etag
  const patch = async (fields: object): Promise<void> => {
    const stored = await call<Stored>('PATCH', nodePath(node), { body: fields, ifMatch: seen })
    // Undo must not overwrite later changes of other operators.
    seen = stored.etag
  }
  return {
    label: `edit ${nouns[node.kind]} ${name}`,
    run: () => patch(after),
    undo: () => patch(before),
  }
}

export function deleteObject(call: CallAdmin, node: NodeRef, name: string): Command {
  return {
    label: `delete ${nouns[node.kind]} ${name}`,
    run: () => call('DELETE', nodePath(node)),
    undo: () => call('POST', `${nodePath(node)}/restore`),
  }
}
