// Shuts the server down without breaking what it has begun.
import type { FastifyInstance } from 'fastify'
import { gatewayError } from '../core/gateway-error.ts'

export interface Drain {
  isDraining(): boolean
  /** Refuses what still arrives on kept connections once `run` has begun, and closes them. */
  refuseNewWork(): void
  /** Stops listening and waits for open requests; cuts what is left after the timeout. */
  run(): Promise<void>
}

const SWEEP_MS = 50

export function createDrain(app: FastifyInstance, timeoutMs: number): Drain {
  let draining = false
  return {
    isDraining: () => draining,
    refuseNewWork() {
      app.addHook('onRequest', (request, reply, done) => {
        if (!draining) return done()
        void reply.header('connection', 'close')
        // Whoever watches should see that it is alive but not ready.
        if (request.url === '/livez' || request.url === '/readyz') return done()
        done(gatewayError('LB_ERR_DRAINING', 'the server is shutting down', { retryAfterS: 1 }))
      })
      // What was under way when it began; forwarded answers, which are hijacked, see to it themselves.
      app.addHook('onSend', (_request, reply, payload, done) => {
        if (draining) void reply.header('connection', 'close')
        done(null, payload)
      })
    },
    async run() {
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
