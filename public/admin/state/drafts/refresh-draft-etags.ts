/** Keeps drafts free of conflicts with other edits that the same operator makes, such as by an endpoint's switch. */
import type { CallAdmin } from '../../api/call-admin.ts'
import type { DraftStore } from './draft-store.ts'
import { parseNodePath } from '../node-ref.ts'

/**
 * Wraps a call so that a PATCH of an object gives the object's new etag to its draft, where the draft was based on the
 * version that the PATCH has changed, and to a draft that begins before the page shows the new version. A draft that
 * contains a patched field keeps its etag, and so its conflict.
 */
export function refreshDraftEtags(call: CallAdmin, drafts: DraftStore): CallAdmin {
  return async <Answer>(...[method, path, options = {}]: Parameters<CallAdmin>) => {
    const response = await call<Answer>(method, path, options)
    const node = method === 'PATCH' ? parseNodePath(path) : undefined
    if (node === undefined || options.ifMatch === undefined) return response
    const { etag } = response as { readonly etag: string }
    drafts.noteEtag(node, options.ifMatch, etag)
    const draft = drafts.of(node)
    if (draft === undefined || draft.etag !== options.ifMatch) return response
    const isDrafted = Object.keys(options.body ?? {}).some((field) => field in draft.changes)
    if (!isDrafted) drafts.put(node, { ...draft, etag, base: { ...draft.base, ...(options.body as object) } })
    return response
  }
}
