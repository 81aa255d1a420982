/** Unsaved edits by object. Kept in memory only: a draft may contain an upstream key. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { nodeKey, type NodeRef } from '../node-ref.ts'
import { isSame, type Fields } from './fields.ts'

interface Draft {
  /** The changed fields only. */
  readonly changes: Fields
  /** The object, and its etag, when the first field was changed. */
  readonly base: Fields
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
  /**
   * Ends the draft of an object that has been saved, but for what has been changed since.
   * @param saved - the changes that the object has now. @param before - the object without them. @param etag - of the object with them.
   */
  endSaved(node: NodeRef, saved: Fields, before: Fields, etag: string): void
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
  const of = (node: NodeRef): KeptDraft | undefined => store.getState()[nodeKey(node)]
  const put = (node: NodeRef, draft: Draft): void => store.setState({ [nodeKey(node)]: { ...draft, node } })
  const drop = (node: NodeRef): void => {
    const { [nodeKey(node)]: _dropped, ...rest } = store.getState()
    store.setState(rest, true)
  }
  return {
    ...store,
    of,
    put,
    drop,
    endSaved(node, saved, before, etag) {
      const changed = Object.entries(of(node)?.changes ?? {})
      const changes = Object.fromEntries(changed.filter(([field, value]) => !isSame(saved[field], value)))
      if (Object.keys(changes).length === 0) return drop(node)
      put(node, { changes, base: { ...before, ...saved }, etag, serverErrors: {} })
    },
    nodes: () => Object.values(store.getState()).map(({ node }) => node),
    clear: () => store.setState({}, true),
  }
}
