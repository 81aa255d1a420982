// Graceful shutdown of the server: open requests finish, new ones are refused.
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

export interface Drain {
  isDraining(): boolean
  /** Refuses new requests from now on. */
  begin(): void
  /** Returns the error for a request that arrives on a kept-alive connection after `run` was called. */
  refusal(request: IncomingMessage): GatewayError | undefined
  /** Sets `connection: close` on Fastify's responses while the server drains. */
  install(app: FastifyInstance): void
  /**
   * Waits for open requests while it still listens and refuses new ones; destroys the remaining connections after the
   * timeout. For a process that others share the port with: what it had been handed when it stopped would be lost.
   */
  empty(app: FastifyInstance): Promise<void>
  /** Stops listening and waits for open requests; destroys the remaining connections after the timeout. */
  run(app: FastifyInstance): Promise<void>
}

const SWEEP_MS = 50

const countConnections = (server: Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )

export function createDrain(timeoutMs: number): Drain {
  let draining = false
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
    async empty({ server }) {
      draining = true
      const endMs = performance.now() + timeoutMs
      while ((await countConnections(server)) > 0 && performance.now() < endMs) {
        server.closeIdleConnections()
        await delay(SWEEP_MS)
      }
      server.closeAllConnections()
    },
    async run(app) {
      draining = true
      // Node does not close connections that become idle after the listener has closed.
      const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS)
      const cut = setTimeout(() => app.server.closeAllConnections(), timeoutMs)
      await app.close()
      clearInterval(sweep)
      clearTimeout(cut)
    },
  }
}
