// An error of the operator's making: its message is one line that says what to change.

interface ConfigError extends Error {
  readonly name: 'ConfigError'
}

/** @param message - for the person who starts the daemon; what is not printable in it is replaced, so that it is one line. */
export function configError(message: string): ConfigError {
  const line = message.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
  return Object.assign(new Error(line), { name: 'ConfigError' as const })
}

export function isConfigError(error: unknown): error is ConfigError {
  return error instanceof Error && error.name === 'ConfigError'
}
