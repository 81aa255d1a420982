// Creates a server of node:http with the limits and overrides of every listener for clients.
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { serveHalfOpenClients } from '../../http/server/half-open.ts'
import { ignoreExpectations } from './node-overrides.ts'

// Bounds the arrival of a request's body. The time to the response is bounded per endpoint.
export const REQUEST_TIMEOUT_MS = 300_000
// Longer than the keep-alive of reverse proxies, so that none of them sends a request on a connection that is closing.
export const KEEP_ALIVE_MS = 72_000
// Bytes that wait for a client before the upstream is paused. One read of the upstream, up to 64 KiB, may exceed it, and no second
// one is added; with Node's default of 64 KiB a second one may be, which two thousand slow clients would multiply.
export const HIGH_WATER_MARK_BYTES = 16_384

/** A response that is destroyed while others before it are sent would begin in its turn, and be waited for without an end. */
function cutInTurn(this: ServerResponse, socket: Socket): void {
  if (this.destroyed) socket.destroy()
}

/** @param handle - checks each request with `httpRefusal`. */
export function createNodeServer(handle: RequestListener): Server {
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      requireHostHeader: false,
      highWaterMark: HIGH_WATER_MARK_BYTES,
    },
    (request, response) => {
      response.once('socket', cutInTurn)
      handle(request, response)
    },
  )
  ignoreExpectations(server)
  serveHalfOpenClients(server)
  return server
}
