// The header fields that every response carries.
import type { FastifyInstance } from 'fastify'

export const securityHeaders = (version: string): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-lb-version': version,
})

export function installResponseHeaders(app: FastifyInstance, version: string): void {
  const fixed = securityHeaders(version)
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(fixed).header('x-request-id', request.id)
    done()
  })
}
