// What a backend tells of its own load.

export interface LoadReport {
  /** Requests that it processes now, of all its clients. */
  readonly running: number
  /** Requests that wait at it, of all its clients. */
  readonly waiting: number
  /** The part of its KV cache that is in use, 0 to 1; undefined where it does not tell. */
  readonly cacheUse: number | undefined
  /** Tokens that its KV cache holds; undefined where it does not tell. */
  readonly cacheTokens: number | undefined
  /** The part of the prompt tokens that it has lately found in its prefix cache, 0 to 1; undefined where it does not tell. */
  readonly hitRate: number | undefined
  /** On the core's clock. */
  readonly atMs: number
}
