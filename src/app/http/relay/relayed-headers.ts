// The header fields of relayed requests and responses: in their order, spelling and number, without those of a connection.
import type { IncomingMessage } from 'node:http'
import { peerAddress } from '../../../http/peer-address.ts'

/** Tells the primary the address of the client. It is always the first field, so that no limit on their number drops it. */
export const PEER_ADDRESS_FIELD = 'x-lb-peer-address'

/** More than a worker accepts of a client, since the relay adds a field. */
export const MAX_RELAYED_HEADER_BYTES = 65_536

/** Fields that concern one connection. Trailers are not relayed. @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const connectionFields = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade']

// A request keeps its transfer-encoding, which is chunked or absent: its body is framed alike on both connections. The
// worker has sent its 100 response when it relays a request that expects one.
const removedFromRequests = new Set([...connectionFields, 'expect', PEER_ADDRESS_FIELD])
// The worker frames the response for its client, who may speak HTTP/1.0.
const removedFromResponses = new Set([...connectionFields, 'transfer-encoding'])

// What `Connection` cannot remove: the framing, the host, and the address for which a client is throttled.
const unnameable = new Set(['content-length', 'transfer-encoding', 'host', 'x-forwarded-for'])

const connectionOptions = ({ headers }: IncomingMessage): string[] =>
  headers.connection?.split(',').map((option) => option.trim().toLowerCase()) ?? []

function withoutFields(rawHeaders: readonly string[], isRemoved: (name: string) => boolean): string[] {
  const kept: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (!isRemoved(name.toLowerCase())) kept.push(name, rawHeaders[index + 1] ?? '')
  }
  return kept
}

const peerField = (request: IncomingMessage): string[] => [PEER_ADDRESS_FIELD, peerAddress(request) ?? '']

/** The fields of the request to the primary: name, value, name, value. */
export function relayedRequestHeaders(request: IncomingMessage): string[] {
  const named = new Set(connectionOptions(request).filter((option) => !unnameable.has(option)))
  const fields = peerField(request)
  // HTTP/1.0 needs none, but the primary gets HTTP/1.1.
  if (request.headers.host === undefined) fields.push('Host', '')
  return fields.concat(
    withoutFields(request.rawHeaders, (name) => removedFromRequests.has(name) || named.has(name)),
  )
}

/** All fields of an upgrade, whose connection is relayed as a whole, and the address of the client. */
export const relayedUpgradeHeaders = (request: IncomingMessage): string[] => [
  ...peerField(request),
  ...withoutFields(request.rawHeaders, (name) => name === PEER_ADDRESS_FIELD),
]

/**
 * The fields of the response to the client. `Connection: close` is kept: the primary says so where the rest of the client's
 * connection cannot be read as requests, and while it drains.
 */
export function relayedResponseHeaders(response: IncomingMessage): string[] {
  const options = connectionOptions(response)
  const isClosing = options.includes('close')
  return withoutFields(response.rawHeaders, (name) =>
    name === 'connection' && isClosing ? false : removedFromResponses.has(name) || options.includes(name),
  )
}
