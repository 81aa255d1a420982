// Errors in the operator's configuration. The message is one line that says what to change.

interface ConfigError extends Error {
  readonly name: 'ConfigError'
}

/** @param message - for the operator; unprintable characters are replaced, so that it stays one line. */
export function configError(message: string): ConfigError {
  const line = message.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
  return Object.assign(new Error(line), { name: 'ConfigError' as const })
}

export function isConfigError(error: unknown): error is ConfigError {
  return error instanceof Error && error.name === 'ConfigError'
}
