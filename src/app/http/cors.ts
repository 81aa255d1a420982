// CORS for the proxy and system routes: the allowed origins and the response headers that pages may read.
import type { FastifyCorsOptions } from '@fastify/cors'

type Origins = '*' | readonly string[]

const exposedHeaders = [
  'X-LB-Endpoint',
  'X-LB-Model',
  'X-LB-Translated',
  'X-LB-Route',
  'X-LB-Version',
  'X-LB-Cache',
  'X-LB-Attempts',
  'X-Request-ID',
  'Request-ID',
  'Retry-After',
]

/** Options of the plugin, which responds to preflight requests and covers all routes except those of the data plane. */
export const corsOptions = (origins: Origins): FastifyCorsOptions => ({
  origin: origins === '*' ? '*' : [...origins],
  methods: ['GET', 'HEAD', 'POST'],
  exposedHeaders,
  maxAge: 600,
  // With strict preflight the plugin rejects OPTIONS without an origin, with an error body of its own.
  strictPreflight: false,
})

/** The header fields that the plugin would add, for the data plane, which runs before it: name, value, name, value. */
export function createCorsHeaders(origins: Origins): (origin: string | undefined) => readonly string[] {
  const exposed = ['access-control-expose-headers', exposedHeaders.join(', ')]
  const forAnyOrigin = ['access-control-allow-origin', '*', ...exposed]
  const forOtherOrigins = origins === '*' ? [] : ['vary', 'Origin']
  return (origin) => {
    // Only browsers read these fields, and a browser always sends the origin.
    if (origin === undefined) return forOtherOrigins
    if (origins === '*') return forAnyOrigin
    return origins.includes(origin)
      ? [...forOtherOrigins, 'access-control-allow-origin', origin, ...exposed]
      : forOtherOrigins
  }
}
