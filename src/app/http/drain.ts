// Graceful shutdown of the server: open requests finish, new ones are refused.
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

export interface Drain {
  isDraining(): boolean
  /** Refuses new requests from now on. */
  begin(): void
  /** Returns the error for a request that arrives on a kept-alive connection after `run` was called. */
  refusal(request: IncomingMessage): GatewayError | undefined
  /** Sets `connection: close` on Fastify's responses while the server drains. */
  install(app: FastifyInstance): void
  /** Stops listening and waits for open requests; destroys the remaining connections after the timeout. */
  run(app: FastifyInstance): Promise<void>
}

const SWEEP_MS = 50

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
