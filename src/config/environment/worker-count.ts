// The kind of value that says how many worker processes serve.
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { wholeNumber, type ValueKind } from '../value-kinds.ts'

const MAX_WORKERS = 64

/** `auto` is the number of cores that this process may use. */
export const workerCount: ValueKind<number> = {
  takes: `a whole number from 1 to ${MAX_WORKERS}, or auto for one per core`,
  schema: z
    .string()
    .transform((value) =>
      value.toLowerCase() === 'auto' ? String(Math.min(MAX_WORKERS, availableParallelism())) : value,
    )
    .pipe(wholeNumber(1, MAX_WORKERS).schema),
}
