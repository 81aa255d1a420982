/** Unsaved edits by object. Kept in memory only: a draft may contain an upstream key. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { nodeKey, type NodeRef } from '../node-ref.ts'

interface Draft {
  /** The changed fields only. */
  readonly changes: Readonly<Record<string, unknown>>
  /** The object, and its etag, when the first field was changed. */
  readonly base: Readonly<Record<string, unknown>>
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
  /** Notes that a change of this page has given an object, which had the etag `from`, the etag `to`. */
  noteEtag(node: NodeRef, from: string, to: string): void
  /**
   * @param shown - the etag of the object as the page shows it, which a change of this page may not have reached yet.
   * @returns the etag that a draft begins with, so that an operator has no conflict with an own change.
   */
  baseEtag(node: NodeRef, shown: string): string
  /** The objects that have a draft, in no particular order. */
  nodes(): readonly NodeRef[]
  clear(): void
}

export function createDrafts(): DraftStore {
  const store = createStore<Drafts>(() => ({}))
  const noted = new Map<string, { readonly from: Set<string>; to: string }>()
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
    noteEtag(node, from, to) {
      const known = noted.get(nodeKey(node)) ?? { from: new Set<string>(), to }
      known.to = to
      known.from.add(from).delete(to)
      noted.set(nodeKey(node), known)
    },
    baseEtag(node, shown) {
      const known = noted.get(nodeKey(node))
      if (known?.from.has(shown)) return known.to
      noted.delete(nodeKey(node))
      return shown
    },
    nodes: () => Object.values(store.getState()).map(({ node }) => node),
    clear: () => store.setState({}, true),
  }
}
