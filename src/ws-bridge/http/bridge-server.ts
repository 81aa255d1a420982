// The bridge's HTTP server: WebSocket upgrades, health, metrics and saved profiles.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { BRIDGE_PATH } from '../../contract/bridge.ts'
import { sendResponse, sendJson, sendStatusProblem } from './http-response.ts'
import type { BridgeMetrics } from './bridge-metrics.ts'
import type { Bridge } from '../bridge.ts'
import type { RefuseHost } from '../connection/host-policy.ts'
import type { ServeProfiles } from './profile-routes.ts'

interface BridgeServerOptions {
  readonly bridge: Bridge
  readonly metrics: BridgeMetrics
  readonly serveProfiles: ServeProfiles
  readonly refuseHost: RefuseHost
  readonly logger: Logger
}

const REQUEST_TIMEOUT_MS = 30_000
// Longer than nginx keeps upstream connections, so that none is closed while nginx sends a request.
const KEEP_ALIVE_MS = 72_000

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/'

/** A page reads here why its socket was refused: browsers do not show it the response to the upgrade. */
function explainSocket(request: IncomingMessage, response: ServerResponse, refuseHost: RefuseHost): void {
  const refusal = refuseHost(request)
  if (refusal === undefined)
    return sendStatusProblem(response, 426, 'this is for WebSockets', { upgrade: 'websocket' })
  sendStatusProblem(response, refusal.status, refusal.reason)
}

export function createBridgeServer(options: BridgeServerOptions): Server {
  const { bridge, metrics, serveProfiles, refuseHost, logger } = options
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request)
    if (path.startsWith('/data/')) return serveProfiles(request, response, path.slice('/data/'.length))
    if (path === BRIDGE_PATH) return explainSocket(request, response, refuseHost)
    if (path !== '/healthz' && path !== '/metrics')
      return sendStatusProblem(response, 404, 'there is nothing at this path')
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return sendStatusProblem(response, 405, 'use GET', { allow: 'GET, HEAD' })
    if (path === '/healthz') return sendJson(response, 200, { status: 'ok' })
    sendResponse(response, 200, await metrics.render(), { 'content-type': metrics.contentType })
  }
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => {
      serve(request, response).catch((err: unknown) => {
        logger.error({ err }, 'internal error')
        if (response.headersSent) response.destroy()
        else sendStatusProblem(response, 500, 'something went wrong; the log tells more')
      })
    },
  )
  server.on('upgrade', (request, socket, head) => {
    if (pathOf(request) === BRIDGE_PATH) return bridge.upgrade(request, socket, head)
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  })
  return server
}
