// Header fields of clients that never go upstream, whatever is configured: credentials of the client, fields of its
// connection, which would block the upstream's, and those that the balancer sets itself.
const withheldHeaders: ReadonlySet<string> = new Set([
  'accept-encoding',
  'api-key',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'cookie',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-admin-token',
  'x-api-key',
  'x-csrf-token',
  'x-request-id',
])
const withheldPrefix = /^(?:proxy|x-lb)-/

/** @param name - in lower case. */
export const isWithheldHeader = (name: string): boolean =>
  withheldHeaders.has(name) || withheldPrefix.test(name)
