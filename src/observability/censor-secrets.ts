// Replaces secrets in log lines: defence in depth, since no code should log them.

const CENSORED = '[redacted]'
const MAX_DEPTH = 8

// Matches the end of a name: api_key, X-Admin-Token and clientTokens, but not token_preview.
const secretName = /(authorization|api[-_]?keys?|tokens?|cookies?|secrets?|passwords?|credentials?)$/i

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

// Token counts and flags are not secrets.
const canHoldSecret = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null)

// Most properties of an error are not enumerable.
const plainError = (error: Error): object => ({
  type: error.name,
  message: error.message,
  stack: error.stack,
  ...(error as object),
  ...(error.cause === undefined ? {} : { cause: error.cause }),
  ...(error instanceof AggregateError ? { errors: error.errors as unknown[] } : {}),
})

function censorMembers(object: object, depth: number): Record<string, unknown> {
  const members = Object.entries(object).map(([name, value]: [string, unknown]) => [
    name,
    secretName.test(name) && canHoldSecret(value) ? CENSORED : censor(value, depth + 1),
  ])
  return Object.fromEntries(members) as Record<string, unknown>
}

function censor(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '[too deep]'
  if (Array.isArray(value)) return value.map((item) => censor(item, depth + 1))
  if (value instanceof Error) return censorMembers(plainError(value), depth)
  // Sockets, requests and other live objects have serializers of their own.
  return isPlain(value) ? censorMembers(value, depth) : value
}

/**
 * Returns a copy in which members named like a secret are replaced, at any depth of plain objects, arrays and errors.
 * Errors become plain objects with type, message and stack.
 */
export const censorSecrets = (object: object): Record<string, unknown> => censorMembers(object, 0)
