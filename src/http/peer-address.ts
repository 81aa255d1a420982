// The address of a request's sender: the peer of its TCP connection or, where another process of the daemon has relayed the
// request, the peer of the connection there.
import type { HttpRequest } from './server/http-messages.ts'

// A property of the request, which no header field can set.
const relayedFrom = Symbol('address of the peer of a relayed request')

type MaybeRelayed = HttpRequest & { [relayedFrom]?: string }

/** Sets the address of a request that arrived on the private socket between the processes of the daemon. */
export function setPeerAddress(request: MaybeRelayed, address: string): void {
  request[relayedFrom] = address
}

/** @returns undefined once a TCP connection is closed. */
export const peerAddress = (request: MaybeRelayed): string | undefined =>
  request[relayedFrom] ?? request.socket.remoteAddress
