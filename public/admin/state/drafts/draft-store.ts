/** What has been typed and not saved yet, by object. In memory alone: a draft may hold a key. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { nodeKey, type NodeRef } from '../node-ref.ts'

interface Draft {
  /** The changed fields alone. */
  readonly changes: Readonly<Record<string, unknown>>
  /** Of the object as it was when the first of them changed. */
  readonly etag: string
  /** Said by the server at the last attempt to save, by field. */
  readonly serverErrors: Readonly<Record<string, string>>
}

interface KeptDraft extends Draft {
  readonly node: NodeRef
}

type Drafts = Readonly<Record<string, KeptDraft>>

export interface DraftStore extends StoreApi<Drafts> {
  of(node: NodeRef): KeptDraft | undefined
  put(node: NodeRef, draft: Draft): void
  drop(node: NodeRef): void
  /** The objects that have one, in no order. */
  nodes(): readonly NodeRef[]
  clear(): void
}

export function createDrafts(): DraftStore {
  const store = createStore<Drafts>(() => ({}))
  // A page that is closed by mistake takes them with it.
  window.addEventListener('beforeunload', (event) => {
    if (Object.keys(store.getState()).length > 0) event.preventDefault()
  })
  return {
    ...store,
    of: (node) => store.getState()[nodeKey(node)],
    put: (node, draft) => store.setState({ [nodeKey(node)]: { ...draft, node } }),
    drop(node) {
      const { [nodeKey(node)]: _dropped, ...rest } = store.getState()
      store.setState(rest, true)
    },
    nodes: () => Object.values(store.getState()).map(({ node }) => node),
    clear: () => store.setState({}, true),
  }
}
