/** The endpoints, incoming blocks and client tokens of the configuration, by kind. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { nodeKey, type NodeKind, type NodeRef } from './node-ref.ts'

interface NamedObject {
  readonly id: number
  readonly name: string
}

export function objectsOf(state: StateView, kind: NodeKind): readonly NamedObject[] {
  if (kind === 'endpoint') return state.endpoints
  return kind === 'block' ? state.incoming_blocks : state.client_tokens
}

/** @returns `#` and the id where the configuration has no such object. */
export const nodeName = (state: StateView, { kind, id }: NodeRef): string =>
  objectsOf(state, kind).find((one) => one.id === id)?.name ?? `#${id}`

interface NamedNode extends NodeRef {
  readonly name: string
}

/** Every endpoint, incoming block and client token, in this order. */
export const namedNodes = (state: StateView): NamedNode[] =>
  (['endpoint', 'block', 'token'] as const).flatMap((kind) =>
    objectsOf(state, kind).map(({ id, name }) => ({ kind, id, name })),
  )

export const namesByKey = (state: StateView): ReadonlyMap<string, string> =>
  new Map(namedNodes(state).map((node) => [nodeKey(node), node.name]))
