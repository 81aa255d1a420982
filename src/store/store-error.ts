// Errors of the store that the operator can act on. The message is one line and names the database.

interface StoreError extends Error {
  readonly code: 'LB_STORE_UNUSABLE'
}

export function storeError(message: string, cause?: unknown): StoreError {
  return Object.assign(new Error(message, { cause }), { code: 'LB_STORE_UNUSABLE' as const })
}

/** Whether the message is for the operator, so that the entry prints it without a stack. */
export function isStoreError(error: unknown): error is StoreError {
  return error instanceof Error && 'code' in error && error.code === 'LB_STORE_UNUSABLE'
}
