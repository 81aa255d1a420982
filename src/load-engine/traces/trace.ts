/** A recorded trace of real traffic in typed arrays: a million rows take some tens of megabytes. */
import type { TraceFacts } from '../protocol/messages.ts'

export const MAX_TRACE_ROWS = 1_000_000

export interface TraceRow {
  /** Milliseconds from any origin that is the same for all rows of the trace. */
  readonly atMs: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Ids of the blocks of the prompt. Prompts share a prefix as far as their first ids are equal. */
  readonly blocks: readonly number[]
}

/** Parses one line. @returns undefined for a header line. Throws an Error that completes the sentence `Line 3 …`. */
export type RowReader = (line: string) => TraceRow | undefined

/** Rows are sorted by time; the first row is at 0 ms. */
export interface Trace {
  readonly length: number
  readonly atMs: Readonly<Float64Array>
  readonly inputTokens: Readonly<Uint32Array>
  readonly outputTokens: Readonly<Uint32Array>
  blocks(row: number): readonly number[]
  readonly facts: TraceFacts
}

export interface TraceBuilder {
  /** @returns false when the trace is full. */
  add(row: TraceRow): boolean
  count(): number
  build(): Trace
}

export function createTraceBuilder(): TraceBuilder {
  const at: number[] = []
  const input: number[] = []
  const output: number[] = []
  const blockIds: number[] = []
  /** Index in `blockIds` of the first block of each row, followed by the end of the last row. */
  const blockStarts = [0]

  return {
    add(row) {
      if (at.length >= MAX_TRACE_ROWS) return false
      at.push(row.atMs)
      input.push(row.inputTokens)
      output.push(row.outputTokens)
      for (const id of row.blocks) blockIds.push(id)
      blockStarts.push(blockIds.length)
      return true
    },
    count: () => at.length,
    build() {
      const order = Uint32Array.from(at.keys()).sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0) || a - b)
      const pick = (values: readonly number[]) => (row: number) => values[row] ?? 0
      const firstMs = pick(at)(order[0] ?? 0)
      const atMs = Float64Array.from(order, (row) => pick(at)(row) - firstMs)
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
      return {
        length: order.length,
        atMs,
        inputTokens: Uint32Array.from(order, pick(input)),
        outputTokens: Uint32Array.from(order, pick(output)),
        blocks(row) {
          const from = order[row] ?? 0
          return blockIds.slice(blockStarts[from], blockStarts[from + 1])
        },
        facts: {
          rows: order.length,
          durationMs: atMs.at(-1) ?? 0,
          inputTokens: sum(input),
          outputTokens: sum(output),
          hasPrefixes: blockIds.length > 0,
        },
      }
    },
  }
}
