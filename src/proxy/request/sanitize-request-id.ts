// Checks a client's request id before it is logged and sent on.

/** @returns the id where it is 1 to 128 letters, digits, dots, dashes, colons or underscores; otherwise undefined. */
export function sanitizeRequestId(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? value : undefined
}
