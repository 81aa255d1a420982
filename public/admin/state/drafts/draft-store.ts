/** Unsaved edits by object. Kept in memory only: a draft may contain an upstream key. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { nodeKey, type NodeRef } from '../node-ref.ts'

interface Draft {
  /** The changed fields only. */
  readonly changes: Readonly<Record<string, unknown>>
  /** The etag that the object had when the first field was changed. */
  readonly etag: string
  /** Error messages of the last attempt to save, by field. */
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
  /** The objects that have a draft, in no particular order. */
  nodes(): readonly NodeRef[]
  clear(): void
}

export function createDrafts(): DraftStore {
  const store = createStore<Drafts>(() => ({}))
  // The browser asks before it closes a page with unsaved drafts.
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
