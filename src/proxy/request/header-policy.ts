// Decides which headers go upstream and which come back: two allow-lists, and nothing that a connection owns.

const requestHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'accept',
  'user-agent',
  'traceparent',
  'tracestate',
])
// A second one of these would leave open which of them counts; Node takes the first, too.
const singleHeaders: ReadonlySet<string> = new Set(['content-type', 'user-agent', 'traceparent'])
// The balancer's own, what other proxies say of the client, and a client credential.
const withheldHeaders: ReadonlySet<string> = new Set(['x-real-ip', 'x-request-id', 'x-api-key'])
const withheldPrefix = /^x-(?:lb|admin|forwarded)-/
const responseHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'content-encoding',
  'cache-control',
  'retry-after',
])

// What node:http takes for a value: it throws at anything else.
const isSendable = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)

function isForwarded(name: string): boolean {
  if (name.startsWith('x-')) return !withheldHeaders.has(name) && !withheldPrefix.test(name)
  return requestHeaders.has(name) || name.startsWith('openai-') || name.startsWith('anthropic-')
}

/** The header names that the Connection headers claim for this hop alone; undefined where there are none. */
function namedByConnection(rawHeaders: readonly string[]): Set<string> | undefined {
  let named: Set<string> | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue
    const value = (rawHeaders[index + 1] ?? '').toLowerCase()
    if (value === 'keep-alive' || value === 'close') continue
    named ??= new Set()
    for (const token of value.split(',')) named.add(token.trim())
  }
  return named
}

interface UpstreamIdentity {
  readonly requestId: string
  /** The endpoint's own, such as `Bearer ...`. */
  readonly authorization: string | undefined
}

/**
 * @param rawHeaders - as in node's IncomingMessage: name, value, name, value.
 * @returns the same shape in lower-case names, for undici.
 */
export function upstreamHeaders(
  rawHeaders: readonly string[],
  { requestId, authorization }: UpstreamIdentity,
): string[] {
  const headers = ['x-request-id', requestId, 'accept-encoding', 'identity']
  if (authorization !== undefined) headers.push('authorization', authorization)
  const named = namedByConnection(rawHeaders)
  const forwarded = new Set<string>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    const value = rawHeaders[index + 1] ?? ''
    if (!isForwarded(name) || named?.has(name) || !isSendable(value)) continue
    if (singleHeaders.has(name)) {
      if (forwarded.has(name)) continue
      forwarded.add(name)
    }
    headers.push(name, value)
  }
  if (!forwarded.has('content-type')) headers.push('content-type', 'application/json')
  return headers
}

/** @returns the name under which a header of the answer goes to the client, or undefined where it does not. */
function downstreamName(name: string, bodyIsUntouched: boolean): string | undefined {
  if (name === 'x-request-id') return 'x-upstream-request-id'
  if (name === 'content-length') return bodyIsUntouched ? name : undefined
  const passes = responseHeaders.has(name) || name.startsWith('x-ratelimit-') || name.startsWith('openai-')
  return passes ? name : undefined
}

interface DownstreamOptions {
  /** Whether the client gets the body byte for byte, so that its length still holds. */
  readonly bodyIsUntouched: boolean
}

/**
 * @param headers - name, value, name, value; gets more of them, all of which node:http takes without throwing: a value it
 * would refuse is left out.
 * @param upstream - as undici gives them; names in any case.
 */
export function addDownstreamHeaders(
  headers: string[],
  upstream: Readonly<Record<string, string | string[] | undefined>>,
  { bodyIsUntouched }: DownstreamOptions,
): void {
  for (const given in upstream) {
    const name = downstreamName(given.toLowerCase(), bodyIsUntouched)
    const value = upstream[given]
    if (name === undefined || value === undefined) continue
    if (typeof value === 'string') {
      if (isSendable(value)) headers.push(name, value)
    } else for (const one of value) if (isSendable(one)) headers.push(name, one)
  }
}

/** @returns the client's own request id where it is sane: 1 to 128 letters, digits, dots, dashes, colons, underscores. */
export function sanitizeRequestId(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? value : undefined
}
