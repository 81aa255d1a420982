/** Shows what a PATCH has made of an object, and keeps drafts free of conflicts with the operator's own edits, such as by an endpoint's switch. */
import type { CallAdmin } from '../../api/call-admin.ts'
import type { DraftStore } from '../drafts/draft-store.ts'
import { parseNodePath } from '../node-ref.ts'
import { confirmObject, type GatewayStore } from './gateway-store.ts'

/**
 * Wraps a call so that a PATCH of an object gives its new version to the page, and its new etag to a draft that was based on
 * the version that the PATCH has changed. A draft that contains a patched field keeps its etag, and so its conflict.
 */
export function confirmPatches(call: CallAdmin, gateway: GatewayStore, drafts: DraftStore): CallAdmin {
  return async <Answer>(...[method, path, options = {}]: Parameters<CallAdmin>) => {
    const response = await call<Answer>(method, path, options)
    const node = method === 'PATCH' ? parseNodePath(path) : undefined
    if (node === undefined || options.ifMatch === undefined) return response
    const stored = response as { readonly etag: string }
    confirmObject(gateway, node, options.ifMatch, stored)
    const draft = drafts.of(node)
    if (draft === undefined || draft.etag !== options.ifMatch) return response
    const isDrafted = Object.keys(options.body ?? {}).some((field) => field in draft.changes)
    if (!isDrafted)
      drafts.put(node, { ...draft, etag: stored.etag, base: { ...draft.base, ...(options.body as object) } })
    return response
  }
}
