// Keeps a waiting stream alive with status 200 and comment lines, so that proxies with idle timeouts do not cut it.
import { beginResponse, hasSentHeaders, writeResponse } from '../response/client-response.ts'
import { failInternally } from './fail-request.ts'
import type { ForwardContext } from './forward-context.ts'

const OK = 200

/** Opens the client's event stream after `keepaliveMs`, and sends a comment at that interval until the commit. */
export function startKeepalive(context: ForwardContext): void {
  const { client, options } = context
  const sendComment = (): void => {
    try {
      if (!hasSentHeaders(client)) {
        client.headers.push('content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache')
        client.headers.push('x-lb-cache', 'MISS')
        beginResponse(client, OK)
      }
      writeResponse(client, ': keep-alive\n\n')
      context.keepalive = setTimeout(sendComment, options.keepaliveMs)
    } catch (error) {
      failInternally(context, error)
    }
  }
  context.keepalive = setTimeout(sendComment, options.keepaliveMs)
}
