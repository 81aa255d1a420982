// Sends one request of the balancer's own to an endpoint and reads the whole response.
import type { SetTimer } from '../../core/timer.ts'
import type { Attempt } from '../../http/upstream/connection-pool.ts'
import { startUpstreamRequest } from '../../http/upstream/upstream-request.ts'
import { MAX_LIST_BYTES } from '../models/read-model-list.ts'
import { ownHeaders } from '../upstream/own-headers.ts'
import { upstreamFault } from '../upstream/upstream-fault.ts'
import type { Upstream } from '../upstream/upstream-pools.ts'

export interface Probe {
  readonly path: string
  /** Sent by POST as JSON; null for a GET. */
  readonly body: string | null
  /** For the upstream's log. */
  readonly purpose: string
  /** The wanted media type; default JSON. */
  readonly accept?: string
  /** A longer response is an error; default that of a list of models. */
  readonly maxBytes?: number
}

/** A response, or why there is none or only part of one. */
export interface ProbeResponse {
  /** null where no headers arrived. */
  readonly status: number | null
  readonly body: Buffer
  readonly error: string | null
}

/** Does not throw. */
export function probeEndpoint(
  upstream: Upstream,
  { path, body, purpose, accept, maxBytes = MAX_LIST_BYTES }: Probe,
  waitMs: number,
  setTimer: SetTimer,
): Promise<ProbeResponse> {
  return new Promise((resolve) => {
    // An object, since `end` may be called before `startUpstreamRequest` has returned.
    const running: { attempt?: Attempt } = {}
    const chunks: Buffer[] = []
    let length = 0
    let received: number | null = null
    const end = (error: string | null): void => {
      cancelDeadline()
      running.attempt?.abort()
      resolve({ status: received, body: Buffer.concat(chunks, length), error })
    }
    const cancelDeadline = setTimer(() => end('the endpoint did not answer in time'), waitMs)
    const headers = ownHeaders(upstream, purpose, accept)
    if (body !== null) headers.push('content-type', 'application/json')
    running.attempt = startUpstreamRequest(
      upstream,
      {
        method: body === null ? 'GET' : 'POST',
        path: upstream.basePath + path,
        headers,
        body: body === null ? null : Buffer.from(body),
        // None: the timer above bounds the whole.
        timeoutMs: 0,
        mayRepeat: body === null,
      },
      {
        onResponse(_owner, status) {
          received = status
          if (status !== 200) end(null)
        },
        onData(_owner, chunk) {
          length += chunk.length
          chunks.push(chunk)
          if (length > maxBytes) end('the endpoint answered with too much')
        },
        onEnd: () => end(null),
        onError: (_owner, error) => end(upstreamFault(error).message),
      },
      undefined,
    )
  })
}
