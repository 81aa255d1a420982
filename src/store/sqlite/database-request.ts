// The messages between the event loop and the thread of SQLite.

/** One statement for many rows: `values` holds `width` parameters for each. */
export interface StatementBatch {
  readonly sql: string
  readonly width: number
  readonly values: Float64Array | readonly (number | Uint8Array | null)[]
}

export type DatabaseRequest =
  | { readonly kind: 'execute'; readonly sql: string; readonly parameters: readonly unknown[] }
  /** In a transaction of their own. */
  | { readonly kind: 'batches'; readonly batches: readonly StatementBatch[] }
  | { readonly kind: 'vacuum' }
  | { readonly kind: 'close' }

export interface StatementResult {
  readonly rows: unknown[]
  readonly changes: number
  readonly lastId: number
}

export interface DatabaseReply {
  readonly id: number
  readonly result?: StatementResult | undefined
  readonly error?: { readonly message: string; readonly code: unknown }
}
