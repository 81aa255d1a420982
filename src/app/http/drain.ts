// Graceful shutdown of the server: open requests finish, new ones are refused.
import type { FastifyInstance } from 'fastify'
import { setTimeout as delay } from 'node:timers/promises'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import type { HttpRequest } from '../../http/server/http-messages.ts'
import type { ClientServer } from './create-server.ts'

export interface Drain {
  isDraining(): boolean
  /** Refuses new requests from now on. */
  begin(): void
  /** Returns the error for a request that arrives on a kept-alive connection after `run` was called. */
  refusal(request: HttpRequest): GatewayError | undefined
  /** Sets `connection: close` on Fastify's responses while the server drains. */
  install(app: FastifyInstance): void
  /**
   * Waits until no connection is open, while new ones are handed over and their requests refused; destroys the remaining ones
   * after the timeout, which is that of all calls. For a process that is handed its connections by another.
   */
  empty(server: ClientServer): Promise<void>
  /** Stops listening and waits for open requests; destroys the remaining connections after the timeout. */
  run(server: ClientServer): Promise<void>
}

const SWEEP_MS = 50

export function createDrain(timeoutMs: number): Drain {
  let draining = false
  let endMs: number | undefined

  const empty = async ({ app, connections }: ClientServer): Promise<void> => {
    draining = true
    endMs ??= performance.now() + timeoutMs
    // Node does not close connections that become idle after the listener has closed.
    while (connections.open() > 0 && performance.now() < endMs) {
      connections.closeIdle()
      app.server.closeIdleConnections()
      await delay(SWEEP_MS)
    }
    connections.closeAll()
  }

  return {
    isDraining: () => draining,
    begin() {
      draining = true
    },
    refusal({ url }) {
      // Probes keep working, so that an orchestrator sees the process as alive but not ready.
      if (!draining || url === '/livez' || url === '/readyz') return undefined
      return gatewayError('LB_ERR_DRAINING', 'the server is shutting down', { retryAfterS: 1 })
    },
    install(app) {
      app.addHook('onSend', (_request, reply, payload, done) => {
        if (draining) void reply.header('connection', 'close')
        done(null, payload)
      })
    },
    empty,
    async run(server) {
      draining = true
      // Stops listening; the connections are none of the server's own, which it would wait for.
      await server.app.close()
      await empty(server)
    },
  }
}
