// Serves the built pages with a content security policy that allows only resources of this server.
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, preHandlerHookHandler } from 'fastify'
import { fileURLToPath } from 'node:url'

/** @see https://www.w3.org/TR/CSP3/ */
export const contentSecurityPolicy = [
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

// Names of files in assets/ contain a digest of their content.
const cacheControl = (path: string): string =>
  path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'

interface PageOptions {
  /** Name of the folder in dist/public and first segment of the URL path. */
  readonly name: 'admin' | 'load-producer'
  /** Checks the request before the page is served; absent for a public page. */
  readonly guard?: preHandlerHookHandler
}

export async function staticFiles(app: FastifyInstance, { name, guard }: PageOptions): Promise<void> {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('content-security-policy', contentSecurityPolicy)
    if (reply.statusCode >= 400) reply.header('cache-control', 'no-cache')
    done(null, payload)
  })
  if (guard) app.addHook('preHandler', guard)
  // The project root is three levels up from this file, in src as in dist.
  const root = fileURLToPath(new URL(`../../../dist/public/${name}`, import.meta.url))
  await app.register(fastifyStatic, {
    root,
    prefix: `/${name}/`,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => void reply.header('cache-control', cacheControl(path)),
  })
  if (name === 'admin') app.get('/admin', (_request, reply) => reply.sendFile('index.html'))
  // The Load Producer's page uses relative URLs, which need the trailing slash.
  else app.get(`/${name}`, (_request, reply) => reply.redirect(`/${name}/`, 308))
}
