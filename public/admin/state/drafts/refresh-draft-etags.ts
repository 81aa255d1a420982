/** What the operator's own hand changes elsewhere on an object, as by its switch, is no conflict with the draft of it. */
import type { CallAdmin } from '../../api/call-admin.ts'
import type { DraftStore } from './draft-store.ts'
import { parseNodePath } from '../node-ref.ts'

/**
 * @returns a call that tells drafts of the object's new etag, where the draft was of the version that the call has changed.
 * A field that is drafted too stays in conflict.
 */
export function refreshDraftEtags(call: CallAdmin, drafts: DraftStore): CallAdmin {
  return async <Answer>(...[method, path, options = {}]: Parameters<CallAdmin>) => {
    const response = await call<Answer>(method, path, options)
    const node = method === 'PATCH' ? parseNodePath(path) : undefined
    const draft = node && drafts.of(node)
    if (node === undefined || draft === undefined || draft.etag !== options.ifMatch) return response
    const isDrafted = Object.keys(options.body ?? {}).some((field) => field in draft.changes)
    if (!isDrafted) drafts.put(node, { ...draft, etag: (response as { readonly etag: string }).etag })
    return response
  }
}
