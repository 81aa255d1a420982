// Shuts the server down without breaking what it has begun.
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

export interface Drain {
  isDraining(): boolean
  /** What arrives on a kept connection once `run` has begun is refused, so that the client goes elsewhere. */
  refusal(request: IncomingMessage): GatewayError | undefined
  /** Closes the connections of answers that the framework sends meanwhile. */
  install(app: FastifyInstance): void
  /** Stops listening and waits for open requests; cuts what is left after the timeout. */
  run(app: FastifyInstance): Promise<void>
}

const SWEEP_MS = 50

export function createDrain(timeoutMs: number): Drain {
  let draining = false
  return {
    isDraining: () => draining,
    refusal({ url }) {
      // Whoever watches should see that it is alive but not ready.
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
      // Connections that fall idle after the listener has closed are nobody else's to close.
      const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS)
      const cut = setTimeout(() => app.server.closeAllConnections(), timeoutMs)
      await app.close()
      clearInterval(sweep)
      clearTimeout(cut)
    },
  }
}
