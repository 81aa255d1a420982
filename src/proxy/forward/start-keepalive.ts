// Keeps a waiting stream alive: a 200 and comment lines, so that proxies with idle limits do not cut it.
import { beginResponse, hasSentHeaders, writeResponse } from '../response/client-response.ts'
import type { ForwardContext } from './forward-context.ts'

const OK = 200

/** Opens the client's event stream once it has waited long enough, and lets it hear of us until the answer begins. */
export function startKeepalive(context: ForwardContext): void {
  const { client, options } = context
  const sendComment = (): void => {
    if (!hasSentHeaders(client)) {
      client.headers.push('content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache')
      client.headers.push('x-lb-cache', 'MISS')
      beginResponse(client, OK)
    }
    writeResponse(client, ': keep-alive\n\n')
    context.keepalive = setTimeout(sendComment, options.keepaliveMs)
  }
  context.keepalive = setTimeout(sendComment, options.keepaliveMs)
}
