// Reports each lease that this worker takes to the primary, whose books are those of all workers.
import type { Admission, WaitListener } from '../../core/queue/admission.ts'
import type { Lease } from '../../core/lease/lease.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import type { LeasedRequest, WorkerMessage } from '../messages.ts'
import { encodeBlocks } from '../prompt-blocks.ts'

type Post = (message: WorkerMessage, isUrgent?: boolean) => void

function describe(request: RoutingRequest, usesPrefix: boolean): LeasedRequest {
  const { blockId, token, client, api, path, model, alias, measure, stream } = request
  const { endpointId, maxTokens, prompt, session } = request
  // Where caches are not regarded they have not been made.
  const blocks = usesPrefix ? prompt?.blocks() : undefined
  return {
    blockId,
    tokenId: token?.id ?? null,
    client,
    api,
    path,
    model,
    aliasId: alias?.id,
    endpointId,
    measure,
    stream,
    maxTokens,
    promptBytes: prompt?.bytes,
    promptBlocks: blocks && blocks.length > 0 ? encodeBlocks(blocks) : undefined,
    session,
  }
}

function reportLease(lease: Lease, id: number, usesPrefix: boolean, post: Post): Lease {
  const { endpoint } = lease
  let hasReceived = false
  let isSettled = false
  post({
    type: 'begin',
    lease: id,
    endpointId: endpoint.config.id,
    request: describe(lease.request, usesPrefix),
  })
  return {
    ...lease,
    received() {
      const isHung = endpoint.watch.hang !== null
      if (!isSettled && (!hasReceived || isHung)) post({ type: 'received', lease: id }, isHung)
      hasReceived = true
      lease.received()
    },
    unwatch() {
      post({ type: 'unwatch', lease: id })
      lease.unwatch()
    },
    responded() {
      // It may end a cooldown, or a run of failures.
      if (!isSettled) post({ type: 'responded', lease: id }, endpoint.tripped !== null)
      lease.responded()
    },
    settle(result) {
      if (!isSettled)
        post(
          { type: 'settle', lease: id, result },
          result.outcome === 'failure' || result.countsOnce !== undefined,
        )
      isSettled = true
      lease.settle(result)
    },
    countFailure() {
      post({ type: 'count failure', lease: id }, true)
      lease.countFailure()
    },
  }
}

/**
 * @param usesPrefix - whether the request is placed by what endpoints have cached.
 * @returns the admission, whose leases report themselves.
 */
export function reportLeases(
  admission: Admission,
  usesPrefix: (request: RoutingRequest) => boolean,
  post: Post,
): Admission {
  let last = 0
  const report = (lease: Lease): Lease => reportLease(lease, (last += 1), usesPrefix(lease.request), post)
  const reporting = (listener: WaitListener): WaitListener => ({
    ...listener,
    onLease: (lease) => listener.onLease(report(lease)),
  })
  return {
    ...admission,
    admit(request, tried, listener) {
      const result = admission.admit(request, tried, listener && reporting(listener))
      return 'lease' in result ? { lease: report(result.lease) } : result
    },
  }
}
