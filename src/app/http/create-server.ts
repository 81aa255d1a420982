// Creates the HTTP server: the data plane sees each request first, Fastify serves the others.
import fastify, { type FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { createClientConnections, type ClientConnections } from '../../http/server/client-connections.ts'
import type { HttpRequest } from '../../http/server/http-messages.ts'
import type { DataPlane } from '../../proxy/data-plane.ts'
import { sanitizeRequestId } from '../../proxy/request/sanitize-request-id.ts'
import { createClientErrorHandler } from './client-error-handler.ts'
import {
  createNodeServer,
  HIGH_WATER_MARK_BYTES,
  KEEP_ALIVE_MS,
  REQUEST_TIMEOUT_MS,
} from './create-node-server.ts'
import { replyWithProblem } from './error-handlers.ts'
import { securityHeaders, setFixedHeaders } from './response-headers.ts'

export const requestIdOf = ({ headers }: HttpRequest): string =>
  sanitizeRequestId(headers['x-request-id']) ?? randomUUID()

interface ServerOptions {
  readonly version: string
  readonly dataPlane: DataPlane
  /** Returns why a request is refused; undefined if it is accepted. */
  readonly refusalOf: (request: HttpRequest) => GatewayError | undefined
  /** For which a client may read nothing of what waits for it. */
  readonly stallMs: number
}

export interface ClientServer {
  readonly app: FastifyInstance
  readonly connections: ClientConnections
}

export function createServer({ version, dataPlane, refusalOf, stallMs }: ServerOptions): ClientServer {
  const connections = createClientConnections({
    keepAliveMs: KEEP_ALIVE_MS,
    bodyTimeoutMs: REQUEST_TIMEOUT_MS,
    stallMs,
    highWaterMark: HIGH_WATER_MARK_BYTES,
    serve: dataPlane.tryServe,
  })
  const app = fastify({
    logger: false,
    genReqId: requestIdOf,
    requestIdHeader: false,
    return503OnClosing: false,
    clientErrorHandler: createClientErrorHandler(version),
    serverFactory(handler) {
      const server = createNodeServer((request, response) => {
        if (!dataPlane.tryServe(request, response)) handler(request, response)
      })
      connections.attach(server)
      return server
    },
    frameworkErrors(_error, request, reply) {
      // Hooks do not run for a URL that cannot be routed.
      setFixedHeaders(request, reply, securityHeaders(version))
      void replyWithProblem(gatewayError('LB_ERR_BAD_REQUEST', 'the URL is malformed'), request, reply)
    },
  })
  app.addHook('onRequest', (request, reply, done) => {
    setFixedHeaders(request, reply, securityHeaders(version))
    done(refusalOf(request.raw))
  })
  return { app, connections }
}
