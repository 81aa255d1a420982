// Creates the HTTP server: the data plane sees each request first, Fastify serves the others.
import fastify, { type FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import type { DataPlane } from '../../proxy/data-plane.ts'
import { sanitizeRequestId } from '../../proxy/request/sanitize-request-id.ts'
import { ignoreExpectations } from './node-overrides.ts'
import { serveHalfOpenClients } from './half-open.ts'
import { createClientErrorHandler } from './client-error-handler.ts'
import { replyWithProblem } from './error-handlers.ts'
import { securityHeaders, setFixedHeaders } from './response-headers.ts'

// Bounds the arrival of a request's body. The time to the response is bounded per endpoint.
const REQUEST_TIMEOUT_MS = 300_000
// Longer than the keep-alive of reverse proxies, so that none of them sends a request on a connection that is closing.
const KEEP_ALIVE_MS = 72_000

export const requestIdOf = ({ headers }: IncomingMessage): string =>
  sanitizeRequestId(headers['x-request-id']) ?? randomUUID()

interface ServerOptions {
  readonly version: string
  readonly dataPlane: DataPlane
  /** Returns why a request is refused; undefined if it is accepted. */
  readonly refusalOf: (request: IncomingMessage) => GatewayError | undefined
}

export function createServer({ version, dataPlane, refusalOf }: ServerOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    genReqId: requestIdOf,
    requestIdHeader: false,
    return503OnClosing: false,
    clientErrorHandler: createClientErrorHandler(version),
    serverFactory(handler) {
      const server = createHttpServer(
        { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false },
        (request, response) => {
          if (!dataPlane.tryServe(request, response)) handler(request, response)
        },
      )
      ignoreExpectations(server)
      serveHalfOpenClients(server)
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
  return app
}
