// Serves the built pages: files of our own alone, under a policy that lets nothing else in.
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { fileURLToPath } from 'node:url'

/** @see https://www.w3.org/TR/CSP3/ */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

// Their names carry a digest of their content.
const cacheControl = (path: string): string =>
  path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'

export async function staticFiles(app: FastifyInstance): Promise<void> {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('content-security-policy', contentSecurityPolicy)
    if (reply.statusCode >= 400) reply.header('cache-control', 'no-cache')
    done(null, payload)
  })
  // From src as from dist the project is two levels up.
  const root = fileURLToPath(new URL('../../dist/public/admin', import.meta.url))
  await app.register(fastifyStatic, {
    root,
    prefix: '/admin/',
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => void reply.header('cache-control', cacheControl(path)),
  })
  app.get('/admin', (_request, reply) => reply.sendFile('index.html'))
}
