// Which origins' pages may call the proxy and system routes, and what they may read of the answers.
import type { FastifyCorsOptions } from '@fastify/cors'

type Origins = '*' | readonly string[]

const exposedHeaders = [
  'X-LB-Endpoint',
  'X-LB-Version',
  'X-LB-Cache',
  'X-LB-Attempts',
  'X-Request-ID',
  'Retry-After',
]

/** For the plugin, which answers preflights and serves all routes but the data plane's own. */
export const corsOptions = (origins: Origins): FastifyCorsOptions => ({
  origin: origins === '*' ? '*' : [...origins],
  methods: ['GET', 'HEAD', 'POST'],
  exposedHeaders,
  maxAge: 600,
  // Else OPTIONS without an origin would be refused, and in words of the plugin's own.
  strictPreflight: false,
})

/** What the plugin would add to an answer, for the data plane, which stands before it: name, value, name, value. */
export function createCorsHeaders(origins: Origins): (origin: string | undefined) => readonly string[] {
  const exposed = ['access-control-expose-headers', exposedHeaders.join(', ')]
  const forAnyOrigin = ['access-control-allow-origin', '*', ...exposed]
  const forOtherOrigins = origins === '*' ? [] : ['vary', 'Origin']
  return (origin) => {
    // Only browsers read these, and they name their page's origin.
    if (origin === undefined) return forOtherOrigins
    if (origins === '*') return forAnyOrigin
    return origins.includes(origin)
      ? [...forOtherOrigins, 'access-control-allow-origin', origin, ...exposed]
      : forOtherOrigins
  }
}
